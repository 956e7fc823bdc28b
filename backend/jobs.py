"""Works off the `jobs` table: what must happen, however often it takes, after the request is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import psycopg
import structlog

from backend.database import Connection, Database
from backend.errors import ServiceError
from backend.openvidu import MediaUnavailable

log = structlog.stdlib.get_logger(__name__)

Handler = Callable[[Mapping[str, Any]], Awaitable[None]]

# How long a process may hold a job before others take it to be dead.
_LEASE = timedelta(seconds=30)
_DELAYS_S = (1.0, 5.0, 30.0, 60.0)
_ALARM_AFTER = 10
_SWEEP_EVERY_S = 3600.0


class JobRunner:
    """One worker per process; several processes share the table without doing a job twice at once."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler], *, poll_s: float) -> None:
        """Prepare.

        Args:
            database: where the jobs are.
            handlers: kind of job → what to do with its payload; must bear being repeated.
            poll_s: seconds between looks for jobs that nobody woke us for.
        """
        self._database = database
        self._handlers = handlers
        self._poll_s = poll_s
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There is a job now."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        next_sweep = time.monotonic()
        while True:
            self._wake.clear()
            try:
                if time.monotonic() >= next_sweep:
                    await self._database.as_worker(_sweep)
                    next_sweep = time.monotonic() + _SWEEP_EVERY_S
                while await self._do_next():
                    pass
            except ServiceError as error:
                log.warning("jobs wait for the database", code=error.code.value)
            except psycopg.Error:
                log.exception("jobs met an unexpected database error")
            try:
                async with asyncio.timeout(self._poll_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _do_next(self) -> bool:
        """Do the job that is due longest; False when none is due."""
        job = await self._database.as_worker(_take)
        if job is None:
            return False
        try:
            await self._handlers[job["kind"]](job["payload"])
        except MediaUnavailable as error:
            await self._postpone(job, str(error))
        except Exception as error:  # one broken job must not stop all the others
            log.exception("job failed unexpectedly", kind=job["kind"])
            await self._postpone(job, type(error).__name__)
        else:

            async def finish(connection: Connection) -> None:
                await connection.execute("select private.finish_job(%s)", [job["id"]])

            await self._database.as_worker(finish)
        return True

    async def _postpone(self, job: Mapping[str, Any], reason: str) -> None:
        attempts: int = job["attempts"]
        delay_s = _DELAYS_S[min(attempts, len(_DELAYS_S)) - 1]
        if attempts >= _ALARM_AFTER:
            log.error("job still fails", kind=job["kind"], attempts=attempts, reason=reason)

        async def postpone(connection: Connection) -> None:
            await connection.execute(
                "select private.postpone_job(%s, %s, %s)", [job["id"], timedelta(seconds=delay_s), reason]
            )

        await self._database.as_worker(postpone)


async def _take(connection: Connection) -> Mapping[str, Any] | None:
    return await (await connection.execute("select * from private.take_job(%s)", [_LEASE])).fetchone()


async def _sweep(connection: Connection) -> None:
    await connection.execute("select private.sweep()")
