"""A microphone that says short vowels and an ear that notices them: how long sound takes between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from desktop.devices.pacing import PacedThread
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
EVERY_FRAMES = 30
"""A vowel every 0.6 s: longer than any delay that is measured."""
VOWEL_FRAMES = 4
ONSET = 3_000
"""Sample from which a vowel has begun; between them there is nothing."""
QUIET_S = 0.3
"""So long nothing must have been heard before the beginning of the next one."""


class MarkingMicrophone:
    """An `AudioSource` that remembers when the first sample of each vowel was in the air."""

    hears_room = True

    def __init__(self) -> None:
        at_s = np.arange(VOWEL_FRAMES * AUDIO_FRAME_SAMPLES) / SAMPLE_RATE_HZ
        wave = np.sum([np.sin(2 * np.pi * 180 * part * at_s) / part for part in range(1, 12)], axis=0)
        self._vowel = (wave * 9_000).astype(np.int16).reshape(VOWEL_FRAMES, AUDIO_FRAME_SAMPLES)
        self._silence: Samples = np.zeros(AUDIO_FRAME_SAMPLES, np.int16)
        self._thread: PacedThread | None = None
        self.said_s: list[float] = []

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Begin."""
        count = 0

        def tick() -> None:
            nonlocal count
            place = count % EVERY_FRAMES
            count += 1
            if place == 0:
                self.said_s.append(time.monotonic() - FRAME_S)  # it is delivered when it is full
            deliver(self._vowel[place] if place < VOWEL_FRAMES else self._silence)

        self._thread = PacedThread("marking-microphone", FRAME_S, tick, catch_up=5)
        self._thread.start()

    def close(self) -> None:
        """End."""
        if self._thread is not None:
            self._thread.stop()


class MarkingEar:
    """An `AudioOutput` that remembers when each vowel began to be heard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loud_s = float("-inf")
        self._heard_s: list[float] = []

    def open(self) -> None:
        """Nothing to open."""

    def write(self, samples: Samples) -> None:
        """Take 20 ms that begin to be heard now."""
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > ONSET)
        if loud.size == 0:
            return
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._loud_s > QUIET_S:
                self._heard_s.append(now_s + float(loud[0]) / SAMPLE_RATE_HZ)
            self._loud_s = now_s

    def close(self) -> None:
        """Nothing to close."""

    def delays_ms(self, said_s: list[float]) -> list[float]:
        """From the air at the microphone to here, for each vowel that was heard."""
        with self._lock:
            heard_s = list(self._heard_s)
        delays = []
        for begun_s in said_s:
            later = [each for each in heard_s if 0 <= each - begun_s < EVERY_FRAMES * FRAME_S]
            if later:
                delays.append((later[0] - begun_s) * 1000)
        return delays
