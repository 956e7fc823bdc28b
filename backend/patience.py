"""How long the service waits for those who hold a connection and ask for nothing.

uvicorn gives up a connection that falls idle after an answer, but waits without end for the first
request, and for the rest of one that comes byte by byte. A few thousand such connections would keep
everybody else out.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

REQUEST_LIMIT_S = 10.0
"""A connection on which nothing is being answered is closed after once to twice this time."""
FILES_WANTED = 65_536

if TYPE_CHECKING:
    # Either of uvicorn's two, by what is installed; both have these members.
    class _Http(asyncio.Protocol):
        cycle: Any
        loop: asyncio.AbstractEventLoop
        transport: asyncio.Transport

else:
    _Http = AutoHTTPProtocol


class PatientProtocol(_Http):
    """uvicorn's HTTP protocol, which hangs up on those who do not ask."""

    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to watch (called by the loop)."""
        super().connection_made(transport)
        self._watch = self.loop.call_later(REQUEST_LIMIT_S, self._look, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching (called by the loop)."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look(self, before: object) -> None:
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and cycle is before:
            self.transport.close()
            return
        # A finished request is given one more round: its successor may be on the way.
        self._watch = self.loop.call_later(REQUEST_LIMIT_S, self._look, cycle)


def raise_file_limit() -> None:
    """Allow as many connections as the system lets this process have; many systems begin at 1,024."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - does not exist on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
