"""Which reminder of which meeting is due: ten minutes and one minute before, each once.

Pure functions over instants; the caller brings the clock and what has been reminded already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LEADS = (timedelta(minutes=10), timedelta(minutes=1))
"""How long before the hour, longest first."""

Key = tuple[str, str, int]
"""Meeting, the hour it was reminded for (ISO), and the lead in seconds: a moved meeting is reminded anew."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting that is to begin.

    Attributes:
        meeting_id: the meeting.
        scheduled_at: when; aware.
    """

    meeting_id: str
    scheduled_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder to give.

    Attributes:
        planned: the meeting.
        minutes: until it begins, rounded up; what is true now, not what the lead says.
        keys: what to remember as reminded: this lead, and longer ones that it makes pointless.
    """

    planned: Planned
    minutes: int
    keys: tuple[Key, ...]


def due(meetings: Iterable[Planned], reminded: Collection[Key], *, now: datetime) -> list[Reminder]:
    """The reminders to give now, earliest meeting first.

    A computer that slept, or an app that starts late, gives the shortest lead that has been reached,
    once; a meeting that has begun is not reminded of any more.
    """
    found = []
    for each in sorted(meetings, key=lambda planned: planned.scheduled_at):
        ahead = each.scheduled_at - now
        reached = [lead for lead in LEADS if timedelta(0) < ahead <= lead]
        if not reached:
            continue
        keys = tuple(
            (each.meeting_id, each.scheduled_at.isoformat(), int(lead.total_seconds())) for lead in reached
        )
        if keys[-1] not in reminded:
            found.append(Reminder(each, -(-int(ahead.total_seconds()) // 60), keys))
    return found
