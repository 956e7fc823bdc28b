"""A camera with a switch for its background: what is handed on, when it gives up, what remains of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from desktop.devices.blur_painting import Mask, SegmentPicture
from desktop.devices.blur_switch import BlurEnd, BlurSwitch
from desktop.devices.blurred_camera import BlurredCamera
from desktop.devices.person_segmenter import PersonSegmenter
from desktop.rtc.errors import RtcError, RtcErrorCode
from tests.support.blur import real_model
from tests.support.portrait import draw_portrait
from tests.support.waiting import wait_until_blocking

SIZE = (320, 240)


class HandCamera:
    """A camera whose pictures come when the test says."""

    width_px, height_px, frame_rate = *SIZE, 30

    def __init__(self, error: RtcErrorCode | None = None) -> None:
        self.deliver: Callable[[av.VideoFrame], None] | None = None
        self.frame = draw_portrait(*SIZE).frame
        self.error = error

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Open, with a first picture, as real ones do."""
        deliver(self.frame)
        if self.error is not None:
            raise RtcError(self.error)
        self.deliver = deliver

    def close(self) -> None:
        """Close."""
        self.deliver = None

    def shoot(self) -> None:
        """One picture."""
        assert self.deliver is not None
        self.deliver(self.frame)


class Clock:
    """Seconds that pass while a segmenter works."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    """A camera behind a switch, with what comes out of it."""

    def __init__(
        self,
        segment: SegmentPicture | None = None,
        *,
        on: bool = True,
        camera: HandCamera | None = None,
        make: Callable[[], SegmentPicture] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ends: list[BlurEnd] = []
        self.seen: list[tuple[str, av.VideoFrame]] = []
        self.camera = camera or HandCamera()
        self.switch = BlurSwitch(self.ends.append, on=on)
        self.source = BlurredCamera(
            self.camera, self.switch, make or (lambda: segment or nobody), clock=clock
        )

    def take(self, frame: av.VideoFrame) -> None:
        """What is handed on, and by which thread."""
        self.seen.append((threading.current_thread().name, frame))

    def shoot(self, count: int = 1) -> None:
        """Pictures, each once the one before came out."""
        for _ in range(count):
            wanted = len(self.seen) + 1
            self.camera.shoot()
            wait_until_blocking(lambda wanted=wanted: len(self.seen) >= wanted)  # type: ignore[misc]


def nobody(frame: av.VideoFrame) -> Mask:
    """An empty room."""
    return np.zeros((144, 256), np.float32)


def is_sharp(bench: Bench, index: int = -1) -> bool:
    """The picture is the camera's own."""
    return bench.seen[index][1] is bench.camera.frame


def test_off_hands_on_what_the_camera_gives_without_a_thread() -> None:
    bench = Bench(on=False)
    bench.source.open(bench.take)
    bench.shoot(2)
    bench.source.close()
    assert [name for name, _ in bench.seen] == [threading.current_thread().name] * 3
    assert is_sharp(bench)


def test_on_works_on_a_thread_of_its_own() -> None:
    bench = Bench()
    bench.source.open(bench.take)
    bench.shoot(2)
    bench.source.close()
    assert {name for name, _ in bench.seen} == {"background blur"}
    assert not is_sharp(bench)
    assert "background blur" not in {thread.name for thread in threading.enumerate()}


def test_switched_in_mid_stream_with_the_next_picture() -> None:
    bench = Bench(on=False)
    bench.source.open(bench.take)
    bench.switch.set(True)
    bench.shoot(2)
    bench.switch.set(False)
    bench.shoot()
    bench.source.close()
    assert [is_sharp(bench, index) for index in range(4)] == [True, False, False, True]


def test_opening_with_it_on_waits_for_a_picture_that_shows_no_background() -> None:
    bench = Bench()
    bench.source.open(bench.take)
    assert len(bench.seen) == 1
    assert not is_sharp(bench)
    bench.source.close()


def test_the_newest_picture_wins_and_none_is_queued() -> None:
    gate, working = threading.Event(), threading.Event()

    def slow(frame: av.VideoFrame) -> Mask:
        working.set()
        assert gate.wait(30)
        return nobody(frame)

    bench = Bench(slow, on=False)
    bench.source.open(bench.take)
    bench.seen.clear()
    bench.switch.set(True)
    bench.camera.shoot()
    assert working.wait(30)
    for _ in range(20):
        bench.camera.shoot()
    gate.set()
    wait_until_blocking(lambda: len(bench.seen) == 2)
    bench.source.close()
    assert len(bench.seen) == 2, "the one that was worked on, and the newest"


def test_too_slow_from_the_start_switches_itself_off() -> None:
    clock = Clock()

    def slow(frame: av.VideoFrame) -> Mask:
        clock.now_s += 0.2
        return nobody(frame)

    bench = Bench(slow, clock=clock)
    bench.source.open(bench.take)
    while bench.switch.on:
        bench.shoot()
        assert len(bench.seen) < 40
    wait_until_blocking(lambda: bool(bench.ends))
    bench.shoot()
    bench.source.close()
    assert bench.ends == [BlurEnd.LATE]
    assert not bench.switch.on
    assert is_sharp(bench)


def test_slow_later_is_found_as_well_and_switching_on_measures_anew() -> None:
    clock, cost_s = Clock(), [0.004]

    def segment(frame: av.VideoFrame) -> Mask:
        clock.now_s += cost_s[0]
        return nobody(frame)

    bench = Bench(segment, clock=clock)
    bench.source.open(bench.take)
    bench.shoot(40)
    assert bench.ends == []
    cost_s[0] = 0.5
    while bench.switch.on:
        bench.shoot()
        assert len(bench.seen) < 100
    wait_until_blocking(lambda: bool(bench.ends))
    cost_s[0] = 0.004
    bench.switch.set(True)
    bench.shoot(40)
    assert bench.ends == [BlurEnd.LATE]
    assert not is_sharp(bench)
    bench.source.close()


@pytest.mark.parametrize("error", [ImportError("no runtime"), RuntimeError("damaged"), OSError("gone")])
def test_a_runtime_that_does_not_work_ends_it(error: Exception) -> None:
    def broken() -> SegmentPicture:
        raise error

    bench = Bench(make=broken)
    bench.switch.set(False)
    bench.source.open(bench.take)
    bench.switch.set(True)
    bench.camera.shoot()
    wait_until_blocking(lambda: bool(bench.ends))
    bench.shoot()
    bench.source.close()
    assert bench.ends == [BlurEnd.BROKEN]
    assert is_sharp(bench)


def test_a_camera_that_does_not_open_leaves_no_thread() -> None:
    bench = Bench(camera=HandCamera(RtcErrorCode.CAMERA_BUSY))
    before = threading.enumerate()
    with pytest.raises(RtcError):
        bench.source.open(bench.take)
    assert threading.enumerate() == before


def test_nothing_comes_after_the_close() -> None:
    gate, working = threading.Event(), threading.Event()

    def slow(frame: av.VideoFrame) -> Mask:
        working.set()
        assert gate.wait(30)
        return nobody(frame)

    bench = Bench(slow, on=False)
    bench.source.open(bench.take)
    bench.seen.clear()
    bench.switch.set(True)
    bench.camera.shoot()
    assert working.wait(30)
    closing = threading.Thread(target=bench.source.close)
    closing.start()
    wait_until_blocking(lambda: bench.camera.deliver is None)
    gate.set()
    closing.join(30)
    assert bench.seen == []


def test_the_real_model_keeps_up_with_a_camera(model: Path) -> None:
    """Processor time, which a loaded machine does not change: 30 pictures a second want 33 ms each."""
    bench = Bench(PersonSegmenter(model))
    bench.camera.frame = draw_portrait(640, 480).frame
    bench.source.open(bench.take)
    bench.shoot(5)
    before_s = time.process_time()
    bench.shoot(20)
    cost_s = (time.process_time() - before_s) / 20
    bench.source.close()
    assert cost_s < 0.025


@pytest.fixture
def model() -> Path:
    """The real one."""
    return real_model()
