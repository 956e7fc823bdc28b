"""A limit in memory against floods: so many a second for each address, nothing kept for long.

The limits that count (wrong passwords) are in PostgreSQL; this one only spares the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_FORGET_ABOVE = 10_000


class FloodLimit:
    """A token bucket for each key.

    Attributes:
        rate_per_s: tries a second in the long run, and the size of a burst.
    """

    def __init__(self, rate_per_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_per_s = rate_per_s
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def allow(self, key: str) -> bool:
        """Count one try; False when it is one too many."""
        now = self._clock()
        left, at = self._buckets.get(key, (self.rate_per_s, now))
        left = min(self.rate_per_s, left + (now - at) * self.rate_per_s)
        if left < 1:
            self._buckets[key] = (left, now)
            return False
        if len(self._buckets) > _FORGET_ABOVE:
            # Whoever did nothing for a second has a full bucket, which is the same as none.
            self._buckets = {name: entry for name, entry in self._buckets.items() if now - entry[1] < 1}
        self._buckets[key] = (left - 1, now)
        return True
