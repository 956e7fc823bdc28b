"""The meetings of the caller, and what he may do with them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import AwareDatetime

from backend.auth import Authenticated
from backend.database import Connection
from backend.meetings import live, queries
from backend.services import ServicesOf
from backend_client.models import (
    Meeting,
    MeetingRequest,
    Meetings,
    MeetingStatus,
    RoomToken,
    RoomTokenRequest,
)

router = APIRouter(prefix="/v1/meetings", tags=["meetings"])


@router.get("")
async def list_meetings(
    *,
    caller: Authenticated,
    services: ServicesOf,
    status: Annotated[list[MeetingStatus] | None, Query()] = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
    client_id: UUID | None = None,
    order: Literal["asc", "desc"] = "asc",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Meetings:
    """One page of the meetings the caller may see, by (scheduled_at, id)."""
    wanted = queries.Filter(
        statuses=status,
        from_=from_,
        to=to,
        client_id=client_id,
        newest_first=order == "desc",
        cursor=cursor,
        limit=limit,
    )

    async def read(connection: Connection) -> Meetings:
        return await queries.list_page(connection, wanted)

    return await services.database.as_caller(caller, read)


@router.post("", status_code=201)
async def create_meeting(
    body: MeetingRequest,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Meeting:
    """Schedule a meeting (operators). The same `Idempotency-Key` gives the same meeting for a day."""

    async def create(connection: Connection) -> Meeting:
        if idempotency_key is not None:
            kept = await queries.claim_idempotency_key(connection, idempotency_key, "POST /v1/meetings", body)
            if kept is not None:
                return kept
        meeting = await queries.get(connection, await queries.create(connection, body))
        if idempotency_key is not None:
            await queries.keep_answer(connection, idempotency_key, meeting)
        return meeting

    meeting = await services.database.as_caller(caller, create)
    response.headers["Location"] = f"{router.prefix}/{meeting.id}"
    return _tagged(meeting, response)


@router.get("/{meeting_id}")
async def read_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """One meeting; 404 for those of others."""

    async def read(connection: Connection) -> Meeting:
        return await queries.get(connection, meeting_id)

    return _tagged(await services.database.as_caller(caller, read), response)


@router.post("/{meeting_id}/start")
async def start_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """Start: scheduled → in_progress (its operator); the room is open when this answers."""
    return _tagged(await live.start(services, caller, meeting_id), response)


@router.post("/{meeting_id}/end")
async def end_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """End: in_progress → completed (its operator); everybody is sent out of the room."""
    return _tagged(await live.end(services, caller, meeting_id), response)


@router.post("/{meeting_id}/token")
async def make_room_token(
    meeting_id: UUID,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    body: RoomTokenRequest | None = None,
) -> RoomToken:
    """One join of a live meeting's room (its operator and its client)."""
    response.headers["Cache-Control"] = "no-store"
    screen = body is not None and body.purpose == "screen"
    return await live.room_token(services, caller, meeting_id, screen=screen)


def _tagged(meeting: Meeting, response: Response) -> Meeting:
    response.headers["ETag"] = f'"v{meeting.version}"'
    return meeting
