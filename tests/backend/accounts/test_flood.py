"""The limit against floods."""

from __future__ import annotations

from backend.accounts.flood import FloodLimit


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate() -> None:
    """Three at once, then one each third of a second; others are not concerned."""
    clock = Clock()
    limit = FloodLimit(3, clock=clock)
    assert [limit.allow("a") for _ in range(4)] == [True, True, True, False]
    assert limit.allow("b")
    clock.now += 0.34
    assert [limit.allow("a") for _ in range(2)] == [True, False]
    clock.now += 60
    assert [limit.allow("a") for _ in range(4)] == [True, True, True, False]


def test_it_remembers_only_who_is_busy() -> None:
    """A million addresses, one try each, do not fill the memory."""
    clock = Clock()
    limit = FloodLimit(3, clock=clock)
    for number in range(30_000):
        clock.now += 0.001
        limit.allow(str(number))
    assert len(limit._buckets) <= 10_001
