"""Nobody else is there for a quarter of an hour: a countdown, and then the end."""

from __future__ import annotations

ALONE_LIMIT_S = 15 * 60.0
"""How long somebody may be alone in a started meeting before the countdown begins."""
COUNTDOWN_S = 60.0


class AloneWatch:
    """Counts how long one has been alone.

    Attributes:
        left_s: seconds until the end, from 60 down to 0.0; None while nothing counts down.
    """

    def __init__(self) -> None:
        self._since_s: float | None = None
        self.left_s: float | None = None

    def take(self, at_s: float, *, alone: bool) -> bool:
        """Note whether somebody is alone at this moment.

        Args:
            at_s: the moment, monotonic seconds.
            alone: nobody else is there.

        Returns:
            Whether it is time to end.
        """
        if not alone:
            self._since_s = self.left_s = None
            return False
        if self._since_s is None:
            self._since_s = at_s
        left_s = max(0.0, self._since_s + ALONE_LIMIT_S + COUNTDOWN_S - at_s)
        self.left_s = left_s if left_s <= COUNTDOWN_S else None
        return left_s == 0.0

    def stay(self, at_s: float) -> None:
        """Whoever is alone wants to stay: it begins anew at this moment."""
        self._since_s, self.left_s = at_s, None
