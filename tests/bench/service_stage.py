"""A crowded service for its bench: so many meetings, so many clients, the service as a process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import httpx
import psutil
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from backend import demo_accounts, migrate
from backend.auth import AccessTokens, read_signing_keys
from backend.embedded.cluster import Cluster
from tests.faults.victims import Program
from tests.support.http import client_without_tls

MEETINGS_OF_A_CLIENT = 100
"""The same at every size: a page of fifty is full."""
MIKL = "mikl@demo.visio"
_SECURED = ("meetings", "clients", "operators", "meeting_waits", "user_events", "notifications")
_numbers = itertools.count(1)


@dataclass(slots=True)
class Stage:
    """One database of a size, and the service on it.

    Attributes:
        meetings: so many.
        admin_dsn: above row security.
        service: the process.
        http: a line to it that is kept open.
        operator, clients: account ids.
        tokens: makes access tokens as the service does; a thousand log-ins would take a minute.
        postgres: the server's process.
    """

    meetings: int
    admin_dsn: str
    service: Program
    http: httpx.AsyncClient
    operator: UUID
    clients: list[UUID]
    tokens: AccessTokens
    postgres: int

    def admin(self, query: LiteralString, *parameters: Any) -> list[dict[str, Any]]:
        """A statement above row security."""
        with psycopg.connect(self.admin_dsn, row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(query, list(parameters) or None)
            return cursor.fetchall() if cursor.description is not None else []

    def sign_in(self, account_id: UUID) -> dict[str, str]:
        """The headers of somebody who has just signed in."""
        session_id = self.admin(
            "insert into private.sessions (user_id, idle_until, expires_at, password_at)"
            " values (%s, now() + interval '1 day', now() + interval '1 day', now()) returning id",
            account_id,
        )[0]["id"]
        return {"Authorization": f"Bearer {self.tokens.issue(account_id, session_id)}"}

    def processor_s(self) -> float:
        """Processor time that the service and PostgreSQL have used so far, seconds."""
        parent = psutil.Process(self.postgres)
        processes = [*self.service.processes(), parent, *parent.children(recursive=True)]
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    def secure(self, *, on: bool) -> None:
        """Switch row security on all tables that lists and events read; nothing else changes."""
        with psycopg.connect(self.admin_dsn) as connection:
            for table in _SECURED:
                connection.execute(
                    sql.SQL("alter table public.{} {} row level security").format(
                        sql.Identifier(table), sql.SQL("enable" if on else "disable")
                    )
                )


@contextlib.asynccontextmanager
async def stage(
    cluster: Cluster, folder: Path, meetings: int, environment: dict[str, str] | None = None
) -> AsyncIterator[Stage]:
    """A filled database with a service on it, as long as the block."""
    name = f"bench_{next(_numbers)}"
    await asyncio.to_thread(_make, cluster, name, meetings)
    service = Program(
        "service",
        ["backend"],
        {
            "VISIO_DATABASE_URL": cluster.dsn("visio_api", name),
            "VISIO_JOBS_DATABASE_URL": cluster.dsn("visio_jobs", name),
            "VISIO_PUBLIC_URL": "http://bench.invalid",
            **(environment or {}),
        },
        folder / f"{name}.log",
    )
    try:
        await service.start()
        admin_dsn = cluster.dsn(database=name)
        with psycopg.connect(admin_dsn) as connection:
            pem = connection.execute(
                "select value from private.server_keys where name = 'signing'"
            ).fetchone()
            accounts = connection.execute(
                "select auth_user_id from public.clients where full_name = 'C' order by id"
            ).fetchall()
            operator = connection.execute("select id from auth.users where email = %s", [MIKL]).fetchone()
        assert pem is not None
        assert operator is not None
        tokens = AccessTokens(read_signing_keys(pem[0]), "http://bench.invalid")
        async with client_without_tls(service.url, timeout=30) as http:
            clients = [row[0] for row in accounts]
            assert cluster.process_id is not None
            yield Stage(meetings, admin_dsn, service, http, operator[0], clients, tokens, cluster.process_id)
    finally:
        service.stop()


def _make(cluster: Cluster, name: str, meetings: int) -> None:
    clients = max(1, meetings // MEETINGS_OF_A_CLIENT)
    cluster.make_database(name)
    admin_dsn = cluster.dsn(database=name)
    migrate.migrate(admin_dsn)
    migrate.set_login_passwords(admin_dsn, cluster.login_passwords)
    demo_accounts.seed(admin_dsn)
    with psycopg.connect(admin_dsn) as connection:
        connection.execute(
            "with u as (insert into auth.users (email) select 'c' || g || '@demo.visio'"
            " from generate_series(1, %s) g returning id)"
            " insert into public.clients (auth_user_id, full_name) select id, 'C' from u",
            [clients],
        )
        # Nothing of this is looked at by the triggers or the foreign keys: a third of the time.
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into public.meetings (client_id, operator_id, title, scheduled_at, status, started_at,"
            "  ended_at, end_reason, session_id, id)"
            " select client, (select o.id from public.operators o join auth.users u on u.id = o.auth_user_id"
            "   where u.email = %(operator)s), 'Point', at,"
            "  case when at < now() then 'completed' else 'scheduled' end,"
            "  case when at < now() then at end, case when at < now() then at + interval '1 hour' end,"
            "  case when at < now() then 'host' end,"
            "  case when at < now() then 'mtg_' || replace(id::text, '-', '') end, id"
            " from (select gen_random_uuid() as id,"
            "   now() + (g - %(count)s * 9 / 10) * interval '1 minute' as at,"
            "   (array(select id from public.clients where full_name = 'C' order by id))"
            "     [1 + g %% %(clients)s] as client from generate_series(1, %(count)s) g) m",
            {"operator": MIKL, "count": meetings, "clients": clients},
        )
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")
