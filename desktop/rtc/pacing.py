"""When the next frame is due: even spacing that neither drifts nor bursts."""

from __future__ import annotations


class Pacer:
    """Spaces turns by a fixed interval.

    The due times form a grid, so that a turn taken late does not delay the ones after it. A turn
    later than the slack gives up what was missed instead of catching up in a burst.

    Args:
        interval_s: seconds from one turn to the next.
        slack_s: how far behind the grid turns may be and still be made up for.
    """

    def __init__(self, interval_s: float, *, slack_s: float) -> None:
        self._interval_s = interval_s
        self._slack_s = slack_s
        self._due_s: float | None = None

    def set_interval(self, interval_s: float, *, slack_s: float) -> None:
        """Space the turns differently from the next one on."""
        self._interval_s, self._slack_s = interval_s, slack_s

    def wait(self, seconds: float) -> None:
        """Take the next turn so much later, and all after it."""
        if self._due_s is not None:
            self._due_s += seconds

    def delay_s(self, now_s: float) -> float:
        """Seconds from `now_s` until the next turn is due; 0 when it is."""
        if self._due_s is None:
            return 0.0
        return max(0.0, self._due_s - now_s)

    def take(self, now_s: float) -> float:
        """Take the turn that is due and return its place on the grid, in seconds."""
        due_s = now_s if self._due_s is None else max(self._due_s, now_s - self._slack_s)
        self._due_s = due_s + self._interval_s
        return due_s
