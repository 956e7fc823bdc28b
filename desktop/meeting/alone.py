"""Nobody else is there for a quarter of an hour: a countdown, and then the end."""

from __future__ import annotations

ALONE_LIMIT_S = 15 * 60.0
"""How long somebody may be alone in a started meeting before the countdown begins."""
COUNTDOWN_S = 60.0


class AloneWatch:
    """Counts how long one has been alone."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def take(self, at_s: float, *, alone: bool) -> float | None:
        """Note whether somebody is alone at this moment.

        Args:
            at_s: the moment, monotonic seconds.
            alone: nobody else is there.

        Returns:
            Seconds until the end, from 60 down to 0.0; None while nothing counts down.
        """
        if not alone:
            self._since_s = None
            return None
        if self._since_s is None:
            self._since_s = at_s
        left_s = self._since_s + ALONE_LIMIT_S + COUNTDOWN_S - at_s
        return max(0.0, left_s) if left_s <= COUNTDOWN_S else None

    def stay(self, at_s: float) -> None:
        """Whoever is alone wants to stay: it begins anew at this moment."""
        self._since_s = at_s
