"""Calendar days, doors and overlaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.meeting.agenda import Period, door_opens_at, is_missed, overlaps, period_of

PARIS = ZoneInfo("Europe/Paris")
FRIDAY = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)  # 23:30 in Paris


@pytest.mark.parametrize(
    ("ahead", "period"),
    [
        (timedelta(minutes=20), Period.TODAY),
        (timedelta(minutes=40), Period.TOMORROW),
        (timedelta(days=-3), Period.TODAY),
        (timedelta(days=2), Period.THIS_WEEK),
        (timedelta(days=3), Period.LATER),
    ],
)
def test_periods_follow_the_readers_calendar(ahead: timedelta, period: Period) -> None:
    assert period_of(FRIDAY + ahead, now=FRIDAY, zone=PARIS) is period


def test_the_same_instant_may_be_another_day_elsewhere() -> None:
    instant = FRIDAY + timedelta(minutes=40)
    assert period_of(instant, now=FRIDAY, zone=ZoneInfo("America/Montreal")) is Period.TODAY


def test_missed_only_well_after_the_planned_end() -> None:
    assert not is_missed(FRIDAY, 60, now=FRIDAY + timedelta(minutes=80))
    assert is_missed(FRIDAY, 60, now=FRIDAY + timedelta(minutes=91))


def test_the_door_opens_a_quarter_of_an_hour_before_unless_the_service_says_otherwise() -> None:
    assert door_opens_at(FRIDAY) == FRIDAY - timedelta(minutes=15)
    assert door_opens_at(FRIDAY, timedelta(0)) == FRIDAY


@given(st.integers(0, 600), st.integers(5, 480), st.integers(0, 600), st.integers(5, 480))
def test_overlap_agrees_with_counting_minutes(start: int, length: int, other: int, other_length: int) -> None:
    common = set(range(start, start + length)) & set(range(other, other + other_length))
    assert overlaps(
        FRIDAY + timedelta(minutes=start), length, FRIDAY + timedelta(minutes=other), other_length
    ) == bool(common)
