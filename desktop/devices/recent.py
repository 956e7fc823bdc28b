"""The last second of a sound, kept so that it can be measured."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

KEPT_FRAMES = SAMPLE_RATE_HZ // AUDIO_FRAME_SAMPLES
"""Frames of 20 ms in one second."""


class RecentSamples:
    """Keeps the latest second of 20 ms frames. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: deque[Samples] = deque(maxlen=KEPT_FRAMES)

    def add(self, samples: Samples) -> None:
        """Take a copy of one frame."""
        kept = samples.copy()
        with self._lock:
            self._frames.append(kept)

    def taken(self) -> Samples:
        """A copy of what is kept, oldest first: at most 48,000 samples, fewer at the beginning."""
        with self._lock:
            frames = list(self._frames)
        return np.concatenate(frames) if frames else np.empty(0, np.int16)
