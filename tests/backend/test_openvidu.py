"""The client of OpenVidu's REST API against a server with faults."""

from __future__ import annotations

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


async def test_the_wrong_secret_is_noticed(openvidu: FakeOpenVidu) -> None:
    """Readiness tells before the first meeting does."""
    wrong = OpenVidu(openvidu.url, "wrong")
    assert not await wrong.answers()
    await wrong.close()
    right = OpenVidu(openvidu.url, SECRET)
    assert await right.answers()
    await right.close()
