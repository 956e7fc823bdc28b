"""Planning, listing and reading meetings over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.backend.people import ALICE, BOB, Person, code_of, in_one_hour, plan, wrong_fields
from tests.support.service import TestDatabase


async def test_planning_answers_the_meeting(database: TestDatabase, mikl: Person) -> None:
    """201 with address and version, and the meeting as its operator sees it."""
    at = in_one_hour()
    body = {
        "client_id": str(database.client_id(ALICE)),
        "title": "  Premier point  ",
        "description": "Préparer la suite.",
        "scheduled_at": at,
        "planned_minutes": 45,
    }
    answer = await mikl.post("/meetings", body)
    meeting = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/meetings/{meeting['id']}"
    assert answer.headers["ETag"] == '"v1"'
    assert datetime.fromisoformat(meeting["scheduled_at"]) == datetime.fromisoformat(at)
    assert meeting == {
        "id": meeting["id"],
        "client": {"id": str(database.client_id(ALICE)), "full_name": "Alice Laurent"},
        "operator": {"id": str(database.operator_id("mikl@demo.visio")), "full_name": "MiKL"},
        "title": "Premier point",
        "description": "Préparer la suite.",
        "status": "scheduled",
        "scheduled_at": meeting["scheduled_at"],
        "planned_minutes": 45,
        "started_at": None,
        "ended_at": None,
        "duration_seconds": None,
        "end_reason": None,
        "cancel_reason": None,
        "series_id": None,
        "version": 1,
        "updated_at": meeting["updated_at"],
        "my_role": "operator",
        "client_waiting_since": None,
        "client_readiness": None,
        "client_rating": None,
        "door": "open",
        "conflicts": [],
    }


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": ""}, {"/title": "required"}),
        ({"title": "   "}, {"/title": "required"}),
        ({"title": "x" * 201}, {"/title": "too-long"}),
        ({"title": 7}, {"/title": "wrong-type"}),
        ({"description": "x" * 4001}, {"/description": "too-long"}),
        ({"scheduled_at": "2020-01-01T10:00:00Z"}, {"/scheduled_at": "in-past"}),
        ({"scheduled_at": "2030-01-01T10:00:00"}, {"/scheduled_at": "wrong-type"}),
        ({"scheduled_at": "tomorrow"}, {"/scheduled_at": "wrong-type"}),
        ({"planned_minutes": 4}, {"/planned_minutes": "out-of-range"}),
        ({"planned_minutes": 481}, {"/planned_minutes": "out-of-range"}),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, {"/client_id": "unknown-client"}),
        ({"client_id": "alice"}, {"/client_id": "wrong-type"}),
        ({"status": "completed"}, {"/status": "not-allowed"}),
        ({"session_id": "mtg_1"}, {"/session_id": "not-allowed"}),
        ({"operator_id": "x", "version": 9}, {"/operator_id": "not-allowed", "/version": "not-allowed"}),
    ],
)
async def test_a_wrong_member_is_named(
    database: TestDatabase, mikl: Person, changes: dict[str, Any], fields: dict[str, str]
) -> None:
    """422 with each wrong member's pointer and code, and nothing planned."""
    body = {
        "client_id": str(database.client_id(ALICE)),
        "title": "Point",
        "scheduled_at": in_one_hour(),
        **changes,
    }
    assert wrong_fields(await mikl.post("/meetings", body)) == fields
    assert database.admin("select id from public.meetings") == []


@pytest.mark.parametrize("value", [4_102_444_800, 4_102_444_800.5, "4102444800", "2100-01-01", True])
async def test_a_moment_is_written_out(database: TestDatabase, mikl: Person, value: object) -> None:
    """RFC 3339 and nothing else: a number of seconds is no moment, in a body or in a query."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "x", "scheduled_at": value}
    assert wrong_fields(await mikl.post("/meetings", body)) == {"/scheduled_at": "wrong-type"}
    for path in ("/meetings", "/meetings/export.csv"):
        assert wrong_fields(await mikl.get(path, to=value)) == {"/to": "wrong-type"}


async def test_missing_members_are_named(mikl: Person) -> None:
    """All at once, so that a form can show them together."""
    assert wrong_fields(await mikl.post("/meetings", {})) == {
        "/client_id": "required",
        "/title": "required",
        "/scheduled_at": "required",
    }


async def test_text_that_cannot_be_stored_is_refused(database: TestDatabase, mikl: Person) -> None:
    """A zero character is no crash."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "a\0b", "scheduled_at": in_one_hour()}
    assert code_of(await mikl.post("/meetings", body)) == (400, "malformed")


async def test_clients_plan_nothing(database: TestDatabase, alice: Person) -> None:
    """403, whoever it would be with."""
    body = {
        "client_id": str(database.client_id(ALICE)),
        "title": "Point",
        "scheduled_at": in_one_hour(),
    }
    assert code_of(await alice.post("/meetings", body)) == (403, "forbidden")


async def test_the_same_key_plans_once(database: TestDatabase, mikl: Person) -> None:
    """A repeated request, even at the same moment, gets the first one's answer."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "Point", "scheduled_at": in_one_hour()}
    headers = {"Idempotency-Key": "the-key"}
    answers = await asyncio.gather(*(mikl.post("/meetings", body, headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(database.admin("select id from public.meetings")) == 1
    assert len(database.admin("select id from public.notifications")) == 1


async def test_the_same_key_for_something_else_is_refused(database: TestDatabase, mikl: Person) -> None:
    """409: the app has mixed something up."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "Point", "scheduled_at": in_one_hour()}
    await mikl.post("/meetings", body, {"Idempotency-Key": "the-key"})
    answer = await mikl.post("/meetings", {**body, "title": "Other"}, {"Idempotency-Key": "the-key"})
    assert code_of(answer) == (409, "idempotency-mismatch")


async def test_a_refused_request_does_not_use_up_its_key(database: TestDatabase, mikl: Person) -> None:
    """The form is corrected and sent again with the same key."""
    body = {"client_id": str(database.client_id(ALICE)), "title": "Point", "scheduled_at": in_one_hour()}
    past = {**body, "scheduled_at": "2020-01-01T00:00:00Z"}
    assert wrong_fields(await mikl.post("/meetings", past, {"Idempotency-Key": "the-key"}))
    assert (await mikl.post("/meetings", body, {"Idempotency-Key": "the-key"})).status_code == 201


async def test_each_sees_his_own(database: TestDatabase, mikl: Person, alice: Person, bob: Person) -> None:
    """MiKL both, Alice and Bob one each, with the role each has in it."""
    for_alice = await plan(mikl, database.client_id(ALICE))
    for_bob = await plan(mikl, database.client_id(BOB))
    listed = {
        person.account_id: {
            item["id"]: item["my_role"] for item in (await person.get("/meetings")).json()["items"]
        }
        for person in (mikl, alice, bob)
    }
    assert listed == {
        mikl.account_id: {for_alice["id"]: "operator", for_bob["id"]: "operator"},
        alice.account_id: {for_alice["id"]: "client"},
        bob.account_id: {for_bob["id"]: "client"},
    }


async def test_asking_for_anothers_meetings_finds_none(
    database: TestDatabase, mikl: Person, alice: Person
) -> None:
    """An empty list, not a refusal: nothing tells whether there are any."""
    await plan(mikl, database.client_id(BOB))
    answer = await alice.get("/meetings", client_id=str(database.client_id(BOB)))
    assert answer.status_code == 200
    assert answer.json() == {"items": [], "next_cursor": None}


async def test_filters(database: TestDatabase, mikl: Person) -> None:
    """By state (several), by time, by client."""
    soon = await plan(mikl, database.client_id(ALICE))
    late = await plan(
        mikl, database.client_id(BOB), scheduled_at=(datetime.now(UTC) + timedelta(days=9)).isoformat()
    )
    await mikl.post(f"/meetings/{soon['id']}/start")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    async def ids(**parameters: Any) -> list[str]:
        return [item["id"] for item in (await mikl.get("/meetings", **parameters)).json()["items"]]

    assert await ids() == [soon["id"], late["id"]]
    assert await ids(order="desc") == [late["id"], soon["id"]]
    assert await ids(status="in_progress") == [soon["id"]]
    assert await ids(status=["in_progress", "scheduled"]) == [soon["id"], late["id"]]
    assert await ids(**{"from": tomorrow}) == [late["id"]]
    assert await ids(to=tomorrow) == [soon["id"]]
    assert await ids(client_id=str(database.client_id(BOB))) == [late["id"]]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_miss_and_repeat_nothing(database: TestDatabase, mikl: Person, order: str) -> None:
    """Seven meetings, five of them at the same instant, two on a page."""
    at = in_one_hour()
    for number in range(7):
        await plan(mikl, database.client_id(ALICE), scheduled_at=at if number < 5 else in_one_hour())
    whole = [item["id"] for item in (await mikl.get("/meetings", order=order)).json()["items"]]
    paged: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page = (
            await mikl.get("/meetings", order=order, limit=2, **({"cursor": cursor} if cursor else {}))
        ).json()
        paged += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert paged == whole
    assert len(set(whole)) == 7


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("limit", "0", "out-of-range"),
        ("limit", "101", "out-of-range"),
        ("status", "running", "wrong-type"),
        ("client_id", "bob", "wrong-type"),
        ("from", "2030-01-01T00:00:00", "wrong-type"),
        ("cursor", "nonsense", "wrong-type"),
        ("cursor", "MjAzMC0wMS0wMVQwMDowMDowMHx4", "wrong-type"),
        ("order", "sideways", "wrong-type"),
    ],
)
async def test_a_wrong_filter_is_named(mikl: Person, parameter: str, value: str, code: str) -> None:
    """422 instead of a guess."""
    assert wrong_fields(await mikl.get("/meetings", **{parameter: value})) == {f"/{parameter}": code}


async def test_an_id_that_is_none_is_not_found(mikl: Person) -> None:
    """As any other id that names nothing."""
    assert code_of(await mikl.get("/meetings/nonsense")) == (404, "not-found")
    assert code_of(await mikl.get(f"/meetings/{UUID(int=1)}")) == (404, "not-found")


async def test_nothing_without_a_token(mikl: Person) -> None:
    """401 with the way to sign in."""
    del mikl.http.headers["Authorization"]
    answer = await mikl.get("/meetings")
    assert code_of(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_deactivated_person_is_refused(database: TestDatabase, alice: Person) -> None:
    """403 at once, though the token lives on."""
    database.admin("update public.clients set active = false")
    assert code_of(await alice.get("/meetings")) == (403, "forbidden")


async def test_lists_name_no_room_and_no_address(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """The room's name is given with a token only; addresses are nobody else's."""
    meeting = await plan(mikl, database.client_id(ALICE))
    assert (await mikl.post(f"/meetings/{meeting['id']}/start")).status_code == 200
    for path in ("/meetings", f"/meetings/{meeting['id']}", "/meetings/export.csv", "/notifications"):
        for person in (mikl, alice):
            answer = await person.get(path)
            assert answer.status_code == 200
            assert "mtg_" not in answer.text
            assert "@" not in answer.text
