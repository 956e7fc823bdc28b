"""Presence: who was in a room from when to when, one place a person, and few open doors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from backend.meetings.media_jobs import media_jobs
from tests.backend.meetings.rooms import Stage, room_of, stage
from tests.backend.people import ALICE, BOB, MIKL
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.service import TestDatabase

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def scene(database: TestDatabase, openvidu: FakeOpenVidu) -> AsyncIterator[Stage]:
    """An empty stage."""
    async with stage(database, openvidu) as made:
        yield made


async def do_jobs(scene: Stage, kind: str) -> None:
    """Do the open jobs of a kind, each once."""
    handler = media_jobs(scene.openvidu, scene.presence, scene.reaper)[kind]
    for payload in scene.jobs(kind):
        await handler(payload)
    scene.database.admin("update private.jobs set done_at = now() where kind = %s", (kind,))


def tell(scene: Stage, event: dict[str, Any]) -> None:
    """OpenVidu's webhook, stored as the route does."""
    dedupe = f"{event['event']}|{event.get('connectionId')}|{event['timestamp']}"
    with psycopg.connect(scene.database.jobs_dsn) as connection:
        connection.execute("set local role visio_worker")
        connection.execute("select private.keep_webhook_event(%s, %s)", [dedupe, Jsonb(event)])


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=10), timedelta(days=-1)], ids=str)
async def test_presence_is_exact_whatever_openvidus_clock_says(scene: Stage, ahead: timedelta) -> None:
    """Its times are turned into the database's; a look that comes late changes nothing about that."""
    scene.fake.clock_ahead_ms = int(ahead.total_seconds() * 1000)
    meeting_id = await scene.begin()
    token = await scene.token(meeting_id, ALICE)
    now = "select clock_timestamp() as now"
    before = scene.database.admin(now)[0]["now"]
    scene.fake.join(token)
    after = scene.database.admin(now)[0]["now"]
    scene.pass_time(20 * MINUTE)
    await scene.reaper.look()
    (row,) = scene.people(meeting_id)
    assert before - SECOND <= row["joined_at"] + 20 * MINUTE <= after + SECOND
    left_at = scene.database.admin(now)[0]["now"]
    left = scene.fake.event("participantLeft", token, connectionId=row["connection_id"])
    scene.fake.leave(token)
    tell(scene, left)
    # The service gets to it three minutes later; OpenVidu's event says when it was.
    late = timedelta(minutes=3)
    scene.pass_time(late)
    await do_jobs(scene, "media.event")
    (row,) = scene.people(meeting_id)
    assert abs(row["left_at"] + late - left_at) <= SECOND
    scene.pass_time(2 * MINUTE)
    await scene.reaper.look()
    meeting = scene.meeting(meeting_id)
    assert meeting["end_reason"] == "abandoned"
    assert meeting["ended_at"] == row["left_at"] - 2 * MINUTE


def app_says(scene: Stage, meeting_id: UUID, seconds_ago: float, *, email: str = ALICE) -> None:
    """Somebody's app tells when he left, on the device that gives itself no name."""
    scene.database.as_account(
        scene.database.account_id(email),
        "select public.report_leaving(%s, null, %s)",
        (meeting_id, seconds_ago),
    )


async def test_an_app_tells_when_its_person_left_where_the_webhook_got_lost(scene: Stage) -> None:
    """The service was away for three minutes: the meeting is not three minutes longer by that."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.pass_time(20 * MINUTE)
    scene.fake.leave(token)
    scene.pass_time(3 * MINUTE)
    app_says(scene, meeting_id, 180)
    await do_jobs(scene, "media.event")
    (row,) = scene.people(meeting_id)
    assert abs(row["left_at"] - row["joined_at"] - 20 * MINUTE) <= SECOND
    scene.pass_time(2 * MINUTE)
    await scene.reaper.look()
    meeting = scene.meeting(meeting_id)
    assert meeting["end_reason"] == "abandoned"
    assert abs(meeting["duration_seconds"] - 1200) <= 1


@pytest.mark.parametrize("who", ["the app", "OpenVidu"])
async def test_word_that_comes_after_the_look_puts_it_right(scene: Stage, who: str) -> None:
    """A look found him gone and could only guess when; who knows better says so later, and once."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.pass_time(20 * MINUTE)
    left = scene.fake.event(
        "participantLeft", token, connectionId=scene.people(meeting_id)[0]["connection_id"]
    )
    scene.fake.leave(token)
    scene.pass_time(2 * MINUTE)
    await scene.reaper.look()
    (guessed,) = scene.people(meeting_id)
    assert abs(guessed["left_at"] - guessed["joined_at"] - 22 * MINUTE) <= SECOND
    scene.pass_time(MINUTE)
    if who == "the app":
        app_says(scene, meeting_id, 180)
    else:
        tell(scene, {**left, "timestamp": left["timestamp"] - 180_000})
    await do_jobs(scene, "media.event")
    (row,) = scene.people(meeting_id)
    assert abs(row["left_at"] - row["joined_at"] - 20 * MINUTE) <= SECOND
    assert scene.meeting(meeting_id)["empty_since"] == row["left_at"]
    # It is known now: nobody moves it any more.
    app_says(scene, meeting_id, 600)
    await do_jobs(scene, "media.event")
    assert scene.people(meeting_id) == [row]


async def test_an_app_does_not_shorten_what_openvidu_has_seen(scene: Stage) -> None:
    """He says that he left ten minutes ago, and OpenVidu had him inside a minute ago; or has him still."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.pass_time(20 * MINUTE)
    await scene.reaper.look()
    scene.pass_time(MINUTE)
    app_says(scene, meeting_id, 600)
    await do_jobs(scene, "media.event")
    (inside,) = scene.people(meeting_id)
    assert inside["left_at"] is None
    scene.fake.leave(token)
    scene.pass_time(MINUTE)
    await scene.reaper.look()
    (row,) = scene.people(meeting_id)
    assert abs(row["left_at"] - row["joined_at"] - 21 * MINUTE) <= SECOND


async def test_an_app_speaks_of_its_own_person_and_device(scene: Stage) -> None:
    """MiKL's app says that MiKL left: nothing follows for Alice; nor from another device of hers."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.pass_time(20 * MINUTE)
    scene.fake.leave(token)
    scene.pass_time(3 * MINUTE)
    app_says(scene, meeting_id, 180, email=MIKL)
    scene.database.as_account(
        scene.database.account_id(ALICE),
        "select public.report_leaving(%s, 'another', 180)",
        (meeting_id,),
    )
    assert scene.jobs("media.event") == []
    await scene.reaper.look()
    (row,) = scene.people(meeting_id)
    assert abs(row["left_at"] - row["joined_at"] - 23 * MINUTE) <= SECOND


async def test_the_hosts_end_ends_everybodys_presence(scene: Stage) -> None:
    """At the instant of the end, without waiting for OpenVidu."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    scene.database.as_account(scene.database.account_id(MIKL), "select public.end_meeting(%s)", (meeting_id,))
    (row,) = scene.people(meeting_id)
    assert row["left_at"] == scene.meeting(meeting_id)["ended_at"]
    assert row["auth_user_id"] == scene.database.account_id(ALICE)
    assert row["role"] == "PUBLISHER"


async def test_what_is_said_of_people_inside_is_not_believed(scene: Stage) -> None:
    """Forged or late: all events of an end, while they are there; and no trace is left for later."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    (before,) = scene.people(meeting_id)
    scene.pass_time(10 * MINUTE)
    connection_id = before["connection_id"]
    tell(scene, scene.fake.event("participantLeft", token, connectionId=connection_id))
    tell(scene, scene.fake.event("sessionDestroyed", token, reason="mediaServerDisconnect"))
    await do_jobs(scene, "media.event")
    assert [row["left_at"] for row in scene.people(meeting_id)] == [None]
    assert scene.events("meeting.media_lost") == 0
    scene.pass_time(10 * MINUTE)
    scene.fake.leave(token)
    await scene.reaper.look()
    (row,) = scene.people(meeting_id)
    # The look finds him gone: its own time, and not that of the forged events.
    assert (row["left_at"] - row["joined_at"]).total_seconds() >= 1200


async def test_a_crash_of_the_media_server_is_told(scene: Stage) -> None:
    """OpenVidu says why the session ended, and the session is gone: people are called back."""
    meeting_id = await scene.begin()
    token = await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    event = scene.fake.event("sessionDestroyed", token, reason="mediaServerDisconnect")
    scene.fake.sessions.clear()
    tell(scene, event)
    await do_jobs(scene, "media.event")
    assert scene.events("meeting.media_lost") == 2
    row = scene.meeting(meeting_id)
    assert row["status"] == "in_progress"
    assert row["empty_since"] is not None


async def test_the_second_device_stays_and_the_first_leaves(scene: Stage) -> None:
    """One camera a person; his shared screen is another purpose, and others are not touched."""
    meeting_id = await scene.begin()
    first = await scene.join(meeting_id, ALICE, device="laptop")
    await scene.join(meeting_id, ALICE, device="laptop", purpose="screen")
    await scene.join(meeting_id, MIKL)
    await scene.reaper.look()
    assert scene.jobs("media.disconnect") == []
    second = await scene.join(meeting_id, ALICE, device="tablet")
    await scene.reaper.look()
    await do_jobs(scene, "media.disconnect")
    tokens = {item.token for item in scene.fake.sessions[room_of(meeting_id)].connections.values()}
    assert len(tokens) == 3
    assert second in tokens
    assert first not in tokens
    await scene.reaper.look()
    assert sum(row["left_at"] is None for row in scene.people(meeting_id)) == 3


async def test_one_unused_token_a_device_and_purpose(scene: Stage) -> None:
    """The older one dies; those of another device, purpose and person live."""
    meeting_id = await scene.begin()
    old = await scene.token(meeting_id, ALICE, device="laptop")
    others = [
        await scene.token(meeting_id, ALICE, device="laptop", purpose="screen"),
        await scene.token(meeting_id, MIKL, device="laptop"),
    ]
    new = await scene.token(meeting_id, ALICE, device="laptop")
    await do_jobs(scene, "media.disconnect")
    tokens = {item.token for item in scene.fake.sessions[room_of(meeting_id)].connections.values()}
    assert tokens == {*others, new}
    assert old not in tokens


async def test_three_unused_tokens_a_person(scene: Stage) -> None:
    """Also of apps that do not name their device; also when they ask at once."""
    meeting_id = await scene.begin()
    await asyncio.gather(*(scene.token(meeting_id, ALICE) for _ in range(6)))
    last = await scene.token(meeting_id, ALICE)
    await do_jobs(scene, "media.disconnect")
    tokens = {item.token for item in scene.fake.sessions[room_of(meeting_id)].connections.values()}
    assert len(tokens) == 3
    assert last in tokens


async def test_a_token_in_use_is_not_taken_for_an_unused_one(scene: Stage) -> None:
    """Whoever joined is not sent away by his next tokens, though nobody has told us of his join yet."""
    meeting_id = await scene.begin()
    inside = await scene.join(meeting_id, ALICE, device="laptop")
    await scene.token(meeting_id, ALICE, device="laptop")
    await do_jobs(scene, "media.disconnect")
    tokens = {item.token for item in scene.fake.sessions[room_of(meeting_id)].connections.values()}
    assert inside in tokens


async def test_a_connection_is_kept_for_the_meetings_people_only(scene: Stage) -> None:
    """404 for others, in SQL too; and nobody can claim a connection of somebody else."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, MIKL)
    keep = "select public.keep_room_connection(%s, %s, 'camera', null, 1)"
    with pytest.raises(psycopg.Error) as refused:
        scene.database.as_account(scene.database.account_id(BOB), keep, (meeting_id, "con_x"))
    assert refused.value.sqlstate == "PT404"
    (taken,) = scene.fake.sessions[room_of(meeting_id)].connections
    with pytest.raises(psycopg.errors.UniqueViolation):
        scene.database.as_account(scene.database.account_id(ALICE), keep, (meeting_id, taken))


async def test_ends_and_tokens_at_once_leave_no_open_door(scene: Stage) -> None:
    """Whatever comes first: after the jobs no session of an ended meeting is left."""
    for _ in range(15):
        meeting_id = await scene.begin()
        host = scene.database.account_id(MIKL)
        end = "select public.end_meeting(%s)"
        await asyncio.gather(
            scene.token(meeting_id, ALICE),
            asyncio.to_thread(scene.database.as_account, host, end, (meeting_id,)),
            scene.token(meeting_id, MIKL),
        )
    await do_jobs(scene, "media.close")
    assert scene.fake.sessions == {}


async def test_presence_is_seen_by_the_meetings_people(scene: Stage) -> None:
    """By both of them; not by another client, and connections given out by nobody."""
    meeting_id = await scene.begin()
    await scene.join(meeting_id, ALICE)
    await scene.reaper.look()
    query = "select auth_user_id from public.meeting_participants"
    seen = {
        email: len(scene.database.as_account(scene.database.account_id(email), query))
        for email in (MIKL, ALICE, BOB)
    }
    assert seen == {MIKL: 1, ALICE: 1, BOB: 0}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        scene.database.as_account(
            scene.database.account_id(MIKL), "select device_id from private.room_connections"
        )
