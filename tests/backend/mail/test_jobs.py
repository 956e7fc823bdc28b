"""Mails as jobs, from the database to a real mail server: each one wanted arrives, none twice, none late."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from backend.config import Settings
from backend.database import Database
from backend.jobs import JobRunner
from backend.mail.jobs import GIVE_UP_AFTER, mail_jobs
from tests.backend.mail.letters_of import CODE, PUBLIC_URL, SENDER
from tests.backend.mail.mail_server import MailServer, mail_server
from tests.support.service import TestDatabase
from tests.support.waiting import until

LIMIT_S = 40.0
ALICE, MIKL = "alice@demo.visio", "mikl@demo.visio"


@asynccontextmanager
async def mails_going_out(database: TestDatabase, port: int | None) -> AsyncIterator[None]:
    """A process that works the mails off; without a port it has no mail server."""
    smtp: dict[str, Any] = {} if port is None else {
        "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": SENDER,
    }  # fmt: skip
    settings = Settings(database_url=SecretStr(database.api_dsn), public_url=PUBLIC_URL, **smtp)
    door = Database(database.api_dsn, database.jobs_dsn, pool_size=1)
    await door.open()
    task = asyncio.create_task(JobRunner(door, mail_jobs(door, settings), poll_s=0.02).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await door.close()


async def all_done(database: TestDatabase) -> None:
    """Wait until no job is left; those postponed are due at once."""

    def done() -> bool:
        # Skipping what is locked: the worker that holds it runs in this very loop.
        database.admin(
            "update private.jobs set run_at = now() where id in (select id from private.jobs"
            " where done_at is null and locked_until is null for update skip locked)"
        )
        return not database.admin("select from private.jobs where done_at is null")

    await until(done, timeout_s=LIMIT_S)


async def send_all(database: TestDatabase, server: MailServer) -> None:
    """Work everything off, by this server."""
    async with mails_going_out(database, server.port):
        await all_done(database)


def plan(database: TestDatabase, title: str = "Suivi") -> UUID:
    """MiKL plans a meeting with Alice."""
    rows = database.as_account(
        database.account_id(MIKL),
        "select public.create_meeting(%s, %s, '', now() + interval '1 day', 30) as id",
        (database.client_id(ALICE), title),
    )
    found: UUID = rows[0]["id"]
    return found


def invite(database: TestDatabase) -> None:
    """A code for Alice, with its mail."""
    database.admin("select private.issue_invite(%s, %s)", (database.account_id(ALICE), CODE))


def as_mikl(database: TestDatabase, meeting_id: UUID, action: str) -> None:
    """One of MiKL's actions, as the service does it."""
    queries = {
        "move": "select public.change_meeting(%s, 1, null, null, now() + interval '2 days', null)",
        "cancel": "select public.cancel_meeting(%s, 'Malade', false)",
        "begin": "select public.begin_meeting(%s)",
    }
    database.as_account(database.account_id(MIKL), queries[action], (meeting_id,))


async def test_every_kind_arrives_once_and_leaves_nothing_behind(database: TestDatabase) -> None:
    """Planned, moved, cancelled, awaited, invited, warned; then the jobs hold neither text nor code."""
    invite(database)
    alice = database.account_id(ALICE)
    now = datetime.now(UTC).isoformat()
    for kind, more in (("mail.password-changed", {}), ("mail.session-reused", {"device": "Portable"})):
        payload = Jsonb({"user_id": str(alice), "at": now, **more})
        database.admin("select private.enqueue(%s, '1', %s)", (kind, payload))
    database.admin(
        "select private.enqueue('account.reset', '1', %s)", (Jsonb({"request": "1", "email": ALICE}),)
    )
    database.admin("select private.issue_reset('1', %s, %s)", (ALICE, CODE + "2"))
    database.admin("delete from private.jobs where kind = 'account.reset'")
    async with mail_server() as server:
        meeting_id = plan(database)
        await send_all(database, server)
        as_mikl(database, meeting_id, "move")
        await send_all(database, server)
        as_mikl(database, meeting_id, "cancel")
        as_mikl(database, plan(database, "Sur place"), "begin")
        await send_all(database, server)
    subjects = sorted(str(message["Subject"]).split(":")[0].strip() for message in server.taken)
    assert len(subjects) == 8
    assert "MiKL vous invite sur MiKL Visio" in subjects
    assert "Réunion annulée" in subjects
    assert len({message["Message-ID"] for message in server.taken}) == 8
    assert not database.admin("select from private.jobs where payload <> '{}' and kind like 'mail.%'")


@pytest.mark.parametrize(
    "over",
    [
        "update private.one_time_codes set used_at = now()",
        "update private.one_time_codes set expires_at = now()",
        "update public.clients set active = false",
    ],
)
async def test_a_code_that_is_over_is_not_sent(database: TestDatabase, over: Any) -> None:
    """Used, expired, or its owner deactivated; the code leaves the job all the same."""
    invite(database)
    database.admin(over)
    async with mail_server() as server:
        await send_all(database, server)
    assert server.taken == []
    assert database.admin("select payload from private.jobs where kind = 'mail.invite'") == [{"payload": {}}]


async def test_what_no_longer_holds_is_not_sent(database: TestDatabase) -> None:
    """Planned and cancelled at once: only the cancellation; moved twice: only the last."""
    cancelled, moved, here = plan(database), plan(database, "Deux fois"), plan(database, "Présente")
    async with mail_server() as server:
        as_mikl(database, cancelled, "cancel")
        as_mikl(database, moved, "move")
        database.as_account(
            database.account_id(MIKL),
            "select public.change_meeting(%s, 2, null, null, now() + interval '3 days', null)",
            (moved,),
        )
        as_mikl(database, here, "begin")
        database.admin(
            "insert into public.meeting_participants (meeting_id, connection_id, auth_user_id, role)"
            " values (%s, 'con_1', %s, 'PUBLISHER')",
            (here, database.account_id(ALICE)),
        )
        await send_all(database, server)
    subjects = sorted(str(message["Subject"]).rpartition(" ")[0].split(" ")[1] for message in server.taken)
    assert subjects == ["annulée", "déplacée", "le"]


async def test_a_mail_that_failed_comes_again_under_its_name(database: TestDatabase) -> None:
    """4xx, then cut after DATA: the copy that may be one too many has the same Message-ID."""
    invite(database)
    async with mail_server() as server:
        server.replies += ["451 later", "drop"]
        await send_all(database, server)
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    (job,) = database.admin("select attempts, last_error from private.jobs where kind = 'mail.invite'")
    assert job == {"attempts": 3, "last_error": None}


async def test_a_job_that_could_not_be_ended_sends_nothing_again(database: TestDatabase) -> None:
    """The database was away just then: the process remembers what the server took."""
    invite(database)
    async with mail_server() as server, mails_going_out(database, server.port):
        payload = database.admin("select payload from private.jobs where kind = 'mail.invite'")
        await all_done(database)
        database.admin(
            "update private.jobs set done_at = null, payload = %s", (Jsonb(payload[0]["payload"]),)
        )
        await all_done(database)
    assert len(server.taken) == 1


async def test_a_refusal_is_told_to_the_operator(
    database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, with its code and whom it was for; no address and no code in the log."""
    meeting_id = plan(database)
    invite(database)
    caplog.set_level(logging.DEBUG, logger="backend")
    async with mail_server() as server:
        server.recipient_replies += ["550 alice@demo.visio is nobody"] * 2
        await send_all(database, server)
    notices = database.admin(
        "select n.meeting_id, n.body from public.notifications n"
        " where n.kind = 'mail.failed' and n.recipient = %s order by n.meeting_id",
        (database.account_id(MIKL),),
    )
    assert [notice["meeting_id"] for notice in notices] == [meeting_id, None]
    assert notices[0]["body"]["mail"] == "meeting-scheduled"
    assert notices[0]["body"]["title"] == "Suivi"
    assert notices[1]["body"]["mail"] == "invite"
    assert notices[1]["body"]["smtp_code"] == 550
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("backend"))
    assert "cannot be delivered" in ours
    assert CODE not in ours
    assert "demo.visio" not in ours


async def test_a_notice_without_an_end_is_given_up_and_told(database: TestDatabase) -> None:
    """After days of trying."""
    at = datetime.now(UTC) - GIVE_UP_AFTER - timedelta(minutes=1)
    payload = Jsonb({"user_id": str(database.account_id(ALICE)), "at": at.isoformat()})
    database.admin("select private.enqueue('mail.password-changed', '1', %s)", (payload,))
    async with mail_server() as server:
        await send_all(database, server)
    assert server.taken == []
    assert database.admin("select from public.notifications where kind = 'mail.failed'")


async def test_without_a_mail_server_it_is_said_once(
    database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """The jobs end, their codes with them."""
    invite(database)
    plan(database)
    async with mails_going_out(database, None):
        await all_done(database)
    assert caplog.text.count("no mail server is configured") == 1
    assert not database.admin("select from private.jobs where payload <> '{}'")
