"""Service, PostgreSQL, OpenVidu and mail server as real processes, with a seam in front of each."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import dict_row

from backend.config import with_login
from backend.demo_accounts import PASSWORD
from tests.backend.mail.mail_server import MailServer, mail_server
from tests.backend.people import ALICE, MIKL
from tests.faults.seams import Address, Queries, Seam, anything, http_requests
from tests.faults.victims import Postgres, Program
from tests.openvidu_local.wire_client import WireClient
from tests.support.http import client_without_tls

OPENVIDU_SECRET = "campaign-secret"
HOOK_SECRET = "the secret of the campaign's hook"
SETTLE_LIMIT_S = 40.0
"""After this long something is stuck: longer than any pause that `hurry` leaves in place."""
_TOKEN_LIFE_S = 400.0
_PATIENCE_S = 25.0
"""How long an app waits for an answer."""


@dataclass(slots=True)
class Answer:
    """What one request came to.

    Attributes:
        status: of the answer; None when the line was cut or nothing came.
        seconds: until then.
        body: the JSON, if there was any.
        sent_at: when it was sent, seconds of the wall clock (PostgreSQL's too: it is one machine).
        ended_at: when it was over.
    """

    status: int | None
    seconds: float
    body: dict[str, Any]
    sent_at: float
    ended_at: float

    @property
    def is_good(self) -> bool:
        """The service said yes."""
        return self.status is not None and self.status < 300


@dataclass(slots=True)
class Town:
    """Everything that runs.

    Attributes:
        postgres, service, openvidu: what things happen to.
        queries: which role's packets `database` counts.
        database, media, hooks, mail: the seams: to PostgreSQL, to OpenVidu, from OpenVidu's webhook,
            to the mail server.
        letters: what the mail server took.
        http: the apps' line to the service.
        tokens: address → access token and when it was given.
    """

    postgres: Postgres
    service: Program
    openvidu: Program
    queries: Queries
    database: Seam
    media: Seam
    hooks: Seam
    mail: Seam
    letters: MailServer
    http: httpx.AsyncClient
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def seams(self) -> dict[str, Seam]:
        """All of them by name."""
        return {"database": self.database, "media": self.media, "hooks": self.hooks, "mail": self.mail}

    async def ask(self, email: str, method: str, path: str, **arguments: Any) -> Answer:
        """One request of somebody's app; never raises for what the service or the line does."""
        token = await self._token(email)
        sent_at, began = time.time(), time.monotonic()
        headers = {"Authorization": f"Bearer {token}", **arguments.pop("headers", {})}
        try:
            answer = await self.http.request(method, f"/v1{path}", headers=headers, **arguments)
            status: int | None = answer.status_code
            body = answer.json() if answer.content else {}
        except (httpx.TransportError, ValueError):
            status, body = None, {}
        return Answer(status, time.monotonic() - began, body, sent_at, time.time())

    async def _token(self, email: str) -> str:
        known = self.tokens.get(email)
        if known is None or time.monotonic() - known[1] > _TOKEN_LIFE_S:
            await self.renew(email)
        return self.tokens[email][0]

    async def renew(self, email: str) -> None:
        """Sign somebody in; only while all is well."""
        answer = await self.http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        answer.raise_for_status()
        self.tokens[email] = answer.json()["access_token"], time.monotonic()

    async def refresh_tokens(self) -> None:
        """Sign in whoever's token is getting old, before something is broken."""
        for email in (MIKL, ALICE):
            await self._token(email)

    @property
    def client_id(self) -> UUID:
        """The client whom all meetings are with."""
        found: UUID = self.look(
            "select c.id from public.clients c join auth.users u on u.id = c.auth_user_id where u.email = %s",
            ALICE,
        )[0]["id"]
        return found

    def look(self, query: LiteralString, *parameters: Any) -> list[dict[str, Any]]:
        """A query past the seams and above row security; only while PostgreSQL is well."""
        with psycopg.connect(self.postgres.dsn(), row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(query, list(parameters) or None)
            return cursor.fetchall() if cursor.description is not None else []

    def hurry(self, *, leases: bool) -> None:
        """Let time pass for jobs: pauses are over; with `leases` so is what a dead process held.

        Rows that somebody holds are left alone: his answer comes through a seam of this same loop.
        """
        self.look(
            "update private.jobs set run_at = clock_timestamp(),"
            " locked_until = case when %s then clock_timestamp() else locked_until end"
            " where id in (select id from private.jobs where done_at is null for update skip locked)",
            leases,
        )

    async def settle(self, what: str, condition: Callable[[], object]) -> None:
        """Wait until something that must come has come.

        Raises:
            TimeoutError: it has not; the message says what.
        """
        deadline = time.monotonic() + SETTLE_LIMIT_S
        while not condition():
            if time.monotonic() > deadline:
                open_jobs = self.look(
                    "select kind, attempts, last_error from private.jobs where done_at is null limit 5"
                )
                raise TimeoutError(f"{what} {open_jobs}")
            self.hurry(leases=False)
            await asyncio.sleep(0.1)

    async def sessions(self) -> dict[str, Any]:
        """Session name → what OpenVidu has of it."""
        async with client_without_tls(self.openvidu.url, timeout=10) as http:
            answer = await http.get("/openvidu/api/sessions", auth=("OPENVIDUAPP", OPENVIDU_SECRET))
            return {item["id"]: item for item in answer.json()["content"]}

    async def enter(self, token: str) -> WireClient:
        """Join a room with a token, as an app's signalling does.

        Raises:
            OSError, aiohttp.ClientError, WireError: OpenVidu did not let him in.
        """
        client = await WireClient.open(self.openvidu.url)
        try:
            await client.join(token)
        except BaseException:
            await client.close()
            raise
        return client

    def meeting(self, meeting_id: UUID) -> dict[str, Any]:
        """Its row."""
        return self.look("select * from public.meetings where id = %s", meeting_id)[0]


@contextlib.asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Everything started, and ended afterwards."""
    postgres = Postgres(folder)
    queries = Queries("visio_api")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = int(reserved.getsockname()[1])
    # They only find each other's addresses once they run.
    programs: dict[str, Program] = {}

    def openvidu_address() -> Address:
        return programs["openvidu"].address()

    async with contextlib.AsyncExitStack() as stack:
        letters = await stack.enter_async_context(mail_server())
        stack.callback(postgres.stop)
        await postgres.start()
        database = await stack.enter_async_context(Seam(postgres.address, queries))
        media = await stack.enter_async_context(Seam(openvidu_address, http_requests))
        hooks = await stack.enter_async_context(Seam(lambda: ("127.0.0.1", port), http_requests))
        mail = await stack.enter_async_context(Seam(lambda: ("127.0.0.1", letters.port), anything))
        programs["openvidu"] = Program(
            "openvidu",
            [
                "openvidu_local",
                *("--webhook-url", f"http://127.0.0.1:{hooks.port}/v1/webhooks/openvidu"),
                *("--webhook-header", f"Authorization: Bearer {HOOK_SECRET}"),
            ],
            {"VISIO_OPENVIDU_SECRET": OPENVIDU_SECRET},
            folder / "openvidu.log",
        )

        def through_seam(role: str) -> str:
            own = postgres.dsn(role)
            address = f"@127.0.0.1:{postgres.address()[1]}/"
            seam = own.replace(address, f"@127.0.0.1:{database.port}/")
            return f"{with_login(seam, user=role)}?sslmode=disable&gssencmode=disable"

        programs["service"] = Program(
            "service",
            ["backend", "--port", str(port)],
            {
                "VISIO_DATABASE_URL": through_seam("visio_api"),
                "VISIO_JOBS_DATABASE_URL": through_seam("visio_jobs"),
                "VISIO_POOL_SIZE": "2",
                "VISIO_OPENVIDU_URL": f"http://127.0.0.1:{media.port}",
                "VISIO_OPENVIDU_SECRET": OPENVIDU_SECRET,
                "VISIO_OPENVIDU_WEBHOOK_SECRET": HOOK_SECRET,
                "VISIO_LOOK_S": "1",
                "VISIO_STRAY_LIMIT_S": "2",
                "VISIO_JOB_POLL_S": "0.5",
                "VISIO_SMTP_HOST": "127.0.0.1",
                "VISIO_SMTP_PORT": str(mail.port),
                "VISIO_SMTP_SECURITY": "none",
                "VISIO_MAIL_FROM": "visio@demo.visio",
            },
            folder / "service.log",
        )
        for program in programs.values():
            stack.callback(program.stop)
            await program.start()
        http = await stack.enter_async_context(
            client_without_tls(programs["service"].url, timeout=_PATIENCE_S)
        )
        servers = postgres, programs["service"], programs["openvidu"]
        yield Town(*servers, queries, database, media, hooks, mail, letters, http)
