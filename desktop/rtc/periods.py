"""Where a voice repeats itself: what concealment and time stretching cut by, so that nobody hears the cut."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.rtc.media import SAMPLE_RATE_HZ

SHORTEST_PERIOD = SAMPLE_RATE_HZ // 400
"""Samples of the highest voice's period."""
LONGEST_PERIOD = SAMPLE_RATE_HZ // 66
"""Samples of the lowest voice's period."""

_STEP = 4
"""Lags and samples looked at first; the neighbourhood of the best is then looked at closely."""


def period_of(history: NDArray[Any], compared: int, longest: int = LONGEST_PERIOD) -> int:
    """The lag, in samples, at which the end of `history` resembles itself most.

    Args:
        history: at least `longest + compared` samples.
        compared: how many samples at its end are compared with those one lag before.
        longest: the longest lag.
    """
    coarse = _best_lag(history, compared, range(SHORTEST_PERIOD, longest + 1, _STEP))
    near = range(max(SHORTEST_PERIOD, coarse - _STEP), min(longest, coarse + _STEP) + 1)
    return _best_lag(history, compared, near)


def _best_lag(history: NDArray[Any], compared: int, lags: range) -> int:
    """The lag of the highest normalised correlation, looking at as few samples as at lags.

    All lags are one correlation of what was with what is, and their energies differences of one sum:
    21 µs for the whole search of a stretching, where gathering the samples of each lag took 53.
    """
    start = len(history) - compared
    recent = history[start :: lags.step].astype(np.float32)
    past = history[start - lags[-1] :: lags.step][: len(lags) + len(recent) - 1].astype(np.float32)
    sums = np.concatenate(((0.0,), np.cumsum(past * past, dtype=np.float64)))
    energy = np.sqrt(sums[len(recent) :] - sums[: len(lags)]) + 1.0
    likeness = np.correlate(past, recent, "valid") / energy
    return lags[int(np.argmax(likeness[::-1]))]  # the longest lag came first
