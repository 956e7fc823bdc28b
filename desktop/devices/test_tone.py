"""A generated tone: a microphone for machines that have none, and for tests.

Its frequency says whose it is, as the frame code does for the generated picture; `energy_at` finds
it again in what arrives on the other side.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from desktop.devices.pacing import PacedThread
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

LOWEST_TONE_HZ = 400
TONE_STEP_HZ = 25
TONE_COUNT = 29
"""Tones lie 25 Hz apart from 400 to 1100 Hz: the range every voice codec keeps."""

TONE_LEVEL_DB = -30.0
"""Root mean square relative to full scale: clearly measurable, not unpleasant when heard."""

_FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
_PERIODIC_S = 0.04  # 25 Hz: after this time every tone of the raster repeats itself
_CATCH_UP_FRAMES = 5  # 100 ms: what receivers buffer anyway


def tone_frequency_hz(source_id: int) -> int:
    """The frequency of a source (see `frame_code.source_id_of`): one of 29 between 400 and 1100 Hz."""
    return LOWEST_TONE_HZ + TONE_STEP_HZ * (source_id % TONE_COUNT)


def energy_at(samples: Samples, frequency_hz: float) -> float:
    """How loud one frequency is in a piece of sound.

    The scale is that of `AudioLevel.rms`: a lone sine of that frequency gives its root mean square,
    1.0 being full scale, so the tone of this module gives 0.032 and silence 0.0. A Hann window keeps
    other frequencies out: those at least 2 / duration away count less than a thirtieth, so take
    100 ms or more to tell two neighbouring tones apart.

    Args:
        samples: mono, 48 kHz, any length.
        frequency_hz: what to look for.
    """
    if samples.size == 0:
        return 0.0
    window = np.hanning(samples.size + 2)[1:-1]
    phase = np.exp(-2j * np.pi * frequency_hz / SAMPLE_RATE_HZ * np.arange(samples.size))
    amplitude = 2 * abs(np.dot(samples * window, phase)) / window.sum()
    return float(amplitude) / math.sqrt(2) / 32768.0


class TestTone:
    """An `AudioSource` that hums one frequency at -30 dB of full scale."""

    __test__ = False  # pytest would take a class of this name for a test

    def __init__(self, source_id: int) -> None:
        """Make the tone of a source; silent until `open()`.

        Args:
            source_id: whose tone: see `tone_frequency_hz`.
        """
        self.frequency_hz = tone_frequency_hz(source_id)
        amplitude = 32768.0 * 10 ** (TONE_LEVEL_DB / 20) * np.sqrt(2)
        count = round(_PERIODIC_S * SAMPLE_RATE_HZ)
        sine = np.sin(2 * np.pi * self.frequency_hz / SAMPLE_RATE_HZ * np.arange(count))
        wave = np.rint(amplitude * sine).astype(np.int16)
        # Made once: the same frames over and over join without a click.
        self._frames = [wave[at : at + AUDIO_FRAME_SAMPLES] for at in range(0, count, AUDIO_FRAME_SAMPLES)]
        for frame in self._frames:
            frame.flags.writeable = False
        self._thread: PacedThread | None = None

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Start humming: a frame every 20 ms from a thread of its own. Open already: starts anew.

        Args:
            deliver: takes shape (960,), which it must not change.
        """
        self.close()
        count = 0

        def tick() -> None:
            nonlocal count
            deliver(self._frames[count % len(self._frames)])
            count += 1

        self._thread = PacedThread("test-tone", _FRAME_S, tick, catch_up=_CATCH_UP_FRAMES)
        self._thread.start()

    def close(self) -> None:
        """Stop; no delivery after it returns. Calling it twice is fine."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
