"""The jobs `mail.…`: read what the mail says now, write it, hand it over.

mail.invite, mail.reset         {user_id, code, expires_at}
mail.password-changed           {user_id, at}
mail.session-reused             {user_id, session_id, device, at}
mail.meeting-scheduled, -cancelled, -waiting
                                {meeting_id, recipient, sequence, meeting_ids?}
mail.meeting-moved              {…, previous_scheduled_at}

The guarantee: each mail that is still wanted reaches the mail server at least once, or the operators are
told that it will not. It is handed over twice only if the server took it and its answer was lost, or if
the process or the database failed between that answer and the end of the job; both copies then carry the
same Message-ID. Before the first byte, the attempt stands in the job's row (`attempts`, the lease), so no
two processes send at once; within a process, what was taken is remembered should the database be away when
the job ends. The database clears the payload when the job is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from psycopg.types.json import Jsonb

from backend.config import Settings
from backend.database import Connection, Database
from backend.jobs import Handler
from backend.mail.letters import KINDS, Material
from backend.mail.messages import compose, message_id
from backend.mail.post import MailRefusedError, Post, SmtpPost

log = structlog.stdlib.get_logger(__name__)

_REMEMBERED = 1000
GIVE_UP_AFTER = timedelta(days=4)
"""RFC 5321 §4.5.4.1 asks senders to try for four to five days."""


def mail_jobs(database: Database, settings: Settings, *, post: Post | None = None) -> dict[str, Handler]:
    """The handlers of all mails.

    Args:
        database: where what they say is read.
        settings: mail server and public address; without `smtp_host` the jobs end without a mail.
        post: takes the messages; by default the mail server of the settings.
    """
    if post is None and settings.smtp_host is not None:
        post = SmtpPost(settings)
    if post is None:
        return dict.fromkeys(KINDS, _without_server())
    office = _Office(database, settings, post)
    return {kind: office.handler(kind) for kind in KINDS}


def _without_server() -> Handler:
    said = False

    async def end(_: Mapping[str, Any]) -> None:
        nonlocal said
        if not said:
            said = True
            log.warning("no mail server is configured: mails are not sent, operators hand on the links")

    return end


class _Office:
    def __init__(self, database: Database, settings: Settings, post: Post) -> None:
        self._database = database
        self._settings = settings
        self._post = post
        self._taken: deque[str] = deque(maxlen=_REMEMBERED)

    def handler(self, kind: str) -> Handler:
        async def work(payload: Mapping[str, Any]) -> None:
            await self._send(kind, payload)

        return work

    async def _send(self, kind: str, payload: Mapping[str, Any]) -> None:
        name = message_id(kind, payload, self._settings.mail_from or "")
        if name in self._taken:
            return
        material = await self._material(kind, payload)
        if material is None:
            log.info("mail is no longer wanted", kind=kind)
            return
        if material.said_at is not None and material.said_at + GIVE_UP_AFTER < datetime.now(UTC):
            await self._report(kind, payload, None)
            return
        message = compose(
            kind,
            material,
            name=name,
            sender=self._settings.mail_from or "",
            public_url=self._settings.public_url or "",
        )
        try:
            await self._post.send(message, material.recipient.email)
        except MailRefusedError as error:
            await self._report(kind, payload, error.smtp_code)
            return
        self._taken.append(name)
        log.info("mail handed over", kind=kind)

    async def _material(self, kind: str, payload: Mapping[str, Any]) -> Material | None:
        async def read(connection: Connection) -> Mapping[str, Any] | None:
            query = "select private.mail_to_send(%s, %s) as material"
            return await (await connection.execute(query, [kind, Jsonb(payload)])).fetchone()

        row = await self._database.as_worker(read)
        if row is None or row["material"] is None:
            return None
        return Material.model_validate({**payload, **row["material"]})

    async def _report(self, kind: str, payload: Mapping[str, Any], smtp_code: int | None) -> None:
        log.error("mail cannot be delivered", kind=kind, smtp_code=smtp_code)

        async def report(connection: Connection) -> None:
            await connection.execute(
                "select private.report_failed_mail(%s, %s, %s)", [kind, Jsonb(payload), smtp_code]
            )

        await self._database.as_worker(report)
