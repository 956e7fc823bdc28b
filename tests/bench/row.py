"""What a bench returns, and how two things are measured beside each other.

Every bench is a module of this package with `run(options) -> list[Row]`; `__main__.py` lists them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

LEAST_ROUNDS = 5
"""Fewer rounds tell nothing about the spread."""


class BenchError(Exception):
    """A bench could not measure; the message says what went wrong."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a bench is asked to do.

    Attributes:
        rounds: how often it is measured; None takes the bench's own number.
        minutes: how long the soak runs.
        scene: the one scene of a bench that has several; "" for all of them.
    """

    rounds: int | None = None
    minutes: float = 30.0
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    Attributes:
        name: `bench` or `bench/part`.
        ours: the median over the rounds.
        reference: the median of what was measured beside it, or the number aimed at; None without one.
        unit: of `ours`, `reference` and `spread`.
        rounds: how often it was measured.
        spread: of ours, from the least to the greatest round; what else it is stands in `detail`.
        detail: whatever helps to read the figure.
    """

    name: str
    ours: float
    reference: float | None
    unit: str
    rounds: int
    spread: float
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours by the reference; None where that has no meaning."""
        return round(self.ours / self.reference, 3) if self.reference else None

    def to_json(self) -> dict[str, Any]:
        """The row as it is written into the file."""
        return {**asdict(self), "ratio": self.ratio}


def row_of(
    name: str, ours: Sequence[float], reference: Sequence[float] | float | None, *, unit: str, **detail: Any
) -> Row:
    """The row of some rounds.

    Args:
        name: of the row.
        ours: one figure a round.
        reference: the figures measured beside them, or a number aimed at.
        unit: of all of them.
        **detail: what else to keep.
    """
    beside = statistics.median(reference) if isinstance(reference, Sequence) else reference
    return Row(
        name=name,
        ours=statistics.median(ours),
        reference=beside,
        unit=unit,
        rounds=len(ours),
        spread=max(ours) - min(ours),
        detail={"each": list(ours)} | detail,
    )


def in_alternation(
    rounds: int, ours: Callable[[], float], reference: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Measure two things by turns, so that whatever else the machine does meets both.

    Who begins changes from round to round: the second finds warmer caches.
    """
    mine: list[float] = []
    others: list[float] = []
    for number in range(rounds):
        pair = [(ours, mine), (reference, others)]
        for measure, results in pair if number % 2 == 0 else reversed(pair):
            results.append(measure())
    return mine, others
