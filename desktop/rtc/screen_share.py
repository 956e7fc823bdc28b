"""Our screen beside our camera: a second place in the session, which only publishes.

A connection publishes one stream, so a shared screen has a connection of its own, by a token of its
own. It subscribes to nothing and has its own recovery; the room knows its id and shows it to nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop.rtc.camera import Camera
from desktop.rtc.connection import Connection, ConnectionEvents
from desktop.rtc.encoder import TEXT
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import EndingSource, PictureSlot, VideoSource
from desktop.rtc.messages import JoinResult, Notification
from desktop.rtc.place import Place
from desktop.rtc.recovery import RecoveryEvent, RecoveryState
from desktop.rtc.room import RenewToken
from desktop.rtc.state import EndReason
from desktop.rtc.tasks import OwnedTasks, finish
from desktop.rtc.token import Token, parse_token

log = logging.getLogger(__name__)

SIZE_INTERVAL_S = 0.65
"""How often a new size of what is shared is looked for, to tell the others (openvidu-browser)."""

LARGEST_PX = (1920, 1080)
"""Width and height that go out at most; smaller screens go out pixel by pixel, so that text stays sharp."""

ConnectScreen = Callable[[Token, Camera, ConnectionEvents], Connection]
"""Makes the connection of a screen's token, not joined yet."""


class ScreenSharing:
    """What is shared of ours, one thing at a time.

    Args:
        connect: makes the connection of a token.
        slot: our own view of it.
        on_change: told when `active`, `connection_id` or `stream_id` changed.
    """

    def __init__(self, connect: ConnectScreen, slot: PictureSlot, on_change: Callable[[], None]) -> None:
        self._connect = connect
        self._slot = slot
        self._on_change = on_change
        self._share: ScreenShare | None = None
        self._changing = asyncio.Lock()
        self._closed = False

    @property
    def active(self) -> bool:
        """Something is shared."""
        return self._share is not None and self._share.active

    @property
    def connection_id(self) -> str:
        """Of the connection by which it is shared; "" without one."""
        return self._share.connection_id if self._share is not None else ""

    @property
    def stream_id(self) -> str:
        """Of what is shared; "" while nothing is."""
        return self._share.stream_id if self._share is not None and self._share.active else ""

    async def share(self, token: str, source: VideoSource, renew_token: RenewToken | None) -> None:
        """See `Room.share_screen`.

        Raises:
            RtcError: the source's own code, or as `Place.join`.
        """
        async with self._changing:
            if self._share is not None and self._share.active:
                await self._share.replace(source)
                return
            await self.stop()  # one that is ending; its source may be the one that is wanted
            if self._closed:
                raise RtcError(RtcErrorCode.CLOSED)
            share = self._share = ScreenShare(
                source,
                self._slot,
                self._connect,
                token=parse_token(token),
                renew_token=renew_token,
                on_change=self._on_change,
            )
            try:
                await share.start()
            except BaseException:
                await self._end(share)
                raise

    async def stop(self) -> None:
        """End the sharing, one that is just beginning included. Safe at any time and more than once."""
        if self._share is not None:
            await self._end(self._share)

    async def close(self) -> None:
        """End the sharing for good: the room is over."""
        self._closed = True
        await self.stop()

    async def _end(self, share: ScreenShare) -> None:
        await finish(share.close())
        if self._share is share:
            self._share = None


class ScreenShare:
    """One sharing, from opening the source to the goodbye; the owner of its place.

    Args:
        source: a screen or window.
        slot: our own view of it.
        connect: makes the connection of a token.
        token: the first one.
        renew_token: gives the next ones, after the server has forgotten the connection.
        on_change: told when it flows, is known by another id, or has ended.
    """

    def __init__(
        self,
        source: VideoSource,
        slot: PictureSlot,
        connect: ConnectScreen,
        *,
        token: Token,
        renew_token: RenewToken | None,
        on_change: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_change = on_change
        self._source = source
        self._camera = Camera(source, slot, largest_px=LARGEST_PX, kind=TEXT)
        self._place = Place(
            self, lambda token, events: connect(token, self._camera, events), token, renew_token
        )
        self._tasks = OwnedTasks()
        self._starting: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._flows = False
        self._thrown_out = False

    @property
    def active(self) -> bool:
        """It is shared, or being repaired."""
        return self._flows and self._closing is None

    @property
    def connection_id(self) -> str:
        """Ours in the session; "" before the join."""
        return self._place.connection.own_id

    @property
    def stream_id(self) -> str:
        """Of what is shared; "" before."""
        return self._place.stream_id

    async def start(self) -> None:
        """Open the source, join, publish.

        Raises:
            RtcError: the source's own code, as `Place.join`, or `closed` when it was stopped meanwhile.
        """
        self._starting = self._loop.create_task(self._start(), name="share screen")
        try:
            await asyncio.shield(self._starting)
        except asyncio.CancelledError:
            if self._starting.cancelled():
                raise RtcError(RtcErrorCode.CLOSED, "sharing was stopped") from None
            raise  # our caller was cancelled, and closes this

    async def _start(self) -> None:
        self._watch_end(self._source)
        await self._camera.switch_on()
        await self._place.join()
        self._flows = True
        log.info("sharing as %s", self.connection_id)
        self._place.keep()
        self._tasks.start(self._tell_sizes(), name="screen sizes")
        self._on_change()

    async def replace(self, source: VideoSource) -> None:
        """Share something else over the same stream.

        Raises:
            RtcError: the source's own code; what was shared before still is.
        """
        self._watch_end(source)
        await self._camera.replace(source)
        self._source = source

    async def close(self) -> None:
        """End the sharing; returns when source and connection are released. Safe more than once."""
        await asyncio.shield(self._start_closing())

    async def _close(self) -> None:
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.wait([self._starting])
        await self._camera.switch_off()  # the light first: the server may take its time
        await self._tasks.close()
        await self._place.close(goodbye=not self._thrown_out)

    async def _tell_sizes(self) -> None:
        while True:
            await asyncio.sleep(SIZE_INTERVAL_S)
            await self._place.try_to_tell()

    def _watch_end(self, source: VideoSource) -> None:
        if isinstance(source, EndingSource):

            def ended() -> None:
                self._loop.call_soon_threadsafe(self._source_ended, source)

            source.when_ended(ended)

    def _source_ended(self, source: VideoSource) -> None:
        if source is self._source:
            log.info("what was shared has ended by itself")
            self._start_closing()

    def _start_closing(self) -> asyncio.Task[None]:
        """Be over, once; whoever closes later waits for the same end."""
        if self._closing is None:
            self._place.give_up()  # what ends now is not repaired meanwhile
            self._closing = self._loop.create_task(self._close(), name="stop sharing")
            self._on_change()
        return self._closing

    # --- the PlaceOwner interface -----------------------------------------------------------------

    def joined(self, result: JoinResult) -> None:
        """See `PlaceOwner.joined`: from now on the id is known, and the room hides it."""
        self._on_change()

    def notified(self, message: Notification) -> None:
        """See `PlaceOwner.notified`: who else is there is the room's business."""

    async def dropped(self) -> None:
        """See `PlaceOwner.dropped`: nothing was built on the connection."""

    def recovery_changed(self, state: RecoveryState, event: RecoveryEvent) -> None:
        """See `PlaceOwner.recovery_changed`."""
        if state is RecoveryState.STEADY:
            self._on_change()

    def put_out(self, reason: EndReason) -> None:
        """See `PlaceOwner.put_out`."""
        log.warning("the sharing was ended: %s", reason.value)
        self._thrown_out = True
        self._start_closing()

    def stream_taken(self) -> None:
        """See `PlaceOwner.stream_taken`: what a moderator took down is not shared again by itself."""
        self._start_closing()
