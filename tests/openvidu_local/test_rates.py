"""The quick counter of a bit rate says what aiortc's says."""

from __future__ import annotations

import random

import pytest
from aiortc.rate import RateCounter, RemoteBitrateEstimator

from openvidu_local.options import Bandwidth
from openvidu_local.rates import SlidingRate
from openvidu_local.seams import _BoundedEstimator


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_with_aiortcs(seed: int) -> None:
    """Bursts, single packets, pauses shorter and longer than the window, and beginning anew."""
    chance = random.Random(seed)
    ours, theirs = SlidingRate(1_000, 8_000), RateCounter(1_000, 8_000)
    now_ms = 1_000_000
    for _ in range(2_000):
        now_ms += chance.choice([0, 0, 1, 5, 33, 66, 400, 999, 1_000, 1_001, 2_500])
        if chance.random() < 0.02:
            ours.reset()
            theirs.reset()
        if chance.random() < 0.7:
            value = chance.randrange(1, 1_200)
            ours.add(value, now_ms)
            theirs.add(value, now_ms)
        assert ours.rate(now_ms) == theirs.rate(now_ms)


def test_the_estimate_of_a_line_is_the_same() -> None:
    """In the estimator that it is made for, within the bounds."""
    chance = random.Random(3)
    wide = Bandwidth(min_bps=1, max_bps=10**9)
    ours, theirs = _BoundedEstimator(wide, lambda: None), RemoteBitrateEstimator()
    assert isinstance(ours.incoming_bitrate, SlidingRate)
    sent_ms = 0.0
    told = []
    for number in range(3_000):
        sent_ms += 1 if number % 3 else chance.choice([33, 66, 66, 1_500])
        arrival_ms = round(sent_ms + 20 + number % 500 * 0.2)
        arguments = (arrival_ms, int(sent_ms / 1000 * (1 << 18)) & 0xFF_FFFF, chance.randrange(100, 1_200), 7)
        estimate = ours.add(*arguments)
        assert estimate == theirs.add(*arguments)
        told.append(estimate)
    assert len({estimate[0] for estimate in told if estimate is not None}) > 3
