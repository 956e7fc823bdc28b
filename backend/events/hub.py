"""Wakes the streams of this process when something happened to their person.

One connection listens to PostgreSQL's notifications. They only wake: each stream then asks for its own
events under its own person's claims (`reader.py`), from the last number it gave out. So nothing of
anybody else can reach it, nothing queues up for a slow reader, and a lost notification costs at most
the time to the next sweep.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator
from contextlib import aclosing
from uuid import UUID

import psycopg
import structlog

from backend.database import Connection, Database
from backend.errors import ServiceError

log = structlog.stdlib.get_logger(__name__)

CHANNEL = "visio_events"
STREAMS_PER_SESSION = 5
_RECONNECT_S = (0.2, 5.0)


class Listener:
    """One open stream.

    Attributes:
        account_id: whose events.
        session_id: the sign-in it was opened with.
        last: the newest number given out.
        closing: it must end: the service stops, or the session has too many streams.
    """

    def __init__(self, account_id: UUID, session_id: UUID, last: int = 0) -> None:
        self.account_id = account_id
        self.session_id = session_id
        self.last = last
        self.closing = False
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._wake.set()

    def close(self) -> None:
        """End as soon as possible."""
        self.closing = True
        self._wake.set()

    def settle(self) -> None:
        """Forget wake-ups so far: call before reading, so that none is missed after."""
        if not self.closing:
            self._wake.clear()

    async def wait(self, timeout_s: float) -> bool:
        """Wait to be woken; False when the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True


class EventHub:
    """The listeners of one process and the connection that wakes them."""

    def __init__(self, database: Database, *, sweep_s: float) -> None:
        """Prepare.

        Args:
            database: where the events are.
            sweep_s: seconds between looks for events whose notification got lost.
        """
        self._database = database
        self._sweep_s = sweep_s
        self._listeners: dict[UUID, list[Listener]] = {}
        self._closing = False
        self._first_connected = asyncio.Event()
        self.connected = False

    @contextlib.contextmanager
    def registered(self, account_id: UUID, session_id: UUID) -> Iterator[Listener]:
        """A listener for the time of the block.

        A session's sixth stream ends its first: that one is most likely a connection whose other
        end vanished without a word.
        """
        listener = Listener(account_id, session_id)
        same_person = self._listeners.setdefault(account_id, [])
        same_session = [
            other for other in same_person if other.session_id == session_id and not other.closing
        ]
        if len(same_session) >= STREAMS_PER_SESSION:
            same_session[0].close()
        same_person.append(listener)
        if self._closing:
            listener.close()
        try:
            yield listener
        finally:
            same_person.remove(listener)
            if not same_person:
                self._listeners.pop(account_id, None)

    @property
    def listeners(self) -> int:
        """How many streams are open in this process."""
        return sum(map(len, self._listeners.values()))

    def close(self) -> None:
        """End every stream, and those that come later at once: the service stops."""
        self._closing = True
        for listener in self._all():
            listener.close()

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait for the first connection, but no longer than `timeout_s`: `/readyz` tells the rest."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first_connected.wait(), timeout_s)

    async def run(self) -> None:
        """Listen, and connect again whenever the line breaks, until cancelled."""
        pause_s = _RECONNECT_S[0]
        while True:
            try:
                async with self._database.listening(CHANNEL) as connection:
                    self.connected = True
                    self._first_connected.set()
                    pause_s = _RECONNECT_S[0]
                    # Whatever was told while nobody listened.
                    self._wake_all()
                    async with aclosing(connection.notifies()) as notifications:
                        async for notification in notifications:
                            self._wake_recipient(notification.payload)
            except psycopg.Error as error:
                log.warning("event connection lost", error=type(error).__name__)
            finally:
                self.connected = False
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, no secret
            pause_s = min(pause_s * 2, _RECONNECT_S[1])

    async def sweep(self) -> None:
        """Look regularly for events whose notification got lost, until cancelled."""
        while True:
            await asyncio.sleep(self._sweep_s)
            people = list(self._listeners)
            if not people:
                continue

            async def read_heads(connection: Connection, asked: list[UUID] = people) -> dict[UUID, int]:
                cursor = await connection.execute("select * from private.event_heads(%s)", [asked])
                return {row["recipient"]: row["last_seq"] for row in await cursor.fetchall()}

            try:
                heads = await self._database.as_worker(read_heads)
            except ServiceError as error:
                log.warning("no sweep for events", code=error.code.value)
                continue
            for listener in self._all():
                if heads.get(listener.account_id, 0) > listener.last:
                    listener.wake()

    def _wake_recipient(self, payload: str) -> None:
        recipient = payload.partition(":")[0]
        try:
            account_id = UUID(recipient)
        except ValueError:
            # Every role may send on every channel: what makes no sense is not ours.
            return
        for listener in self._listeners.get(account_id, ()):
            listener.wake()

    def _wake_all(self) -> None:
        for listener in self._all():
            listener.wake()

    def _all(self) -> list[Listener]:
        return [listener for same_person in self._listeners.values() for listener in same_person]
