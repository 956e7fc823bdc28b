"""The bridge between Qt's thread and the media thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.room import OnState, RoomDevices, RoomRequest
from desktop.rtc.state import RoomPhase, RoomState

REQUEST = RoomRequest(token="ws://x?sessionId=s&token=tok_1", name="Alice")
NO_DEVICES = RoomDevices(camera=None, microphone=None, output=None)


@pytest.fixture
def thread() -> Iterator[MediaThread]:
    """A running media thread."""
    made = MediaThread()
    made.start()
    yield made
    made.stop()


async def no_devices() -> RoomDevices:
    """A machine with nothing plugged in."""
    return NO_DEVICES


class ScriptedRoom:
    """A `Room` that reports from the media thread what a test needs to see."""

    def __init__(self, on_state: OnState, error: RtcError | None = None) -> None:
        self.state = RoomState()
        self._on_state = on_state
        self._error = error
        self.thread_names: list[str] = []
        self.slot = PictureSlot()
        self.level = AudioLevel()

    def _become(self, state: RoomState) -> None:
        self.state = state
        self.thread_names.append(threading.current_thread().name)
        self._on_state(state)

    async def join(self) -> None:
        """Three states, then the error if there is one."""
        self._become(RoomState(phase=RoomPhase.CONNECTING))
        if self._error is not None:
            self._become(RoomState(phase=RoomPhase.LEFT, error=self._error.code))
            raise self._error
        self._become(RoomState(phase=RoomPhase.CONNECTED))

    async def set_microphone(self, on: bool) -> None:
        """Switch."""
        self._become(RoomState(phase=self.state.phase, microphone_on=on))

    async def set_camera(self, on: bool) -> None:
        """Switch."""
        self._become(RoomState(phase=self.state.phase, camera_on=on))

    async def leave(self) -> None:
        """Over."""
        self._become(RoomState(phase=RoomPhase.LEFT))

    def picture(self, stream_id: str) -> PictureSlot:
        """The one slot."""
        return self.slot

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The one level."""
        return self.level


def test_results_and_errors_come_back(thread: MediaThread) -> None:
    async def name() -> str:
        return threading.current_thread().name

    async def fail() -> None:
        raise RtcError(RtcErrorCode.UNREACHABLE)

    assert asyncio.run(thread.call(name())) == "media"
    with pytest.raises(RtcError):
        asyncio.run(thread.call(fail()))


def test_cancelling_goes_in(thread: MediaThread) -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def outside() -> None:
        task = asyncio.create_task(thread.call(work()))
        await asyncio.to_thread(started.wait, 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(outside())
    assert cancelled.wait(2)


def test_stopping_cancels_what_runs() -> None:
    thread = MediaThread()
    thread.start()
    ended = threading.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def start() -> None:
        async def spawn() -> asyncio.Task[None]:
            return asyncio.get_running_loop().create_task(forever())

        await thread.call(spawn())
        await thread.call(asyncio.sleep(0))

    asyncio.run(start())
    thread.stop()
    assert ended.is_set()
    assert not thread.running


def test_a_stopped_thread_refuses_work() -> None:
    with pytest.raises(RuntimeError):
        asyncio.run(MediaThread().call(asyncio.sleep(0)))


def test_states_arrive_in_order_on_qts_thread(thread: MediaThread, qtbot: QtBot) -> None:
    rooms: list[ScriptedRoom] = []

    def open_room(request: RoomRequest, devices: RoomDevices, on_state: OnState) -> ScriptedRoom:
        assert (request, devices) == (REQUEST, NO_DEVICES)
        rooms.append(ScriptedRoom(on_state))
        return rooms[-1]

    bridge = RoomBridge(thread, open_room, no_devices)
    seen: list[tuple[RoomPhase, str]] = []
    bridge.changed.connect(lambda state: seen.append((state.phase, threading.current_thread().name)))

    async def walk() -> None:
        await bridge.join(REQUEST)
        await bridge.set_microphone(False)
        await bridge.leave()

    asyncio.run(walk())
    qtbot.waitUntil(lambda: bridge.state.phase is RoomPhase.LEFT)
    assert [phase for phase, _ in seen] == [
        RoomPhase.CONNECTING,
        RoomPhase.CONNECTING,
        RoomPhase.CONNECTED,
        RoomPhase.CONNECTED,
        RoomPhase.LEFT,
    ]
    assert {name for _, name in seen} == {threading.main_thread().name}
    assert set(rooms[0].thread_names) == {"media"}
    assert bridge.picture("") is rooms[0].slot
    assert bridge.audio_level("") is rooms[0].level


def test_a_join_that_fails_raises_here(thread: MediaThread, qtbot: QtBot) -> None:
    error = RtcError(RtcErrorCode.TOKEN_REFUSED)
    bridge = RoomBridge(thread, lambda _r, _d, on_state: ScriptedRoom(on_state, error), no_devices)
    with pytest.raises(RtcError):
        asyncio.run(bridge.join(REQUEST))
    qtbot.waitUntil(lambda: bridge.state.error is RtcErrorCode.TOKEN_REFUSED)


def test_before_the_join_there_is_nothing_to_see(thread: MediaThread, qtbot: QtBot) -> None:
    bridge = RoomBridge(thread, lambda _r, _d, on_state: ScriptedRoom(on_state), no_devices)
    assert bridge.picture("x").picture is None
    assert bridge.audio_level("x").rms == 0.0
    asyncio.run(bridge.leave())
    assert bridge.state.phase is RoomPhase.IDLE


def test_a_token_is_renewed_on_the_loop_that_joined(thread: MediaThread, qtbot: QtBot) -> None:
    """The room asks on the media thread; the service is asked where its client lives."""
    asked: list[str] = []
    tokens: list[str] = []

    async def renew() -> str:
        asked.append(threading.current_thread().name)
        await asyncio.sleep(0)
        return "ws://x?sessionId=s&token=tok_2"

    class AskingRoom(ScriptedRoom):
        async def join(self) -> None:
            assert requests[0].renew_token is not None
            tokens.append(await requests[0].renew_token())
            self.thread_names.append(threading.current_thread().name)

    requests: list[RoomRequest] = []
    rooms: list[ScriptedRoom] = []

    def open_room(request: RoomRequest, _: RoomDevices, on_state: OnState) -> ScriptedRoom:
        requests.append(request)
        rooms.append(AskingRoom(on_state))
        return rooms[-1]

    bridge = RoomBridge(thread, open_room, no_devices)
    asyncio.run(bridge.join(replace(REQUEST, renew_token=renew)))
    assert asked == [threading.main_thread().name]
    assert tokens == ["ws://x?sessionId=s&token=tok_2"]
    assert rooms[0].thread_names == ["media"]
