"""The bridge between Qt's thread and the media thread."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from desktop.app.media_thread import MediaThread, OpenRoom, RoomBridge
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import (
    AudioLevel,
    AudioOutput,
    AudioSource,
    PictureSlot,
    SoundSwitches,
    VideoSource,
)
from desktop.rtc.room import OWN_SCREEN, OnSignal, OnState, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.signals import CHAT, Signal
from desktop.rtc.state import EndReason, ParticipantState, RoomPhase, RoomState
from desktop.rtc.statistics import RoomStatistics, StreamStatistics
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.sources import BLUE, GREEN, RED, BlocksCamera, ToneMicrophone, shows
from tests.support.waiting import until

REQUEST = RoomRequest(token="ws://x?sessionId=s&token=tok_1", name="Alice")
NO_DEVICES = RoomDevices(camera=None, microphone=None, output=None)
STATISTICS = RoomStatistics(streams={"": StreamStatistics(at_s=1.0, sending=True)})
LIMIT_S = 40.0
"""For what must happen with real media, on a loaded machine."""


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

    def __init__(
        self, on_state: OnState, error: RtcError | None = None, on_signal: OnSignal | None = None
    ) -> None:
        self._state = RoomState()
        self._on_state = on_state
        self._on_signal = on_signal
        self._error = error
        self.calls: list[tuple[object, ...]] = []
        self.thread_names: list[str] = []
        self.slot = PictureSlot()
        self.level = AudioLevel()

    @property
    def state(self) -> RoomState:
        """The current snapshot."""
        return self._state

    def become(self, **changes: Any) -> None:
        """Tell a new state."""
        self._state = replace(self._state, **changes)
        self._remember()
        self._on_state(self._state)

    def _remember(self, *call: object) -> None:
        self.thread_names.append(threading.current_thread().name)
        if call:
            self.calls.append(call)

    async def join(self) -> None:
        """Two states, then the error if there is one."""
        self.become(phase=RoomPhase.CONNECTING)
        if self._error is not None:
            self.become(phase=RoomPhase.LEFT, error=self._error.code)
            raise self._error
        self.become(phase=RoomPhase.CONNECTED)

    async def set_microphone(self, on: bool) -> None:
        """Switch."""
        self.become(microphone_on=on)

    async def set_camera(self, on: bool) -> None:
        """Switch."""
        self.become(camera_on=on)

    async def replace_camera(self, source: VideoSource) -> None:
        """Remember it."""
        self._remember("replace_camera", source)

    async def replace_microphone(self, source: AudioSource) -> None:
        """Remember it."""
        self._remember("replace_microphone", source)

    async def replace_output(self, output: AudioOutput) -> None:
        """Remember it."""
        self._remember("replace_output", output)

    async def set_switches(self, switches: SoundSwitches) -> None:
        """Remember it."""
        self._remember("set_switches", switches)

    def statistics(self) -> RoomStatistics:
        """The one second."""
        self._remember("statistics")
        return STATISTICS

    async def send(self, signal: Signal, to: Sequence[str] = ()) -> None:
        """Somebody comes and says the same; between two states, as the room promises."""
        self._remember("send", signal, to)
        self.become(participants=(ParticipantState("con_bo", "Bo"),))
        if self._on_signal is not None:
            self._on_signal(replace(signal, from_connection_id="con_bo"))
        self.become(participants=())

    def watch_video(self, stream_id: str, on: bool) -> None:
        """Remember it."""
        self._remember("watch_video", stream_id, on)

    def set_economy(self, on: bool) -> None:
        """Remember it."""
        self._remember("set_economy", on)

    async def set_hand(self, raised: bool) -> None:
        """Raise or lower."""
        self._remember("set_hand", raised)
        self.become(hand_raised=raised)

    async def force_disconnect(self, connection_id: str) -> None:
        """Not for us."""
        self._remember("force_disconnect", connection_id)
        raise RtcError(RtcErrorCode.NOT_ALLOWED)

    async def force_unpublish(self, stream_id: str) -> None:
        """Not for us."""
        self._remember("force_unpublish", stream_id)
        raise RtcError(RtcErrorCode.NOT_ALLOWED)

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """Shared."""
        self._remember("share_screen", token, source)
        self.become(sharing=True)

    async def stop_sharing(self) -> None:
        """Shared no more."""
        self._remember("stop_sharing")
        self.become(sharing=False)

    async def leave(self) -> None:
        """Over."""
        self.become(phase=RoomPhase.LEFT)

    def picture(self, stream_id: str) -> PictureSlot:
        """The one slot."""
        return self.slot

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The one level."""
        return self.level


def scripted(rooms: list[ScriptedRoom], error: RtcError | None = None) -> OpenRoom:
    """Opens scripted rooms and remembers them."""

    def open_scripted(
        _request: RoomRequest, _devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
    ) -> ScriptedRoom:
        rooms.append(ScriptedRoom(on_state, error, on_signal))
        return rooms[-1]

    return open_scripted


class Deliveries(QObject):
    """Counts what comes to an object from other threads."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Count; stop nothing."""
        self.count += event.type() == QEvent.Type.MetaCall
        return False


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

    def open_scripted(
        request: RoomRequest, devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
    ) -> ScriptedRoom:
        assert (request, devices) == (REQUEST, NO_DEVICES)
        rooms.append(ScriptedRoom(on_state, on_signal=on_signal))
        return rooms[-1]

    bridge = RoomBridge(thread, open_scripted, no_devices)
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
    bridge = RoomBridge(thread, scripted([], error), no_devices)
    with pytest.raises(RtcError):
        asyncio.run(bridge.join(REQUEST))
    qtbot.waitUntil(lambda: bridge.state.error is RtcErrorCode.TOKEN_REFUSED)


def test_that_we_left_is_told_once(thread: MediaThread, qtbot: QtBot) -> None:
    """Leaving is safe more than once; and who never came in cannot leave."""
    told: list[str] = []
    never = RoomBridge(thread, scripted([]), no_devices, on_left=lambda: told.append("never inside"))
    asyncio.run(never.leave())
    bridge = RoomBridge(thread, scripted([]), no_devices, on_left=lambda: told.append("left"))
    asyncio.run(bridge.join(REQUEST))
    assert told == []
    asyncio.run(bridge.leave())
    asyncio.run(bridge.leave())
    assert told == ["left"]


def test_before_the_join_there_is_nothing_to_see(thread: MediaThread, qtbot: QtBot) -> None:
    bridge = RoomBridge(thread, scripted([]), no_devices)
    assert bridge.picture("x").picture is None
    assert bridge.audio_level("x").rms == 0.0
    assert asyncio.run(bridge.statistics()) == RoomStatistics()
    asyncio.run(bridge.stop_sharing())
    asyncio.run(bridge.leave())
    assert bridge.state.phase is RoomPhase.IDLE


CAMERA, MICROPHONE, OUTPUT = BlocksCamera(), ToneMicrophone(450), SilentSpeaker()
HELLO = Signal(CHAT, "hello")
CALLS: dict[str, tuple[object, ...]] = {
    "send": (HELLO, ("con_bo",)),
    "set_hand": (True,),
    "force_disconnect": ("con_bo",),
    "force_unpublish": ("str_bo",),
    "share_screen": ("ws://x?token=screen", CAMERA),
    "replace_camera": (CAMERA,),
    "replace_microphone": (MICROPHONE,),
    "replace_output": (OUTPUT,),
    "set_switches": (SoundSwitches(gain_control=False),),
}
"""Everything that is asked of a room and is of no use before the join, with its arguments."""


@pytest.mark.parametrize("method", CALLS)
def test_before_the_join_there_is_no_room_to_ask(method: str, thread: MediaThread, qtbot: QtBot) -> None:
    """A line of chat that goes nowhere must not look as if it had been sent."""
    bridge = RoomBridge(thread, scripted([]), no_devices)
    with pytest.raises(RtcError) as caught:
        asyncio.run(getattr(bridge, method)(*CALLS[method]))
    assert caught.value.code is RtcErrorCode.CLOSED


@pytest.mark.parametrize("method", CALLS)
def test_what_is_asked_of_the_room_is_done_on_the_media_thread(
    method: str, thread: MediaThread, qtbot: QtBot
) -> None:
    """The arguments arrive as they are; a refusal is raised where it was asked."""
    rooms: list[ScriptedRoom] = []
    bridge = RoomBridge(thread, scripted(rooms), no_devices)
    codes: list[RtcErrorCode] = []

    async def walk() -> None:
        await bridge.join(REQUEST)
        try:
            await getattr(bridge, method)(*CALLS[method])
        except RtcError as error:
            codes.append(error.code)

    asyncio.run(walk())
    assert rooms[0].calls == [(method, *CALLS[method])]
    assert set(rooms[0].thread_names) == {"media"}
    assert codes == ([RtcErrorCode.NOT_ALLOWED] if method.startswith("force") else [])
    assert bridge.devices == RoomDevices(
        camera=CAMERA if method == "replace_camera" else None,
        microphone=MICROPHONE if method == "replace_microphone" else None,
        output=OUTPUT if method == "replace_output" else None,
    )


def test_statistics_are_put_together_on_the_media_thread(thread: MediaThread, qtbot: QtBot) -> None:
    """The room's counters change there while one reads."""
    rooms: list[ScriptedRoom] = []
    bridge = RoomBridge(thread, scripted(rooms), no_devices)

    async def walk() -> RoomStatistics:
        await bridge.join(REQUEST)
        return await bridge.statistics()

    assert asyncio.run(walk()) is STATISTICS
    assert rooms[0].calls == [("statistics",)]
    assert set(rooms[0].thread_names) == {"media"}


def test_hand_and_sharing_come_out_as_states(thread: MediaThread, qtbot: QtBot) -> None:
    bridge = RoomBridge(thread, scripted([]), no_devices)
    seen: list[tuple[bool, bool]] = []
    bridge.changed.connect(lambda state: seen.append((state.hand_raised, state.sharing)))

    async def walk() -> None:
        await bridge.join(REQUEST)
        await bridge.set_hand(True)
        await bridge.share_screen("ws://x?token=screen", CAMERA)
        await bridge.stop_sharing()
        await bridge.leave()

    asyncio.run(walk())
    qtbot.waitUntil(lambda: bridge.state.phase is RoomPhase.LEFT)
    assert seen[3:] == [(True, False), (True, True), (True, False), (True, False)]


def test_signals_keep_their_place_between_the_states(thread: MediaThread, qtbot: QtBot) -> None:
    """Whoever speaks is in the room when it is heard: states and signals share one queue."""
    bridge = RoomBridge(thread, scripted([]), no_devices)
    seen: list[object] = []
    names: list[str] = []
    bridge.changed.connect(lambda state: seen.append(len(state.participants)))

    def heard(signal: Signal) -> None:
        seen.append(signal)
        names.append(threading.current_thread().name)

    bridge.signal_received.connect(heard)
    deliveries = Deliveries(bridge)

    async def walk() -> None:
        await bridge.join(REQUEST)
        for number in range(3):
            await bridge.send(Signal(CHAT, str(number)))
        await bridge.leave()

    asyncio.run(walk())
    qtbot.waitUntil(lambda: bridge.state.phase is RoomPhase.LEFT)
    said = [Signal(CHAT, str(number), from_connection_id="con_bo") for number in range(3)]
    # Said by the bridge, twice by the join, then each signal between its two states, then the end.
    assert seen == [0, 0, 0, 1, said[0], 0, 1, said[1], 0, 1, said[2], 0, 0]
    assert set(names) == {threading.main_thread().name}
    assert deliveries.count == len(seen) - 1


def test_the_thread_may_end_before_the_room(thread: MediaThread, qtbot: QtBot) -> None:
    """What releases is safe at any time."""
    bridge = RoomBridge(thread, scripted([]), no_devices)
    asyncio.run(bridge.join(REQUEST))
    thread.stop()
    asyncio.run(bridge.stop_sharing())
    asyncio.run(bridge.leave())


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

    def open_asking(
        request: RoomRequest, _devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
    ) -> ScriptedRoom:
        requests.append(request)
        rooms.append(AskingRoom(on_state))
        return rooms[-1]

    bridge = RoomBridge(thread, open_asking, no_devices)
    asyncio.run(bridge.join(replace(REQUEST, renew_token=renew)))
    assert asked == [threading.main_thread().name]
    assert tokens == ["ws://x?sessionId=s&token=tok_2"]
    assert rooms[0].thread_names == ["media"]


@pytest.fixture(scope="module")
def openvidu() -> Iterator[RunningOpenVidu]:
    """A media server."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


async def until_on_qt(condition: Callable[[], object], what: str) -> None:
    """Wait for what Qt's event loop delivers."""

    def looked() -> object:
        QCoreApplication.processEvents()
        return condition()

    await until(looked, what, LIMIT_S)


class Person:
    """Somebody at a real room behind a bridge."""

    def __init__(self, thread: MediaThread, camera: BlocksCamera) -> None:
        self.devices = RoomDevices(camera, None, None)
        self.bridge = RoomBridge(thread, open_room, self._choose)
        self.deliveries = Deliveries(self.bridge)
        self.states: list[RoomState] = []
        self.signals: list[Signal] = []
        self.bridge.changed.connect(self.states.append)
        self.bridge.signal_received.connect(self.signals.append)

    async def _choose(self) -> RoomDevices:
        return self.devices

    @property
    def other(self) -> ParticipantState:
        """The only other one."""
        (other,) = self.bridge.state.participants
        return other

    def sees(self, colour: tuple[int, int, int]) -> bool:
        """The other's camera shows this."""
        others = self.bridge.state.participants
        return any(
            shows(self.bridge.picture(stream.stream_id), colour) for each in others for stream in each.streams
        )


async def test_two_people_with_real_rooms(
    thread: MediaThread, openvidu: RunningOpenVidu, qtbot: QtBot
) -> None:
    """Everything at once: pictures pass without a delivery, and what is delivered is states and signals."""
    session_id = f"mtg_{secrets.token_hex(8)}"
    first, second, shared = BlocksCamera(RED), BlocksCamera(GREEN), BlocksCamera(BLUE)
    mikl, alice = Person(thread, BlocksCamera(GREEN)), Person(thread, first)
    async with OpenViduRest(openvidu.url, openvidu.secret) as rest:
        await rest.create_session(session_id)
        try:
            await mikl.bridge.join(
                RoomRequest(await rest.token(session_id, role="MODERATOR"), "MiKL", microphone_on=False)
            )
            await alice.bridge.join(RoomRequest(await rest.token(session_id), "Alice", microphone_on=False))
            await until_on_qt(lambda: mikl.sees(RED), "Alice's first camera")
            await alice.bridge.replace_camera(second)
            assert (first.is_open, second.is_open) == (False, True)
            await until_on_qt(lambda: mikl.sees(GREEN), "her second one")
            await alice.bridge.set_hand(True)
            await alice.bridge.send(HELLO)
            await until_on_qt(lambda: mikl.signals and mikl.other.hand_raised, "hand and chat")
            assert (mikl.signals[0].kind, mikl.signals[0].data) == (CHAT, "hello")
            assert mikl.signals[0].from_connection_id == alice.bridge.state.own_connection_id
            data = '{"purpose": "screen", "account": "a"}'
            await alice.bridge.share_screen(await rest.token(session_id, data=data), shared)
            await until_on_qt(lambda: alice.bridge.state.sharing and mikl.sees(BLUE), "her screen")
            assert shows(alice.bridge.picture(OWN_SCREEN), BLUE)
            await alice.bridge.stop_sharing()
            await until_on_qt(lambda: not alice.bridge.state.sharing, "its end")
            assert not shared.is_open
            room = mikl.bridge._room
            assert room is not None
            await until_on_qt(lambda: room.statistics().streams, "the first look, a second after joining")
            measured = await mikl.bridge.statistics()
            assert "" in measured.streams
            with pytest.raises(RtcError) as caught:
                await alice.bridge.force_disconnect(mikl.bridge.state.own_connection_id)
            assert caught.value.code is RtcErrorCode.NOT_ALLOWED
            await until_on_qt(lambda: len(mikl.bridge.state.participants) == 1, "Alice alone")
            await mikl.bridge.force_disconnect(mikl.other.connection_id)
            await until_on_qt(lambda: alice.bridge.state.phase is RoomPhase.LEFT, "Alice put out")
            assert alice.bridge.state.end_reason is EndReason.REMOVED
        finally:
            await alice.bridge.leave()
            await mikl.bridge.leave()
    assert not second.is_open
    await until_on_qt(lambda: mikl.bridge.state.phase is RoomPhase.LEFT, "the end")
    for person in (mikl, alice):
        # The first state is the bridge's own and comes from no other thread.
        assert person.deliveries.count == len(person.states) - 1 + len(person.signals)
