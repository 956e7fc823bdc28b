"""The generated picture: it moves, says who it is, keeps its pace and stops when told."""

from __future__ import annotations

import threading
import time

import av
import numpy as np
import pytest

from desktop.devices.frame_code import FrameCode, read_frame_code
from desktop.devices.test_picture import TestPicture

DEADLINE_S = 40.0


def code_of(frame: av.VideoFrame) -> FrameCode | None:
    """The code in a frame."""
    return read_frame_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8))


def test_every_frame_carries_its_code() -> None:
    picture = TestPicture(4711)
    for number in (0, 1, 29, 12345, (1 << 24) - 1):
        frame = picture.frame(number)
        assert (frame.width, frame.height, frame.format.name) == (640, 480, "yuv420p")
        assert code_of(frame) == FrameCode(4711, number)


@pytest.mark.parametrize(("width_px", "height_px"), [(160, 120), (322, 242), (1280, 720)])
def test_other_sizes_carry_the_code_too(width_px: int, height_px: int) -> None:
    """Also sizes whose rows are padded in memory."""
    frame = TestPicture(9, width_px=width_px, height_px=height_px).frame(77)
    assert frame.to_ndarray().shape == (height_px * 3 // 2, width_px)
    assert code_of(frame) == FrameCode(9, 77)


@pytest.mark.parametrize(
    ("width_px", "height_px", "source_id"), [(641, 480, 1), (640, 100, 1), (640, 480, 65536)]
)
def test_impossible_pictures_are_refused(width_px: int, height_px: int, source_id: int) -> None:
    with pytest.raises(ValueError, match=r"test picture|source id"):
        TestPicture(source_id, width_px=width_px, height_px=height_px)


def test_the_disc_glides_and_never_jumps() -> None:
    """Between two frames the picture changes a little; over a second it changes much."""
    picture = TestPicture(1)
    places = [picture._disc_place(number) for number in range(30 * 40)]
    steps = np.abs(np.diff(np.array(places), axis=0))
    assert steps.max() <= 10
    assert np.ptp(np.array(places), axis=0).min() > 200
    assert min(y for _, y in places) >= 60  # never over the code


def test_two_sources_look_unlike() -> None:
    def colour(source_id: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        bgra = TestPicture(source_id).frame(0).to_ndarray(format="bgra")
        return np.asarray(bgra[240:300, 300:340, :3].reshape(-1, 3).mean(axis=0))

    assert np.abs(colour(1) - colour(2)).max() > 30


def test_frames_do_not_share_memory() -> None:
    """A receiver may keep a frame: the next one must not write into it."""
    picture = TestPicture(3)
    first = picture.frame(0)
    picture.frame(1)
    assert code_of(first) == FrameCode(3, 0)


def test_it_delivers_in_order_at_its_rate_and_stops() -> None:
    """90 frames at 30 a second take 3 seconds, neither drifting nor in bursts; the thread ends."""
    picture = TestPicture(5)
    frames: list[tuple[float, int]] = []
    enough = threading.Event()

    def deliver(frame: av.VideoFrame) -> None:
        code = code_of(frame)
        assert code is not None
        frames.append((time.monotonic(), code.number))
        if len(frames) == 91:
            enough.set()

    picture.open(deliver)
    try:
        assert enough.wait(DEADLINE_S)
    finally:
        picture.close()
    count = len(frames)
    elapsed_s = frames[90][0] - frames[0][0]
    assert [number for _, number in frames] == list(range(count))
    assert elapsed_s >= 90 / 30 - 0.05
    assert "test-picture" not in [thread.name for thread in threading.enumerate()]
    assert len(frames) == count


def test_opening_and_closing_a_hundred_times_leaves_nothing() -> None:
    picture = TestPicture(5, width_px=160, height_px=120)
    before = threading.active_count()
    for _ in range(100):
        got = threading.Event()
        picture.open(lambda _, got=got: got.set())  # type: ignore[misc]
        assert got.wait(DEADLINE_S)
        picture.close()
        picture.close()
    assert threading.active_count() == before


def test_opening_twice_leaves_one_thread() -> None:
    picture = TestPicture(5)
    before = threading.active_count()
    picture.open(lambda _: None)
    picture.open(lambda _: None)
    assert threading.active_count() == before + 1
    picture.close()
    assert threading.active_count() == before
