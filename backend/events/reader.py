"""Reads events for everybody who asks at the same moment in one transaction.

A change that concerns hundreds of listeners wakes them all at once, and each asks for his own events.
Whoever asks while a read is under way waits for the next one, which then reads for all of them: who is
alone waits for nobody, and five hundred cost a handful of transactions. That each gets what row security
lets him read and nothing else is the work of `private.read_events`.
"""

from __future__ import annotations

import asyncio
from collections import deque

import psycopg
from psycopg.rows import DictRow

from backend.database import Caller, Connection, Database
from backend.errors import ServiceError
from backend.events.queries import Asked, Batch, batch_of, read_events

PEOPLE_AT_ONCE = 100
"""In one transaction: tens of milliseconds, so that the first are told while the others are read."""
READS_AT_ONCE = 2
"""A connection that has died holds up only those who are read over it."""


class EventReader:
    """The reads of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[Asked, asyncio.Future[DictRow]]] = deque()
        self._somebody_waits = asyncio.Event()

    async def read(self, caller: Caller, after: int | None, *, opening: bool = False) -> Batch:
        """The caller's events after a number, or just the newest number when `after` is None.

        Args:
            caller: whose.
            after: the number.
            opening: refuse him, too, if his sign-in was ended while his access token lives on.

        Raises:
            ServiceError: `FORBIDDEN` for an account that was deactivated, `SESSION_ENDED`.
                Otherwise as `Database.as_caller`.
        """
        row: asyncio.Future[DictRow] = asyncio.get_running_loop().create_future()
        self._waiting.append((Asked(caller, after), row))
        self._somebody_waits.set()
        return batch_of(await row, after, opening=opening)

    async def run(self) -> None:
        """Read for those who ask, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(READS_AT_ONCE):
                group.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._somebody_waits.wait()
            some = [self._waiting.popleft() for _ in range(min(PEOPLE_AT_ONCE, len(self._waiting)))]
            if not self._waiting:
                self._somebody_waits.clear()
            await self._read([(asked, row) for asked, row in some if not row.done()])

    async def _read(self, some: list[tuple[Asked, asyncio.Future[DictRow]]]) -> None:
        async def read(connection: Connection) -> list[DictRow]:
            return await read_events(connection, [asked for asked, _ in some])

        if not some:
            return
        try:
            rows = await self._database.as_nobody(read)
        except (ServiceError, psycopg.Error) as error:
            for _, row in some:
                if not row.done():
                    row.set_exception(error)
            return
        for (_, row), found in zip(some, rows, strict=True):
            # Who has gone meanwhile needs no answer.
            if not row.done():
                row.set_result(found)
