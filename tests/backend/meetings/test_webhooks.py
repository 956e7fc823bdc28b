"""POST /v1/webhooks/openvidu: who may say what, what is kept of it, and what follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from tests.backend.meetings.rooms import room_of
from tests.backend.people import ALICE, Person, code_of, plan
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase, running_service
from tests.support.waiting import until

HOOK_SECRET = "a secret of the hook"
AUTHORIZED = {"Authorization": f"Bearer {HOOK_SECRET}"}
LIMIT_S = 40.0


@pytest.fixture
def service(database: TestDatabase, openvidu: FakeOpenVidu) -> Iterator[RunningService]:
    """A service that knows the hook's secret, and whose reaper leaves the field to the hook."""
    with running_service(
        database,
        openvidu_url=openvidu.url,
        openvidu_secret=SECRET,
        openvidu_webhook_secret=SecretStr(HOOK_SECRET),
        job_poll_s=0.1,
        look_s=3600,
    ) as running:
        yield running


async def post(
    service: RunningService, body: object, headers: dict[str, str] | None = None
) -> httpx.Response:
    """One post of OpenVidu's."""
    async with client_without_tls(service.url) as http:
        return await http.post(
            "/v1/webhooks/openvidu", json=body, headers=AUTHORIZED if headers is None else headers
        )


def about(session_id: str, event: str = "participantJoined", **members: Any) -> dict[str, Any]:
    """An event as OpenVidu 2.32 posts it."""
    return {
        "event": event,
        "sessionId": session_id,
        "uniqueSessionId": f"{session_id}_1",
        "timestamp": 1_795_000_000_000,
        **members,
    }


async def joined(mikl: Person, alice: Person, database: TestDatabase, fake: FakeOpenVidu) -> tuple[UUID, str]:
    """A meeting in progress with Alice inside, of which nobody told the service; her token."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    token = (await alice.post(f"/meetings/{meeting['id']}/token", {"device_id": "laptop"})).json()["token"]
    fake.join(token)
    return UUID(meeting["id"]), token


def people(database: TestDatabase) -> list[dict[str, Any]]:
    """All presence rows."""
    return database.admin("select * from public.meeting_participants order by joined_at")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {HOOK_SECRET}"},
        {"Authorization": f"Bearer {HOOK_SECRET} "[:-2]},
        {"Authorization": "Bearer é"},
    ],
    ids=["none", "wrong", "scheme", "shorter", "no ascii"],
)
async def test_only_who_knows_the_secret_is_heard(
    service: RunningService, database: TestDatabase, headers: dict[str, str]
) -> None:
    """401, and nothing is stored."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    async with client_without_tls(service.url) as http:
        answer = await http.post("/v1/webhooks/openvidu", json=about("mtg_" + "0" * 32), headers=raw)
    assert code_of(answer) == (401, "unauthenticated")
    assert database.admin("select from private.webhook_events") == []


async def test_without_a_secret_there_is_no_hook(database: TestDatabase, openvidu: FakeOpenVidu) -> None:
    """404, whatever is shown."""
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=SECRET) as service:
        answer = await post(service, about("mtg_" + "0" * 32), {"Authorization": "Bearer None"})
        assert code_of(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"event": "participantJoined"}, (422, "invalid")),
        (["participantJoined"], (422, "invalid")),
        (about("mtg_x", timestamp="soon"), (422, "invalid")),
        (about("mtg_x", timestamp=-1), (422, "invalid")),
        (about("mtg_x", clientData="x" * 70_000), (413, "too-large")),
    ],
    ids=["no time", "list", "word", "negative", "large"],
)
async def test_nonsense_is_refused(service: RunningService, body: object, expected: tuple[int, str]) -> None:
    """Also by who knows the secret."""
    assert code_of(await post(service, body)) == expected


async def test_an_event_is_kept_once_and_without_what_is_private(
    service: RunningService, database: TestDatabase
) -> None:
    """Ids, times and reasons; no name, no address, no text, and nothing of rooms that are not ours."""
    room = "mtg_" + "0" * 32
    private = {"clientData": "Alice", "serverData": "Laurent", "ip": "203.0.113.9", "data": "hello"}
    told = about(room, "participantLeft", connectionId="con_1", reason="disconnect", **private)
    for body in (
        told,
        told,
        about(room, "signalSent", **private),
        about("webinar", "participantLeft", **private),
    ):
        assert (await post(service, body)).status_code == 200
    assert [row["body"] for row in database.admin("select body from private.webhook_events")] == [
        {name: told[name] for name in told if name not in private}
    ]
    kept = json.dumps(database.admin("select payload from private.jobs"))
    assert not [value for value in private.values() if value in kept]


async def test_a_join_is_noted_when_openvidu_confirms_it(
    service: RunningService, database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """Who, with which role and from when; and until when, after he left."""
    _, token = await joined(mikl, alice, database, openvidu)
    await post(service, openvidu.event("participantJoined", token))
    await until(lambda: people(database), timeout_s=LIMIT_S)
    (row,) = people(database)
    assert (row["auth_user_id"], row["role"], row["left_at"]) == (alice.account_id, "PUBLISHER", None)
    openvidu.leave(token)
    await post(
        service,
        openvidu.event("participantLeft", token, connectionId=row["connection_id"], reason="disconnect"),
    )
    await until(lambda: people(database)[0]["left_at"], timeout_s=LIMIT_S)
    (meeting,) = database.admin("select status, empty_since from public.meetings")
    assert meeting == {"status": "in_progress", "empty_since": people(database)[0]["left_at"]}


async def test_a_forged_end_ends_nothing_while_people_are_inside(
    service: RunningService, database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """Right header, wrong story: OpenVidu is asked, and the row stays as it is."""
    meeting_id, token = await joined(mikl, alice, database, openvidu)
    room = room_of(meeting_id)
    await post(service, openvidu.event("sessionDestroyed", token, reason="lastParticipantLeft"))
    await openvidu.wait_for_call(f"GET sessions/{room}")
    done = "select from private.jobs where kind = 'media.event' and done_at is not null"
    await until(lambda: database.admin(done), timeout_s=LIMIT_S)
    assert database.admin("select status, empty_since from public.meetings") == [
        {"status": "in_progress", "empty_since": None}
    ]
    assert [row["left_at"] for row in people(database)] == [None]


async def test_the_answer_does_not_wait_for_openvidu(
    service: RunningService, database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """It hangs while it posts: 200 all the same, nothing changes, and the job comes back."""
    meeting_id, token = await joined(mikl, alice, database, openvidu)
    openvidu.hanging = True
    assert (await post(service, openvidu.event("participantJoined", token))).status_code == 200
    await openvidu.wait_for_call(f"GET sessions/{room_of(meeting_id)}")
    assert people(database) == []
    openvidu.release()
    await until(lambda: people(database), timeout_s=LIMIT_S)


async def test_an_event_of_a_meeting_that_is_over_changes_nothing(
    service: RunningService, database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """The room is closed by the end, of which OpenVidu tells afterwards."""
    meeting_id, token = await joined(mikl, alice, database, openvidu)
    late = openvidu.event("participantJoined", token)
    await mikl.post(f"/meetings/{meeting_id}/end")
    before = database.admin("select * from public.meetings")
    await post(service, late)
    done = "select from private.jobs where kind = 'media.event' and done_at is not null"
    await until(lambda: database.admin(done), timeout_s=LIMIT_S)
    assert database.admin("select * from public.meetings") == before
    assert people(database) == []
