"""Paris and Montréal, both clock changes, and a machine whose zone changes while the app runs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication

from backend_client.models import User
from desktop.view_models import meeting_list, schedule
from desktop.view_models.dates import system_zone
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.schedule import ScheduleViewModel
from desktop.view_models.schedule_rules import instant_of, series_of
from desktop.view_models.states import ScheduleDraft
from tests.support.fakes import ALICE, MIKL, FakeEvents, meeting
from tests.support.hub_fakes import FakeHub
from tests.support.waiting import until

PARIS = ZoneInfo("Europe/Paris")
MONTREAL = ZoneInfo("America/Montreal")


class Machine:
    """Whose zone somebody sets."""

    def __init__(self) -> None:
        self.zone = PARIS

    def __call__(self) -> ZoneInfo:
        return self.zone


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(meeting_list, "system_zone", made)
    monkeypatch.setattr(schedule, "system_zone", made)
    return made


@pytest.mark.parametrize(
    ("zone", "day", "hour", "instant"),
    [
        (PARIS, date(2026, 3, 28), clock(14), datetime(2026, 3, 28, 13, tzinfo=UTC)),
        (PARIS, date(2026, 3, 29), clock(14), datetime(2026, 3, 29, 12, tzinfo=UTC)),
        (PARIS, date(2026, 3, 29), clock(2, 30), None),
        (PARIS, date(2026, 10, 24), clock(14), datetime(2026, 10, 24, 12, tzinfo=UTC)),
        (PARIS, date(2026, 10, 25), clock(14), datetime(2026, 10, 25, 13, tzinfo=UTC)),
        # Half past two comes twice that night: the first is meant.
        (PARIS, date(2026, 10, 25), clock(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (MONTREAL, date(2026, 3, 7), clock(14), datetime(2026, 3, 7, 19, tzinfo=UTC)),
        (MONTREAL, date(2026, 3, 8), clock(14), datetime(2026, 3, 8, 18, tzinfo=UTC)),
        (MONTREAL, date(2026, 3, 8), clock(2, 30), None),
        (MONTREAL, date(2026, 11, 1), clock(14), datetime(2026, 11, 1, 19, tzinfo=UTC)),
    ],
)
def test_what_is_typed_is_the_hour_of_that_zone_on_that_day(
    zone: ZoneInfo, day: date, hour: clock, instant: datetime | None
) -> None:
    assert instant_of(ScheduleDraft(day=day, hour=hour), zone) == instant


@pytest.mark.parametrize(
    ("first", "shift"), [(date(2026, 3, 25), timedelta(hours=-1)), (date(2026, 10, 21), timedelta(hours=1))]
)
def test_a_series_keeps_its_local_hour_over_both_changes(first: date, shift: timedelta) -> None:
    soon, late = series_of(ScheduleDraft(day=first, hour=clock(9), times=2), PARIS)
    assert late - soon == timedelta(weeks=1) + shift


async def test_the_list_follows_the_machine_to_another_zone(
    machine: Machine, english: Language, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """23:30 in Paris on Monday is 17:30 in Montréal; half past midnight on Tuesday is still Monday there."""
    monkeypatch.setattr(meeting_list, "CLOCK_TICK_MS", 5)
    service = FakeHub()
    for title, at in (
        ("first", datetime(2026, 3, 2, 22, 0, tzinfo=UTC)),
        ("late", datetime(2026, 3, 2, 22, 30, tzinfo=UTC)),
        ("night", datetime(2026, 3, 2, 23, 30, tzinfo=UTC)),
    ):
        row = meeting(title, at=at)
        service.rows[row.id] = row
    model = MeetingListViewModel(MIKL, service, FakeEvents(), english)
    model.start()
    await until(lambda: model.state.next is not None)
    assert [(group.heading, [row.hours for row in group.rows]) for group in model.state.groups] == [
        ("Today", ["23:30–00:30"]),
        ("Tomorrow", ["00:30–01:30"]),
    ]
    assert (
        "France" in model.state.groups[0].rows[0].tooltip
        or "Central" in model.state.groups[0].rows[0].tooltip
    )
    machine.zone = MONTREAL

    def moved() -> bool:
        qapp.processEvents()
        return len(model.state.groups) == 1

    await until(moved, "the next tick")
    (today,) = model.state.groups
    assert (today.heading, [row.hours for row in today.rows]) == ("Today", ["17:30–18:30", "18:30–19:30"])
    assert "Eastern" in today.rows[0].tooltip
    await model.close()


@pytest.mark.parametrize("reader", [MIKL, ALICE], ids=["hub", "participant"])
async def test_a_list_over_both_changes_shows_the_hour_of_each_day(
    machine: Machine, english: Language, reader: User
) -> None:
    service = FakeHub()
    for at in (
        datetime(2026, 3, 27, 13, tzinfo=UTC),
        datetime(2026, 3, 30, 13, tzinfo=UTC),
        datetime(2026, 10, 26, 13, tzinfo=UTC),
    ):
        row = meeting(at=at, role=reader.role)
        service.rows[row.id] = row
    model = MeetingListViewModel(reader, service, FakeEvents(), english)
    model.start()
    await until(lambda: model.state.next is not None)
    rows = [model.state.next, *(row for group in model.state.groups for row in group.rows)]
    assert [row.hours for row in rows if row is not None] == ["14:00–15:00", "15:00–16:00", "14:00–15:00"]
    assert machine.zone is PARIS
    await model.close()


async def test_a_dialog_keeps_the_zone_it_was_begun_in_and_says_so(
    machine: Machine, english: Language
) -> None:
    service = FakeHub()
    model = ScheduleViewModel(service, english, list)
    draft = replace(model.state.draft, day=date(2026, 3, 5), hour=clock(14))
    model.edited(draft)
    assert model.state.zone == ""
    machine.zone = MONTREAL
    model.edited(draft)
    assert model.state.zone == "This hour is still meant in Central European Standard Time."
    model.save(replace(draft, client_id=str(service.people[0].id), title="Bilan"))
    await until(lambda: model.state.saved)
    (row,) = service.rows.values()
    assert row.scheduled_at == datetime(2026, 3, 5, 13, tzinfo=UTC)
    await model.close()


@pytest.fixture
def zone_of_the_process() -> Iterator[None]:
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no zone of a process")
@pytest.mark.usefixtures("qapp", "zone_of_the_process")
def test_the_machines_zone_is_read_anew_each_time() -> None:
    for name in ("Europe/Paris", "America/Montreal", "Europe/Paris"):
        os.environ["TZ"] = name
        time.tzset()
        offset = datetime(2026, 1, 5, 12, tzinfo=UTC).astimezone(system_zone()).utcoffset()
        assert offset == datetime(2026, 1, 5, 12, tzinfo=UTC).astimezone(ZoneInfo(name)).utcoffset()
