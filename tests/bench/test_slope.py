"""Growth is found, noise and outliers are not taken for it."""

from __future__ import annotations

import random

import pytest

from tests.bench.slope import minute_medians, slope


def test_steady_growth_is_found_exactly() -> None:
    found = slope([(x, 100 + 3.0 * x) for x in range(10)])
    assert (found.per_unit, found.low, found.high) == (3.0, 3.0, 3.0)
    assert not found.flat


def test_noise_is_flat() -> None:
    """In about nineteen of twenty cases, as an interval of 95 % promises."""

    def flat(seed: int) -> bool:
        noise = random.Random(seed)
        return slope([(x, noise.gauss(500, 20)) for x in range(24)]).flat

    assert sum(flat(seed) for seed in range(60)) >= 54


def test_slow_growth_in_noise_is_found() -> None:
    noise = random.Random(1)
    found = slope([(x, 5.0 * x + noise.gauss(500, 20)) for x in range(24)])
    assert found.low > 0
    assert found.low <= 5.0 <= found.high


def test_an_outlier_moves_nothing() -> None:
    points = [(float(x), 7.0) for x in range(20)]
    points[13] = (13.0, 90_000.0)
    assert slope(points).per_unit == 0.0


@pytest.mark.parametrize("points", [[], [(0.0, 1.0), (1.0, 2.0)], [(1.0, 1.0)] * 5])
def test_too_little_is_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="three points"):
        slope(points)


def test_samples_become_one_median_a_minute() -> None:
    samples = [(0.0, 5.0), (20.0, 1.0), (59.9, 3.0), (60.0, 8.0), (250.0, 4.0)]
    assert minute_medians(samples) == [(0.0, 3.0), (1.0, 8.0), (4.0, 4.0)]
