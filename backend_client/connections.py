"""Closes the connections that the HTTP library forgets.

httpcore takes connections that have expired out of its pool before it closes them, one after the other,
at the beginning of whatever request comes next. When that request is cancelled meanwhile, as requests of
a window that closes are, the rest of them belongs to nobody and stays open. So every connection is
noted here when it is made, by the library's own extension for that, and closed at the end.
"""

from __future__ import annotations

from typing import Any

import httpcore
import httpx

_MADE = "connection.connect_tcp.complete"


class OpenConnections:
    """The connections of one `httpx.AsyncClient`: pass `watch` to it as a hook for requests."""

    def __init__(self) -> None:
        self._streams: list[httpcore.AsyncNetworkStream] = []

    async def watch(self, request: httpx.Request) -> None:
        """Note the connection that this request may need."""
        request.extensions["trace"] = self._note

    async def close(self) -> None:
        """Close what is still open, once the client itself is closed."""
        streams, self._streams = self._streams, []
        for stream in streams:
            await stream.aclose()

    async def _note(self, event: str, info: dict[str, Any]) -> None:
        if event == _MADE:
            self._streams = [each for each in self._streams if _is_open(each)]
            self._streams.append(info["return_value"])


def _is_open(stream: httpcore.AsyncNetworkStream) -> bool:
    line = stream.get_extra_info("socket")
    return line is not None and line.fileno() != -1
