"""Rows and rounds."""

from __future__ import annotations

import pytest

from tests.bench.row import Row, in_alternation, row_of


def test_a_row_is_the_median_with_its_spread_and_ratio() -> None:
    row = row_of("x", [4.0, 2.0, 9.0], [8.0, 7.0, 90.0], unit="ms", why="a test")
    assert (row.ours, row.reference, row.rounds, row.spread, row.ratio) == (4.0, 8.0, 3, 7.0, 0.5)
    told = row.to_json()
    assert {"name", "ours", "reference", "ratio", "rounds", "spread"} <= set(told)
    assert told["detail"] == {"each": [4.0, 2.0, 9.0], "why": "a test"}


@pytest.mark.parametrize("reference", [None, 0.0])
def test_without_anything_beside_it_there_is_no_ratio(reference: float | None) -> None:
    assert Row("x", 1.0, reference, "ms", 1, 0.0).ratio is None


def test_a_number_aimed_at_is_a_reference() -> None:
    assert row_of("x", [8], 10, unit="participants").ratio == 0.8


def test_rounds_alternate_and_take_turns_in_beginning() -> None:
    order: list[str] = []

    def measure(who: str, value: float) -> float:
        order.append(who)
        return value

    ours, reference = in_alternation(3, lambda: measure("a", 1.0), lambda: measure("b", 2.0))
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert (ours, reference) == ([1.0] * 3, [2.0] * 3)
