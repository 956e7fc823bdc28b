"""The door of a meeting: who is held gets no token and waits, who is admitted comes in, refused stays out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from aiohttp import web

from tests.backend.people import ALICE, MIKL, Person, code_of, plan, wrong_fields
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.service import TestDatabase
from tests.support.waiting import until


@pytest.fixture
async def path(database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person) -> str:
    """A meeting of MiKL with Alice, under way."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    return f"/meetings/{meeting['id']}"


async def set_door(person: Person, path: str, state: object) -> httpx.Response:
    """Ask for a state of the door."""
    return await person.http.put(f"/v1{path}/door", json={"state": state})


def connections(openvidu: FakeOpenVidu) -> list[str]:
    """The people for whom OpenVidu has a connection."""
    return [each["name"] for each in openvidu.server_data()]


def inside(database: TestDatabase, path: str, connection_id: str) -> None:
    """OpenVidu said that Alice is in the room."""
    database.admin(
        "insert into public.meeting_participants (meeting_id, connection_id, auth_user_id, role, joined_at)"
        " values (%s, %s, %s, 'PUBLISHER', now())",
        (path.removeprefix("/meetings/"), connection_id, database.account_id(ALICE)),
    )
    database.admin("update private.room_connections set seen_at = clock_timestamp()")


def door_events(database: TestDatabase, email: str) -> int:
    """How often somebody was told about the door."""
    rows = database.admin(
        "select count(*) as n from public.user_events where kind = 'meeting.door' and recipient = %s",
        (database.account_id(email),),
    )
    return int(rows[0]["n"])


async def test_a_held_client_gets_no_token(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person, path: str
) -> None:
    """For the camera and for a screen; OpenVidu is not even asked. He waits, is admitted, and comes in."""
    assert (await mikl.get(path)).json()["door"] == "open"
    assert (await set_door(mikl, path, "held")).json()["door"] == "held"
    for purpose in ("camera", "screen"):
        assert code_of(await alice.post(f"{path}/token", {"purpose": purpose})) == (409, "door-held")
    assert connections(openvidu) == []
    assert (await alice.get(path)).json()["door"] == "held"
    assert (await mikl.post(f"{path}/token")).status_code == 200, "the host is never held"

    waiting = (await alice.post(f"{path}/waiting")).json()
    assert (await mikl.get(path)).json()["client_waiting_since"] == waiting["since"]
    answer = (await set_door(mikl, path, "admitted")).json()
    assert (answer["door"], answer["client_waiting_since"]) == ("admitted", None)
    assert code_of(await alice.post(f"{path}/waiting")) == (409, "meeting-started")
    assert (await alice.post(f"{path}/token")).status_code == 200
    assert door_events(database, ALICE) == door_events(database, MIKL) == 2


async def test_the_same_again_is_nothing(database: TestDatabase, mikl: Person, path: str) -> None:
    """Two clicks tell once; the meeting's version is left alone."""
    before = (await mikl.get(path)).json()["version"]
    answers = [await set_door(mikl, path, "held") for _ in range(3)]
    assert {(each.json()["door"], each.json()["version"]) for each in answers} == {("held", before)}
    assert door_events(database, ALICE) == 1


async def test_a_door_held_before_the_start_holds_after_it(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person
) -> None:
    """He waits for the start as ever, and behind the door afterwards; opening it lets him in."""
    meeting = await plan(mikl, database.client_id(ALICE))
    path = f"/meetings/{meeting['id']}"
    await set_door(mikl, path, "held")
    assert (await alice.post(f"{path}/waiting")).status_code == 200
    await mikl.post(f"{path}/start")
    assert code_of(await alice.post(f"{path}/token")) == (409, "door-held")
    assert (await alice.post(f"{path}/waiting")).status_code == 200
    await set_door(mikl, path, "open")
    assert (await mikl.get(path)).json()["client_waiting_since"] is None
    assert (await alice.post(f"{path}/token")).status_code == 200


async def test_whoever_is_inside_may_come_back_after_a_cut(
    database: TestDatabase, mikl: Person, alice: Person, path: str
) -> None:
    """Holding is for newcomers."""
    await alice.post(f"{path}/token")
    connection_id = database.admin("select connection_id from private.room_connections")[0]["connection_id"]
    inside(database, path, connection_id)
    assert (await set_door(mikl, path, "held")).json()["door"] == "admitted"
    assert (await alice.post(f"{path}/token")).status_code == 200


async def test_an_unused_token_does_not_pass_a_door_that_closes(
    openvidu: FakeOpenVidu, mikl: Person, alice: Person, path: str
) -> None:
    """It was given while the door was open, and nobody came in with it."""
    await mikl.post(f"{path}/token")
    await alice.post(f"{path}/token")
    assert sorted(connections(openvidu)) == ["Alice Laurent", "MiKL"]
    await set_door(mikl, path, "held")
    await until(lambda: connections(openvidu) == ["MiKL"], "her token gone", timeout_s=30)


async def test_a_token_on_its_way_does_not_pass_a_door_that_closes(
    openvidu: FakeOpenVidu, mikl: Person, alice: Person, path: str
) -> None:
    """The door closes while OpenVidu makes the connection: no answer with a token, no connection."""

    async def close_meanwhile(request: web.Request) -> None:
        if request.path.endswith("/connection"):
            openvidu.before_answer = None
            assert (await set_door(mikl, path, "held")).status_code == 200

    openvidu.before_answer = close_meanwhile
    assert code_of(await alice.post(f"{path}/token")) == (409, "door-held")
    await until(lambda: connections(openvidu) == [], "no connection of hers", timeout_s=30)


async def test_whoever_is_refused_is_sent_out_and_stays_out(
    database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person, alice: Person, path: str
) -> None:
    """Neither room nor waiting room, until the operator thinks better of it."""
    openvidu.join((await mikl.post(f"{path}/token")).json()["token"])
    token = (await alice.post(f"{path}/token")).json()["token"]
    inside(database, path, openvidu.join(token))
    await set_door(mikl, path, "refused")
    await until(lambda: connections(openvidu) == ["MiKL"], "Alice out", timeout_s=30)
    assert code_of(await alice.post(f"{path}/token")) == (409, "door-refused")
    assert code_of(await alice.post(f"{path}/waiting")) == (409, "door-refused")
    await set_door(mikl, path, "admitted")
    assert (await alice.post(f"{path}/token")).status_code == 200


async def test_the_door_is_the_hosts(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, path: str
) -> None:
    """Nobody lets himself in, nor learns of a meeting of others; a door of a meeting that is over is none."""
    await set_door(mikl, path, "held")
    assert code_of(await set_door(alice, path, "open")) == (403, "not-host")
    assert code_of(await set_door(bob, path, "open")) == (404, "not-found")
    assert (await mikl.get(path)).json()["door"] == "held"
    assert wrong_fields(await set_door(mikl, path, "ajar")).keys() == {"/state"}
    database.admin("update public.clients set active = false where full_name = 'Alice Laurent'")
    await set_door(mikl, path, "admitted")
    assert code_of(await alice.post(f"{path}/token")) == (404, "not-found")
    await mikl.post(f"{path}/end")
    assert code_of(await set_door(mikl, path, "open")) == (409, "meeting-closed")


async def test_what_a_door_says_is_for_the_two_who_meet(
    database: TestDatabase, mikl: Person, bob: Person, path: str
) -> None:
    """The audit knows who decided; the list of the other client knows nothing."""
    await set_door(mikl, path, "held")
    rows: list[dict[str, Any]] = database.admin(
        "select actor, detail from private.audit_log where action = 'meeting.door'"
    )
    assert rows == [{"actor": database.account_id(MIKL), "detail": {"state": "held"}}]
    assert (await bob.get("/meetings")).json()["items"] == []
