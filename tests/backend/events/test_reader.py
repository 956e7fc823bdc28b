"""One read for many people: each gets his own and nothing else, and one's trouble is nobody else's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import ValidationError

from backend.database import Caller, Database, T, Work
from backend.errors import ServiceError
from backend.events.reader import PEOPLE_AT_ONCE, EventReader
from backend_client.errors import ApiErrorCode
from tests.backend.people import ALICE, BOB, MIKL
from tests.support.service import TestDatabase

EVENTS = {ALICE: 3, BOB: 2, MIKL: 4}
READERS = 300


class CountingDoor(Database):
    """The door to PostgreSQL, which counts how often it is gone through for several people."""

    reads = 0

    async def as_nobody(self, work: Work[T]) -> T:
        """One transaction more."""
        self.reads += 1
        return await super().as_nobody(work)


@pytest.fixture
async def door(database: TestDatabase) -> AsyncIterator[CountingDoor]:
    """To the test's database."""
    made = CountingDoor(database.api_dsn, database.jobs_dsn, pool_size=2, jobs_pool_size=1)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def reader(database: TestDatabase, door: CountingDoor) -> AsyncIterator[EventReader]:
    """It reads; everybody has events that name him."""
    for email, count in EVENTS.items():
        account = database.account_id(email)
        for _ in range(count):
            tell(database, account)
    made = EventReader(door)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def tell(database: TestDatabase, account: UUID) -> None:
    """An event whose `meeting_id` is the account that it is for."""
    database.admin(
        "select private.emit(array[%s::uuid], 'meeting.changed', jsonb_build_object('meeting_id', %s::text))",
        (account, account),
    )


def caller(database: TestDatabase, email: str) -> Caller:
    """One of the demo's people, with a sign-in."""
    return Caller(database.account_id(email), uuid4(), "aal1", time.time() + 600)


async def test_many_at_once_get_their_own_in_a_few_transactions(
    database: TestDatabase, door: CountingDoor, reader: EventReader
) -> None:
    """Three hundred who ask at one moment, from different numbers on."""
    people = {email: caller(database, email) for email in EVENTS}
    asked = [(email, number % 3) for number in range(READERS // len(EVENTS)) for email in EVENTS]
    batches = await asyncio.gather(*(reader.read(people[email], after) for email, after in asked))
    for (email, after), batch in zip(asked, batches, strict=True):
        assert [event.seq for event in batch.events] == list(range(after + 1, EVENTS[email] + 1))
        assert {event.meeting_id for event in batch.events} <= {people[email].account_id}
        assert batch.last == EVENTS[email]
    assert door.reads == READERS / PEOPLE_AT_ONCE


async def test_row_security_decides_and_not_the_query(database: TestDatabase, reader: EventReader) -> None:
    """Where the policy shows nothing, the same read finds nothing: it has no rights of its own."""
    alice = caller(database, ALICE)
    assert len((await reader.read(alice, 0)).events) == EVENTS[ALICE]
    database.admin("alter policy user_events_select_recipient on public.user_events using (false)")
    assert (await reader.read(alice, 0)).events == []


async def test_whose_sign_in_ended_opens_nothing(database: TestDatabase, reader: EventReader) -> None:
    """Read together with somebody who is signed in; a stream that is open still hears the end told."""
    alice, bob = (
        Caller(person.account_id, session_id, "aal1", person.expires_at)
        for person in (caller(database, ALICE), caller(database, BOB))
        for session_id in (
            database.admin(
                "insert into private.sessions (user_id, idle_until, expires_at, password_at) values"
                " (%s, now() + interval '1 day', now() + interval '1 day', now()) returning id",
                (person.account_id,),
            )[0]["id"],
        )
    )
    database.admin("select private.end_session(%s, 'logout')", (alice.session_id,))
    hers, his = await asyncio.gather(
        *(reader.read(person, 0, opening=True) for person in (alice, bob)), return_exceptions=True
    )
    assert isinstance(hers, ServiceError)
    assert hers.code is ApiErrorCode.SESSION_ENDED
    assert not isinstance(his, BaseException)
    assert len(his.events) == EVENTS[BOB]
    told = await reader.read(alice, EVENTS[ALICE])
    assert told.ended_sessions == {alice.session_id}


async def test_nobody_reads_in_anothers_name(database: TestDatabase) -> None:
    """The function that takes claims refuses whoever has some already."""
    stolen = caller(database, BOB).claims()
    with pytest.raises(psycopg.Error) as refused:
        database.as_account(
            database.account_id(ALICE),
            "select * from private.read_events(array[%s], array[0], 500)",
            (stolen,),
        )
    assert refused.value.sqlstate == "PT403"


async def test_nobodys_claims_stay_after_the_read(database: TestDatabase) -> None:
    """The transaction is nobody's again when the last has been read for."""
    with psycopg.connect(database.api_dsn) as connection:
        connection.execute("select set_config('role', 'authenticated', true)")
        claims = [caller(database, email).claims() for email in (ALICE, BOB)]
        connection.execute("select * from private.read_events(%s::text[], array[0, 0], 500)", [claims])
        found = connection.execute("select auth.uid(), count(*) from public.user_events").fetchone()
    assert found == (None, 0)


async def test_ones_trouble_is_nobody_elses(database: TestDatabase, reader: EventReader) -> None:
    """Read together: one who is deactivated, one whose event makes no sense, and one in good order."""
    database.admin(
        "update public.clients set active = false where auth_user_id = %s", (database.account_id(BOB),)
    )
    database.admin(
        'update public.user_events set payload = \'{"version": "none"}\' where recipient = %s',
        (database.account_id(MIKL),),
    )
    alice, bob, mikl = await asyncio.gather(
        *(reader.read(caller(database, email), 0) for email in (ALICE, BOB, MIKL)), return_exceptions=True
    )
    assert not isinstance(alice, BaseException)
    assert len(alice.events) == EVENTS[ALICE]
    assert isinstance(bob, ServiceError)
    assert bob.code is ApiErrorCode.FORBIDDEN
    assert isinstance(mikl, ValidationError)


async def test_a_read_that_fails_is_told_to_all_and_the_next_succeeds(
    database: TestDatabase, reader: EventReader
) -> None:
    """A table that is locked for longer than a statement may take, and then is not."""
    people = [caller(database, email) for email in EVENTS]
    with psycopg.connect(database.admin_dsn) as holder:
        holder.execute("lock table public.user_events")
        outcomes = await asyncio.gather(
            *(reader.read(person, 0) for person in people), return_exceptions=True
        )
        assert [getattr(outcome, "code", None) for outcome in outcomes] == [ApiErrorCode.TIMEOUT] * 3
        holder.rollback()
    assert [len((await reader.read(person, 0)).events) for person in people] == list(EVENTS.values())


async def test_who_has_gone_is_not_read_for(database: TestDatabase, reader: EventReader) -> None:
    """A reader that is cancelled while he waits leaves the others what is theirs."""
    alice, bob = caller(database, ALICE), caller(database, BOB)
    with psycopg.connect(database.admin_dsn) as holder:
        holder.execute("lock table public.user_events")
        reads = [asyncio.create_task(reader.read(person, 0)) for person in (alice, bob)]
        await asyncio.sleep(0)
        reads[0].cancel()
        holder.rollback()
    assert len((await reads[1]).events) == EVENTS[BOB]
    assert reads[0].cancelled()
