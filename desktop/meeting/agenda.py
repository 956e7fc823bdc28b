"""Where a meeting stands in somebody's day: its period, its door, which one is next.

Pure functions over instants; the caller brings the clock and the zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from enum import Enum

DOOR_OPENS_BEFORE = timedelta(minutes=15)
"""How long before the hour the client may enter the waiting screen, while the service has not said."""
MISSED_AFTER = timedelta(minutes=30)
"""A scheduled meeting that nobody started this long after its planned end counts as missed."""


class Period(Enum):
    """Heading under which a coming meeting is listed."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this week"
    LATER = "later"


def period_of(instant: datetime, *, now: datetime, zone: tzinfo) -> Period:
    """The heading for a meeting that is still to come, by calendar days of `zone`.

    Weeks end on Sunday (ISO 8601). What should have begun on an earlier day and has not is today's.
    """
    day, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    if day <= today:
        return Period.TODAY
    if day == today + timedelta(days=1):
        return Period.TOMORROW
    end_of_week = today + timedelta(days=6 - today.weekday())
    return Period.THIS_WEEK if day <= end_of_week else Period.LATER


def door_opens_at(scheduled_at: datetime, before: timedelta = DOOR_OPENS_BEFORE) -> datetime:
    """When the client may enter the waiting screen; `before` is what the service has decided."""
    return scheduled_at - before


def is_missed(scheduled_at: datetime, planned_minutes: int, *, now: datetime) -> bool:
    """True when a meeting that is still `scheduled` will not happen any more."""
    return now > scheduled_at + timedelta(minutes=planned_minutes) + MISSED_AFTER


def overlaps(
    start: datetime, planned_minutes: int, other_start: datetime, other_planned_minutes: int
) -> bool:
    """True when two planned spans share time; touching ends do not."""
    end = start + timedelta(minutes=planned_minutes)
    other_end = other_start + timedelta(minutes=other_planned_minutes)
    return start < other_end and other_start < end
