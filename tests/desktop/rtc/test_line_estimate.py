"""The quicker parts of the estimate say what aiortc's own say."""

from __future__ import annotations

import random

from aiortc.rate import RateCounter, RemoteBitrateEstimator
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.line_estimate import RecentOctets, quicken


@given(
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 5000), st.booleans()), min_size=1, max_size=60)
)
def test_the_rate_is_aiortcs(steps: list[tuple[int, int, bool]]) -> None:
    """Each step: milliseconds since the last, octets, and whether any come."""
    theirs, ours = RateCounter(1000, 8000), RecentOctets()
    now_ms = 3_900_000_000_000
    for pause_ms, octets, comes in steps:
        now_ms += pause_ms
        assert ours.rate(now_ms) == theirs.rate(now_ms)
        if comes:
            theirs.add(octets, now_ms)
            ours.add(octets, now_ms)
        assert ours.rate(now_ms) == theirs.rate(now_ms)
    ours.reset()
    assert ours.rate(now_ms) is None


def test_a_whole_estimate_is_aiortcs_on_a_line_that_becomes_narrow() -> None:
    theirs, ours = RemoteBitrateEstimator(), RemoteBitrateEstimator()
    quicken(ours)
    chance = random.Random(4)
    told, arrival_ms = [], 3_900_000_000_000.0
    for number in range(900):
        sent_ms = number * 1000 / 30
        narrow = number > 450
        arrival_ms = max(arrival_ms, 3_900_000_000_000 + sent_ms) + (36 if narrow else chance.uniform(0, 6))
        packet = {
            "arrival_time_ms": round(arrival_ms),
            "abs_send_time": int(sent_ms / 1000 * (1 << 18)) & 0xFFFFFF,
            "payload_size": chance.randint(1500, 4500),
            "ssrc": 7,
        }
        told.append((theirs.add(**packet), ours.add(**packet)))
    assert all(first == second for first, second in told)
    rates = {first[0] for first, _ in told if first is not None}
    assert len(rates) > 5  # it was asked something
