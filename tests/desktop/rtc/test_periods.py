"""The period that is found is the one that a comparison of every lag finds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.rtc.media import SAMPLE_RATE_HZ
from desktop.rtc.periods import LONGEST_PERIOD, SHORTEST_PERIOD, period_of

COMPARED = SAMPLE_RATE_HZ // 100


def likeness(history: NDArray[np.float32], lag: int) -> float:
    """Normalised correlation of the end with what was one lag before, from its definition."""
    now, before = history[-COMPARED:], history[-COMPARED - lag : -lag]
    return float(now @ before) / (float(np.sqrt(before @ before)) + 1.0)


def voice(pitch_hz: float, seed: int, samples: int = LONGEST_PERIOD + COMPARED) -> NDArray[np.float32]:
    """A vowel with breath in it."""
    at = np.arange(samples) / SAMPLE_RATE_HZ
    tone = sum(np.sin(2 * np.pi * pitch_hz * part * at) / part for part in range(1, 6))
    breath = np.random.default_rng(seed).normal(0, 0.05, samples)
    return (4000 * (tone + breath)).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [80, 118, 200, 312, 390])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_resembles_more_than_what_is_found(pitch_hz: float, seed: int) -> None:
    history = voice(pitch_hz, seed)
    found = period_of(history, COMPARED)
    best = max(likeness(history, lag) for lag in range(SHORTEST_PERIOD, LONGEST_PERIOD + 1))
    assert likeness(history, found) >= 0.98 * best


def test_the_lag_is_a_whole_number_of_periods() -> None:
    for pitch_hz in (80, 200, 390):
        periods = period_of(voice(pitch_hz, 0), COMPARED) * pitch_hz / SAMPLE_RATE_HZ
        assert abs(periods - round(periods)) < 0.02
        assert round(periods) >= 1


def test_whole_numbers_give_the_same_as_fractions() -> None:
    for first, second in pairwise((90, 150, 250, 350)):
        history = voice(first, second).astype(np.int16)
        assert period_of(history, COMPARED) == period_of(history.astype(np.float32), COMPARED)
