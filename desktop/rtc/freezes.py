"""When a picture stands still although it should move."""

from __future__ import annotations

from collections import deque

USUAL_OVER = 30
"""Pictures whose spacing counts as the usual one."""

AT_LEAST_LONGER_S = 0.15


class FreezeMeter:
    """Counts freezes as browsers do.

    A picture that comes later than three times the usual spacing, and at least 150 ms later than the
    usual spacing, ends a freeze (W3C Identifiers for WebRTC's Statistics, `freezeCount`). One that has
    not ended yet is counted while it lasts.
    """

    def __init__(self) -> None:
        self._spacings_s: deque[float] = deque(maxlen=USUAL_OVER)
        self._sum_s = 0.0
        self._last_s: float | None = None
        self._count = 0
        self._frozen_s = 0.0

    def frame(self, now_s: float) -> None:
        """A picture came."""
        if self._last_s is not None:
            spacing_s = now_s - self._last_s
            if self._is_freeze(spacing_s):
                self._count += 1
                self._frozen_s += spacing_s
            if len(self._spacings_s) == USUAL_OVER:
                self._sum_s -= self._spacings_s[0]
            self._spacings_s.append(spacing_s)
            self._sum_s += spacing_s
        self._last_s = now_s

    def forget_pause(self) -> None:
        """The camera was off: what comes next ends no freeze."""
        self._last_s = None
        self._spacings_s.clear()
        self._sum_s = 0.0

    def totals(self, now_s: float) -> tuple[int, float]:
        """How many freezes there were, and their seconds in all, one under way included."""
        if self._last_s is not None and self._is_freeze(now_s - self._last_s):
            return self._count + 1, self._frozen_s + now_s - self._last_s
        return self._count, self._frozen_s

    def _is_freeze(self, spacing_s: float) -> bool:
        if not self._spacings_s:
            return False
        usual_s = self._sum_s / len(self._spacings_s)
        return spacing_s >= max(3 * usual_s, usual_s + AT_LEAST_LONGER_S)
