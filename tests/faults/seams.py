"""Seams between the service and its servers: TCP relays that strike at a chosen exchange.

A relay counts what the service says (a packet of a query, an HTTP request, a mail command). Armed, it
calls somebody at the n-th: before the other side hears it, or after the other side has answered and
before the service hears that. Nothing of this lives in the product.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

Address = tuple[str, int]
Target = Callable[[], Address]
Counts = Callable[[bytes, "Line"], bool]

_CHUNK = 65_536


class Side(StrEnum):
    """When a seam strikes."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(slots=True)
class Line:
    """One connection through a seam.

    Attributes:
        label: who speaks, once that is known (a PostgreSQL role).
        struck: its next answer is the one that strikes.
    """

    label: str = ""
    struck: bool = False


@dataclass(slots=True)
class Trap:
    """What an armed seam waits for."""

    number: int
    side: Side
    strike: Callable[[], Awaitable[None]]
    seen: int = 0


class Seam:
    """One relay on a fixed port.

    Attributes:
        port: where the service connects.
        exchanges: so many were counted since `reset`.
        struck: set when the trap has gone off.
    """

    def __init__(self, target: Target, counts: Counts) -> None:
        """Args: `target` is asked for every connection; `counts` tells what is an exchange."""
        self._target = target
        self._counts = counts
        self._trap: Trap | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.exchanges = 0
        self.struck = asyncio.Event()

    async def __aenter__(self) -> Seam:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # What was aborted is closed one turn of the loop later.
        await asyncio.sleep(0)

    def reset(self) -> None:
        """Count from nothing, without a trap."""
        self._trap = None
        self.exchanges = 0
        self.struck = asyncio.Event()

    def arm(self, number: int, side: Side, strike: Callable[[], Awaitable[None]]) -> None:
        """Strike at the `number`-th exchange from now."""
        self.reset()
        self._trap = Trap(number, side, strike)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # The end of the campaign is no failure of a connection.
            with contextlib.suppress(asyncio.CancelledError):
                await self._relay(reader, writer)
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target())
        except OSError:
            return
        line = Line()
        ways = [
            asyncio.create_task(self._pass(reader, far_writer, line, from_service=True)),
            asyncio.create_task(self._pass(far_reader, writer, line, from_service=False)),
        ]
        try:
            # What one side ends is over for both.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line, *, from_service: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if from_service and self._counts(chunk, line):
                    await self._exchange(line)
                elif not from_service and line.struck:
                    line.struck = False
                    await self._strike()
                writer.write(chunk)
                await writer.drain()

    async def _exchange(self, line: Line) -> None:
        self.exchanges += 1
        trap = self._trap
        if trap is None:
            return
        trap.seen += 1
        if trap.seen != trap.number:
            return
        if trap.side is Side.AFTER:
            line.struck = True
        else:
            await self._strike()

    async def _strike(self) -> None:
        trap, self._trap = self._trap, None
        if trap is not None:
            await trap.strike()
            self.struck.set()


class Queries:
    """Packets of one log-in role on connections that are signed in.

    The start-up packet names the role in clear (PostgreSQL's protocol 3.0: `user`, name); what is
    then said to sign in has the type `p`, which no query has.

    Attributes:
        role: whose are counted.
    """

    def __init__(self, role: str) -> None:
        self.role = role

    def __call__(self, chunk: bytes, line: Line) -> bool:
        """Whether to count this packet."""
        if not line.label:
            line.label = chunk.partition(b"user\0")[2].partition(b"\0")[0].decode()
            return False
        return line.label == self.role and chunk[:1] != b"p"


def http_requests(chunk: bytes, _: Line) -> bool:
    """The first packet of a request."""
    return chunk.split(b" ", 1)[0] in {b"GET", b"POST", b"DELETE", b"PUT", b"PATCH"}


def anything(_: bytes, __: Line) -> bool:
    """Every packet: mail commands, one each."""
    return True
