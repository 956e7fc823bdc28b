"""The one file where two threads meet: Qt's loop and the media loop.

Media (signalling, WebRTC, mixing) runs on a plain asyncio loop in a thread of its own, so that a
busy window costs no packet and a busy network costs no click. Going in: one awaitable call. Coming
out: a Qt signal that carries a frozen state, or one data signal of somebody's. Pictures and levels
never pass here: their slots are read directly, latest wins.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtCore import Signal as QtSignal

from desktop.qt_classes import make_classes
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import (
    AudioLevel,
    AudioOutput,
    AudioSource,
    PictureSlot,
    SoundSwitches,
    VideoSource,
)
from desktop.rtc.room import OnSignal, OnState, RenewToken, Room, RoomDevices, RoomRequest
from desktop.rtc.signals import Signal
from desktop.rtc.state import RoomPhase, RoomState
from desktop.rtc.statistics import RoomStatistics

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class OpenRoom(Protocol):
    """Makes a room, not joined yet, on the loop that it is called on: see `desktop.rtc.rooms.open_room`."""

    def __call__(
        self, request: RoomRequest, devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
    ) -> Room:
        """Make the room."""


ChooseDevices = Callable[[], Awaitable[RoomDevices]]
"""Finds camera, microphone and loudspeaker without blocking; awaited on Qt's thread."""


def new_media_loop() -> asyncio.AbstractEventLoop:
    """A plain loop, named by its class: under qasync's policy `new_event_loop()` would return Qt's.

    uvloop costs a fifth less for the same packets; Windows has none and uses its selector loop,
    whose datagram transports are the sound ones there.
    """
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop()
    import uvloop  # noqa: PLC0415  (does not exist on Windows)

    return uvloop.new_event_loop()


class MediaThread:
    """A thread that runs the media loop from `start()` to `stop()`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """True between `start()` and `stop()`."""
        return self._loop is not None

    def start(self) -> None:
        """Start the thread; it idles without cost until something is called."""
        if self._loop is not None:
            return
        make_classes()  # it tells Qt's thread by signals
        self._loop = new_media_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="media", daemon=True)
        self._thread.start()

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the media loop and await its result here; cancelling goes in as well."""
        if self._loop is None:
            work.close()
            raise RuntimeError("the media thread is not running")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def stop(self) -> None:
        """End the loop and join the thread; what still runs there is cancelled."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if self._thread.is_alive():
            log.error("the media thread did not end in time")
        self._loop = None
        self._thread = None


def called_on(loop: asyncio.AbstractEventLoop, renew_token: RenewToken) -> RenewToken:
    """The same function, to be awaited on another loop while it runs on `loop`; cancelling goes in."""

    async def work() -> str:
        return await renew_token()

    async def renew() -> str:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), loop))

    return renew


class RoomBridge(QObject):
    """One live room as Qt's thread sees it: everything of `Room`, and the view-model's `RoomPort`.

    `on_left` is called once, when we have left by ourselves.

    Signals:
        changed(RoomState): every new state, in order, in the thread this object lives in.
        signal_received(Signal): every data signal, in the order of the room, between the states
            that the room told before and after it.
    """

    changed = QtSignal(object)
    signal_received = QtSignal(object)
    _state_arrived = QtSignal(object)
    _signal_arrived = QtSignal(object)

    def __init__(
        self,
        thread: MediaThread,
        open_room: OpenRoom,
        choose_devices: ChooseDevices,
        parent: QObject | None = None,
        *,
        on_left: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self._thread = thread
        self._on_left = on_left
        self._has_left = False
        self._open_room = open_room
        self._choose_devices = choose_devices
        self._room: Room | None = None
        self._state = RoomState()
        self._devices: RoomDevices | None = None
        # Emitted on the media thread, delivered on ours: one queue for both keeps their order.
        self._state_arrived.connect(self._take_state, Qt.ConnectionType.QueuedConnection)
        self._signal_arrived.connect(self._take_signal, Qt.ConnectionType.QueuedConnection)

    @property
    def state(self) -> RoomState:
        """The latest state that was delivered here."""
        return self._state

    @property
    def devices(self) -> RoomDevices | None:
        """What is published and where the others are heard; None before the join. For diagnostics."""
        return self._devices

    async def join(self, request: RoomRequest) -> None:
        """Choose the devices, then join.

        Raises:
            RtcError: as `Room.join`.
        """
        self._state = RoomState(
            phase=RoomPhase.CONNECTING, microphone_on=request.microphone_on, camera_on=request.camera_on
        )
        self.changed.emit(self._state)
        self._devices = await self._choose_devices()
        # They ask the service, whose client lives on this loop, and are called on the media loop.
        loop = asyncio.get_running_loop()
        if request.renew_token is not None:
            request = replace(request, renew_token=called_on(loop, request.renew_token))
        if request.renew_screen_token is not None:
            request = replace(request, renew_screen_token=called_on(loop, request.renew_screen_token))
        await self._thread.call(self._join(request, self._devices))

    async def _join(self, request: RoomRequest, devices: RoomDevices) -> None:
        self._room = self._open_room(
            request, devices, self._state_arrived.emit, on_signal=self._signal_arrived.emit
        )
        await self._room.join()

    async def set_microphone(self, on: bool) -> None:
        """Mute or unmute; does nothing before the join.

        Raises:
            RtcError: as `Room.set_microphone`.
        """
        if self._room is not None:
            await self._thread.call(self._room.set_microphone(on))

    async def set_camera(self, on: bool) -> None:
        """Show or hide the own picture; does nothing before the join.

        Raises:
            RtcError: as `Room.set_camera`.
        """
        if self._room is not None:
            await self._thread.call(self._room.set_camera(on))

    async def replace_camera(self, source: VideoSource) -> None:
        """Go on with another camera.

        Raises:
            RtcError: as `Room.replace_camera`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().replace_camera(source))
        if self._devices is not None:
            self._devices = replace(self._devices, camera=source)

    async def replace_microphone(self, source: AudioSource) -> None:
        """Go on with another microphone.

        Raises:
            RtcError: as `Room.replace_microphone`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().replace_microphone(source))
        if self._devices is not None:
            self._devices = replace(self._devices, microphone=source)

    async def replace_output(self, output: AudioOutput) -> None:
        """Hear the others through another loudspeaker.

        Raises:
            RtcError: as `Room.replace_output`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().replace_output(output))
        if self._devices is not None:
            self._devices = replace(self._devices, output=output)

    async def set_switches(self, switches: SoundSwitches) -> None:
        """Change what is done to our voice.

        Raises:
            RtcError: as `Room.set_switches`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().set_switches(switches))

    async def statistics(self) -> RoomStatistics:
        """What each stream did, put together on the media thread; nothing before the join."""
        if self._room is None:
            return RoomStatistics()
        return await self._thread.call(self._statistics(self._room))

    @staticmethod
    async def _statistics(room: Room) -> RoomStatistics:
        return room.statistics()

    async def send(self, signal: Signal, to: Sequence[str] = ()) -> None:
        """Send a data signal to everybody, or to some.

        Raises:
            RtcError: as `Room.send`; `closed` before the join.
            ValueError: a kind that is not sent like this.
        """
        await self._thread.call(self._opened_room().send(signal, to))

    async def set_hand(self, raised: bool) -> None:
        """Raise or lower our hand.

        Raises:
            RtcError: as `Room.set_hand`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().set_hand(raised))

    async def force_disconnect(self, connection_id: str) -> None:
        """Put a participant out.

        Raises:
            RtcError: as `Room.force_disconnect`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().force_disconnect(connection_id))

    async def force_unpublish(self, stream_id: str) -> None:
        """Take a participant's stream down.

        Raises:
            RtcError: as `Room.force_unpublish`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().force_unpublish(stream_id))

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """Share a screen or window beside the camera; painted from `picture(OWN_SCREEN)`.

        Raises:
            RtcError: as `Room.share_screen`; `closed` before the join.
        """
        await self._thread.call(self._opened_room().share_screen(token, source))

    async def stop_sharing(self) -> None:
        """End the sharing. Safe at any time and more than once."""
        if self._room is not None and self._thread.running:
            await self._thread.call(self._room.stop_sharing())

    async def watch_video(self, stream_id: str, on: bool) -> None:
        """Stop to decode a remote stream's pictures, or begin again; does nothing before the join."""
        if self._room is not None and self._thread.running:
            await self._thread.call(self._watch_video(self._room, stream_id, on))

    @staticmethod
    async def _watch_video(room: Room, stream_id: str, on: bool) -> None:
        room.watch_video(stream_id, on)

    async def set_economy(self, on: bool) -> None:
        """Send less, or all again; does nothing before the join."""
        if self._room is not None and self._thread.running:
            await self._thread.call(self._set_economy(self._room, on))

    @staticmethod
    async def _set_economy(room: Room, on: bool) -> None:
        room.set_economy(on)

    async def leave(self) -> None:
        """Leave and release everything."""
        if self._room is not None and self._thread.running:
            await self._thread.call(self._room.leave())
            if not self._has_left:
                self._has_left = True
                self._on_left()

    def picture(self, stream_id: str) -> PictureSlot:
        """What a tile paints; an empty slot before the join."""
        return self._room.picture(stream_id) if self._room is not None else PictureSlot()

    def audio_level(self, stream_id: str) -> AudioLevel:
        """How loud a stream is; silence before the join."""
        return self._room.audio_level(stream_id) if self._room is not None else AudioLevel()

    def _opened_room(self) -> Room:
        if self._room is None:
            raise RtcError(RtcErrorCode.CLOSED, "not in a room yet")
        return self._room

    def _take_state(self, state: RoomState) -> None:
        self._state = state
        self.changed.emit(state)

    def _take_signal(self, signal: Signal) -> None:
        self.signal_received.emit(signal)
