"""The client of OpenVidu's REST API against a server with faults."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from backend.openvidu import MediaUnavailable, OpenVidu, RoomMissing
from tests.support.fake_openvidu import SECRET, FakeOpenVidu


@pytest.fixture
async def client(openvidu: FakeOpenVidu) -> OpenVidu:
    """A client with the right secret."""
    return OpenVidu(openvidu.url + "/", SECRET)


async def test_making_a_session_twice_is_fine(openvidu: FakeOpenVidu, client: OpenVidu) -> None:
    """200, then 409: both good, one session."""
    await client.ensure_session("mtg_1")
    await client.ensure_session("mtg_1")
    assert list(openvidu.sessions) == ["mtg_1"]
    await client.close()


async def test_a_connection_of_a_missing_session(client: OpenVidu) -> None:
    """Told apart from a fault: the caller makes the session again."""
    with pytest.raises(RoomMissing):
        await client.connect("mtg_1", role="PUBLISHER", account_id="a", name="A")
    await client.close()


async def test_closing_what_is_gone_is_fine(client: OpenVidu) -> None:
    """Session, connection, connection of a missing session."""
    await client.close_session("mtg_1")
    await client.disconnect("mtg_1", "con_1")
    await client.ensure_session("mtg_1")
    await client.disconnect("mtg_1", "con_1")
    await client.close()


async def test_a_connection_can_be_taken_back(openvidu: FakeOpenVidu, client: OpenVidu) -> None:
    """Before or after it was used."""
    await client.ensure_session("mtg_1")
    made = await client.connect("mtg_1", role="MODERATOR", account_id="a", name="A")
    assert made.token.startswith("ws://")
    assert list(openvidu.sessions["mtg_1"].connections) == [made.connection_id]
    await client.disconnect("mtg_1", made.connection_id)
    assert openvidu.sessions["mtg_1"].connections == {}
    await client.close()


@pytest.mark.parametrize("status", [301, 400, 401, 403, 500, 503])
async def test_any_other_status_is_a_fault(openvidu: FakeOpenVidu, client: OpenVidu, status: int) -> None:
    """Nothing is guessed."""
    openvidu.status = status
    with pytest.raises(MediaUnavailable):
        await client.ensure_session("mtg_1")
    assert not await client.answers()
    await client.close()


async def test_an_answer_without_a_token_is_a_fault(openvidu: FakeOpenVidu, client: OpenVidu) -> None:
    """200 with an empty body, as a proxy may give."""
    openvidu.status = 200
    with pytest.raises(MediaUnavailable):
        await client.connect("mtg_1", role="PUBLISHER", account_id="a", name="A")
    await client.close()


async def test_who_is_inside(openvidu: FakeOpenVidu, client: OpenVidu) -> None:
    """Of one room or of all: those who joined, since when, and whose connection it is."""
    account = UUID(int=7)
    await client.ensure_session("mtg_1")
    await client.ensure_session("webinar")
    tokens = [
        (await client.connect("mtg_1", role="PUBLISHER", account_id=str(account), name="A", screen=screen))
        for screen in (False, True, False)
    ]
    for made in tokens[:2]:
        assert await client.is_unused("mtg_1", made.connection_id)
        openvidu.join(made.token)
        assert not await client.is_unused("mtg_1", made.connection_id)
    foreign = await client.connect("webinar", role="PUBLISHER", account_id="nobody", name="A")
    openvidu.join(foreign.token)
    rooms = await client.rooms()
    assert rooms.keys() == {"mtg_1", "webinar"}
    assert rooms["mtg_1"] == await client.room("mtg_1")
    inside = rooms["mtg_1"].occupants
    assert inside.keys() == {made.connection_id for made in tokens[:2]}
    assert [(who.account_id, who.screen) for who in inside.values()] == [(account, False), (account, True)]
    assert tokens[0].created_ms is not None
    assert all(who.active_ms >= tokens[0].created_ms for who in inside.values())
    assert rooms["webinar"].occupants[foreign.connection_id].account_id is None
    assert await client.room("mtg_2") is None
    assert not await client.is_unused("mtg_1", "con_0")
    assert not await client.is_unused("mtg_2", "con_0")
    await client.close()


CONNECTIONS = {"numberOfElements": 1, "content": [{"connectionId": "con_1", "status": "active"}]}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        '{"numberOfElements": 1, "content": []}',
        '{"numberOfElements": 0, "content": null}',
        '{"numberOfElements": 1, "content": [{"sessionId": "mtg_1"}]}',
        json.dumps({"numberOfElements": 1, "content": [{"sessionId": "m", "connections": CONNECTIONS}]}),
    ],
)
async def test_a_list_that_makes_no_sense_is_a_fault(
    openvidu: FakeOpenVidu, client: OpenVidu, body: str
) -> None:
    """It is never taken for an empty one."""
    openvidu.lists = body.encode()
    with pytest.raises(MediaUnavailable):
        await client.rooms()
    await client.close()


async def test_a_room_that_makes_no_sense_is_a_fault(openvidu: FakeOpenVidu, client: OpenVidu) -> None:
    """200 with an empty body, for a room and for a connection."""
    openvidu.status = 200
    with pytest.raises(MediaUnavailable):
        await client.room("mtg_1")
    with pytest.raises(MediaUnavailable):
        await client.is_unused("mtg_1", "con_1")
    await client.close()


async def test_the_wrong_secret_is_noticed(openvidu: FakeOpenVidu) -> None:
    """Readiness tells before the first meeting does."""
    wrong = OpenVidu(openvidu.url, "wrong")
    assert not await wrong.answers()
    await wrong.close()
    right = OpenVidu(openvidu.url, SECRET)
    assert await right.answers()
    await right.close()
