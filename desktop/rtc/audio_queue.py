"""A short queue of 20 ms frames between a clock that fills it and another that empties it."""

from __future__ import annotations

import threading
from collections import deque

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, Samples

CUSHION_FRAMES = 2
"""Frames to gather before the first one is given out, so that jitter does not starve the reader."""

MAX_FRAMES = 8
"""Frames at which the queue falls back to its cushion: 160 ms, the longest delay it may add."""


class AudioQueue:
    """Bounded, with a small cushion; may be filled and emptied by different threads.

    A filler with the faster clock overflows it now and then: the oldest frames go, down to the
    cushion. One with the slower clock runs it dry: the reader gets nothing until the cushion is back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: deque[Samples] = deque()
        self._flowing = False

    def __len__(self) -> int:
        """Frames that wait."""
        return len(self._frames)

    def put(self, samples: Samples) -> None:
        """Add the next frame.

        Raises:
            ValueError: the frame is not 960 samples long.
        """
        if samples.shape != (AUDIO_FRAME_SAMPLES,):
            raise ValueError(f"a frame has {AUDIO_FRAME_SAMPLES} samples, not shape {samples.shape}")
        with self._lock:
            self._frames.append(samples)
            if len(self._frames) > MAX_FRAMES:
                while len(self._frames) > CUSHION_FRAMES:
                    self._frames.popleft()

    def take(self) -> Samples | None:
        """The oldest frame; None when the queue is dry or still gathers its cushion."""
        with self._lock:
            if len(self._frames) >= CUSHION_FRAMES:
                self._flowing = True
            if not self._flowing or not self._frames:
                self._flowing = False
                return None
            return self._frames.popleft()

    def clear(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._frames.clear()
            self._flowing = False
