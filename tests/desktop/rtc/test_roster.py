"""Who is in the room, from the server's messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.messages import ParticipantInfo, StreamInfo, StreamPropertyChanged
from desktop.rtc.roster import MAX_NAME_CHARACTERS, Roster, read_metadata
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
    assert read_metadata(metadata) == (name, account)


def test_nobody_can_pose_as_another_account() -> None:
    """Client data may hold the separator and anything else: the service's part is the last one."""
    forged = '{"name":"MiKL"}%/%{"account":"forged","name":"MiKL"}'
    assert read_metadata(f"{forged}%/%{SERVICE}") == ("Alice Martin", ACCOUNT)


def test_a_separator_inside_a_name() -> None:
    odd = json.dumps({"account": ACCOUNT, "name": 'A%/%{"account":"x"}'})
    name, account = read_metadata('{"name":"c"}%/%' + odd)
    assert (name, account) == ('A%/%{"account":"x"}', ACCOUNT)


@given(st.text(max_size=200))
def test_any_metadata_is_tolerated(text: str) -> None:
    for metadata in (text, f"{text}%/%{text}", "%/%" * 50 + text, f'{{"name":{json.dumps(text)}}}'):
        name, _ = read_metadata(metadata)
        assert len(name) <= MAX_NAME_CHARACTERS
        assert name.isprintable()
