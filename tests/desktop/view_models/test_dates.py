"""Days and hours as French and English readers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from desktop.view_models.dates import Dates

PARIS = ZoneInfo("Europe/Paris")
INSTANT = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FRENCH = Dates(Locale("fr"), PARIS)
ENGLISH = Dates(Locale("en"), PARIS)


def test_hours_are_the_readers_own() -> None:
    assert FRENCH.hours(INSTANT, 60) == "14:00–15:00"
    assert Dates(Locale("fr"), ZoneInfo("America/Montreal")).hours(INSTANT, 60) == "08:00–09:00"


def test_a_clock_change_moves_the_hour() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    after = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert (FRENCH.hour(before), FRENCH.hour(after)) == ("14:00", "13:00")


def test_days_name_the_year_only_when_it_is_another() -> None:
    assert FRENCH.day(INSTANT, now=INSTANT) == "lundi 23 novembre"
    assert ENGLISH.day(INSTANT, now=INSTANT) == "Monday, November 23"
    assert FRENCH.day(INSTANT, now=INSTANT - timedelta(days=365)).endswith("2026")


@pytest.mark.parametrize(
    ("ahead", "french"),
    [
        (timedelta(minutes=25), "dans 25\xa0min"),
        (timedelta(seconds=20), "dans 1\xa0min"),
        (timedelta(hours=2), "dans 2\xa0h"),
        (timedelta(days=2), ""),
        (timedelta(minutes=-5), ""),
    ],
)
def test_relative_times(ahead: timedelta, french: str) -> None:
    assert FRENCH.relative(INSTANT + ahead, now=INSTANT).replace("\u202f", "\xa0") == french


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40\xa0s"), (3125, "52\xa0min"), (3900, "1\xa0h\xa005"), (7200, "2\xa0h")]
)
def test_durations(seconds: int, words: str) -> None:
    assert FRENCH.duration(seconds) == words


def test_the_counter_keeps_its_width() -> None:
    assert [FRENCH.elapsed(each) for each in (0, 65, 3725)] == ["00:00", "01:05", "1:02:05"]


def test_the_tooltip_names_day_hour_and_zone() -> None:
    exact = FRENCH.exact(INSTANT)
    assert "lundi 23 novembre 2026" in exact
    assert "14:00" in exact
    assert "Europe centrale" in exact
