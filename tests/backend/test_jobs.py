"""Jobs: done once, repeated until they succeed, never in the way of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from backend.database import Database
from backend.jobs import LANES, Handler, JobRunner
from backend.openvidu import MediaUnavailable
from tests.support.service import TestDatabase
from tests.support.waiting import until

LIMIT_S = 40.0


@asynccontextmanager
async def running(
    database: TestDatabase, handlers: Mapping[str, Handler], count: int = 1
) -> AsyncIterator[None]:
    """Some runners on one database, as in several processes."""
    doors = [Database(database.api_dsn, database.jobs_dsn, pool_size=1) for _ in range(count)]
    for door in doors:
        await door.open()
    tasks = [asyncio.create_task(JobRunner(door, handlers, poll_s=0.05).run()) for door in doors]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for door in doors:
            await door.close()


def enqueue(database: TestDatabase, kind: str, key: str) -> None:
    """Leave a job as the database's functions do."""
    database.admin("select private.enqueue(%s, %s, %s)", (kind, key, Jsonb({"key": key})))


async def test_each_job_is_done_once(database: TestDatabase) -> None:
    """Three runners share thirty jobs."""
    done: list[str] = []
    all_done = asyncio.Event()

    async def do(payload: Mapping[str, Any]) -> None:
        done.append(payload["key"])
        if len(done) == 30:
            all_done.set()

    for number in range(30):
        enqueue(database, "test", str(number))
    async with running(database, {"test": do}, count=3):
        await asyncio.wait_for(all_done.wait(), LIMIT_S)
        await until(
            lambda: not database.admin("select from private.jobs where done_at is null"), timeout_s=LIMIT_S
        )
    assert sorted(done, key=int) == [str(number) for number in range(30)]


async def test_a_failing_job_waits_and_comes_back(database: TestDatabase) -> None:
    """After a second, then five, thirty, sixty; meanwhile the others are done."""
    failures = asyncio.Queue[None]()
    others = asyncio.Event()

    async def fail(_: Mapping[str, Any]) -> None:
        failures.put_nowait(None)
        raise MediaUnavailable("away")

    async def break_down(_: Mapping[str, Any]) -> None:
        raise ZeroDivisionError

    async def work(_: Mapping[str, Any]) -> None:
        others.set()

    query = (
        "select round(extract(epoch from run_at - clock_timestamp())) as wait_s, last_error"
        " from private.jobs where kind = 'fail' and locked_until is null"
    )
    for kind in ("fail", "break", "work"):
        enqueue(database, kind, "1")
    async with running(database, {"fail": fail, "break": break_down, "work": work}):
        await asyncio.wait_for(others.wait(), LIMIT_S)
        for expected_s in (1, 5, 30, 60, 60):
            await asyncio.wait_for(failures.get(), LIMIT_S)
            await until(lambda: database.admin(query), timeout_s=LIMIT_S)
            (job,) = database.admin(query)
            assert abs(int(job["wait_s"]) - expected_s) <= 1
            assert job["last_error"] == "away"
            database.admin("update private.jobs set run_at = now() where kind = 'fail'")
    (broken,) = database.admin("select last_error, done_at from private.jobs where kind = 'break'")
    assert broken == {"last_error": "ZeroDivisionError", "done_at": None}


async def test_a_job_of_a_dead_process_is_taken_over(database: TestDatabase) -> None:
    """When its lease is over."""
    taken = asyncio.Event()

    async def do(_: Mapping[str, Any]) -> None:
        taken.set()

    enqueue(database, "test", "1")
    database.admin("update private.jobs set locked_until = now() + interval '1 hour', attempts = 1")
    async with running(database, {"test": do}):
        # A second job shows that the runner has looked and left the first one alone.
        enqueue(database, "test", "2")
        await asyncio.wait_for(taken.wait(), LIMIT_S)
        assert len(database.admin("select from private.jobs where key = '1' and done_at is null")) == 1
        database.admin("update private.jobs set locked_until = now() where key = '1'")
        await until(
            lambda: not database.admin("select from private.jobs where done_at is null"), timeout_s=LIMIT_S
        )


async def test_a_job_that_is_wanted_again_while_it_runs_is_done_again(database: TestDatabase) -> None:
    """Two at once may overlap, none is lost: the first run does not finish the second's wish."""
    begun, go_on = asyncio.Queue[None](), asyncio.Event()

    async def do(_: Mapping[str, Any]) -> None:
        begun.put_nowait(None)
        await go_on.wait()

    open_jobs = "select from private.jobs where done_at is null"
    enqueue(database, "test", "1")
    async with running(database, {"test": do}):
        await asyncio.wait_for(begun.get(), LIMIT_S)
        # Wanted again, and not to be taken before the first run has ended.
        enqueue(database, "test", "1")
        database.admin("update private.jobs set run_at = now() + interval '1 hour'")
        go_on.set()
        enqueue(database, "test", "2")
        finished = "select from private.jobs where key = '2' and done_at is not null"
        await until(lambda: database.admin(finished), timeout_s=LIMIT_S)
        assert len(database.admin(open_jobs)) == 1
        database.admin("update private.jobs set run_at = now() where done_at is null")
        await until(lambda: not database.admin(open_jobs), timeout_s=LIMIT_S)
    assert begun.qsize() == 2


async def test_a_slow_job_does_not_hold_up_the_others(database: TestDatabase) -> None:
    """A mail server that takes its time, and a room to close."""
    slow, quick = asyncio.Event(), asyncio.Event()

    async def wait(_: Mapping[str, Any]) -> None:
        slow.set()
        await asyncio.Event().wait()

    async def work(_: Mapping[str, Any]) -> None:
        quick.set()

    enqueue(database, "slow", "1")
    async with running(database, {"slow": wait, "quick": work}):
        await asyncio.wait_for(slow.wait(), LIMIT_S)
        enqueue(database, "quick", "1")
        await asyncio.wait_for(quick.wait(), LIMIT_S)


async def test_a_job_that_hangs_is_given_up_before_its_lease_ends(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two would do it at once; it comes back like one that failed."""
    monkeypatch.setattr("backend.jobs.LANES", tuple(replace(lane, limit_s=0.01) for lane in LANES))

    async def hang(_: Mapping[str, Any]) -> None:
        await asyncio.Event().wait()

    enqueue(database, "hang", "1")
    async with running(database, {"hang": hang}):
        given_up = "select last_error from private.jobs where locked_until is null and attempts = 1"
        await until(lambda: database.admin(given_up), timeout_s=LIMIT_S)
        assert database.admin(given_up) == [{"last_error": "took too long"}]


async def test_mails_that_hang_hold_up_nothing_but_mails(database: TestDatabase) -> None:
    """As many as there are workers in all; a room is closed meanwhile."""
    closed = asyncio.Event()

    async def hang(_: Mapping[str, Any]) -> None:
        await asyncio.Event().wait()

    async def close(_: Mapping[str, Any]) -> None:
        closed.set()

    for number in range(sum(lane.workers for lane in LANES)):
        enqueue(database, "mail.hang", str(number))
    async with running(database, {"mail.hang": hang, "media.close": close}):
        held = "select from private.jobs where locked_until is not null"
        await until(lambda: database.admin(held), timeout_s=LIMIT_S)
        enqueue(database, "media.close", "1")
        await asyncio.wait_for(closed.wait(), LIMIT_S)


def test_every_lease_is_longer_than_its_limit() -> None:
    """Else a second process would begin what the first still does."""
    assert all(lane.lease.total_seconds() >= lane.limit_s + 5 for lane in LANES)


async def test_a_cancellation_that_came_out_as_an_error_still_ends_the_runner(database: TestDatabase) -> None:
    """As the database's driver may turn it into one: the service must stop all the same."""
    begun = asyncio.Event()

    async def swallow(_: Mapping[str, Any]) -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        raise MediaUnavailable("cut")

    enqueue(database, "swallow", "1")
    async with asyncio.timeout(LIMIT_S), running(database, {"swallow": swallow}):
        await begun.wait()
    assert database.admin("select last_error from private.jobs") == [{"last_error": "cut"}]
