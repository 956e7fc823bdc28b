"""Live events over HTTP: to the right person, in order, without gaps, across a break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx_sse
import psycopg
import pytest

from backend.config import Settings
from backend.database import Caller
from backend.events.queries import Batch
from backend.events.reader import EventReader
from backend_client.models import LiveEvent
from tests.backend.people import ALICE, BOB, Person, code_of, plan, signed_in, wrong_fields
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase, running_service

LIMIT_S = 40.0


class Stream:
    """An open event stream."""

    def __init__(self, source: httpx_sse.EventSource) -> None:
        self._events = source.aiter_sse()

    async def next(self) -> LiveEvent:
        """The next event; heartbeats and requests to come back later are passed over."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                item = await anext(self._events)
                if item.data:
                    event = LiveEvent.model_validate_json(item.data)
                    assert (item.id, item.event) == (str(event.seq), event.kind)
                    return event

    async def ended(self) -> bool:
        """Whether the service ends the stream."""
        async with asyncio.timeout(LIMIT_S):
            async for item in self._events:
                if item.data:
                    return False
        return True


@asynccontextmanager
async def stream(person: Person, last_event_id: int | None = None) -> AsyncIterator[Stream]:
    """A person's stream."""
    headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
    async with httpx_sse.aconnect_sse(person.http, "GET", "/v1/events", headers=headers) as source:
        assert source.response.status_code == 200
        assert source.response.headers["content-type"].startswith("text/event-stream")
        yield Stream(source)


async def test_a_session_that_ends_while_its_stream_opens_is_not_kept_alive(
    database: TestDatabase, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is an event before the newest number then, and the stream begins after that."""
    read = EventReader.read

    looks = 0

    async def read_late(
        self: EventReader, caller: Caller, after: int | None, *, opening: bool = False
    ) -> Batch:
        nonlocal looks
        looks += 1
        if looks == 2:  # the first one comes before the answer begins
            await asyncio.to_thread(
                database.admin, "update private.sessions set revoked_at = now(), revoke_reason = 'logout'"
            )
        return await read(self, caller, after, opening=opening)

    monkeypatch.setattr(EventReader, "read", read_late)
    async with stream(alice) as events:
        assert await events.ended()
    assert code_of(await alice.get("/events")) == (401, "session-ended")


async def newest(person: Person) -> int:
    """The number of the person's newest event."""
    answer = await person.get("/events/poll")
    last: int = answer.json()["last"]
    return last


async def test_a_client_hears_of_his_meeting_at_once(
    database: TestDatabase, mikl: Person, alice: Person
) -> None:
    """Planned, started, ended: each arrives with ids and no names."""
    async with stream(alice) as events:
        assert (await events.next()).kind == "reset"
        meeting = await plan(mikl, database.client_id(ALICE))
        await mikl.post(f"/meetings/{meeting['id']}/start")
        await mikl.post(f"/meetings/{meeting['id']}/end")
        heard = [await events.next() for _ in range(5)]
    assert [event.kind for event in heard] == [
        "meeting.scheduled",
        "notification.new",
        "meeting.started",
        "notification.new",
        "meeting.ended",
    ]
    assert [event.seq for event in heard] == [1, 2, 3, 4, 5]
    assert {str(event.meeting_id) for event in heard} == {meeting["id"]}
    assert [event.version for event in heard] == [1, 1, 2, 2, 3]
    notifications = (await alice.get("/notifications")).json()["items"]
    assert {event.notification_id for event in heard} - {None} == {
        LiveEvent(seq=0, kind="", notification_id=item["id"]).notification_id for item in notifications
    }


async def test_nobody_hears_of_somebody_elses(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person
) -> None:
    """Bob's stream brings his own meeting first, though Alice's was planned before."""
    async with stream(bob) as events:
        await events.next()
        await plan(mikl, database.client_id(ALICE))
        own = await plan(mikl, database.client_id(BOB))
        event = await events.next()
    assert (event.seq, str(event.meeting_id)) == (1, own["id"])
    assert await newest(alice) == 2


async def test_a_stream_resumes_after_the_last_number(
    database: TestDatabase, mikl: Person, alice: Person
) -> None:
    """What happened during the break is told first, in order; nothing is told twice."""
    await plan(mikl, database.client_id(ALICE))
    async with stream(alice, 1) as events:
        assert (await events.next()).seq == 2
    for _ in range(3):
        await plan(mikl, database.client_id(ALICE))
    async with stream(alice, 2) as events:
        assert [(await events.next()).seq for _ in range(6)] == [3, 4, 5, 6, 7, 8]


async def test_what_cannot_be_told_is_a_reset(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """A number from another life, one that is not kept any more, and too many at once."""
    await plan(mikl, database.client_id(ALICE))
    account = alice.account_id
    async with stream(alice, 999) as events:
        event = await events.next()
        assert (event.kind, event.seq) == ("reset", 2)
    database.admin(
        "update private.event_cursors set first_seq = 2, last_seq = 502 where recipient = %s", (account,)
    )
    for last_event_id in (0, 1):
        async with stream(alice, last_event_id) as events:
            event = await events.next()
            assert (event.kind, event.seq) == ("reset", 502)


async def test_polling_brings_the_same(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """Without a number only the newest; with one what came after, waiting for it if need be."""
    assert (await alice.get("/events/poll")).json() == {"events": [], "last": 0}
    waiting = asyncio.create_task(alice.get("/events/poll", after=0))
    await plan(mikl, database.client_id(ALICE))
    answer = (await waiting).json()
    assert answer["events"][0]["kind"] == "meeting.scheduled"
    answer = (await alice.get("/events/poll", after=0)).json()
    assert [event["seq"] for event in answer["events"]] == [1, 2]
    assert (await alice.get("/events/poll", after=2, wait_s=0)).json() == {"events": [], "last": 2}
    answer = (await alice.get("/events/poll", after=77)).json()
    assert [event["kind"] for event in answer["events"]] == ["reset"]
    assert wrong_fields(await alice.get("/events/poll", after=-1)) == {"/after": "out-of-range"}


async def test_a_lost_wake_up_is_made_good(database: TestDatabase) -> None:
    """The sweep finds events whose notification never came."""
    with running_service(database, sweep_s=0.2) as service:
        async with signed_in(service.url, ALICE) as alice, stream(alice) as events:
            await events.next()
            # As `emit` does it, but without a word on the channel.
            database.admin(
                "with c as (insert into private.event_cursors (recipient, last_seq) values (%s, 1)"
                " returning recipient)"
                " insert into public.user_events (recipient, seq, kind)"
                " select recipient, 1, 'meeting.changed' from c",
                (alice.account_id,),
            )
            assert (await events.next()).kind == "meeting.changed"


async def test_a_lost_connection_is_made_again(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """The service's own line to the database breaks; no event is lost."""
    async with stream(alice) as events:
        await events.next()
        database.admin(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'visio-events' and datname = current_database()"
        )
        await plan(mikl, database.client_id(ALICE))
        assert [(await events.next()).seq for _ in range(2)] == [1, 2]


async def test_idle_streams_show_that_they_live(database: TestDatabase) -> None:
    """Comments, which readers ignore and proxies count."""
    with running_service(database, heartbeat_s=0.1) as service:
        async with (
            signed_in(service.url, ALICE) as alice,
            alice.http.stream("GET", "/v1/events") as answer,
        ):
            lines = answer.aiter_lines()
            comments = 0
            async with asyncio.timeout(LIMIT_S):
                while comments < 3:
                    comments += (await anext(lines)).startswith(":")


async def test_signing_out_ends_the_stream(alice: Person, service: RunningService) -> None:
    """Of that sign-in at once, and no new one opens; another sign-in of the same person goes on."""
    async with signed_in(service.url, ALICE) as elsewhere, stream(elsewhere) as other, stream(alice) as own:
        await other.next()
        await own.next()
        await alice.post("/auth/logout", {"refresh_token": alice.refresh_token})
        assert (await own.next()).kind == "session.revoked"
        assert await own.ended()
        assert (await other.next()).kind == "session.revoked"
        assert code_of(await alice.get("/events")) == (401, "session-ended")
        assert code_of(await alice.get("/events/poll")) == (401, "session-ended")
        assert (await elsewhere.get("/events/poll")).status_code == 200


async def test_a_sixth_stream_ends_the_first(alice: Person) -> None:
    """Most likely its other end vanished without a word."""
    async with stream(alice) as first:
        await first.next()
        async with (
            stream(alice) as second,
            stream(alice) as third,
            stream(alice) as fourth,
            stream(alice) as fifth,
        ):
            for events in (second, third, fourth, fifth):
                await events.next()
            async with stream(alice) as sixth:
                await sixth.next()
                assert await first.ended()


async def test_a_stopping_service_says_when_to_come_back(database: TestDatabase) -> None:
    """The stream ends in good order, with a delay to spread the returning apps."""
    delays: list[int | None] = []

    async def listen(url: str, opened: asyncio.Event) -> None:
        async with (
            signed_in(url, ALICE) as alice,
            httpx_sse.aconnect_sse(alice.http, "GET", "/v1/events") as source,
        ):
            opened.set()
            delays.extend([item.retry async for item in source.aiter_sse()])

    opened = asyncio.Event()
    with running_service(database) as service:
        listening = asyncio.create_task(listen(service.url, opened))
        await asyncio.wait_for(opened.wait(), LIMIT_S)
    # What the service said while it stopped waits in the socket for the reader.
    await asyncio.wait_for(listening, LIMIT_S)
    last = delays[-1]
    assert last is not None
    assert 1000 <= last <= 10_000


async def test_numbers_have_no_gaps_under_load(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """Thirty meetings planned at once: sixty events, numbered 1 to 60, in one stream."""
    async with stream(alice) as events:
        await events.next()
        await asyncio.gather(*(plan(mikl, database.client_id(ALICE)) for _ in range(30)))
        assert [(await events.next()).seq for _ in range(60)] == list(range(1, 61))


async def test_no_stream_without_a_token(service: RunningService) -> None:
    """401, not an empty stream."""
    async with client_without_tls(service.url) as http:
        assert code_of(await http.get("/v1/events")) == (401, "unauthenticated")


async def test_old_events_are_swept_and_counted(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """After seven days an event is gone, and who asks for it is told to fetch everything."""
    await plan(mikl, database.client_id(ALICE))
    database.admin("update public.user_events set created_at = now() - interval '8 days' where seq = 1")
    with psycopg.connect(database.jobs_dsn) as connection:
        connection.execute("set local role visio_worker")
        connection.execute("select private.sweep()")
    assert [
        row["seq"]
        for row in database.admin(
            "select seq from public.user_events where recipient = %s", (alice.account_id,)
        )
    ] == [2]
    answer = (await alice.get("/events/poll", after=0)).json()
    assert [event["kind"] for event in answer["events"]] == ["reset"]
    answer = (await alice.get("/events/poll", after=1)).json()
    assert [event["seq"] for event in answer["events"]] == [2]


def test_heartbeats_come_before_the_apps_lose_patience() -> None:
    """Apps give a silent stream up after 20 s at first and 45 s later."""
    heartbeat = Settings.model_fields["heartbeat_s"].default
    assert heartbeat <= 15
