"""The page of what is over: filters, months, sums and what a file is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from backend_client.models import Meeting, MeetingStatus, Person
from desktop.view_models import history
from desktop.view_models.history import Export, FileKind, HistoryViewModel
from desktop.view_models.language import Language
from tests.support.fakes import NOW, meeting
from tests.support.hub_fakes import FakeHub

BOB = Person(id=uuid4(), full_name="Bob Petit")


def held(title: str, at: datetime, **changes: object) -> Meeting:
    return meeting(title, at=at, status=MeetingStatus.COMPLETED).model_copy(update=changes)


@pytest.fixture
async def past(english: Language, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HistoryViewModel]:
    """The page, in Paris, on 2 March 2026."""
    monkeypatch.setattr(history, "system_zone", lambda: ZoneInfo("Europe/Paris"))
    model = HistoryViewModel(FakeHub(), english)
    model.update(
        [
            held("March", NOW - timedelta(hours=3)),
            held("February", datetime(2026, 2, 10, 9, tzinfo=UTC)),
            held("With Bob", datetime(2026, 2, 11, 9, tzinfo=UTC), client=BOB, duration_seconds=3600),
            # 0:30 on 1 February in Paris, still January in UTC.
            held("Night", datetime(2026, 1, 31, 23, 30, tzinfo=UTC)),
            held("Last year", datetime(2025, 12, 30, 9, tzinfo=UTC)),
            meeting("Off", at=datetime(2026, 2, 12, 9, tzinfo=UTC), status=MeetingStatus.CANCELLED),
            meeting("Coming", at=NOW + timedelta(days=1)),
            meeting("Missed", at=NOW - timedelta(days=1)),
        ]
    )
    yield model
    await model.close()


def titles(model: HistoryViewModel) -> list[str]:
    return [row.title for group in model.state.groups for row in group.rows]


async def test_everything_that_is_over_newest_first_by_month(past: HistoryViewModel) -> None:
    assert titles(past) == ["March", "Missed", "Off", "With Bob", "February", "Night", "Last year"]
    assert [group.heading for group in past.state.groups] == [
        "March 2026 · 1 meeting held · 52\N{NO-BREAK SPACE}min",
        "February 2026 · 3 meetings held · 2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}44",
        "December 2025 · 1 meeting held · 52\N{NO-BREAK SPACE}min",
    ]
    assert past.state.total.startswith("5 meetings held")


async def test_a_row_shows_its_day_and_when_it_really_was(past: HistoryViewModel) -> None:
    row = past.state.groups[1].rows[1]
    assert (row.title, row.date, row.pill) == (
        "With Bob",
        "Wed, Feb 11",
        "Ended · 1\N{NO-BREAK SPACE}h",
    )


async def test_one_client_and_one_period(past: HistoryViewModel) -> None:
    assert [name for _, name in past.state.clients] == ["All clients", "Alice Laurent", "Bob Petit"]
    past.choose_client(str(BOB.id))
    assert titles(past) == ["With Bob"]
    past.choose_client("")
    for period, wanted in (
        ("this-month", ["March", "Missed"]),
        ("last-month", ["Off", "With Bob", "February", "Night"]),
        ("this-year", ["March", "Missed", "Off", "With Bob", "February", "Night"]),
        ("last-year", ["Last year"]),
        ("all", ["March", "Missed", "Off", "With Bob", "February", "Night", "Last year"]),
    ):
        past.choose_period(period)
        assert titles(past) == wanted


async def test_a_client_who_is_gone_no_longer_filters(past: HistoryViewModel) -> None:
    past.choose_client(str(BOB.id))
    past.update([held("March", NOW - timedelta(hours=3))])
    assert (past.state.client, titles(past)) == ("", ["March"])


async def test_a_file_is_asked_for_what_is_chosen(past: HistoryViewModel) -> None:
    asked: list[Export] = []
    past.export_wanted.connect(asked.append)
    past.choose_client(str(BOB.id))
    past.choose_period("last-month")
    past.export(FileKind.TABLE)
    (wanted,) = asked
    assert wanted == Export(
        FileKind.TABLE,
        "MiKL meetings 2026-03-02.csv",
        BOB.id,
        datetime(2026, 1, 31, 23, tzinfo=UTC),
        datetime(2026, 2, 28, 23, tzinfo=UTC),
    )
