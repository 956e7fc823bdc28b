"""Editing, moving, cancelling, extending, series, notes, lateness and waiting over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.backend.people import ALICE, BOB, MIKL, Person, code_of, in_one_hour, plan, wrong_fields
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.service import TestDatabase


@pytest.fixture
async def meeting(database: TestDatabase, mikl: Person) -> dict[str, Any]:
    """A meeting of MiKL with Alice in an hour."""
    return await plan(mikl, database.client_id(ALICE))


async def change(
    person: Person, meeting: dict[str, Any], tag: str | None = None, **members: Any
) -> httpx.Response:
    """PATCH with the version of that meeting, or another tag."""
    return await person.http.patch(
        f"/v1/meetings/{meeting['id']}",
        json=members,
        headers={"If-Match": tag or f'"v{meeting["version"]}"'},
    )


def told(database: TestDatabase, email: str) -> list[str]:
    """Kinds of the notices kept for a person, oldest first."""
    rows = database.admin(
        "select kind from public.notifications where recipient = %s order by created_at",
        (database.account_id(email),),
    )
    return [row["kind"] for row in rows]


def events(database: TestDatabase, email: str) -> list[str]:
    """Kinds of a person's meeting events, in order."""
    rows = database.admin(
        "select kind from public.user_events where recipient = %s and starts_with(kind, 'meeting.')"
        " order by seq",
        (database.account_id(email),),
    )
    return [row["kind"] for row in rows]


@pytest.fixture(autouse=True)
def mails_are_kept(database: TestDatabase) -> None:
    """What a mail was asked to say is thrown away with its work; here it is looked at."""
    database.admin("alter table private.jobs disable trigger clear_done_mail")


def mails(database: TestDatabase) -> list[tuple[str, dict[str, Any]]]:
    """Mail jobs about meetings, oldest first."""
    rows = database.admin(
        "select kind, payload from private.jobs where starts_with(kind, 'mail.meeting-') order by created_at"
    )
    return [(row["kind"], row["payload"]) for row in rows]


async def test_moving_tells_the_client(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """New time and version, an event for both, a notice and one mail for the client."""
    later = datetime.now(UTC) + timedelta(days=2)
    answer = await change(mikl, meeting, scheduled_at=later.isoformat())
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"v2"'
    seen = (await alice.get(f"/meetings/{meeting['id']}")).json()
    assert datetime.fromisoformat(seen["scheduled_at"]) == later
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.moved"]
    assert events(database, ALICE) == events(database, MIKL) == ["meeting.scheduled", "meeting.changed"]
    moved = mails(database)[-1]
    assert moved[0] == "mail.meeting-moved"
    assert moved[1]["recipient"] == str(database.account_id(ALICE))
    assert moved[1]["sequence"] == 2
    assert datetime.fromisoformat(moved[1]["previous_scheduled_at"]) == datetime.fromisoformat(
        meeting["scheduled_at"]
    )


async def test_editing_the_words_sends_no_mail(
    database: TestDatabase, mikl: Person, meeting: dict[str, Any]
) -> None:
    """A notice is enough: nothing in anybody's calendar is at the wrong time."""
    answer = await change(mikl, meeting, title="  Bilan  ", description="Points ouverts")
    assert (answer.json()["title"], answer.json()["description"]) == ("Bilan", "Points ouverts")
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.changed"]
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-scheduled"]


async def test_a_change_sent_twice_is_made_once(
    database: TestDatabase, mikl: Person, meeting: dict[str, Any]
) -> None:
    """The answer was lost: the same request gives the same meeting and tells nobody again."""
    first = await change(mikl, meeting, title="Bilan")
    again = await change(mikl, meeting, title="Bilan")
    assert again.json() == first.json()
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.changed"]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('"v2"', (409, "version-conflict")),
        ('"v99999999999999"', (409, "version-conflict")),
        ("*", (409, "version-conflict")),
        ("nonsense", (409, "version-conflict")),
        (None, (428, "precondition-required")),
    ],
)
async def test_a_change_names_the_version_it_is_for(
    mikl: Person, meeting: dict[str, Any], tag: str | None, expected: tuple[int, str]
) -> None:
    """Without, 428; with another than the current one, 409."""
    headers = {} if tag is None else {"If-Match": tag}
    answer = await mikl.http.patch(f"/v1/meetings/{meeting['id']}", json={"title": "x"}, headers=headers)
    assert code_of(answer) == expected


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"title": ""}, {"/title": "required"}),
        ({"scheduled_at": "2020-01-01T10:00:00Z"}, {"/scheduled_at": "in-past"}),
        ({"scheduled_at": "2999-01-01T10:00:00Z"}, {"/scheduled_at": "out-of-range"}),
        ({"planned_minutes": 481}, {"/planned_minutes": "out-of-range"}),
        ({"status": "completed"}, {"/status": "not-allowed"}),
        ({"client_id": str(UUID(int=1))}, {"/client_id": "not-allowed"}),
        ({"version": 9}, {"/version": "not-allowed"}),
    ],
)
async def test_a_wrong_change_is_named(
    mikl: Person, meeting: dict[str, Any], members: dict[str, Any], fields: dict[str, str]
) -> None:
    """422 by member, and the meeting as it was."""
    assert wrong_fields(await change(mikl, meeting, **members)) == fields
    assert (await mikl.get(f"/meetings/{meeting['id']}")).json()["version"] == 1


async def test_a_meeting_whose_hour_has_passed_still_takes_a_title(
    database: TestDatabase, mikl: Person, meeting: dict[str, Any]
) -> None:
    """Only a new time must lie in the future."""
    database.admin("update public.meetings set scheduled_at = now() - interval '1 hour'")
    assert (await change(mikl, {**meeting, "version": 2}, title="Bilan")).status_code == 200


ACTIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "edit": ("PATCH", "", {"title": "x"}),
    "cancel": ("POST", "/cancel", {"reason": "x"}),
    "extend": ("POST", "/extend", {"planned_minutes": 90}),
    "write note": ("PUT", "/note", {"body": "x"}),
    "read note": ("GET", "/note", None),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_only_the_host_changes_a_meeting(
    mikl: Person, alice: Person, bob: Person, meeting: dict[str, Any], action: str
) -> None:
    """Its client 403, whoever else 404, and nothing has happened."""
    method, path, body = ACTIONS[action]
    for person, expected in ((alice, (403, "not-host")), (bob, (404, "not-found"))):
        answer = await person.http.request(
            method, f"/v1/meetings/{meeting['id']}{path}", json=body, headers={"If-Match": '"v1"'}
        )
        assert code_of(answer) == expected
    assert (await mikl.get(f"/meetings/{meeting['id']}")).json()["version"] == 1


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        ("in_progress", "edit", (409, "meeting-started")),
        ("completed", "edit", (409, "meeting-closed")),
        ("cancelled", "edit", (409, "meeting-closed")),
        ("in_progress", "cancel", (409, "meeting-started")),
        ("completed", "cancel", (409, "meeting-closed")),
        ("scheduled", "extend", (409, "meeting-not-live")),
        ("completed", "extend", (409, "meeting-closed")),
        ("cancelled", "extend", (409, "meeting-closed")),
    ],
)
async def test_what_a_state_does_not_allow(
    mikl: Person, meeting: dict[str, Any], state: str, action: str, expected: tuple[int, str]
) -> None:
    """The refusals of the state table, each with its reason."""
    steps = {"in_progress": ["start"], "completed": ["start", "end"], "cancelled": ["cancel"]}
    for step in steps.get(state, []):
        assert (await mikl.post(f"/meetings/{meeting['id']}/{step}")).status_code == 200
    method, path, body = ACTIONS[action]
    answer = await mikl.http.request(
        method, f"/v1/meetings/{meeting['id']}{path}", json=body, headers={"If-Match": '"v1"'}
    )
    assert code_of(answer) == expected


async def test_cancelling_twice_is_cancelling_once(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """The first reason stays; one event, one notice, one mail."""
    first = await mikl.post(f"/meetings/{meeting['id']}/cancel", {"reason": "Grippe"})
    again = await mikl.post(f"/meetings/{meeting['id']}/cancel", {"reason": "Autre"})
    assert first.json() == again.json()
    seen = (await alice.get(f"/meetings/{meeting['id']}")).json()
    assert (seen["status"], seen["cancel_reason"]) == ("cancelled", "Grippe")
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.cancelled"]
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-scheduled", "mail.meeting-cancelled"]


async def test_extending_is_a_length_not_a_difference(
    database: TestDatabase, mikl: Person, meeting: dict[str, Any]
) -> None:
    """Twice the same is once; a shorter one changes nothing."""
    await mikl.post(f"/meetings/{meeting['id']}/start")
    for minutes, expected in ((75, 75), (75, 75), (70, 75), (90, 90)):
        answer = await mikl.post(f"/meetings/{meeting['id']}/extend", {"planned_minutes": minutes})
        assert answer.json()["planned_minutes"] == expected
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.started", *["meeting.extended"] * 2]


async def test_starting_now_is_one_meeting_in_progress(
    database: TestDatabase, mikl: Person, openvidu: FakeOpenVidu
) -> None:
    """Room and meeting at once; the same key, also at the same moment, gives the same."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "Appel"}
    answers = await asyncio.gather(
        *(mikl.post("/meetings/start-now", body, {"Idempotency-Key": "now"}) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}, answers[0].text
    assert len({answer.text for answer in answers}) == 1
    made = answers[0].json()
    assert (made["status"], made["version"]) == ("in_progress", 2)
    assert list(openvidu.sessions) == [f"mtg_{UUID(made['id']).hex}"]
    assert told(database, ALICE) == ["meeting.started"]
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-waiting"]


async def test_starting_now_leaves_nothing_when_it_is_refused(
    database: TestDatabase, mikl: Person, alice: Person, openvidu: FakeOpenVidu
) -> None:
    """Neither a meeting nor a room: for a client, for an unknown one, without a media server."""
    body = {"client_id": str(UUID(int=1)), "title": "Appel"}
    assert wrong_fields(await mikl.post("/meetings/start-now", body)) == {"/client_id": "unknown-client"}
    body["client_id"] = str(database.client_id(ALICE))
    assert code_of(await alice.post("/meetings/start-now", body)) == (403, "forbidden")
    assert openvidu.sessions == {}
    openvidu.status = 503
    assert code_of(await mikl.post("/meetings/start-now", body)) == (503, "media-unavailable")
    assert database.admin("select id from public.meetings") == []


async def series(mikl: Person, client_id: UUID, at: datetime, count: int, **more: str) -> dict[str, Any]:
    """A weekly series."""
    body = {"client_id": str(client_id), "title": "Hebdo", "scheduled_at": at.isoformat(), "count": count}
    answer = await mikl.post("/meetings/series", body, more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_series_keeps_its_hour_over_the_change_of_clocks(
    database: TestDatabase, mikl: Person
) -> None:
    """A year of Tuesdays at 18:00 in Paris is 18:00 each time, 52 rows, one notice, one mail."""
    paris = ZoneInfo("Europe/Paris")
    start = datetime.now(paris).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=7)
    made = await series(mikl, database.client_id(ALICE), start, 52)
    local = [datetime.fromisoformat(item["scheduled_at"]).astimezone(paris) for item in made["items"]]
    assert {(at.hour, at.minute, at.weekday()) for at in local} == {(18, 0, start.weekday())}
    assert len({at.utcoffset() for at in local}) == 2
    assert [at.date() for at in local] == [start.date() + timedelta(weeks=week) for week in range(52)]
    assert {item["series_id"] for item in made["items"]} == {made["series_id"]}
    assert told(database, ALICE) == ["meeting.scheduled"]
    ((kind, payload),) = mails(database)
    assert kind == "mail.meeting-scheduled"
    assert payload["meeting_ids"] == [item["id"] for item in made["items"]]


async def test_a_series_under_a_key_is_planned_once(database: TestDatabase, mikl: Person) -> None:
    """The second request gets the first one's answer."""
    at = datetime.now(UTC) + timedelta(days=1)
    key = {"Idempotency-Key": "weekly"}
    first = await series(mikl, database.client_id(ALICE), at, 3, **key)
    assert await series(mikl, database.client_id(ALICE), at, 3, **key) == first
    assert len(database.admin("select id from public.meetings")) == 3


@pytest.mark.parametrize("count", [1, 53])
async def test_a_series_is_bounded(database: TestDatabase, mikl: Person, count: int) -> None:
    """Two weeks to a year."""
    body = {
        "client_id": str(database.client_id(ALICE)),
        "title": "x",
        "scheduled_at": in_one_hour(),
        "count": count,
    }
    assert wrong_fields(await mikl.post("/meetings/series", body)) == {"/count": "out-of-range"}


async def test_cancelling_one_or_all_following(database: TestDatabase, mikl: Person) -> None:
    """The second of four alone; then the third with what follows: the first stays."""
    at = datetime.now(UTC) + timedelta(days=1)
    ids = [item["id"] for item in (await series(mikl, database.client_id(ALICE), at, 4))["items"]]
    await mikl.post(f"/meetings/{ids[1]}/cancel", {})
    await mikl.post(f"/meetings/{ids[2]}/cancel", {"following": True})
    states = [item["status"] for item in (await mikl.get("/meetings")).json()["items"]]
    assert states == ["scheduled", "cancelled", "cancelled", "cancelled"]
    assert told(database, ALICE) == ["meeting.scheduled", "meeting.cancelled", "meeting.cancelled"]
    assert mails(database)[-1][1]["meeting_ids"] == ids[2:]


async def test_overlaps_are_named_to_the_operator(
    database: TestDatabase, mikl: Person, alice: Person
) -> None:
    """At planning, in a series and at moving: meetings that touch are none, cancelled ones are none."""
    at = (datetime.now(UTC) + timedelta(days=10)).replace(microsecond=0)

    async def at_minute(minutes: int) -> dict[str, Any]:
        moment = (at + timedelta(minutes=minutes)).isoformat()
        return await plan(mikl, database.client_id(BOB), scheduled_at=moment, planned_minutes=30)

    first = await at_minute(0)
    assert first["conflicts"] == []
    assert (await at_minute(30))["conflicts"] == []
    second = await at_minute(-29)
    assert second["conflicts"] == [first["id"]]
    made = await series(mikl, database.client_id(ALICE), at - timedelta(days=7), 2)
    assert [len(item["conflicts"]) for item in made["items"]] == [0, 3]
    await mikl.post(f"/meetings/{first['id']}/cancel")
    away = (at + timedelta(days=1)).isoformat()
    assert (await change(mikl, second, scheduled_at=away)).json()["conflicts"] == []
    for item in (await alice.get("/meetings")).json()["items"]:
        assert item["conflicts"] == []


async def test_the_note_is_the_hosts(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """Written, replaced, kept over the end; it stands in no answer that the client can get."""
    path = f"/meetings/{meeting['id']}/note"
    assert (await mikl.get(path)).json() == {"body": "", "updated_at": None}
    for body in ("Première", "Xylophone privé"):
        written = await mikl.http.put(f"/v1{path}", json={"body": body})
        assert written.status_code == 200
    await mikl.post(f"/meetings/{meeting['id']}/cancel")
    assert (await mikl.get(path)).json() == written.json()
    for asked in (
        "/meetings", f"/meetings/{meeting['id']}", path, f"/meetings/{meeting['id']}/presence",
        "/meetings/export.csv", "/meetings/calendar.ics", f"/meetings/{meeting['id']}/calendar.ics",
        "/notifications", "/events/poll",
    ):  # fmt: skip
        assert "Xylophone" not in (await alice.get(asked)).text
    assert wrong_fields(await mikl.http.put(f"/v1{path}", json={"body": "x" * 20_001})) == {
        "/body": "too-long"
    }


async def test_either_side_says_that_it_is_late(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, meeting: dict[str, Any]
) -> None:
    """The other one is told once for two clicks; strangers cannot say anything."""
    path = f"/meetings/{meeting['id']}/delay"
    for person, other in ((alice, MIKL), (mikl, ALICE)):
        answers = await asyncio.gather(*(person.post(path, {"minutes": 5}) for _ in range(3)))
        assert {answer.status_code for answer in answers} == {204}
        assert told(database, other)[-1:] == ["meeting.delayed"]
        assert told(database, other).count("meeting.delayed") == 1
        assert events(database, other).count("meeting.delayed") == 1
    notice = (await mikl.get("/notifications")).json()["items"][0]["body"]
    assert (notice["minutes"], notice["by"]) == (5, "client")
    assert code_of(await bob.post(path, {"minutes": 5})) == (404, "not-found")
    assert wrong_fields(await alice.post(path, {"minutes": 61})) == {"/minutes": "out-of-range"}


async def test_being_late_has_a_limit_and_an_end(
    mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """Six different ones in ten minutes; none for a cancelled meeting."""
    path = f"/meetings/{meeting['id']}/delay"
    codes = [(await alice.post(path, {"minutes": minutes})).status_code for minutes in range(1, 8)]
    assert codes == [204] * 6 + [429]
    await mikl.post(f"/meetings/{meeting['id']}/cancel")
    assert code_of(await mikl.post(path, {"minutes": 5})) == (409, "meeting-closed")


async def test_the_operator_sees_who_waits(
    database: TestDatabase, mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """One event for many calls; in his list since when; over by leaving, by silence, by the start."""
    path = f"/meetings/{meeting['id']}/waiting"

    async def since(person: Person) -> str | None:
        value: str | None = (await person.get(f"/meetings/{meeting['id']}")).json()["client_waiting_since"]
        return value

    first = (await alice.post(path)).json()
    assert (await alice.post(path)).json()["since"] == first["since"]
    assert events(database, MIKL) == ["meeting.scheduled", "meeting.waiting"]
    assert await since(mikl) == first["since"]
    assert await since(alice) is None
    polled = (await mikl.get("/events/poll", after=0)).json()["events"][-1]
    assert (polled["kind"], polled["since"]) == ("meeting.waiting", first["since"])
    assert (await alice.http.delete(f"/v1{path}")).status_code == 204
    assert await since(mikl) is None
    assert (await alice.http.delete(f"/v1{path}")).status_code == 204
    await alice.post(path)
    database.admin(
        "update public.meeting_waits set since = since - interval '5 minutes',"
        " told_at = told_at - interval '3 minutes', seen_at = seen_at - interval '2 minutes'"
    )
    assert await since(mikl) is None
    await alice.post(path)
    assert events(database, MIKL) == ["meeting.scheduled", *["meeting.waiting"] * 4]
    await mikl.post(f"/meetings/{meeting['id']}/start")
    assert code_of(await alice.post(path)) == (409, "meeting-started")
    assert await since(mikl) is None
    # He sat in the waiting room: nobody calls him by mail.
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-scheduled"]


async def test_whoever_waits_in_vain_tells_the_other_side_once(
    database: TestDatabase,
    openvidu: FakeOpenVidu,
    mikl: Person,
    alice: Person,
    bob: Person,
    meeting: dict[str, Any],
) -> None:
    """A notice; for the client of a running meeting a mail as well; again after five minutes."""
    path = f"/meetings/{meeting['id']}/nudge"
    assert (await asyncio.gather(*(alice.post(path) for _ in range(3))))[0].status_code == 204
    assert told(database, MIKL) == ["meeting.nudged"]
    assert events(database, MIKL) == ["meeting.scheduled"], (
        "a notice says it, and nothing of the meeting changed"
    )
    database.admin("update public.notifications set created_at = created_at - interval '6 minutes'")
    await alice.post(path)
    assert told(database, MIKL) == ["meeting.nudged"] * 2
    await mikl.post(path)
    assert told(database, ALICE)[-1] == "meeting.nudged"
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-scheduled"], "nothing to come to yet"
    await mikl.post(f"/meetings/{meeting['id']}/start")
    database.admin("update public.notifications set created_at = created_at - interval '6 minutes'")
    database.admin("delete from private.jobs")
    await mikl.post(path)
    assert [kind for kind, _ in mails(database)] == ["mail.meeting-waiting"]
    assert code_of(await bob.post(path)) == (404, "not-found")
    await mikl.post(f"/meetings/{meeting['id']}/end")
    assert code_of(await alice.post(path)) == (409, "meeting-closed")


async def test_waiting_is_the_clients(mikl: Person, bob: Person, meeting: dict[str, Any]) -> None:
    """The operator does not wait for himself, a stranger for nobody."""
    path = f"/meetings/{meeting['id']}/waiting"
    assert code_of(await mikl.post(path)) == (403, "forbidden")
    assert code_of(await bob.post(path)) == (404, "not-found")


async def test_the_list_is_answered_once_per_content(
    mikl: Person, alice: Person, meeting: dict[str, Any]
) -> None:
    """304 without a body until something changes; what one person has is nobody else's."""
    first = await mikl.get("/meetings")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = await mikl.http.get("/v1/meetings", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert (await alice.http.get("/v1/meetings", headers=tag)).status_code == 200
    await change(mikl, meeting, title="Bilan")
    assert (await mikl.http.get("/v1/meetings", headers=tag)).status_code == 200


async def test_who_was_there(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, meeting: dict[str, Any]
) -> None:
    """Both sides read it; strangers find no meeting."""
    database.admin(
        "insert into public.meeting_participants"
        " (meeting_id, connection_id, auth_user_id, role, joined_at, left_at)"
        " values (%s, 'con_1', %s, 'PUBLISHER', '2026-03-02T17:00:00Z', '2026-03-02T17:30:00Z')",
        (meeting["id"], database.account_id(ALICE)),
    )
    path = f"/meetings/{meeting['id']}/presence"
    stay = {
        "role": "client",
        "full_name": "Alice Laurent",
        "joined_at": "2026-03-02T17:00:00Z",
        "left_at": "2026-03-02T17:30:00Z",
    }
    for person in (mikl, alice):
        assert (await person.get(path)).json() == {"items": [stay]}
    assert code_of(await bob.get(path)) == (404, "not-found")


async def test_the_operator_sees_what_the_clients_check_found(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, meeting: dict[str, Any]
) -> None:
    """The newest report, for his eyes alone; the same again is no event; nothing after the end."""
    path = f"/meetings/{meeting['id']}/readiness"
    report = {"microphone": "missing", "camera": "ok", "speaker": "ok", "network": "ok"}

    async def told(person: Person) -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await person.get(f"/meetings/{meeting['id']}")).json()[
            "client_readiness"
        ]
        return found

    assert await told(mikl) is None
    first = await alice.http.put(f"/v1{path}", json=report)
    assert first.status_code == 200
    assert await told(mikl) == first.json() == {**report, "checked_at": first.json()["checked_at"]}
    assert await told(alice) is None
    await alice.http.put(f"/v1{path}", json=report)
    assert events(database, MIKL) == ["meeting.scheduled", "meeting.readiness"]
    await alice.http.put(f"/v1{path}", json={**report, "microphone": "ok"})
    assert events(database, MIKL)[-2:] == ["meeting.readiness"] * 2
    listed = (await mikl.get("/meetings")).json()["items"]
    assert [each["client_readiness"]["microphone"] for each in listed] == ["ok"]
    assert code_of(await mikl.http.put(f"/v1{path}", json=report)) == (403, "forbidden")
    assert code_of(await bob.http.put(f"/v1{path}", json=report)) == (404, "not-found")
    wrong = await alice.http.put(f"/v1{path}", json={**report, "camera": "great"})
    assert code_of(wrong) == (422, "invalid")
    await mikl.post(f"/meetings/{meeting['id']}/cancel")
    assert code_of(await alice.http.put(f"/v1{path}", json=report)) == (409, "meeting-closed")
