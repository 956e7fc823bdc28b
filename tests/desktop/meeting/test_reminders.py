"""Ten minutes and one minute before, once each, whatever the clock and the computer do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desktop.meeting.reminders import Key, Planned, due

AT = datetime(2026, 3, 29, 1, 5, tzinfo=UTC)
"""Five minutes after the clocks of Paris went from 2 to 3."""
MEETING = Planned("m", AT)


def walk(start: timedelta, *, step_s: int = 5, at: datetime = AT) -> list[tuple[int, int]]:
    """Seconds before the hour and minutes said, for each reminder, with a look every few seconds."""
    reminded: set[Key] = set()
    given = []
    now = at - start
    while now < at + timedelta(minutes=5):
        for reminder in due([Planned("m", at)], reminded, now=now):
            given.append((int((at - now).total_seconds()), reminder.minutes))
            reminded.update(reminder.keys)
        now += timedelta(seconds=step_s)
    return given


@pytest.mark.parametrize(
    "at",
    [
        AT,
        datetime(2026, 10, 25, 1, 5, tzinfo=UTC),  # Paris: 02:05 for the second time
        datetime(2026, 3, 8, 7, 5, tzinfo=UTC),  # Montréal: 03:05, an hour after 01:05
        datetime(2026, 11, 1, 6, 5, tzinfo=UTC),  # Montréal: 01:05 for the second time
    ],
    ids=["Paris in March", "Paris in October", "Montreal in March", "Montreal in November"],
)
def test_each_lead_once_also_while_the_clocks_change(at: datetime) -> None:
    assert walk(timedelta(hours=2), at=at) == [(600, 10), (60, 1)]


@pytest.mark.parametrize(
    ("start", "given"),
    [
        (timedelta(minutes=4, seconds=10), [(250, 5), (60, 1)]),
        (timedelta(seconds=40), [(40, 1)]),
        (timedelta(0), []),
        (timedelta(minutes=-3), []),
    ],
)
def test_a_late_start_says_what_is_still_true(start: timedelta, given: list[tuple[int, int]]) -> None:
    assert walk(start) == given


def test_a_computer_that_slept_gives_one_reminder() -> None:
    assert len(walk(timedelta(hours=1), step_s=3580)) == 1


def test_a_moved_meeting_is_reminded_anew() -> None:
    (first,) = due([MEETING], (), now=AT - timedelta(minutes=9))
    moved = Planned("m", AT + timedelta(minutes=30))
    assert due([moved], first.keys, now=AT - timedelta(minutes=8)) == []
    assert due([moved], first.keys, now=AT + timedelta(minutes=21)) != []


def test_the_zone_in_which_an_hour_is_written_does_not_matter() -> None:
    for zone in ("Europe/Paris", "America/Montreal", "Pacific/Chatham"):
        there = Planned("m", AT.astimezone(ZoneInfo(zone)))
        assert due([there], (), now=AT - timedelta(minutes=10, seconds=1)) == []
        (reminder,) = due([there], (), now=AT - timedelta(minutes=10))
        assert reminder.minutes == 10
