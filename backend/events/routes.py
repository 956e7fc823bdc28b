"""GET /events (server-sent events) and its fall-back GET /events/poll."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Query, Response

from backend.auth import Authenticated
from backend.database import Caller
from backend.errors import ServiceError
from backend.events.hub import Listener
from backend.events.queries import reset
from backend.events.stream import COMMENT, EventStream, encode, encode_retry
from backend.services import Services, ServicesOf
from backend_client.models import LiveEvents, WholeNumber

log = structlog.stdlib.get_logger(__name__)
router = APIRouter(prefix="/v1", tags=["events"])

POLL_LIMIT_S = 25.0


@router.get("/events", response_class=EventStream)
async def stream_events(
    caller: Authenticated,
    services: ServicesOf,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Everything that concerns the caller, as it happens, until his access token ends.

    With `Last-Event-ID` it begins after that number. Without, it begins with a `reset` that gives
    the newest number: fetch everything, then go on from there.
    """
    after = (
        int(last_event_id)
        if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19
        else None
    )

    await services.events.read(caller, None, opening=True)
    return EventStream(_follow(services, caller, after))


async def _follow(services: Services, caller: Caller, after: int | None) -> AsyncGenerator[str, None]:
    # Before the first look at what there is, so that nothing falls between.
    with services.hub.registered(caller.account_id, caller.session_id) as listener:
        yield COMMENT
        try:
            if after is None:
                # `opening` again: the session's end may be behind that number, where nobody would hear of it.
                after = (await services.events.read(caller, None, opening=True)).last
                yield encode(reset(after))
            listener.last = after
            async for text in _follow_listener(services, caller, listener):
                yield text
        except ServiceError as error:
            # The app comes back with the last number and misses nothing.
            log.warning("event stream ended", code=error.code.value)
            yield encode_retry(random.uniform(1, 5))  # noqa: S311 - spreads load, no secret


async def _follow_listener(services: Services, caller: Caller, listener: Listener) -> AsyncIterator[str]:
    while True:
        listener.settle()
        batch = await services.events.read(caller, listener.last)
        for event in batch.events:
            yield encode(event)
        listener.last = batch.last
        if caller.session_id in batch.ended_sessions:
            return
        while True:
            if listener.closing:
                # Spread, so that all do not come back to the next process at one moment.
                yield encode_retry(random.uniform(1, 10))  # noqa: S311 - spreads load, no secret
                return
            left_s = caller.expires_at - time.time()
            if left_s <= 0:
                return
            if await listener.wait(min(services.settings.heartbeat_s, left_s)):
                break
            yield COMMENT


@router.get("/events/poll")
async def poll_events(
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    after: Annotated[WholeNumber | None, Query(ge=0, lt=2**63)] = None,
    wait_s: Annotated[float, Query(ge=0, le=POLL_LIMIT_S)] = POLL_LIMIT_S,
) -> LiveEvents:
    """What came after a number, waiting up to `wait_s` for something; without one, just the newest."""
    response.headers["Cache-Control"] = "no-store"
    deadline = time.monotonic() + wait_s
    with services.hub.registered(caller.account_id, caller.session_id) as listener:
        while True:
            listener.settle()
            batch = await services.events.read(caller, after, opening=True)
            left_s = deadline - time.monotonic()
            if batch.events or after is None or listener.closing or left_s <= 0:
                return LiveEvents(events=batch.events, last=batch.last)
            listener.last = batch.last
            await listener.wait(left_s)
