"""Start, token, end: what they change, who may, and what happens when something is away."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import pytest
from aiohttp import web

from tests.backend.people import ALICE, Person, code_of, plan, signed_in, wrong_fields
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase, running_service
from tests.support.waiting import until


async def test_a_meeting_runs_from_scheduled_to_completed(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """The whole life of a meeting, with its row and its room at each step."""
    meeting = await plan(mikl, database.client_id(ALICE))
    row = database.admin("select * from public.meetings")[0]
    assert (row["status"], row["session_id"], row["started_at"]) == ("scheduled", None, None)

    started = (await mikl.post(f"/meetings/{meeting['id']}/start")).json()
    row = database.admin("select * from public.meetings")[0]
    assert started["status"] == row["status"] == "in_progress"
    assert row["session_id"] == "mtg_" + UUID(meeting["id"]).hex
    assert row["started_at"] is not None
    assert list(openvidu.sessions) == [row["session_id"]]

    host = (await mikl.post(f"/meetings/{meeting['id']}/token", {})).json()
    guest = (await alice.post(f"/meetings/{meeting['id']}/token")).json()
    assert (host["role"], guest["role"]) == ("MODERATOR", "PUBLISHER")
    assert host["session_id"] == guest["session_id"] == row["session_id"]
    asked = [connection.body for connection in openvidu.sessions[row["session_id"]].connections.values()]
    assert [body["role"] for body in asked] == ["MODERATOR", "PUBLISHER"]
    assert not any(body["record"] for body in asked)
    assert openvidu.server_data() == [
        {"account": str(mikl.account_id), "name": "MiKL", "role": "MODERATOR"},
        {"account": str(alice.account_id), "name": "Alice Laurent"},
    ]

    ended = (await mikl.post(f"/meetings/{meeting['id']}/end")).json()
    row = database.admin(
        "select *, extract(epoch from ended_at - started_at)::int as seconds from public.meetings"
    )[0]
    assert ended["status"] == row["status"] == "completed"
    assert ended["duration_seconds"] == row["duration_seconds"] == row["seconds"]
    assert row["end_reason"] == "host"
    await openvidu.wait_for_call(f"DELETE sessions/{row['session_id']}")


async def test_starting_again_answers_the_same_meeting(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """A second start changes nothing, not even the version."""
    meeting = await plan(mikl, database.client_id(ALICE))
    first = await mikl.post(f"/meetings/{meeting['id']}/start")
    second = await mikl.post(f"/meetings/{meeting['id']}/start")
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert openvidu.calls.count("POST sessions") == 1


async def test_many_starts_at_once_make_one_transition(database: TestDatabase, mikl: Person) -> None:
    """Twenty devices press start together: all succeed, the row changes once."""
    meeting = await plan(mikl, database.client_id(ALICE))
    answers = await asyncio.gather(*(mikl.post(f"/meetings/{meeting['id']}/start") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["started_at"] for answer in answers}) == 1
    assert database.admin("select version from public.meetings") == [{"version": 2}]
    events = database.admin("select kind from public.user_events where kind = 'meeting.started'")
    assert len(events) == 2  # one for each of the two people


async def test_many_ends_at_once_end_once(database: TestDatabase, mikl: Person) -> None:
    """The first end decides when it was; the others read it."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    answers = await asyncio.gather(*(mikl.post(f"/meetings/{meeting['id']}/end") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["ended_at"] for answer in answers}) == 1
    assert database.admin("select version from public.meetings") == [{"version": 3}]


async def test_a_session_that_exists_already_is_as_good(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """OpenVidu answers 409 after an earlier try that did not get to the database."""
    meeting = await plan(mikl, database.client_id(ALICE))
    openvidu.status = 409
    answer = await mikl.post(f"/meetings/{meeting['id']}/start")
    assert answer.json()["status"] == "in_progress"


async def test_openvidu_failing_at_start_leaves_the_meeting_scheduled(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """503 with a reason, nothing written, and the next try works."""
    meeting = await plan(mikl, database.client_id(ALICE))
    openvidu.status = 500
    answer = await mikl.post(f"/meetings/{meeting['id']}/start")
    assert code_of(answer) == (503, "media-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert database.admin("select status, session_id, started_at from public.meetings") == [
        {"status": "scheduled", "session_id": None, "started_at": None}
    ]
    openvidu.status = None
    assert (await mikl.post(f"/meetings/{meeting['id']}/start")).status_code == 200


async def test_openvidu_hanging_at_start_is_given_up(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """A server that accepts and says nothing costs three seconds, not the meeting."""
    meeting = await plan(mikl, database.client_id(ALICE))
    openvidu.hanging = True
    answer = await mikl.post(f"/meetings/{meeting['id']}/start")
    assert code_of(answer) == (503, "media-unavailable")
    assert database.admin("select status from public.meetings") == [{"status": "scheduled"}]


async def test_openvidu_down_at_start_leaves_the_meeting_scheduled(database: TestDatabase) -> None:
    """Nobody listens at OpenVidu's address."""
    with running_service(
        database, openvidu_url="http://127.0.0.1:9", openvidu_secret="irrelevant"
    ) as service:
        async with signed_in(service.url, "mikl@demo.visio") as mikl:
            meeting = await plan(mikl, database.client_id(ALICE))
            answer = await mikl.post(f"/meetings/{meeting['id']}/start")
            assert code_of(answer) == (503, "media-unavailable")
            read = await mikl.get(f"/meetings/{meeting['id']}")
            assert read.json()["status"] == "scheduled"


async def test_ending_needs_no_openvidu(database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person) -> None:
    """The meeting is completed at once; the room is closed when OpenVidu is back."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    session_id = next(iter(openvidu.sessions))
    openvidu.status = 503
    assert (await mikl.post(f"/meetings/{meeting['id']}/end")).json()["status"] == "completed"
    await openvidu.wait_for_call(f"DELETE sessions/{session_id}")
    openvidu.status = None
    await openvidu.wait_for_call(f"DELETE sessions/{session_id}", count=2)
    assert openvidu.sessions == {}


async def test_a_room_that_emptied_is_made_again(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """OpenVidu drops a session when the last person leaves; the meeting goes on."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    openvidu.sessions.clear()
    answer = await mikl.post(f"/meetings/{meeting['id']}/token", {})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(openvidu.sessions) == 1


async def test_a_token_made_while_the_meeting_ended_is_not_given(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """The state is read again after OpenVidu answered; what was made is taken back."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")

    async def end_meanwhile(request: web.Request) -> None:
        if request.path.endswith("/connection"):
            openvidu.before_answer = None
            await mikl.post(f"/meetings/{meeting['id']}/end")

    openvidu.before_answer = end_meanwhile
    assert code_of(await alice.post(f"/meetings/{meeting['id']}/token")) == (409, "meeting-closed")
    assert openvidu.sessions == {}


async def test_a_meeting_closed_while_openvidu_worked_leaves_no_session(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """Cancelled between the look and the change: 409, and the session is deleted again."""
    meeting = await plan(mikl, database.client_id(ALICE))

    async def cancel_meanwhile(_: web.Request) -> None:
        openvidu.before_answer = None
        database.admin("update public.meetings set status = 'cancelled'")

    openvidu.before_answer = cancel_meanwhile
    assert code_of(await mikl.post(f"/meetings/{meeting['id']}/start")) == (409, "meeting-closed")
    assert openvidu.sessions == {}


async def test_only_the_host_starts_and_ends(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """The client of a meeting gets 403."""
    meeting = await plan(mikl, database.client_id(ALICE))
    assert code_of(await alice.post(f"/meetings/{meeting['id']}/start")) == (403, "not-host")
    await mikl.post(f"/meetings/{meeting['id']}/start")
    assert code_of(await alice.post(f"/meetings/{meeting['id']}/end")) == (403, "not-host")


async def test_others_do_not_learn_that_a_meeting_exists(
    database: TestDatabase, mikl: Person, bob: Person
) -> None:
    """404 for every action on somebody else's meeting, live or not."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    answers = [
        await bob.get(f"/meetings/{meeting['id']}"),
        await bob.post(f"/meetings/{meeting['id']}/start"),
        await bob.post(f"/meetings/{meeting['id']}/end"),
        await bob.post(f"/meetings/{meeting['id']}/token", {}),
    ]
    assert [code_of(answer) for answer in answers] == [(404, "not-found")] * 4


async def test_actions_in_the_wrong_state(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """Ending or entering before the start, starting or entering after the end."""
    meeting = await plan(mikl, database.client_id(ALICE))
    path = f"/meetings/{meeting['id']}"
    assert code_of(await mikl.post(f"{path}/end")) == (409, "meeting-not-live")
    assert code_of(await alice.post(f"{path}/token")) == (409, "meeting-not-live")
    await mikl.post(f"{path}/start")
    await mikl.post(f"{path}/end")
    assert code_of(await mikl.post(f"{path}/start")) == (409, "meeting-closed")
    assert code_of(await alice.post(f"{path}/token")) == (409, "meeting-closed")
    assert code_of(await mikl.post(f"{path}/token")) == (409, "meeting-closed")


async def test_nobody_chooses_his_role(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """A role in the request is refused, not obeyed."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    answer = await alice.post(f"/meetings/{meeting['id']}/token", {"role": "MODERATOR"})
    assert code_of(answer) == (422, "invalid")
    assert openvidu.server_data() == []


async def test_a_screen_gets_a_connection_that_says_so(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """The other side must not take a shared screen for a second person."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    await mikl.post(f"/meetings/{meeting['id']}/token", {"purpose": "screen"})
    assert openvidu.server_data() == [
        {"account": str(mikl.account_id), "name": "MiKL", "role": "MODERATOR", "purpose": "screen"}
    ]


async def test_a_new_token_of_a_device_takes_the_old_ones_place(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """The app that asks twice holds one valid token; its shared screen and other devices keep theirs."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    tokens = [
        (await mikl.post(f"/meetings/{meeting['id']}/token", body)).json()["token"]
        for body in (
            {"device_id": "laptop"},
            {"device_id": "laptop", "purpose": "screen"},
            {"device_id": "tablet"},
            {"device_id": "laptop"},
        )
    ]

    def valid() -> set[str]:
        return {item.token for room in openvidu.sessions.values() for item in room.connections.values()}

    await until(lambda: valid() == set(tokens[1:]), timeout_s=40)


@pytest.mark.parametrize("device_id", ["", "x" * 65, "a b", "é", 7])
async def test_a_strange_device_is_refused(database: TestDatabase, mikl: Person, device_id: object) -> None:
    """It is a name that the app made itself: letters, digits, at most 64."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    answer = await mikl.post(f"/meetings/{meeting['id']}/token", {"device_id": device_id})
    assert wrong_fields(answer).keys() == {"/device_id"}


@pytest.mark.parametrize("fault", ["status", "hanging"])
async def test_a_token_without_openvidu_is_a_typed_error(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, fault: str
) -> None:
    """503 with a time to come back; the meeting goes on, and the next try works."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    setattr(openvidu, fault, 500 if fault == "status" else True)
    answer = await mikl.post(f"/meetings/{meeting['id']}/token")
    assert code_of(answer) == (503, "media-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    openvidu.status = None
    openvidu.release()
    assert (await mikl.post(f"/meetings/{meeting['id']}/token")).status_code == 200


async def test_a_token_that_cannot_be_noted_is_taken_back(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """Deactivated while OpenVidu worked: no answer with a token, and no connection that lives on."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")

    async def deactivate_meanwhile(request: web.Request) -> None:
        if request.path.endswith("/connection"):
            openvidu.before_answer = None
            database.admin("update public.clients set active = false")

    openvidu.before_answer = deactivate_meanwhile
    assert code_of(await alice.post(f"/meetings/{meeting['id']}/token")) == (404, "not-found")
    assert openvidu.server_data() == []


async def test_tokens_are_limited(database: TestDatabase, mikl: Person) -> None:
    """Ten joins a minute are enough for anybody; the eleventh says when to come back."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    for _ in range(10):
        assert (await mikl.post(f"/meetings/{meeting['id']}/token")).status_code == 200
    answer = await mikl.post(f"/meetings/{meeting['id']}/token")
    assert code_of(answer) == (429, "too-many")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


async def test_a_service_without_openvidu_says_so(database: TestDatabase) -> None:
    """Planning works, starting answers 503."""
    with running_service(database) as service:
        async with signed_in(service.url, "mikl@demo.visio") as mikl:
            meeting = await plan(mikl, database.client_id(ALICE))
            answer = await mikl.post(f"/meetings/{meeting['id']}/start")
            assert code_of(answer) == (503, "media-unavailable")


async def test_a_signed_out_session_starts_nothing(
    database: TestDatabase, mikl: Person, service: RunningService
) -> None:
    """The access token lives on for minutes; actions look at the session behind it."""
    meeting = await plan(mikl, database.client_id(ALICE))
    async with client_without_tls(service.url) as http:
        await http.post("/v1/auth/logout", json={"refresh_token": mikl.refresh_token})
    for action in ("start", "end", "token"):
        answer = await mikl.post(f"/meetings/{meeting['id']}/{action}")
        assert code_of(answer) == (401, "session-ended"), action


async def test_the_answer_never_holds_the_secret(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person
) -> None:
    """Whatever goes wrong at OpenVidu, its secret stays in the service."""
    meeting = await plan(mikl, database.client_id(ALICE))
    openvidu.status = 401
    answer = await mikl.post(f"/meetings/{meeting['id']}/start")
    assert code_of(answer) == (503, "media-unavailable")
    assert "fake-secret" not in json.dumps(dict(answer.headers)) + answer.text
