"""Whether something grows: a straight line that outliers do not move, and how sure it is.

Theil and Sen: the median of the slopes between any two points; its confidence interval after Sen
(1968), from the distribution of Kendall's statistic. It assumes nothing about the noise but that the
points are independent, which is why samples are first reduced to one median a minute.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

_Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class Slope:
    """How fast something grows.

    Attributes:
        per_unit: growth for each unit of x.
        low: lower end of the 95 % confidence interval.
        high: its upper end.
    """

    per_unit: float
    low: float
    high: float

    @property
    def flat(self) -> bool:
        """Whether no growth is within the interval."""
        return self.low <= 0.0 <= self.high


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """The slope of some points (x, y).

    Raises:
        ValueError: there are fewer than three, or all have the same x.
    """
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2)
    count = len(points)
    if count < 3 or not slopes:
        raise ValueError("three points at different places are needed")
    reach = _Z_95 * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, math.floor((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    return Slope(statistics.median(slopes), slopes[low], slopes[high])


def minute_medians(samples: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Samples (seconds, value) reduced to (minute, median) of every minute that has any."""
    by_minute: dict[int, list[float]] = {}
    for at_s, value in samples:
        by_minute.setdefault(int(at_s // 60), []).append(value)
    return [(float(minute), statistics.median(values)) for minute, values in sorted(by_minute.items())]
