"""The reaper: every meeting ends, with the right duration, and none while OpenVidu cannot be asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from tests.backend.meetings.rooms import Stage, room_of, stage
from tests.backend.people import ALICE, BOB, MIKL
from tests.support.fake_openvidu import SECRET, FakeOpenVidu, FakeSession
from tests.support.service import TestDatabase, running_service
from tests.support.waiting import until

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def scene(database: TestDatabase, openvidu: FakeOpenVidu) -> AsyncIterator[Stage]:
    """An empty stage."""
    async with stage(database, openvidu) as made:
        yield made


def seconds(meeting: dict[str, Any]) -> float:
    """From the start to the end."""
    return float((meeting["ended_at"] - meeting["started_at"]).total_seconds())


async def test_people_inside_are_left_alone(scene: Stage) -> None:
    """Eleven hours and many looks: in progress, and not even the version counts up."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    version = scene.meeting(meeting_id)["version"]
    scene.pass_time(11 * HOUR)
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    assert (row["status"], row["empty_since"], row["version"]) == ("in_progress", None, version)
    assert scene.fake.sessions.keys() == {room_of(meeting_id)}


async def test_an_empty_room_ends_its_meeting_after_five_minutes(scene: Stage) -> None:
    """At the moment it became empty: the grace is no part of the duration."""
    meeting_id = await scene.begin()
    tokens = [await scene.join(meeting_id, email) for email in (ALICE, MIKL)]
    await scene.reaper.look()
    scene.pass_time(40 * MINUTE)
    for token in tokens:
        scene.fake.leave(token)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    scene.pass_time(5 * MINUTE - timedelta(seconds=10))
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    scene.pass_time(timedelta(seconds=10))
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    assert (row["status"], row["end_reason"], row["never_joined"]) == ("completed", "abandoned", False)
    assert row["ended_at"] == row["empty_since"]
    assert abs(seconds(row) - 2400) < 5
    assert row["duration_seconds"] == round(seconds(row))
    assert scene.events("meeting.ended") == 2
    assert scene.jobs("media.close") == [{"session_id": room_of(meeting_id)}]


async def test_a_meeting_that_nobody_joins_ends_after_a_quarter_of_an_hour(scene: Stage) -> None:
    """With a duration of nothing; five minutes of emptiness are not enough."""
    meeting_id = await scene.begin()
    scene.pass_time(14 * MINUTE)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    scene.pass_time(MINUTE)
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    assert (row["status"], row["end_reason"], row["never_joined"]) == ("completed", "never_joined", True)
    assert row["duration_seconds"] == 0


async def test_twelve_hours_are_the_longest(scene: Stage) -> None:
    """People or not: it ends now, and they are sent away with it."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.pass_time(12 * HOUR)
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    assert (row["status"], row["end_reason"]) == ("completed", "max_duration")
    assert abs(seconds(row) - 43_200) < 5
    assert [item["left_at"] for item in scene.people(meeting_id)] == [row["ended_at"]]
    assert scene.jobs("media.close") == [{"session_id": room_of(meeting_id)}]


async def test_who_comes_back_within_the_grace_keeps_the_meeting(scene: Stage) -> None:
    """Both were cut off, one returns: the clock of emptiness starts anew."""
    meeting_id = await scene.begin()
    version = scene.meeting(meeting_id)["version"]
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.fake.leave(token)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["empty_since"] is not None
    scene.pass_time(4 * MINUTE)
    await scene.join(meeting_id, ALICE)
    scene.pass_time(4 * MINUTE)
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    # What was noted meanwhile is nothing that the apps would have to read again.
    assert (row["status"], row["empty_since"], row["version"]) == ("in_progress", None, version)
    assert [item["left_at"] is None for item in scene.people(meeting_id)] == [False, True]


async def test_somebody_on_his_way_in_is_waited_for(scene: Stage) -> None:
    """A token given this minute keeps an overdue meeting; a forgotten one does not."""
    meeting_id = await scene.begin()
    scene.fake.leave(await scene.join(meeting_id, ALICE))
    scene.pass_time(20 * MINUTE)
    await scene.token(meeting_id, ALICE)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    scene.pass_time(MINUTE)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "completed"


async def test_somebody_unknown_is_somebody(scene: Stage) -> None:
    """A connection that we did not ask for keeps the meeting, without a name."""
    meeting_id = await scene.begin()
    made = await scene.openvidu.connect(room_of(meeting_id), role="PUBLISHER", account_id="x", name="X")
    scene.fake.join(made.token)
    scene.pass_time(HOUR)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    assert scene.people(meeting_id) == []


async def test_who_came_by_an_older_version_of_the_service_is_known(scene: Stage) -> None:
    """It kept no connections; the room's own data say whose each is, and the duration is right."""
    meeting_id = await scene.begin()
    tokens = []
    for email in (ALICE, MIKL):
        account = str(scene.database.account_id(email))
        made = await scene.openvidu.connect(
            room_of(meeting_id), role="PUBLISHER", account_id=account, name=""
        )
        scene.fake.join(made.token)
        tokens.append(made.token)
    await scene.reaper.look()
    assert {(row["auth_user_id"], row["role"]) for row in scene.people(meeting_id)} == {
        (scene.database.account_id(ALICE), "PUBLISHER"),
        (scene.database.account_id(MIKL), "MODERATOR"),
    }
    scene.pass_time(HOUR)
    for token in tokens:
        scene.fake.leave(token)
    await scene.reaper.look()
    scene.pass_time(5 * MINUTE)
    await scene.reaper.look()
    row = scene.meeting(meeting_id)
    assert row["end_reason"] == "abandoned"
    assert 3600 <= row["duration_seconds"] < 3605


async def test_the_spans_are_settings(database: TestDatabase, openvidu: FakeOpenVidu) -> None:
    """A minute of emptiness instead of five."""
    async with stage(database, openvidu, empty_limit_s=60) as scene:
        meeting_id = await scene.begin()
        scene.fake.leave(await scene.join(meeting_id, ALICE))
        token = await scene.join(meeting_id, ALICE)
        await scene.reaper.look()
        scene.fake.leave(token)
        await scene.reaper.look()
        scene.pass_time(MINUTE)
        await scene.reaper.look()
        assert scene.meeting(meeting_id)["status"] == "completed"


def _as_list(*sessions: FakeSession, count: int | None = None) -> bytes:
    content = [session.as_json() for session in sessions]
    return json.dumps({"numberOfElements": count or len(content), "content": content}).encode()


BLIND = {
    "refuses": {"status": 503},
    "wants another secret": {"status": 401},
    "answers a page": {"lists": b"<html>welcome</html>"},
    "answers nothing": {"lists": b""},
    "answers something else": {"lists": b'{"numberOfElements": 0}'},
    "answers null": {"lists": b"null"},
    "lies about having none": {"lists": _as_list()},
    "lost an element": {"lists": _as_list(count=3)},
}


@pytest.mark.parametrize("fault", BLIND.values(), ids=BLIND.keys())
async def test_a_blind_monitor_changes_nothing(scene: Stage, fault: dict[str, Any]) -> None:
    """Occupied, empty for long, never joined for long, too long: all stay as they are until it sees again."""
    meetings = [await scene.begin(email) for email in (ALICE, BOB, ALICE)]
    await scene.join(meetings[0], ALICE)
    await scene.reaper.look()
    await scene.join(meetings[1], BOB)
    before = scene.database.admin("select * from public.meetings order by id")
    people = scene.database.admin("select * from public.meeting_participants")
    for name, value in fault.items():
        setattr(scene.fake, name, value)
    for _ in range(3):
        await scene.reaper.look()
    if fault != BLIND["lies about having none"]:
        # The lie is found out room by room, so it does not even blind.
        assert scene.database.admin("select * from public.meeting_participants") == people
        assert scene.database.admin("select silent_since from private.media_watch") != [
            {"silent_since": None}
        ]
    assert scene.database.admin("select * from public.meetings order by id") == before
    scene.fake.status = scene.fake.lists = None
    await scene.reaper.look()
    assert len(scene.people(meetings[1])) == 1
    assert scene.database.admin("select silent_since from private.media_watch") == [{"silent_since": None}]


@pytest.mark.parametrize("fault", ["status", "hanging"])
async def test_an_overdue_meeting_waits_until_openvidu_can_be_asked(scene: Stage, fault: str) -> None:
    """Not even the longest span ends a meeting in the dark."""
    meeting_id = await scene.begin()
    scene.pass_time(13 * HOUR)
    setattr(scene.fake, fault, 503 if fault == "status" else True)
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "in_progress"
    scene.fake.status = None
    scene.fake.release()
    await scene.reaper.look()
    assert scene.meeting(meeting_id)["status"] == "completed"


async def test_five_minutes_of_silence_are_an_alarm(scene: Stage) -> None:
    """A warning at first, an error from then on, whichever process looks; over when it answers."""
    scene.fake.status = 503
    with capture_logs() as logs:
        await scene.reaper.look()
        scene.pass_time(5 * MINUTE)
        await scene.reaper.look()
        scene.fake.status = None
        await scene.reaper.look()
    spoken = [(line["log_level"], line["event"]) for line in logs if line["event"].startswith("OpenVidu")]
    assert spoken == [
        ("warning", "OpenVidu cannot be asked, nothing is changed"),
        ("error", "OpenVidu cannot be asked: meetings are not watched"),
        ("info", "OpenVidu can be asked again"),
    ]


async def test_a_restart_of_openvidu_calls_everybody_back(scene: Stage) -> None:
    """All rooms are gone at once: the people are told, and the grace runs; nothing ends at once."""
    meetings = [await scene.begin(email) for email in (ALICE, BOB, ALICE)]
    for meeting_id, email in zip(meetings, (ALICE, BOB, ALICE), strict=True):
        await scene.join(meeting_id, email)
    await scene.reaper.look()
    scene.pass_time(30 * MINUTE)
    scene.fake.sessions.clear()
    await scene.reaper.look()
    assert scene.events("meeting.media_lost") == 6  # two people each
    assert {scene.meeting(meeting_id)["status"] for meeting_id in meetings} == {"in_progress"}
    await scene.join(meetings[0], ALICE)
    scene.pass_time(6 * MINUTE)
    await scene.reaper.look()
    assert [scene.meeting(meeting_id)["status"] for meeting_id in meetings] == [
        "in_progress",
        "completed",
        "completed",
    ]
    assert scene.events("meeting.media_lost") == 6


async def test_one_room_of_many_that_ends_is_no_restart(scene: Stage) -> None:
    """People leave; nobody is told to come back."""
    meetings = [await scene.begin(email) for email in (ALICE, BOB, ALICE)]
    tokens = [await scene.join(meeting_id, MIKL) for meeting_id in meetings]
    await scene.reaper.look()
    scene.fake.leave(tokens[0])
    await scene.reaper.look()
    assert scene.meeting(meetings[0])["empty_since"] is not None
    assert scene.events("meeting.media_lost") == 0


async def test_a_session_without_a_meeting_is_deleted(scene: Stage) -> None:
    """After two minutes, for a start makes the session first; foreign sessions are not ours to touch."""
    meeting_id = await scene.begin()
    stray = "mtg_" + "0" * 32
    for name in (stray, "mtg_somebody-else", "webinar"):
        await scene.openvidu.ensure_session(name)
    await scene.reaper.look()
    assert stray in scene.fake.sessions
    scene.pass_time(2 * MINUTE)
    await scene.reaper.look()
    assert scene.fake.sessions.keys() == {room_of(meeting_id), "mtg_somebody-else", "webinar"}


async def test_one_process_looks_at_a_time(database: TestDatabase) -> None:
    """Of many who want to look, one may; a clock that was set back does not stop them."""

    def claim() -> bool:
        with psycopg.connect(database.jobs_dsn) as connection:
            connection.execute("set local role visio_worker")
            row = connection.execute("select private.claim_look('30 seconds')").fetchone()
            assert row is not None
            return bool(row[0])

    for _ in range(2):
        claims = await asyncio.gather(*(asyncio.to_thread(claim) for _ in range(12)))
        assert sorted(claims) == [False] * 11 + [True]
        database.admin("update private.media_watch set looked_at = now() + interval '1 hour'")


async def test_the_host_and_the_reaper_end_once(scene: Stage) -> None:
    """Whoever is first decides; the meeting ends once and the end never moves."""
    for _ in range(10):
        meeting_id = await scene.begin()
        scene.pass_time(13 * HOUR)
        host = scene.database.account_id(MIKL)
        end = "select public.end_meeting(%s)"
        await asyncio.gather(
            scene.reaper.look(),
            asyncio.to_thread(scene.database.as_account, host, end, (meeting_id,)),
        )
        assert scene.meeting(meeting_id)["end_reason"] in {"host", "max_duration"}
    assert scene.events("meeting.ended") == 20
    assert len(scene.database.admin("select from private.audit_log where action = 'meeting.ended'")) == 10


async def test_an_answer_held_for_long_says_nothing(scene: Stage) -> None:
    """A process that was frozen between asking and writing must not empty a room by it."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    (watched,) = await scene.presence.watched()
    scene.pass_time(HOUR)
    old = type(watched)(
        watched.meeting_id, watched.session_id, watched.connection_ids, watched.asked_at - MINUTE
    )
    await scene.presence.note(old, None)
    assert [item["left_at"] for item in scene.people(meeting_id)] == [None]


async def test_a_service_that_was_away_ends_what_is_over(scene: Stage) -> None:
    """Stopped in the middle of a meeting, started again long after everybody left."""
    meeting_id = await scene.begin()
    scene.fake.leave(await scene.join(meeting_id, ALICE))
    unjoined = await scene.begin(BOB)
    scene.pass_time(HOUR)
    settings: dict[str, Any] = {"openvidu_url": scene.fake.url, "openvidu_secret": SECRET, "look_s": 0.1}
    with running_service(scene.database, **settings), running_service(scene.database, **settings):
        await until(lambda: scene.meeting(unjoined)["status"] == "completed", timeout_s=40)
        await scene.fake.wait_for_call(f"DELETE sessions/{room_of(meeting_id)}")
    assert scene.meeting(meeting_id)["end_reason"] == "never_joined"
    assert scene.events("meeting.ended") == 4
