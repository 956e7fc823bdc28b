"""Bridges short gaps in somebody's voice, so that a lost packet is not heard as a click and a hole.

The voice is continued by its own last period, as ITU-T G.711 Appendix I does: the lag at which the
last milliseconds resemble themselves most is repeated, fading out, and the next real frame is blended
in. Costs about 0.1 ms for each gap and next to nothing without one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from desktop.rtc.periods import LONGEST_PERIOD, period_of

MAX_FRAMES = 3
"""What is bridged, 60 ms (G.711 Appendix I): a longer repetition is a buzz that nobody said."""

_COMPARED = SAMPLE_RATE_HZ // 100
"""Samples that are compared with those one lag before."""
_BLEND = SAMPLE_RATE_HZ // 200
"""Samples over which the next real frame takes over: 5 ms."""
_HISTORY = LONGEST_PERIOD + _COMPARED
_FADE_PER_FRAME = 0.7
_LAST_SAMPLE = MAX_FRAMES * AUDIO_FRAME_SAMPLES

_Signal = NDArray[np.float32]


class Concealment:
    """Continues one voice over its gaps."""

    def __init__(self) -> None:
        self._history = np.zeros(_HISTORY, np.float32)
        self._period: _Signal | None = None
        self._bridged = 0

    def bridge(self) -> Samples:
        """The next 20 ms of what is missing; silence once `MAX_FRAMES` were made up."""
        if self._bridged >= _LAST_SAMPLE:
            self._bridged += AUDIO_FRAME_SAMPLES
            return np.zeros(AUDIO_FRAME_SAMPLES, np.int16)
        bridge = self._continued(AUDIO_FRAME_SAMPLES)
        self._bridged += AUDIO_FRAME_SAMPLES
        return bridge.astype(np.int16)

    def go_on(self, samples: Samples) -> Samples:
        """Real sound; after a gap it takes over from what was made up."""
        if self._bridged:
            if self._bridged <= _LAST_SAMPLE:
                count = min(_BLEND, samples.size)
                weight = np.linspace(0.0, 1.0, count, dtype=np.float32)
                samples = samples.copy()
                blended = weight * samples[:count] + (1 - weight) * self._continued(count)
                samples[:count] = np.rint(blended).astype(np.int16)
            self._bridged = 0
            self._period = None
        self._remember(samples)
        return samples

    def _continued(self, count: int) -> _Signal:
        """What the history would go on as, from where the last piece ended."""
        if self._period is None:
            self._period = self._history[-period_of(self._history, _COMPARED) :]
        place = np.arange(self._bridged, self._bridged + count)
        continued: _Signal = self._period[place % len(self._period)] * _fading(place)
        return continued

    def _remember(self, samples: Samples) -> None:
        kept = _HISTORY - len(samples)
        if kept > 0:
            self._history[:kept] = self._history[-kept:]
            self._history[kept:] = samples
        else:
            self._history[:] = samples[-_HISTORY:]


def _fading(place: NDArray[np.intp]) -> _Signal:
    """1 for 10 ms, then smoothly down by `_FADE_PER_FRAME` for each frame, to nothing at the end."""
    late = np.maximum(place - AUDIO_FRAME_SAMPLES / 2, 0)
    left = np.clip((_LAST_SAMPLE - place) / (AUDIO_FRAME_SAMPLES / 2), 0, 1)
    fading: _Signal = (np.power(_FADE_PER_FRAME, late / AUDIO_FRAME_SAMPLES) * left).astype(np.float32)
    return fading
