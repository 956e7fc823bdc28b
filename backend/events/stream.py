"""The wire form of live events: `text/event-stream` as the HTML standard has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from backend_client.models import LiveEvent

log = structlog.stdlib.get_logger(__name__)

COMMENT = ":\n\n"
"""Says that the line is alive; readers ignore it."""

_SEND_LIMIT_S = 30.0
ABORT = "mikl.abort"
"""ASGI extension of our own server: cuts the connection, whatever waits to be sent on it."""


class _ReaderStalledError(Exception):
    """The other end has taken nothing for too long."""


def abort(scope: Scope) -> None:
    """Cut a request's connection, where the server knows how; closing would wait for the reader."""
    cut: Callable[[], None] | None = (scope.get("extensions") or {}).get(ABORT)
    if cut is not None:
        cut()


class EventStream(StreamingResponse):
    """A stream that gives up on a reader who takes nothing for half a minute.

    (sse-starlette does the same and more, but replaces uvicorn's signal handling for the whole
    process and leaves a polling task on the loop.)
    """

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream (ASGI)."""

        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(_SEND_LIMIT_S):
                    await send(message)
            except TimeoutError as error:
                raise _ReaderStalledError from error

        self.headers["Cache-Control"] = "no-store"
        # Proxies that collect answers before they pass them on would hold events back.
        self.headers["X-Accel-Buffering"] = "no"
        async with aclosing(cast("AsyncGenerator[str, None]", self.body_iterator)):
            try:
                await super().__call__(scope, receive, send_in_time)
            except _ReaderStalledError:
                log.info("event stream given up: its reader takes nothing")
                abort(scope)
                # The server learns of it on the loop's next turn, and then asks for no end of the answer.
                await asyncio.sleep(0)
                await asyncio.sleep(0)


def encode(event: LiveEvent) -> str:
    """One event: number, kind, and all of it once more as JSON."""
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {event.model_dump_json(exclude_none=True)}\n\n"


def encode_retry(delay_s: float) -> str:
    """Asks the reader to come back after so many seconds."""
    return f"retry: {round(delay_s * 1000)}\n\n"
