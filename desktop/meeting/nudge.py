"""Waiting in vain: from when on one may tell the other side once more, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta

NUDGE_AFTER = timedelta(minutes=10)
"""Waited so long since the planned hour; and again after each time."""


class NudgeWatch:
    """Counts how long somebody has waited."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._nudged_at: datetime | None = None

    def may_nudge(self, now: datetime, scheduled_at: datetime, *, waiting: bool) -> bool:
        """Note whether somebody waits at this moment; whether he may tell it once more."""
        if not waiting:
            self._since = self._nudged_at = None
            return False
        self._since = self._since or now
        return now - max(self._since, scheduled_at, self._nudged_at or self._since) >= NUDGE_AFTER

    def just_nudged(self, now: datetime) -> bool:
        """It was told a short while ago."""
        return self._nudged_at is not None and now - self._nudged_at < NUDGE_AFTER

    def nudge(self, now: datetime | None) -> None:
        """It is told now; None takes that back."""
        self._nudged_at = now
