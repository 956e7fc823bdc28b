"""Who is in the room, from the server's messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.messages import ParticipantInfo, StreamInfo, StreamPropertyChanged
from desktop.rtc.roster import (
    MAX_MEMBERS,
    MAX_NAME_CHARACTERS,
    MAX_STREAMS_EACH,
    Identity,
    Roster,
    own_metadata,
    read_metadata,
)
from desktop.rtc.state import StreamKind, StreamPhase

ACCOUNT = "0a6f5d4e-0000-4000-8000-000000000001"


def stream(name: str = "str_CAM_1_con_bo", **members: Any) -> StreamInfo:
    """A stream with sound and picture."""
    values: dict[str, Any] = {
        "id": name,
        "hasAudio": True,
        "hasVideo": True,
        "typeOfVideo": "CAMERA",
        **members,
    }
    return StreamInfo.model_validate(values)


def changed(name: str, value: object, **members: Any) -> StreamPropertyChanged:
    """A property change of Bo's."""
    return StreamPropertyChanged.model_validate(
        {
            "connectionId": "con_bo",
            "streamId": "str_CAM_1_con_bo",
            "property": name,
            "newValue": value,
            **members,
        }
    )


@pytest.fixture
def roster() -> Roster:
    """Bo was there before us and publishes."""
    roster = Roster()
    roster.start("con_me", (ParticipantInfo(id="con_bo", metadata='{"name":"Bo"}', streams=(stream(),)),))
    return roster


def test_who_was_there(roster: Roster) -> None:
    (bo,) = roster.participants
    assert (bo.connection_id, bo.name, bo.streams[0].stream_id) == ("con_bo", "Bo", "str_CAM_1_con_bo")
    assert bo.streams[0].phase is StreamPhase.CONNECTING


def test_order_of_arrival(roster: Roster) -> None:
    roster.joined("con_a", "")
    roster.joined("con_0", "")
    assert [person.connection_id for person in roster.participants] == ["con_bo", "con_a", "con_0"]


def test_a_stream_told_twice_is_one(roster: Roster) -> None:
    """It may be in the join result and announced as well."""
    roster.published("con_bo", (stream(),))
    assert len(roster.streams) == 1


def test_we_are_not_among_the_others(roster: Roster) -> None:
    roster.joined("con_me", "{}")
    roster.published("con_me", (stream("str_mine"),))
    assert len(roster.participants) == 1


def test_messages_about_strangers_change_nothing(roster: Roster) -> None:
    before = roster.participants
    roster.published("con_x", (stream("s"),))
    roster.unpublished("con_x")
    roster.left("con_x")
    roster.changed(changed("audioActive", "false", connectionId="con_x"))
    roster.changed(changed("audioActive", "false", streamId="another"))
    roster.set_phase("another", StreamPhase.FAILED)
    assert roster.participants == before


def test_unpublish_and_publish_again(roster: Roster) -> None:
    roster.unpublished("con_bo")
    assert roster.participants[0].streams == ()
    roster.published("con_bo", (stream("str_new"),))
    assert roster.stream("str_new") is not None
    assert roster.stream("str_CAM_1_con_bo") is None


def test_leaving(roster: Roster) -> None:
    roster.left("con_bo")
    assert roster.participants == ()


def test_muting_and_resizing(roster: Roster) -> None:
    roster.changed(changed("audioActive", "false"))
    roster.changed(changed("videoActive", "false"))
    roster.changed(changed("videoDimensions", '"{\\"width\\":720,\\"height\\":480}"'))
    roster.changed(changed("videoTrack", '{"label":"x"}'))
    (now,) = roster.streams
    assert (now.microphone_on, now.camera_on, now.width_px, now.height_px) == (False, False, 720, 480)
    roster.changed(changed("audioActive", "true", streamId=""))
    assert roster.streams[0].microphone_on


@pytest.mark.parametrize(
    ("members", "kind", "camera_on"),
    [
        ({"typeOfVideo": "SCREEN"}, StreamKind.SCREEN, True),
        ({"typeOfVideo": "IPCAM"}, StreamKind.CAMERA, True),
        ({"hasVideo": False, "typeOfVideo": None}, StreamKind.AUDIO, False),
        ({"videoActive": False}, StreamKind.CAMERA, False),
    ],
)
def test_kinds(members: dict[str, Any], kind: StreamKind, camera_on: bool) -> None:
    roster = Roster()
    roster.start("me", (ParticipantInfo(id="con_bo", streams=(stream(**members),)),))
    assert (roster.streams[0].kind, roster.streams[0].camera_on) == (kind, camera_on)


SERVICE = json.dumps({"account": ACCOUNT, "name": "Alice Martin"})


@pytest.mark.parametrize(
    ("metadata", "name", "account"),
    [
        (SERVICE, "Alice Martin", ACCOUNT),
        ('{"name":"Al"}%/%' + SERVICE, "Alice Martin", ACCOUNT),
        ('{"name":"Al"}%/%{"account":"' + ACCOUNT + '"}', "Al", ACCOUNT),
        ('{"name":"Al"}', "Al", ""),
        ('{"name":"Al"}%/%not JSON', "", ""),
        ("plain text", "", ""),
        ("", "", ""),
        ("[1]", "", ""),
        ('{"name":7,"account":null}', "", ""),
        ('{"name":"  A\\u0000l \\n ice\\u202e "}', "A l ice", ""),
        ('{"name":"' + "x" * 500 + '"}', "x" * MAX_NAME_CHARACTERS, ""),
    ],
)
def test_metadata(metadata: str, name: str, account: str) -> None:
    identity = read_metadata(metadata)
    assert (identity.name, identity.account_id) == (name, account)
    assert not identity.is_screen


def test_nobody_can_pose_as_another_account() -> None:
    """Client data may hold the separator and anything else: the service's part is the last one."""
    forged = '{"name":"MiKL"}%/%{"account":"forged","name":"MiKL"}'
    assert read_metadata(f"{forged}%/%{SERVICE}") == Identity("Alice Martin", ACCOUNT)


def test_only_the_service_makes_moderators() -> None:
    host = json.dumps({"account": ACCOUNT, "name": "MiKL", "role": "MODERATOR"})
    assert read_metadata('{"name":"x"}%/%' + host).is_moderator
    assert not read_metadata('{"role":"MODERATOR"}%/%' + SERVICE).is_moderator
    assert not read_metadata(host + "%/%" + SERVICE).is_moderator


def test_a_separator_inside_a_name() -> None:
    odd = json.dumps({"account": ACCOUNT, "name": 'A%/%{"account":"x"}'})
    assert read_metadata('{"name":"c"}%/%' + odd) == Identity('A%/%{"account":"x"}', ACCOUNT)


@given(st.text(max_size=200))
def test_any_metadata_is_tolerated(text: str) -> None:
    for metadata in (text, f"{text}%/%{text}", "%/%" * 50 + text, f'{{"name":{json.dumps(text)}}}'):
        name = read_metadata(metadata).name
        assert len(name) <= MAX_NAME_CHARACTERS
        assert name.isprintable()


def camera_of(account: str, name: str = "Bo") -> str:
    """Metadata of somebody's camera."""
    return '{"name":"client"}%/%' + json.dumps({"account": account, "name": name})


def screen_of(account: str, connection_id: str = "", name: str = "Bo") -> str:
    """Metadata of somebody's screen, as our own client writes it."""
    service = json.dumps({"account": account, "name": name, "purpose": "screen"})
    return own_metadata("client", connection_id) + "%/%" + service


SCREEN = stream("str_SCR_1_con_screen", typeOfVideo="SCREEN", hasAudio=False)


@pytest.mark.parametrize("screen_first", [False, True])
def test_camera_and_screen_are_one_person(screen_first: bool) -> None:
    """In whatever order they come, and each goes by itself."""
    roster = Roster()
    roster.start("con_me", ())
    arrivals = [("con_bo", camera_of("b"), stream()), ("con_screen", screen_of("b", "con_bo"), SCREEN)]
    for connection_id, metadata, published in reversed(arrivals) if screen_first else arrivals:
        roster.joined(connection_id, metadata)
        roster.published(connection_id, (published,))
    (bo,) = roster.participants
    assert (bo.connection_id, bo.name, bo.screen_connection_ids) == ("con_bo", "Bo", ("con_screen",))
    assert [each.kind for each in bo.streams] == [StreamKind.CAMERA, StreamKind.SCREEN]
    assert roster.connections_of("con_bo") == ("con_bo", "con_screen")
    assert roster.connections_of("con_screen") == ("con_screen",)
    assert dict(roster.owned_streams) == {"con_bo": bo.streams[0], "con_screen": bo.streams[1]}
    roster.unpublished("con_screen")
    assert [each.kind for each in roster.participants[0].streams] == [StreamKind.CAMERA]
    roster.left("con_screen")
    assert roster.participants[0].screen_connection_ids == ()


def test_a_screen_without_a_camera_is_a_participant() -> None:
    """Somebody who only shares, or whose camera's connection has just been lost."""
    roster = Roster()
    roster.start("con_me", ())
    roster.joined("con_screen", screen_of("b", "con_gone"))
    roster.published("con_screen", (SCREEN,))
    (bo,) = roster.participants
    assert (bo.connection_id, bo.name, bo.streams[0].kind) == ("con_screen", "Bo", StreamKind.SCREEN)
    assert roster.connections_of("con_screen") == ("con_screen",)


def test_two_devices_of_one_account_stay_two() -> None:
    """A screen belongs to the one it names, or else to the first of its account."""
    roster = Roster()
    roster.start("con_me", ())
    roster.joined("con_desk", camera_of("b"))
    roster.joined("con_phone", camera_of("b"))
    roster.joined("con_1", screen_of("b", "con_phone"))
    roster.joined("con_2", screen_of("b"))
    assert [(each.connection_id, each.screen_connection_ids) for each in roster.participants] == [
        ("con_desk", ("con_2",)),
        ("con_phone", ("con_1",)),
    ]


def test_nobody_can_put_a_screen_under_another_account() -> None:
    """Whose screen it is comes from the client: it counts within one account only."""
    roster = Roster()
    roster.start("con_me", ())
    roster.joined("con_bo", camera_of("b"))
    roster.joined("con_mallory", screen_of("m", "con_bo", "Mallory"))
    assert [each.name for each in roster.participants] == ["Bo", "Mallory"]


def test_the_own_screen_is_shown_to_nobody() -> None:
    """Announced before its own join is answered; one of our other device is shown."""
    roster = Roster({"con_former"}, Identity("Ada", "a"))
    roster.start("con_me", ())
    roster.joined("con_1", screen_of("a", "con_me"))
    roster.joined("con_2", screen_of("a", "con_former"))
    assert not roster.participants  # comparing to () would tell mypy that it stays empty
    roster.joined("con_3", screen_of("a", "con_phone"))
    roster.joined("con_4", screen_of("m", "con_me"))
    assert [each.connection_id for each in roster.participants] == ["con_3", "con_4"]
    roster.hide("con_3")
    roster.joined("con_3", screen_of("a", "con_phone"))
    assert [each.connection_id for each in roster.participants] == ["con_4"]


def test_hands(roster: Roster) -> None:
    roster.set_hand("con_bo", True)
    roster.set_hand("con_x", True)
    assert [each.hand_raised for each in roster.participants] == [True]
    roster.set_hand("con_bo", False)
    assert not roster.participants[0].hand_raised


def test_who_a_connection_is(roster: Roster) -> None:
    """Ours too: own signals come back."""
    bo, me = roster.identity("con_bo"), roster.identity("con_me")
    assert bo is not None
    assert me is not None
    assert bo.name == "Bo"
    assert roster.identity("con_x") is None


def test_a_stream_belongs_to_one_connection(roster: Roster) -> None:
    """Whoever announces somebody else's stream as theirs takes nothing away."""
    roster.joined("con_mallory", "")
    roster.published("con_mallory", (stream(),))
    assert dict(roster.owned_streams).keys() == {"con_bo"}


def test_a_room_without_end_is_not_followed() -> None:
    """A server may announce people and streams for ever: some are taken in, and who leaves makes room."""
    roster = Roster()
    streams = tuple(StreamInfo(id=f"str_{number}") for number in range(50))
    for number in range(1_000):
        roster.joined(f"con_{number}", "")
    roster.published("con_0", streams)
    roster.published("con_0", streams)
    assert len(roster.participants) == MAX_MEMBERS
    assert len(roster.streams) == MAX_STREAMS_EACH
    roster.left("con_0")
    roster.joined("con_late", "")
    assert roster.participants[-1].connection_id == "con_late"
