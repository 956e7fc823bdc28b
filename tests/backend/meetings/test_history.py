"""What became of a meeting, as both sides read it; what a rule notes is told from what people do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.backend.meetings.test_changes import change
from tests.backend.people import ALICE, Person, code_of, plan
from tests.support.service import TestDatabase


@pytest.fixture
async def meeting(database: TestDatabase, mikl: Person) -> dict[str, Any]:
    """A meeting of MiKL with Alice in an hour."""
    return await plan(mikl, database.client_id(ALICE))


async def history(person: Person, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries, without the members that say nothing."""
    answer = await person.get(f"/meetings/{meeting['id']}/history")
    assert answer.status_code == 200, answer.text
    return [{name: value for name, value in each.items() if value} for each in answer.json()["items"]]


def note_missed(database: TestDatabase) -> int:
    """Let the worker's rule look."""
    (row,) = database.admin("select private.note_missed(interval '30 minutes') as noted")
    noted: int = row["noted"]
    return noted


def move_into_the_past(database: TestDatabase, meeting: dict[str, Any]) -> datetime:
    """As if its hour had passed two hours ago; its new hour."""
    at = datetime.now(UTC) - timedelta(hours=2)
    database.admin(
        "update public.meetings set scheduled_at = %s, planned_minutes = 60 where id = %s",
        (at, meeting["id"]),
    )
    return at


async def test_moved_renamed_and_cancelled_with_the_reason(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, meeting: dict[str, Any]
) -> None:
    """From when to when, by whom; the same for both sides, and nobody else's business."""
    later = datetime.now(UTC) + timedelta(days=2)
    moved = (await change(mikl, meeting, scheduled_at=later.isoformat())).json()
    await change(mikl, moved, title="Bilan de mars", planned_minutes=90)
    await mikl.http.post(f"/v1/meetings/{meeting['id']}/cancel", json={"reason": "Train en retard"})
    told = await history(mikl, meeting)
    assert [each["kind"] for each in told] == ["scheduled", "moved", "resized", "renamed", "cancelled"]
    assert {each["changed_by"] for each in told} == {"operator"}
    assert datetime.fromisoformat(told[1]["from_at"]) == datetime.fromisoformat(meeting["scheduled_at"])
    assert datetime.fromisoformat(told[1]["to_at"]) == later
    assert (told[2]["from_minutes"], told[2]["to_minutes"]) == (meeting["planned_minutes"], 90)
    assert told[3]["text"] == meeting["title"]
    assert told[4]["text"] == "Train en retard"
    assert await history(alice, meeting) == told
    assert code_of(await bob.get(f"/meetings/{meeting['id']}/history")) == (404, "not-found")


async def test_a_meeting_that_nobody_started_is_missed_once(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """By rule, with the time for which the client waited; again only when it was planned anew."""
    waiting = (await alice.http.post(f"/v1/meetings/{meeting['id']}/waiting")).json()
    at = move_into_the_past(database, meeting)
    assert note_missed(database) == 1
    assert note_missed(database) == 0
    told = await history(alice, meeting)
    assert told == await history(mikl, meeting)
    waited, missed = told[-2:]
    assert (waited["kind"], waited["changed_by"], waited["from_at"]) == ("waited", "client", waiting["since"])
    assert missed["kind"] == "missed"
    assert "changed_by" not in missed
    assert datetime.fromisoformat(missed["from_at"]) == at
    move_into_the_past(database, meeting)
    assert note_missed(database) == 1


async def test_what_still_may_begin_is_not_missed(
    database: TestDatabase, mikl: Person, meeting: dict[str, Any]
) -> None:
    assert note_missed(database) == 0
    at = datetime.now(UTC) - timedelta(minutes=80)  # ended 20 minutes ago
    database.admin(
        "update public.meetings set scheduled_at = %s, planned_minutes = 60 where id = %s",
        (at, meeting["id"]),
    )
    assert note_missed(database) == 0
    move_into_the_past(database, meeting)
    await mikl.http.post(f"/v1/meetings/{meeting['id']}/cancel", json={})
    assert note_missed(database) == 0


async def test_whoever_did_not_come_is_named_with_the_times_of_the_meeting(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """MiKL was in the room, Alice was not: both read so, with when the meeting was."""
    database.as_account(mikl_of(database), "select public.begin_meeting(%s)", (meeting["id"],))
    database.admin(
        "insert into public.meeting_participants (meeting_id, connection_id, auth_user_id, role)"
        " values (%s, 'con_1', %s, 'MODERATOR')",
        (meeting["id"], mikl_of(database)),
    )
    database.as_account(mikl_of(database), "select public.end_meeting(%s)", (meeting["id"],))
    told = await history(alice, meeting)
    assert told == await history(mikl, meeting)
    assert [each["kind"] for each in told] == ["scheduled", "started", "ended"]
    assert told[-1]["absent"] == ["client"]
    ended = (await mikl.get(f"/meetings/{meeting['id']}")).json()
    assert (told[-1]["from_at"], told[-1]["to_at"]) == (ended["started_at"], ended["ended_at"])


async def test_a_meeting_that_is_deleted_takes_its_waits_along(
    database: TestDatabase, alice: Person, meeting: dict[str, Any]
) -> None:
    await alice.http.post(f"/v1/meetings/{meeting['id']}/waiting")
    database.admin("delete from public.meetings where id = %s", (meeting["id"],))
    assert database.admin("select 1 from public.meeting_changes") == []


def mikl_of(database: TestDatabase) -> Any:
    """MiKL's account."""
    return database.account_id("mikl@demo.visio")
