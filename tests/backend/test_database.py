"""The one door: roles and claims for one transaction, faults as codes, a way back after an outage."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import backend
from backend import demo_accounts
from backend.database import Caller, Connection, Database
from backend.embedded.cluster import Cluster
from backend.errors import ServiceError
from backend.migrate import migrate, set_login_passwords
from tests.backend.people import ALICE, MIKL, code_of, signed_in
from tests.support.service import TestDatabase, running_service


@pytest.fixture
async def door(database: TestDatabase) -> AsyncIterator[Database]:
    """A door with one connection, so that each piece of work follows on another's."""
    opened = Database(database.api_dsn, database.jobs_dsn, pool_size=1, jobs_pool_size=1)
    await opened.open()
    yield opened
    await opened.close()


def caller(database: TestDatabase, email: str) -> Caller:
    """One of the demo's people."""
    return Caller(database.account_id(email), uuid4(), "aal1", time.time() + 600)


async def who(connection: Connection) -> tuple[str, str | None]:
    """Role and account of this transaction."""
    row = await (
        await connection.execute("select current_user::text as role, auth.uid()::text as account")
    ).fetchone()
    assert row is not None
    return row["role"], row["account"]


async def test_each_transaction_is_somebodys(database: TestDatabase, door: Database) -> None:
    """Alice, MiKL, the worker, one after the other, on the same connections."""
    for email in (ALICE, MIKL, ALICE):
        person = caller(database, email)
        assert await door.as_caller(person, who) == ("authenticated", str(person.account_id))
    assert await door.as_worker(who) == ("visio_worker", None)


async def test_nothing_stays_after_an_error_or_a_cancellation(database: TestDatabase, door: Database) -> None:
    """The next to borrow the connection is himself and nobody else."""
    alice, mikl = caller(database, ALICE), caller(database, MIKL)

    async def fail(connection: Connection) -> None:
        await connection.execute("select 1 / 0")

    began = asyncio.Event()

    async def linger(connection: Connection) -> None:
        began.set()
        await connection.execute("select pg_sleep(3)")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await door.as_caller(alice, fail)
    lingering = asyncio.create_task(door.as_caller(alice, linger))
    await began.wait()
    lingering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lingering
    assert await door.as_caller(mikl, who) == ("authenticated", str(mikl.account_id))


async def test_a_statement_that_takes_too_long_is_a_timeout(database: TestDatabase, door: Database) -> None:
    """The role's own limit, not the client's patience."""

    async def sleep(connection: Connection) -> None:
        await connection.execute("set local statement_timeout = '50ms'")
        await connection.execute("select pg_sleep(5)")

    with pytest.raises(ServiceError, match="timeout"):
        await door.as_caller(caller(database, ALICE), sleep)
    limits = database.admin("select unnest(setconfig) as setting from pg_db_role_setting")
    assert "statement_timeout=4s" in {row["setting"] for row in limits}


async def test_a_deadlock_is_repeated(database: TestDatabase, door: Database) -> None:
    """The whole work runs again, and the caller never knows."""
    runs = 0

    async def unlucky_once(connection: Connection) -> int:
        nonlocal runs
        runs += 1
        if runs == 1:
            await connection.execute("do $$ begin raise sqlstate '40P01'; end $$")
        return runs

    assert await door.as_caller(caller(database, ALICE), unlucky_once) == 2


async def test_a_deadlock_without_end_is_given_up(database: TestDatabase, door: Database) -> None:
    """After two repetitions: 503, to be tried later."""

    async def unlucky(connection: Connection) -> None:
        await connection.execute("do $$ begin raise sqlstate '40001'; end $$")

    with pytest.raises(ServiceError, match="timeout"):
        await door.as_caller(caller(database, ALICE), unlucky)


def test_only_the_door_opens_connections() -> None:
    """No request reaches the database around it; commands and the embedded server act as administrator."""
    allowed = {"database.py", "migrate.py", "demo_accounts.py", "__main__.py", "cluster.py"}
    root = Path(backend.__file__).parent
    opening = {
        path.name
        for path in root.rglob("*.py")
        if re.search(r"\.connect\(|ConnectionPool|pool\.connection", path.read_text(encoding="utf-8"))
    }
    elsewhere = {"live.py", "connection_test.py", "post.py"}  # to OpenVidu, to the mail server
    assert opening - elsewhere <= allowed


async def test_a_service_survives_its_database() -> None:
    """503 while PostgreSQL is away or frozen, within seconds; afterwards all is well again."""
    with Cluster(durable=False) as cluster:
        cluster.make_database("visio")
        admin_dsn = cluster.dsn(database="visio")
        migrate(admin_dsn)
        set_login_passwords(admin_dsn, cluster.login_passwords)
        demo_accounts.seed(admin_dsn)
        database = TestDatabase(
            "visio", admin_dsn, cluster.dsn("visio_api", "visio"), cluster.dsn("visio_jobs", "visio")
        )
        with running_service(database) as service:
            async with signed_in(service.url, ALICE) as alice:
                assert (await alice.get("/meetings")).status_code == 200
                process = cluster._process
                assert process is not None
                backends = [
                    row["pid"]
                    for row in database.admin(
                        "select pid from pg_stat_activity where application_name = 'visio-api'"
                    )
                ]
                for pid in backends:
                    signal_process(pid, signal.SIGSTOP)
                process.send_signal(signal.SIGSTOP)
                try:
                    began = time.monotonic()
                    answer = await alice.get("/meetings")
                    assert code_of(answer) == (503, "database-unavailable")
                    assert time.monotonic() - began < 9
                    assert int(answer.headers["Retry-After"]) > 0
                    assert (await alice.http.get("/livez")).status_code == 200
                finally:
                    process.send_signal(signal.SIGCONT)
                    for pid in backends:
                        signal_process(pid, signal.SIGCONT)
                async with asyncio.timeout(15):
                    # Each refusal takes as long as the pool waits for a connection.
                    while (await alice.get("/meetings")).status_code != 200:
                        pass


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal to one of the cluster's own processes."""
    os.kill(pid, number)
