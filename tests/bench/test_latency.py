"""What the bench makes of the moments it is told."""

from __future__ import annotations

import pytest

from tests.bench.latency import delays_ms, percentile
from tests.bench.row import BenchError


def test_only_pictures_seen_at_both_ends_count() -> None:
    drawn = {str(number): number / 30 for number in range(40)}
    shown = {str(number): number / 30 + 0.05 for number in range(5, 60)}
    assert delays_ms(drawn, shown, 1000) == pytest.approx([50.0] * 35)


def test_too_few_pictures_are_no_measurement() -> None:
    with pytest.raises(BenchError):
        delays_ms({"1": 0.0}, {"1": 1.0}, 1)


def test_percentiles() -> None:
    values = [float(number) for number in range(101)]
    assert (percentile(values, 50), percentile(values, 95)) == (50.0, 95.0)
