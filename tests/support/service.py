"""A real service on a real PostgreSQL for tests: one cluster a session, one database a test.

    postgres_cluster   fixture, per session: a private cluster with a migrated, seeded template
    database           fixture, per test: a fresh copy of the template
    running_service    context manager: the service in a thread of its own, on a free port

The database holds the demo's accounts (`backend.demo_accounts`). A suite that wants the fixtures
imports them in its `conftest.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from pydantic import SecretStr

from backend import demo_accounts, logs, migrate
from backend.config import Settings
from backend.embedded.cluster import ADMINISTRATOR, Cluster
from backend.server import Server, loop_factory

TEMPLATE = "visio_template"
START_LIMIT_S = 40.0
MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux."""
MEMORY_NEEDED_BYTES = 1 << 30
"""A cluster has about 150 MB; several run at once, and containers often have 64 MB in all."""

QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Microseconds instead of 50 ms of CPU for each log-in; `backend.accounts.passwords` is tested as it is."""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One test's database.

    Attributes:
        name: its name in the cluster.
        admin_dsn: as superuser, to set a scene or look behind the curtain.
        api_dsn: as the service's log-in role for requests.
        jobs_dsn: as its log-in role for jobs.
    """

    __test__ = False

    name: str
    admin_dsn: str
    api_dsn: str
    jobs_dsn: str

    def admin(self, query: LiteralString, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Run one statement as superuser, who is above row security; rows, if it gives any."""
        with psycopg.connect(self.admin_dsn, row_factory=dict_row) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description is not None else []

    def as_account(
        self, account_id: UUID | None, query: LiteralString, parameters: tuple[Any, ...] = ()
    ) -> list[dict[str, Any]]:
        """Run one statement as the service would for this account: log-in role, role, claims."""
        with psycopg.connect(self.api_dsn, row_factory=dict_row) as connection:
            become(connection, account_id)
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description is not None else []

    def account_id(self, email: str) -> UUID:
        """Account id of one of the demo's people."""
        found: UUID = self.admin("select id from auth.users where email = %s", (email,))[0]["id"]
        return found

    def client_id(self, email: str) -> UUID:
        """Client id of one of the demo's clients."""
        return self._person_id("select id from public.clients where auth_user_id = %s", email)

    def operator_id(self, email: str) -> UUID:
        """Operator id of the demo's operator."""
        return self._person_id("select id from public.operators where auth_user_id = %s", email)

    def _person_id(self, query: LiteralString, email: str) -> UUID:
        found: UUID = self.admin(query, (self.account_id(email),))[0]["id"]
        return found


def become(connection: psycopg.Connection[Any], account_id: UUID | None) -> None:
    """Put an open transaction of the log-in role into the shoes of an account, as the service does."""
    claims = (
        {"role": "authenticated"} if account_id is None else {"role": "authenticated", "sub": str(account_id)}
    )
    connection.execute(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
        [json.dumps(claims)],
    )


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A private PostgreSQL with a migrated and seeded template database, durability off."""
    # As in production, minus the handler: pytest shows what is logged when a test fails.
    logs.use_standard_logging()
    with _folder_in_memory() as folder, Cluster(folder, durable=False) as cluster:
        cluster.make_database(TEMPLATE)
        admin_dsn = cluster.dsn(database=TEMPLATE)
        migrate.migrate(admin_dsn)
        _connect_quickly(cluster, admin_dsn)
        demo_accounts.seed(admin_dsn)
        with psycopg.connect(admin_dsn) as connection:
            quick_hash = QUICK_HASHER.hash(demo_accounts.PASSWORD)
            connection.execute("update private.credentials set password_hash = %s", [quick_hash])
        yield cluster


@contextmanager
def _folder_in_memory() -> Iterator[Path | None]:
    """Where a cluster never meets a disk; None (it finds a place itself) where there is no room for that.

    A database has 300 files: made and removed for every test, they cost 0.3 s of CPU on a disk's file
    system and 0.02 s in memory.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED_BYTES:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="mikl-visio-test-", dir=MEMORY))
    try:
        # PostgreSQL refuses to run as root: the account that it runs as must get through to its part.
        folder.chmod(0o711)
        yield folder / "cluster"
    finally:
        shutil.rmtree(folder)


def _connect_quickly(cluster: Cluster, admin_dsn: str) -> None:
    """Set everybody's password anew with one turn of SCRAM; its usual 4,096 are 10 ms a connection."""
    administrator = str(conninfo_to_dict(admin_dsn)["password"])
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("alter role postgres set scram_iterations = 1")
    migrate.set_login_passwords(admin_dsn, {**cluster.login_passwords, ADMINISTRATOR: administrator})
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("alter role postgres reset scram_iterations")


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[TestDatabase]:
    """A database of the test's own, with the demo's accounts in it."""
    with fresh_database(postgres_cluster) as made:
        yield made


@contextmanager
def fresh_database(cluster: Cluster, *, template: str = TEMPLATE) -> Iterator[TestDatabase]:
    """A copy of the template for the time of the block."""
    name = f"visio_test_{next(_numbers)}"
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        # A copy of files takes a third of the CPU time of a copy through the log, PostgreSQL's default.
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield TestDatabase(
            name,
            cluster.dsn(database=name),
            cluster.dsn("visio_api", name),
            cluster.dsn("visio_jobs", name),
        )
    finally:
        cluster.drop_database(name)


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that answers.

    Attributes:
        url: its address, without a path.
    """

    url: str


@contextmanager
def running_service(
    database: TestDatabase,
    *,
    openvidu_url: str | None = None,
    openvidu_secret: str | None = None,
    port: int = 0,
    **settings: Any,
) -> Iterator[RunningService]:
    """The service on this database, in a thread with a loop of its own, as long as the block.

    Args:
        database: where it keeps everything.
        openvidu_url: the media server; None leaves it without.
        openvidu_secret: that server's secret.
        port: where it listens; 0 for a free one.
        **settings: other members of `backend.config.Settings`.

    Raises:
        RuntimeError: it did not start, or did not end in good order.
    """
    chosen: dict[str, Any] = {
        "database_url": SecretStr(database.api_dsn),
        "jobs_database_url": SecretStr(database.jobs_dsn),
        "openvidu_url": openvidu_url,
        "openvidu_secret": None if openvidu_secret is None else SecretStr(openvidu_secret),
        "pool_size": 4,
        **settings,
    }
    server = Server(Settings(**chosen), port=port, password_hasher=QUICK_HASHER)
    ready = threading.Event()
    failures: list[BaseException] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def serve() -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                loops.append(runner.get_loop())
                runner.run(server.serve(ready.set))
        except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=serve, name="service-under-test")
    thread.start()
    try:
        if not ready.wait(START_LIMIT_S) or failures:
            raise RuntimeError("the service did not start") from (failures[0] if failures else None)
        yield RunningService(server.url)
    finally:
        if thread.is_alive():
            loops[0].call_soon_threadsafe(server.stop)
        thread.join(START_LIMIT_S)
    if thread.is_alive() or failures:
        raise RuntimeError("the service did not end in good order") from (failures[0] if failures else None)
