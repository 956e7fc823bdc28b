"""Life rules that no call shows: garbage, candidates kept, filters of a token."""

from __future__ import annotations

import gc
import weakref

import pytest

from openvidu_local.errors import RpcError
from openvidu_local.faults import Faults
from openvidu_local.model import Connection, Reason, Role
from openvidu_local.options import Bandwidth, Mode
from openvidu_local.relay import Relay
from openvidu_local.rooms import Rooms, SessionExistsError


def rooms() -> Rooms:
    """Rooms whose tokens point nowhere."""
    return Rooms(Mode.KURENTO, Relay(Mode.KURENTO, Faults(), Bandwidth()), lambda: "ws://127.0.0.1:1")


def test_unused_sessions_are_collected_and_used_ones_are_not() -> None:
    house = rooms()
    unused = house.create_session({}, custom_id="unused", codec="VP8")
    used = house.create_session({}, custom_id="used", codec="VP8")
    connection = Connection(session=used)
    house.add_pending(connection)
    house.join(house.use_token("used", connection.token or ""))
    house.collect(older_than_s=3600)
    assert set(house.sessions) == {"unused", "used"}
    unused.created_at_ms -= 7_200_000
    used.created_at_ms -= 7_200_000
    house.collect(older_than_s=3600)
    assert set(house.sessions) == {"used"}


def test_an_id_is_taken_until_its_session_closes() -> None:
    house = rooms()
    session = house.create_session({}, custom_id="a", codec="NONE")
    with pytest.raises(SessionExistsError):
        house.create_session({}, custom_id="a", codec="NONE")
    house.close_session(session, Reason.SESSION_CLOSED_BY_SERVER)
    assert house.create_session({}, custom_id="a", codec="NONE") is not session


def test_a_closed_session_takes_its_tokens_along() -> None:
    house = rooms()
    session = house.create_session({}, custom_id="a", codec="NONE")
    connection = Connection(session=session)
    house.add_pending(connection)
    token = connection.token
    assert token
    house.close_session(session, Reason.SESSION_CLOSED_BY_SERVER)
    assert connection.token is None
    house.create_session({}, custom_id="a", codec="NONE")
    with pytest.raises(RpcError) as raised:
        house.use_token("a", token)
    assert raised.value.code == 401


@pytest.mark.parametrize(
    ("client", "server", "joined"),
    [("c", "s", "c%/%s"), ("c", "", "c"), ("", "s", "s"), ("", "", "")],
)
def test_metadata_is_joined_without_needless_separators(client: str, server: str, joined: str) -> None:
    session = rooms().create_session({}, custom_id="", codec="NONE")
    assert Connection(session=session, client_data=client, server_data=server).metadata == joined


def test_early_candidates_are_bounded() -> None:
    session = rooms().create_session({}, custom_id="", codec="NONE")
    connection = Connection(session=session, role=Role.SUBSCRIBER)
    for number in range(1000):
        connection.keep_early_candidate("con_A", str(number))
    assert len(connection.early_candidates["con_A"]) == 200


def test_tokens_are_not_shown() -> None:
    """A connection may end up in a log."""
    house = rooms()
    connection = Connection(session=house.create_session({}, custom_id="", codec="NONE"))
    house.add_pending(connection)
    assert "tok_" not in repr(connection)


def test_many_sessions_leave_nothing() -> None:
    """Closed by the service, left by the last one, or collected: nothing holds them or their tokens."""
    house = rooms()
    kept: list[weakref.ref[object]] = []
    for number in range(90):
        session = house.create_session({}, custom_id="", codec="NONE")
        kept.append(weakref.ref(session))
        for _ in range(2):
            connection = Connection(session=session)
            house.add_pending(connection)
            kept.append(weakref.ref(connection))
        if number % 3 == 0:
            house.close_session(session, Reason.SESSION_CLOSED_BY_SERVER)
        elif number % 3 == 1:
            house.join(house.use_token(session.id, connection.token or ""))
            house.leave(connection, Reason.DISCONNECT)
        else:
            session.created_at_ms -= 7_200_000
    house.collect(older_than_s=3600)
    del session, connection
    gc.collect()
    assert not house.sessions
    assert [reference for reference in kept if reference() is not None] == []
