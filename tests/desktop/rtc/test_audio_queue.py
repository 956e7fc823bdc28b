"""The short queue between two audio clocks."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.rtc.audio_queue import CUSHION_FRAMES, MAX_FRAMES, AudioQueue
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, Samples


def frame(value: int) -> Samples:
    """A frame that is recognised by its samples."""
    return np.full(AUDIO_FRAME_SAMPLES, value, np.int16)


def taken(queue: AudioQueue) -> int | None:
    """Which frame comes out."""
    samples = queue.take()
    return None if samples is None else int(samples[0])


def test_nothing_before_the_cushion_then_in_order() -> None:
    queue = AudioQueue()
    queue.put(frame(1))
    assert taken(queue) is None
    queue.put(frame(2))
    assert [taken(queue), taken(queue), taken(queue)] == [1, 2, None]


def test_after_running_dry_the_cushion_comes_first() -> None:
    queue = AudioQueue()
    for value in (1, 2):
        queue.put(frame(value))
    assert [taken(queue), taken(queue), taken(queue)] == [1, 2, None]
    queue.put(frame(3))
    assert taken(queue) is None
    queue.put(frame(4))
    assert taken(queue) == 3


def test_it_never_grows() -> None:
    """A reader that stopped costs a bounded delay: the oldest frames go."""
    queue = AudioQueue()
    for value in range(1000):
        queue.put(frame(value))
        assert len(queue) <= MAX_FRAMES
    for value in range(1000, 1000 + MAX_FRAMES + 1):
        queue.put(frame(value))
    assert taken(queue) is not None
    assert taken(queue) >= 1000 - CUSHION_FRAMES  # type: ignore[operator]


def test_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="960"):
        AudioQueue().put(np.zeros(480, np.int16))


def test_clear() -> None:
    queue = AudioQueue()
    for value in (1, 2, 3):
        queue.put(frame(value))
    queue.clear()
    queue.put(frame(4))
    assert taken(queue) is None
