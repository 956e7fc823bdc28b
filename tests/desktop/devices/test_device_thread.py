"""The thread a device lives in: made, used and released in one thread, whatever goes wrong."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer

from desktop.devices.device_thread import DeviceThread, Started
from desktop.rtc.errors import RtcError, RtcErrorCode

DEADLINE_S = 40.0
ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("qapp")


class Resident(QObject):
    """Remembers in which threads it was made and shut."""

    def __init__(self, started: Started, seen: list[tuple[str, str]]) -> None:
        super().__init__()
        self.seen = seen
        self.note("made")
        started.succeed()

    def note(self, what: str) -> None:
        assert self.thread() is QThread.currentThread()
        self.seen.append((what, threading.current_thread().name))

    def shut(self) -> None:
        self.note("shut")


def test_the_resident_lives_in_its_thread_from_birth_to_end() -> None:
    seen: list[tuple[str, str]] = []
    thread = DeviceThread("device", lambda started: Resident(started, seen))
    thread.start()
    thread.wait_started(DEADLINE_S)
    told = threading.Event()
    thread.tell(lambda resident: resident.note("told"))
    thread.tell(lambda _: told.set())
    assert told.wait(DEADLINE_S)
    assert thread.stop()
    assert seen == [("made", "device"), ("told", "device"), ("shut", "device")]


def test_what_is_told_at_once_after_starting_is_done() -> None:
    for _ in range(50):
        seen: list[tuple[str, str]] = []
        thread = DeviceThread("device", lambda started, seen=seen: Resident(started, seen))  # type: ignore[misc]
        thread.start()
        thread.tell(lambda resident: resident.note("told"))
        assert thread.stop(DEADLINE_S)
        assert [what for what, _ in seen] == ["made", "told", "shut"]


def test_the_resident_is_destroyed_in_its_thread() -> None:
    """Qt objects must not die in another thread; nothing outside may keep the resident alive."""
    died_in: list[str] = []

    def make(started: Started) -> Resident:
        resident = Resident(started, [])
        weakref.finalize(resident, lambda: died_in.append(threading.current_thread().name))
        return resident

    for _ in range(50):
        thread = DeviceThread("device", make)
        thread.start()
        thread.wait_started(DEADLINE_S)
        thread.tell(lambda resident: resident.note("told"))
        assert thread.stop(DEADLINE_S)
    assert died_in == ["device"] * 50


def test_the_event_loop_runs() -> None:
    """Qt's timers fire in the thread."""
    fired = threading.Event()

    def make(started: Started) -> Resident:
        resident = Resident(started, [])
        timer = QTimer(resident)
        timer.setSingleShot(True)
        timer.timeout.connect(fired.set)
        timer.start(1)
        return resident

    thread = DeviceThread("device", make)
    thread.start()
    assert fired.wait(DEADLINE_S)
    assert thread.stop()


def test_an_error_while_making_reaches_who_waits() -> None:
    def make(_: Started) -> Resident:
        raise RtcError(RtcErrorCode.CAMERA_MISSING)

    thread = DeviceThread("device", make)
    thread.start()
    with pytest.raises(RtcError) as caught:
        thread.wait_started(DEADLINE_S)
    assert caught.value.code is RtcErrorCode.CAMERA_MISSING
    assert thread.stop()


def test_what_a_failed_start_made_is_destroyed_in_its_thread() -> None:
    """The error keeps no half-made Qt object alive into another thread."""
    made: list[weakref.ref[QObject]] = []

    def make(_: Started) -> Resident:
        half = QObject()
        made.append(weakref.ref(half))
        raise RtcError(RtcErrorCode.CAMERA_BUSY)

    thread = DeviceThread("device", make)
    thread.start()
    with pytest.raises(RtcError) as caught:
        thread.wait_started(DEADLINE_S)
    assert thread.stop()
    assert made[0]() is None
    assert caught.value.__traceback__ is not None


def test_a_device_that_says_nothing_times_out_and_can_be_stopped() -> None:
    class Mute:
        def shut(self) -> None:
            pass

    thread = DeviceThread("device", lambda _: Mute())
    thread.start()
    with pytest.raises(TimeoutError):
        thread.wait_started(0.01)
    assert thread.stop()


def test_a_driver_that_hangs_is_left_alone_and_cleaned_up_when_it_returns() -> None:
    entered, let_go = threading.Event(), threading.Event()
    seen: list[tuple[str, str]] = []

    def make(started: Started) -> Resident:
        entered.set()
        assert let_go.wait(DEADLINE_S)
        return Resident(started, seen)

    thread = DeviceThread("device", make)
    thread.start()
    assert entered.wait(DEADLINE_S)
    assert not thread.stop(timeout_s=0.01)
    let_go.set()
    assert thread.stop(timeout_s=DEADLINE_S)
    assert [what for what, _ in seen] == ["made", "shut"]


def test_stopping_first_makes_waiting_and_starting_end_with_closed() -> None:
    thread = DeviceThread("device", lambda started: Resident(started, []))
    assert thread.stop()
    for attempt in (thread.start, lambda: thread.wait_started(DEADLINE_S)):
        with pytest.raises(RtcError) as caught:
            attempt()
        assert caught.value.code is RtcErrorCode.CLOSED


def test_stopping_wakes_who_waits() -> None:
    class Mute:
        def shut(self) -> None:
            pass

    thread = DeviceThread("device", lambda _: Mute())
    thread.start()
    stopper = threading.Thread(target=thread.stop)
    stopper.start()
    with pytest.raises(RtcError) as caught:
        thread.wait_started(DEADLINE_S)
    stopper.join()
    assert caught.value.code is RtcErrorCode.CLOSED


def test_telling_a_stopped_thread_does_nothing() -> None:
    seen: list[tuple[str, str]] = []
    thread = DeviceThread("device", lambda started: Resident(started, seen))
    thread.start()
    thread.wait_started(DEADLINE_S)
    assert thread.stop()
    assert thread.stop()
    assert thread.stopped
    thread.tell(lambda resident: resident.note("told"))
    assert ("told", "device") not in seen


def test_the_first_verdict_counts() -> None:
    started = Started()
    started.succeed()
    started.succeed()
    assert not started.fail(RtcError(RtcErrorCode.CAMERA_BUSY))
    started.wait(0)


def test_a_hundred_threads_leave_nothing() -> None:
    before = threading.active_count()
    for _ in range(100):
        thread = DeviceThread("device", lambda started: Resident(started, []))
        thread.start()
        thread.wait_started(DEADLINE_S)
        assert thread.stop()
    assert threading.active_count() == before
    assert QCoreApplication.instance() is not None
