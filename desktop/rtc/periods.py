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
    coarse = _best_lag(history, compared, range(SHORTEST_PERIOD, longest + 1, _STEP), _STEP)
    near = range(max(SHORTEST_PERIOD, coarse - _STEP), min(longest, coarse + _STEP) + 1)
    return _best_lag(history, compared, near, 1)


def _best_lag(history: NDArray[Any], compared: int, lags: range, step: int) -> int:
    """The lag of the highest normalised correlation, looking at every `step`-th sample."""
    end = len(history)
    lag = np.fromiter(lags, np.intp)
    index = np.arange(end - compared, end, step)
    recent = history[index].astype(np.float32)
    earlier = history[index[None, :] - lag[:, None]].astype(np.float32)
    energy = np.sqrt(np.einsum("ij,ij->i", earlier, earlier)) + 1.0
    return int(lag[int(np.argmax((earlier @ recent) / energy))])
