"""Meetings as CSV and iCalendar, over HTTP and by themselves."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest

from backend.meetings.calendar import Addresses, calendar_of, uid_of
from backend.meetings.table import harmless
from backend_client.models import Meeting, MeetingStatus, Person, Role
from tests.backend import people
from tests.backend.people import ALICE, BOB, code_of, plan
from tests.support.service import TestDatabase


def rows(answer_text: str) -> list[list[str]]:
    """The cells of a French table."""
    return list(csv.reader(io.StringIO(answer_text.removeprefix("\ufeff")), delimiter=";"))


async def test_the_table_is_one_that_excel_opens(database: TestDatabase, mikl: people.Person) -> None:
    """Byte order mark, semicolons, CRLF; the reader's words and clock; real durations."""
    made = await plan(
        mikl, database.client_id(ALICE), scheduled_at="2030-07-01T16:00:00Z", title='Bilan; "été"'
    )
    database.admin(
        "update public.meetings set status = 'in_progress', started_at = '2030-07-01T16:01:00Z',"
        " session_id = 'mtg_' || replace(id::text, '-', '')"
    )
    database.admin(
        "update public.meetings set status = 'completed', ended_at = '2030-07-01T17:03:05Z',"
        " end_reason = 'host'"
    )
    answer = await mikl.get("/meetings/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbfDate;Heure;Client;")
    assert answer.content.count(b"\r\n") == 2
    assert rows(answer.text)[1] == [
        "2030-07-01", "18:00", "Alice Laurent", "MiKL", 'Bilan; "été"', "Terminée", "60",
        "2030-07-01 18:01:00", "2030-07-01 19:03:05", "1:02:05", "", "",
    ]  # fmt: skip
    assert made["title"] == 'Bilan; "été"'


async def test_the_table_holds_the_readers_rows_only(
    database: TestDatabase, mikl: people.Person, alice: people.Person
) -> None:
    """Alice finds hers, also when she asks for Bob's; filters and what is refused as in the list."""
    await plan(mikl, database.client_id(ALICE), title="Pour Alice")
    await plan(mikl, database.client_id(BOB), title="Pour Bob")
    assert [row[4] for row in rows((await alice.get("/meetings/export.csv")).text)[1:]] == ["Pour Alice"]
    bobs = await alice.get("/meetings/export.csv", client_id=str(database.client_id(BOB)))
    assert len(rows(bobs.text)) == 1
    assert len(rows((await mikl.get("/meetings/export.csv")).text)) == 3
    assert (await mikl.get("/meetings/export.csv", order="sideways")).status_code == 422
    database.admin("update public.clients set active = false")
    assert code_of(await alice.get("/meetings/export.csv")) == (403, "forbidden")


async def test_a_long_table_misses_and_repeats_nothing(database: TestDatabase, mikl: people.Person) -> None:
    """More than two pages of the stream."""
    database.admin(
        "insert into public.meetings (client_id, operator_id, title, scheduled_at)"
        " select %s, %s, 'M' || g, now() + (g / 7) * interval '1 hour' from generate_series(1, 1203) g",
        (database.client_id(ALICE), database.operator_id(people.MIKL)),
    )
    for order in ("asc", "desc"):
        titles = [row[4] for row in rows((await mikl.get("/meetings/export.csv", order=order)).text)[1:]]
        assert len(titles) == len(set(titles)) == 1203


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "\u00a0=1", "＝1", "\n=1"],
)
def test_a_formula_is_shown_not_run(cell: str) -> None:
    """Whatever a spreadsheet would take for one, after blanks too."""
    assert harmless(cell) == "'" + cell
    assert harmless("Point 1 = 2") == "Point 1 = 2"


def meeting(**members: Any) -> Meeting:
    """A meeting of MiKL with Alice, in summer."""
    made = {
        "id": UUID("9d0e7b3e-6a55-4c3a-8b43-4a1f5c4d8e02"),
        "client": Person(id=UUID(int=1), full_name='Alice "Al" Laurent'),
        "operator": Person(id=UUID(int=2), full_name="MiKL"),
        "title": "Bilan, été; " + "é" * 90,
        "description": "Ligne 1\nLigne 2",
        "status": MeetingStatus.SCHEDULED,
        "scheduled_at": datetime(2030, 7, 1, 16, 0, tzinfo=UTC),
        "planned_minutes": 60,
        "version": 3,
        "updated_at": datetime(2030, 6, 1, 8, 0, tzinfo=UTC),
        "my_role": Role.CLIENT,
        **members,
    }
    return Meeting.model_validate(made)


def test_an_entry_says_when_in_its_zone() -> None:
    """Local time with its VTIMEZONE, stable UID, SEQUENCE, alarm; the same meeting, the same text."""
    content = calendar_of([meeting()], method="PUBLISH", time_zone="Europe/Paris")
    assert content == calendar_of([meeting()], method="PUBLISH", time_zone="Europe/Paris")
    assert b"DTSTART;TZID=Europe/Paris:20300701T180000" in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    read = icalendar.Calendar.from_ical(content)
    assert read["METHOD"] == "PUBLISH"
    (zone,) = read.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Paris"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    (entry,) = read.walk("VEVENT")
    assert entry["UID"] == uid_of(meeting().id)
    assert (entry["SEQUENCE"], entry["STATUS"], entry["SUMMARY"]) == (3, "CONFIRMED", meeting().title)
    assert entry["DESCRIPTION"] == "Ligne 1\nLigne 2"
    assert entry.decoded("DTEND") - entry.decoded("DTSTART") == timedelta(hours=1)
    (alarm,) = entry.walk("VALARM")
    assert alarm.decoded("TRIGGER") == -timedelta(minutes=10)


def test_an_entry_over_the_change_of_clocks_lasts_as_long() -> None:
    """An hour of real time, though the wall clock jumps in between."""
    jump = meeting(scheduled_at=datetime(2030, 3, 31, 0, 30, tzinfo=UTC))
    content = calendar_of([jump], method="PUBLISH", time_zone="Europe/Paris")
    assert b"DTSTART;TZID=Europe/Paris:20300331T013000" in content
    assert b"DTEND;TZID=Europe/Paris:20300331T033000" in content


def test_a_mails_entry_names_both_by_address() -> None:
    """And one for download names nobody's."""
    addresses = Addresses(organizer="mikl@demo.visio", attendee="alice@demo.visio")
    content = calendar_of([meeting()], method="REQUEST", time_zone="Europe/Paris", addresses=addresses)
    (entry,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert entry["ORGANIZER"] == "mailto:mikl@demo.visio"
    assert entry["ATTENDEE"] == "mailto:alice@demo.visio"
    assert b"mailto" not in calendar_of([meeting()], method="PUBLISH", time_zone="Europe/Paris").lower()


def test_a_zone_nobody_knows_counts_as_utc() -> None:
    """No VTIMEZONE then."""
    content = calendar_of([meeting()], method="PUBLISH", time_zone="Mars/Olympus")
    assert b"DTSTART:20300701T160000Z" in content
    assert b"VTIMEZONE" not in content


async def test_one_meeting_for_the_calendar(
    database: TestDatabase, mikl: people.Person, alice: people.Person, bob: people.Person
) -> None:
    """Same UID and a higher SEQUENCE after the cancellation, METHOD CANCEL; nothing for strangers."""
    made = await plan(mikl, database.client_id(ALICE))
    path = f"/meetings/{made['id']}/calendar.ics"
    answer = await alice.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    known = await alice.http.get(f"/v1{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304
    await mikl.post(f"/meetings/{made['id']}/cancel")
    after = icalendar.Calendar.from_ical((await alice.get(path)).text)
    (entry,) = after.walk("VEVENT")
    assert (after["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)
    assert entry["UID"] == icalendar.Calendar.from_ical(answer.text).walk("VEVENT")[0]["UID"]
    assert entry.walk("VALARM") == []
    assert code_of(await bob.get(path)) == (404, "not-found")


async def test_the_feed_holds_the_readers_meetings_only(
    database: TestDatabase, mikl: people.Person, alice: people.Person
) -> None:
    """Alice's feed has hers; MiKL's has both, cancelled ones marked."""
    await plan(mikl, database.client_id(ALICE), title="Pour Alice")
    other = await plan(mikl, database.client_id(BOB), title="Pour Bob")
    await mikl.post(f"/meetings/{other['id']}/cancel")
    feeds = {
        who: icalendar.Calendar.from_ical((await person.get("/meetings/calendar.ics")).text)
        for who, person in (("alice", alice), ("mikl", mikl))
    }
    told = {
        who: {(str(entry["SUMMARY"]), str(entry["STATUS"])) for entry in feed.walk("VEVENT")}
        for who, feed in feeds.items()
    }
    assert told["alice"] == {("Pour Alice", "CONFIRMED")}
    assert told["mikl"] == {("Pour Alice", "CONFIRMED"), ("Pour Bob", "CANCELLED")}
