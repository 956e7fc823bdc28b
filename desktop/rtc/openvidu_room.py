"""A room on an OpenVidu 2 server: joins, publishes, subscribes to everybody, leaves.

The room owns every task, connection and device it starts and has ended all of them when `leave()`
returns. It keeps the state and puts the parts together: what belongs to one connection to the server
is in `connection.py`, how one is kept or replaced in `place.py`, who else is there and what we receive
of them in `others.py`, what they see and hear of us in `own_devices.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desktop.rtc.camera import Camera
from desktop.rtc.connection import Connection, ConnectionEvents, OwnMedia
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AudioLevel, PictureSlot, VideoSource
from desktop.rtc.messages import JoinResult, Notification, ParticipantJoined, SignalReceived
from desktop.rtc.mixer import Mixer
from desktop.rtc.others import Others
from desktop.rtc.own_devices import OwnDevices
from desktop.rtc.place import Place
from desktop.rtc.recovery import RecoveryEvent, RecoveryState
from desktop.rtc.room import (
    DEFAULT_OPTIONS,
    OWN_PICTURE,
    OWN_SCREEN,
    OnSignal,
    OnState,
    RoomDevices,
    RoomOptions,
    RoomRequest,
)
from desktop.rtc.room_quality import OWN_STREAM, RoomQuality
from desktop.rtc.room_requests import OwnHand, RoomRequests
from desktop.rtc.screen_share import ScreenSharing
from desktop.rtc.signal_exchange import SignalInbox
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.signals import Signal
from desktop.rtc.state import EndReason, ParticipantState, Quality, RoomPhase, RoomState, StreamKind
from desktop.rtc.statistics import RoomStatistics
from desktop.rtc.tasks import OwnedTasks
from desktop.rtc.token import Token

log = logging.getLogger(__name__)


def _drop_signal(_: Signal) -> None:
    """Nobody listens."""


class OpenViduRoom:
    """The `Room` of OpenVidu 2 (2.12 to 2.32, Kurento and mediasoup), and the owner of our place in it.

    Args:
        request: name and initial state.
        devices: what is published and where the others are heard.
        on_state: told about every new state.
        on_signal: told about every signal.
        token: the parsed token URL.
        options: whom to trust, and how media may travel.
        times: limits of the signalling.
    """

    def __init__(
        self,
        request: RoomRequest,
        devices: RoomDevices,
        on_state: OnState,
        token: Token,
        *,
        on_signal: OnSignal | None = None,
        options: RoomOptions = DEFAULT_OPTIONS,
        times: SignallingTimes | None = None,
    ) -> None:
        self._request = request
        self._on_state = on_state
        self._options = options
        self._times = times
        self._state = RoomState(
            microphone_on=request.microphone_on and devices.microphone is not None,
            camera_on=request.camera_on and devices.camera is not None,
        )
        self._mixer = Mixer(devices.output)
        self._others = Others(self._mixer, lambda: self._place.connection, self._others_changed)
        self._subscriptions = self._others.subscriptions
        self._devices = OwnDevices(
            self,
            devices,
            request,
            mixer=self._mixer,
            slot=self.picture(OWN_PICTURE),
            level=self.audio_level(OWN_PICTURE),
        )
        # Exchanging them is their business alone: see `Room` for what each does.
        self.replace_camera = self._devices.replace_camera
        self.replace_microphone = self._devices.replace_microphone
        self.replace_output = self._devices.replace_output
        self.set_switches = self._devices.set_switches
        self._tasks = OwnedTasks()
        self._place = Place(self, self._connection_with, token, request.renew_token)
        self._requests = RoomRequests(self._place, lambda: self._others.roster, lambda: not self.is_open)
        self._hand = OwnHand(self._requests, self._tasks, lambda: self._state.hand_raised)
        self._inbox = SignalInbox(self._others.identity, on_signal or _drop_signal, self._others.set_hand)
        self._quality = RoomQuality(
            self._place,
            self._subscriptions,
            lambda: self._others.roster,
            camera=self._devices.camera,
            on_quality=self._quality_changed,
            on_picture=self._picture_wanted,
        )
        self.watch_video = self._subscriptions.watch_video
        self.set_economy = self._quality.set_economy
        self._sharing = ScreenSharing(
            self._screen_connection_with, self.picture(OWN_SCREEN), self._sharing_changed
        )
        self._joining: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    def _connection_with(self, token: Token, events: ConnectionEvents) -> Connection:
        media = OwnMedia(self._request.name, self._devices.camera, self._devices.microphone)
        return self._connection(token, media, events)

    def _screen_connection_with(self, token: Token, screen: Camera, events: ConnectionEvents) -> Connection:
        own_id = self._place.connection.own_id
        media = OwnMedia(self._request.name, screen, None, StreamKind.SCREEN, screen_of=own_id)
        return self._connection(token, media, events)

    def _connection(self, token: Token, media: OwnMedia, events: ConnectionEvents) -> Connection:
        return Connection(token, media, events, options=self._options, times=self._times)

    # --- the Room interface ---------------------------------------------------------------------

    @property
    def state(self) -> RoomState:
        """The current snapshot."""
        return self._state

    def picture(self, stream_id: str) -> PictureSlot:
        """See `Room.picture`."""
        return self._subscriptions.picture(stream_id)

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The loudness of a remote stream; `""` is the own microphone."""
        return self._subscriptions.audio_level(stream_id)

    async def join(self) -> None:
        """See `Room.join`; a room is joined once.

        Raises:
            RtcError: the phase is then `left`.
        """
        if self._joining is not None or self._ending is not None:
            raise RtcError(RtcErrorCode.CLOSED, "a room is joined once")
        self.set_state(phase=RoomPhase.CONNECTING)
        self._joining = asyncio.get_running_loop().create_task(self._join(), name="join")
        try:
            await asyncio.shield(self._joining)
        except asyncio.CancelledError:
            if not self._joining.cancelled():  # it is our caller who was cancelled
                await self._end(EndReason.LEFT)
                raise
            await self._end(EndReason.LEFT)
            raise RtcError(RtcErrorCode.CLOSED, "left while joining") from None
        except BaseException as error:
            code = error.code if isinstance(error, RtcError) else RtcErrorCode.MEDIA_FAILED
            await self._end(EndReason.FAILED, code)
            raise

    async def set_microphone(self, on: bool) -> None:
        """See `Room.set_microphone`.

        Raises:
            RtcError: a microphone code or `closed`.
        """
        await self._devices.set_microphone(on)

    async def set_camera(self, on: bool) -> None:
        """See `Room.set_camera`.

        Raises:
            RtcError: a camera code or `closed`.
        """
        await self._devices.set_camera(on)
        if on:
            self._quality.show_again()

    def statistics(self) -> RoomStatistics:
        """See `Room.statistics`."""
        return self._quality.statistics

    async def send(self, signal: Signal, to: Sequence[str] = ()) -> None:
        """See `Room.send`.

        Raises:
            RtcError: `too-long`, `participant-gone`, `no-reply` or `closed`.
            ValueError: a kind that is not sent like this.
        """
        await self._requests.send(signal, to)

    async def set_hand(self, raised: bool) -> None:
        """See `Room.set_hand`.

        Raises:
            RtcError: `closed`.
        """
        self._requests.check_open()
        if raised is not self._state.hand_raised:
            self.set_state(hand_raised=raised)
            self._hand.changed()

    async def force_disconnect(self, connection_id: str) -> None:
        """See `Room.force_disconnect`.

        Raises:
            RtcError: `not-allowed`, `participant-gone`, `no-reply` or `closed`.
        """
        await self._requests.force_disconnect(connection_id)

    async def force_unpublish(self, stream_id: str) -> None:
        """See `Room.force_unpublish`.

        Raises:
            RtcError: `not-allowed`, `participant-gone`, `no-reply` or `closed`.
        """
        await self._requests.force_unpublish(stream_id)

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """See `Room.share_screen`.

        Raises:
            RtcError: the source's own code, or as `join`.
        """
        self._requests.check_open()
        await self._sharing.share(token, source, self._request.renew_screen_token)

    async def stop_sharing(self) -> None:
        """See `Room.stop_sharing`."""
        await self._sharing.stop()

    async def leave(self) -> None:
        """See `Room.leave`."""
        await self._end(EndReason.LEFT)

    # --- the DevicesOwner interface ---------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """See `DevicesOwner.is_open`."""
        return self._ending is None and bool(self._state.own_connection_id)

    @property
    def place(self) -> Place:
        """See `DevicesOwner.place`."""
        return self._place

    def set_state(self, **changes: Any) -> None:
        """See `DevicesOwner.set_state`; nothing is told when nothing changed or the end was told."""
        state = replace(self._state, **changes)
        if state == self._state or self._state.phase is RoomPhase.LEFT:
            return
        self._state = state
        self._on_state(state)

    # --- joining --------------------------------------------------------------------------------

    async def _join(self) -> None:
        opening = [self._devices.open_microphone(), self._devices.open_camera(), self._open_output()]
        devices = asyncio.gather(*opening)
        try:
            await self._place.join()
            await devices
            await self._place.try_to_tell()
        finally:
            devices.cancel()
            await asyncio.wait([devices])
            if not devices.cancelled():
                devices.exception()  # taken: the failure that ended the join is the one to report
        self.set_state(phase=RoomPhase.CONNECTED, own_stream_id=self._place.stream_id)
        log.info("joined as %s", self._state.own_connection_id)
        self._place.keep(lambda: self._subscriptions.frames_received)
        self._tasks.start(self._quality.run(), name="quality")

    async def _open_output(self) -> None:
        await self._devices.open_output()
        self._tasks.start(self._mixer.run(), name="mixer")
        self._tasks.start(self._inbox.run(), name="signals")

    # --- what the server says, and what becomes of our place: the PlaceOwner interface -----------

    def joined(self, result: JoinResult) -> None:
        """See `PlaceOwner.joined`."""
        self.set_state(own_connection_id=result.id, is_moderator=result.is_moderator)
        self._others.joined(result, self._place.former_ids)

    def notified(self, message: Notification) -> None:
        """See `PlaceOwner.notified`."""
        if isinstance(message, SignalReceived):
            self._inbox.take(message)
            return
        if isinstance(message, ParticipantJoined):
            self._hand.somebody_came(message.id)
        self._others.notified(message)

    async def dropped(self) -> None:
        """See `PlaceOwner.dropped`."""
        self._hand.connection_dropped()
        await self._subscriptions.drop()

    def recovery_changed(self, state: RecoveryState, event: RecoveryEvent) -> None:
        """See `PlaceOwner.recovery_changed`."""
        if event is RecoveryEvent.ADDRESS_GONE:
            self._subscriptions.restart()
        if state is RecoveryState.STEADY:
            self.set_state(
                phase=RoomPhase.CONNECTED,
                own_stream_id=self._place.stream_id,
                stream_taken=self._place.withdrawn,
            )
            self._hand.connection_stands()
        elif state.visible:
            self.set_state(phase=RoomPhase.RECONNECTING)

    def put_out(self, reason: EndReason) -> None:
        """See `PlaceOwner.put_out`."""
        self._start_end(reason)

    def stream_taken(self) -> None:
        """See `PlaceOwner.stream_taken`."""
        self._tasks.start(self._devices.withdraw(), name="own stream taken")

    # --- what the parts say -----------------------------------------------------------------------

    def _others_changed(self, participants: tuple[ParticipantState, ...]) -> None:
        self.set_state(participants=participants, absent=self._others.absent)

    def _quality_changed(self, stream_id: str, quality: Quality) -> None:
        if stream_id == OWN_STREAM:
            self.set_state(own_quality=quality)
        else:
            self._others.set_quality(stream_id, quality)

    def _picture_wanted(self, wanted: bool) -> None:
        """Line and computer carry a picture again, or do not any more."""
        self._tasks.start(self._devices.give_or_take_picture(wanted), name="picture for voice")

    def _sharing_changed(self) -> None:
        if self._sharing.connection_id:
            self._others.hide(self._sharing.connection_id)
        self.set_state(sharing=self._sharing.active, screen_stream_id=self._sharing.stream_id)

    # --- the end --------------------------------------------------------------------------------

    async def _end(self, reason: EndReason, error: RtcErrorCode | None = None) -> None:
        await asyncio.shield(self._start_end(reason, error))

    def _start_end(self, reason: EndReason, error: RtcErrorCode | None = None) -> asyncio.Task[None]:
        """Be over, once: say so at once, then release everything in one task."""
        if self._ending is None:
            log.info("leaving the room: %s", reason.value)
            self._place.give_up()
            self._others.clear()
            goodbye = reason in {EndReason.LEFT, EndReason.FAILED}
            self._ending = asyncio.get_running_loop().create_task(self._release(goodbye), name="leave")
            self.set_state(
                phase=RoomPhase.LEFT,
                participants=(),
                hand_raised=False,
                sharing=False,
                screen_stream_id="",
                own_stream_id="",
                end_reason=reason,
                error=error if error is not None else self._state.error,
            )
        return self._ending

    async def _release(self, goodbye: bool) -> None:
        if self._joining is not None and not self._joining.done():
            self._joining.cancel()
            await asyncio.wait([self._joining])
        # All at once: each is bounded by itself, and a server that is dead answers none of them.
        steps = await asyncio.gather(
            self._place.close(goodbye=goodbye),
            self._tasks.close(),
            self._subscriptions.close(),
            self._sharing.close(),
            self._devices.release(),
            return_exceptions=True,
        )
        for failure in steps:
            if isinstance(failure, BaseException):
                log.error("leaving was not clean", exc_info=failure)
