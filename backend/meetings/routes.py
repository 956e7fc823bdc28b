"""The meetings of the caller: planning, reading, and the room.

Changing is in `change_routes.py`, files for other programs in `file_routes.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from backend.auth import Authenticated
from backend.database import Connection
from backend.meetings import idempotency, live, queries
from backend.meetings.start_now import start_now
from backend.meetings.tags import NOT_MODIFIED, listed, tagged
from backend.openapi import problems
from backend.services import ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import (
    Meeting,
    MeetingHistory,
    MeetingRequest,
    Meetings,
    MeetingStatus,
    Moment,
    Presences,
    RoomToken,
    RoomTokenRequest,
    StartNowRequest,
    WholeNumber,
)

router = APIRouter(prefix="/v1/meetings", tags=["meetings"])

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255)]
IfNoneMatch = Annotated[str | None, Header()]


@router.get("", response_model=Meetings, responses=NOT_MODIFIED)
async def list_meetings(
    *,
    caller: Authenticated,
    services: ServicesOf,
    status: Annotated[list[MeetingStatus] | None, Query()] = None,
    from_: Annotated[Moment | None, Query(alias="from")] = None,
    to: Moment | None = None,
    client_id: UUID | None = None,
    order: Literal["asc", "desc"] = "asc",
    limit: Annotated[WholeNumber, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One page of the meetings the caller may see, by (scheduled_at, id); 304 for whoever has it."""
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

    return listed(await services.database.as_caller(caller, read), if_none_match)


@router.post("", status_code=201, responses=problems(ApiErrorCode.IDEMPOTENCY_MISMATCH))
async def create_meeting(
    body: MeetingRequest,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Meeting:
    """Schedule a meeting (operators). The same `Idempotency-Key` gives the same answer for a day.

    `conflicts` names the operator's meetings at the same time: a warning, not a refusal.
    """

    async def create(connection: Connection) -> Meeting:
        if idempotency_key is not None:
            kept = await idempotency.claim(
                connection, idempotency_key, "POST /v1/meetings", body, answer=Meeting
            )
            if kept is not None:
                return kept
        made = await queries.get(connection, await queries.create(connection, body))
        meeting = await queries.with_conflicts(connection, made)
        if idempotency_key is not None:
            await idempotency.keep(connection, idempotency_key, meeting)
        return meeting

    meeting = await services.database.as_caller(caller, create)
    services.jobs.wake()
    response.headers["Location"] = f"{router.prefix}/{meeting.id}"
    return tagged(meeting, response)


@router.post(
    "/start-now",
    status_code=201,
    responses=problems(ApiErrorCode.IDEMPOTENCY_MISMATCH, ApiErrorCode.MEDIA_UNAVAILABLE),
)
async def start_unplanned_meeting(
    body: StartNowRequest,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Meeting:
    """Make a meeting that is in progress at once (operators); the same `Idempotency-Key` makes one."""
    meeting = await start_now(services, caller, body, idempotency_key)
    response.headers["Location"] = f"{router.prefix}/{meeting.id}"
    return tagged(meeting, response)


@router.get("/{meeting_id}")
async def read_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """One meeting; 404 for those of others."""

    async def read(connection: Connection) -> Meeting:
        return await queries.get(connection, meeting_id)

    return tagged(await services.database.as_caller(caller, read), response)


@router.get("/{meeting_id}/presence", response_model=Presences, responses=NOT_MODIFIED)
async def read_presence(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, if_none_match: IfNoneMatch = None
) -> Response:
    """Who was in the meeting's room, from when to when."""

    async def read(connection: Connection) -> Presences:
        return await queries.presence(connection, meeting_id)

    return listed(await services.database.as_caller(caller, read), if_none_match)


@router.get("/{meeting_id}/history", response_model=MeetingHistory, responses=NOT_MODIFIED)
async def read_history(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, if_none_match: IfNoneMatch = None
) -> Response:
    """What became of the meeting: planned, moved, cancelled, held, missed; by whom and when."""

    async def read(connection: Connection) -> MeetingHistory:
        return await queries.history(connection, meeting_id)

    return listed(await services.database.as_caller(caller, read), if_none_match)


@router.post(
    "/{meeting_id}/start",
    responses=problems(ApiErrorCode.NOT_HOST, ApiErrorCode.MEETING_CLOSED, ApiErrorCode.MEDIA_UNAVAILABLE),
)
async def start_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """Start: scheduled → in_progress (its operator); the room is open when this answers."""
    meeting = await live.start(services, caller, meeting_id)
    services.jobs.wake()
    return tagged(meeting, response)


@router.post(
    "/{meeting_id}/end",
    responses=problems(ApiErrorCode.NOT_HOST, ApiErrorCode.MEETING_NOT_LIVE, ApiErrorCode.MEETING_CLOSED),
)
async def end_meeting(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """End: in_progress → completed (its operator); everybody is sent out of the room."""
    return tagged(await live.end(services, caller, meeting_id), response)


@router.post(
    "/{meeting_id}/token",
    responses=problems(
        ApiErrorCode.MEETING_NOT_LIVE,
        ApiErrorCode.MEETING_CLOSED,
        ApiErrorCode.DOOR_HELD,
        ApiErrorCode.DOOR_REFUSED,
        ApiErrorCode.TOO_MANY,
        ApiErrorCode.MEDIA_UNAVAILABLE,
    ),
)
async def make_room_token(
    meeting_id: UUID,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    body: RoomTokenRequest | None = None,
) -> RoomToken:
    """One join of a live meeting's room (its operator and its client)."""
    response.headers["Cache-Control"] = "no-store"
    return await live.room_token(services, caller, meeting_id, body or RoomTokenRequest())
