"""Works off the `jobs` table: what must happen, however often it takes, after the request is over.

Two lanes, so that a mail server that is slow to answer keeps no room from being closed: mails, and
everything else. Each has its own workers, limits and pauses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import structlog

from backend.database import Connection, Database
from backend.errors import ServiceError
from backend.openvidu import MediaUnavailable

log = structlog.stdlib.get_logger(__name__)

Handler = Callable[[Mapping[str, Any]], Awaitable[None]]


class JobPostponedError(Exception):
    """A handler could not do its work now; the message says why, without anything private."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Jobs that only wait for each other.

    Attributes:
        mails: it takes the kinds `mail.…`; otherwise all others.
        workers: how many jobs a process does at once.
        lease: how long a process may hold a job before others take it to be dead.
        limit_s: shorter than the lease: a job that hangs is given up before somebody else begins it.
        delays_s: pauses after the first, second, … failure; the last one from then on.
    """

    mails: bool
    workers: int
    lease: timedelta
    limit_s: float
    delays_s: tuple[float, ...]


LANES = (
    Lane(mails=False, workers=3, lease=timedelta(seconds=30), limit_s=25.0, delays_s=(1.0, 5.0, 30.0, 60.0)),
    # The first pauses are short for the sake of reset codes, which live ten minutes.
    Lane(
        mails=True,
        workers=2,
        lease=timedelta(seconds=120),
        limit_s=90.0,
        delays_s=(5.0, 30.0, 60.0, 300.0, 900.0, 1800.0),
    ),
)
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
        self._workers = [(lane, asyncio.Event()) for lane in LANES for _ in range(lane.workers)]
        self._next_sweep = time.monotonic()

    def wake(self) -> None:
        """There is a job now."""
        for _, wake in self._workers:
            wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number, (lane, wake) in enumerate(self._workers):
                group.create_task(self._work(lane, wake), name=f"jobs {number}")

    async def _work(self, lane: Lane, wake: asyncio.Event) -> None:
        while not is_cancelled():
            wake.clear()
            try:
                await self._sweep_if_due()
                while not is_cancelled() and await self._do_next(lane):
                    pass
            except ServiceError as error:
                log.warning("jobs wait for the database", code=error.code.value)
            except psycopg.Error:
                log.exception("jobs met an unexpected database error")
            try:
                async with asyncio.timeout(self._poll_s):
                    await wake.wait()
            except TimeoutError:
                continue

    async def _sweep_if_due(self) -> None:
        if time.monotonic() < self._next_sweep:
            return
        before, self._next_sweep = self._next_sweep, time.monotonic() + _SWEEP_EVERY_S
        try:
            await self._database.as_worker(_sweep)
        except BaseException:
            self._next_sweep = before
            raise

    async def _do_next(self, lane: Lane) -> bool:
        """Do the lane's job that is due longest; False when none is due."""

        async def take(connection: Connection) -> Mapping[str, Any] | None:
            query = "select * from private.lease_job_in_lane(%s, %s)"
            return await (await connection.execute(query, [lane.mails, lane.lease])).fetchone()

        job = await self._database.as_worker(take)
        if job is None:
            return False
        try:
            async with asyncio.timeout(lane.limit_s):
                await self._handlers[job["kind"]](job["payload"])
        except (MediaUnavailable, JobPostponedError) as error:
            await self._postpone(lane, job, str(error))
        except TimeoutError:
            log.warning("job took too long", kind=job["kind"])
            await self._postpone(lane, job, "took too long")
        except Exception as error:  # one broken job must not stop all the others
            log.exception("job failed unexpectedly", kind=job["kind"])
            await self._postpone(lane, job, type(error).__name__)
        else:

            async def finish(connection: Connection) -> None:
                await connection.execute(
                    "select private.finish_leased_job(%s, %s)", [job["id"], job["locked_until"]]
                )

            await self._database.as_worker(finish)
        return True

    async def _postpone(self, lane: Lane, job: Mapping[str, Any], reason: str) -> None:
        attempts: int = job["attempts"]
        delay_s = lane.delays_s[min(attempts, len(lane.delays_s)) - 1]
        if attempts >= _ALARM_AFTER:
            log.error("job still fails", kind=job["kind"], attempts=attempts, reason=reason)

        async def postpone(connection: Connection) -> None:
            await connection.execute(
                "select private.postpone_leased_job(%s, %s, %s, %s)",
                [job["id"], job["locked_until"], timedelta(seconds=delay_s), reason],
            )

        await self._database.as_worker(postpone)


def is_cancelled() -> bool:
    """Whether the running task was told to end.

    A cancellation that meets a query may come out of the driver as a database error: a loop that
    survives such errors must ask.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _sweep(connection: Connection) -> None:
    await connection.execute("select private.sweep()")
