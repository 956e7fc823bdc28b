"""The wire form of live events: `text/event-stream` as the HTML standard has it."""

from __future__ import annotations

import asyncio

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from backend_client.models import LiveEvent

COMMENT = ":\n\n"
"""Says that the line is alive; readers ignore it."""

_SEND_LIMIT_S = 30.0


class EventStream(StreamingResponse):
    """A stream that gives up on a reader who takes nothing for half a minute.

    (sse-starlette does the same and more, but replaces uvicorn's signal handling for the whole
    process and leaves a polling task on the loop.)
    """

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream (ASGI)."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(_SEND_LIMIT_S):
                await send(message)

        self.headers["Cache-Control"] = "no-store"
        # Proxies that collect answers before they pass them on would hold events back.
        self.headers["X-Accel-Buffering"] = "no"
        await super().__call__(scope, receive, send_in_time)


def encode(event: LiveEvent) -> str:
    """One event: number, kind, and all of it once more as JSON."""
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {event.model_dump_json(exclude_none=True)}\n\n"


def encode_retry(delay_s: float) -> str:
    """Asks the reader to come back after so many seconds."""
    return f"retry: {round(delay_s * 1000)}\n\n"
