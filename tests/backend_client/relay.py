"""A TCP relay with an address of its own, in front of services that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Relay:
    """Passes bytes on to `target`, the address of a service; while that is None, hangs up.

    Attributes:
        url: the relay's own address.
    """

    def __init__(self) -> None:
        self.url = ""
        self.target: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.target is None:
                return
            parts = urlsplit(self.target)
            onward_reader, onward_writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                await _both_ways(reader, writer, onward_reader, onward_writer)
            finally:
                onward_writer.close()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the service has gone or the relay ends: the client is hung up on, as by any proxy
        finally:
            writer.close()
            self._tasks.discard(task)

    async def close(self) -> None:
        """End every connection."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def relaying() -> AsyncIterator[Relay]:
    """A relay on a free port of this machine."""
    relay = Relay()
    server = await asyncio.start_server(relay.connected, "127.0.0.1", 0)
    relay.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay
    finally:
        server.close()
        await relay.close()
        await server.wait_closed()


async def _both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    onward_reader: asyncio.StreamReader,
    onward_writer: asyncio.StreamWriter,
) -> None:
    ways = [
        asyncio.create_task(_pump(reader, onward_writer)),
        asyncio.create_task(_pump(onward_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
