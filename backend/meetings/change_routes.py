"""What an operator changes about a meeting, and what both sides tell each other around it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from backend.accounts.queries import require_session
from backend.auth import Authenticated
from backend.database import Connection
from backend.meetings import changes, idempotency
from backend.meetings.routes import IdempotencyKey
from backend.meetings.tags import tagged, wanted_version
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import (
    CancelRequest,
    DelayRequest,
    DoorRequest,
    ExtendRequest,
    LeavingReport,
    Meeting,
    MeetingChange,
    MeetingNote,
    MeetingSeries,
    NoteRequest,
    Rating,
    RatingRequest,
    Readiness,
    ReadinessReport,
    SeriesRequest,
    Waiting,
)

router = APIRouter(prefix="/v1/meetings", tags=["meetings"])


@router.post("/series", status_code=201, responses=problems(ApiErrorCode.IDEMPOTENCY_MISMATCH))
async def create_series(
    body: SeriesRequest, caller: Authenticated, services: ServicesOf, idempotency_key: IdempotencyKey = None
) -> MeetingSeries:
    """Schedule the same meeting weekly (operators), at the operator's local time.

    Each meeting is one of its own from then on; `conflicts` of each names what it overlaps with.
    """

    async def create(connection: Connection) -> MeetingSeries:
        if idempotency_key is not None:
            kept = await idempotency.claim(
                connection, idempotency_key, "POST /v1/meetings/series", body, MeetingSeries
            )
            if kept is not None:
                return kept
        series = await changes.create_series(connection, body)
        if idempotency_key is not None:
            await idempotency.keep(connection, idempotency_key, series)
        return series

    series = await services.database.as_caller(caller, create)
    services.jobs.wake()
    return series


@router.patch(
    "/{meeting_id}",
    responses=problems(
        ApiErrorCode.NOT_HOST,
        ApiErrorCode.MEETING_STARTED,
        ApiErrorCode.MEETING_CLOSED,
        ApiErrorCode.VERSION_CONFLICT,
        ApiErrorCode.PRECONDITION_REQUIRED,
    ),
)
async def change_meeting(
    *,
    meeting_id: UUID,
    body: MeetingChange,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Meeting:
    """Edit or move a scheduled meeting (its operator), as of the version in `If-Match`.

    A change that is there already is answered as if it had just been made (RFC 9110 §13.1.1), so a
    request whose answer was lost may be sent again.
    """
    version = wanted_version(if_match)

    async def change(connection: Connection) -> Meeting:
        return await changes.change(connection, meeting_id, version, body)

    return tagged(await _changed(services, services.database.as_caller(caller, change)), response)


@router.post(
    "/{meeting_id}/cancel",
    responses=problems(ApiErrorCode.NOT_HOST, ApiErrorCode.MEETING_STARTED, ApiErrorCode.MEETING_CLOSED),
)
async def cancel_meeting(
    meeting_id: UUID,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    body: CancelRequest | None = None,
) -> Meeting:
    """Cancel: scheduled → cancelled (its operator), alone or with the later ones of its series."""

    async def cancel(connection: Connection) -> Meeting:
        await require_session(connection)
        return await changes.cancel(connection, meeting_id, body or CancelRequest())

    return tagged(await _changed(services, services.database.as_caller(caller, cancel)), response)


@router.post(
    "/{meeting_id}/extend",
    responses=problems(ApiErrorCode.NOT_HOST, ApiErrorCode.MEETING_NOT_LIVE, ApiErrorCode.MEETING_CLOSED),
)
async def extend_meeting(
    meeting_id: UUID, body: ExtendRequest, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """Give a meeting in progress a longer planned length (its operator); never a shorter one."""

    async def extend(connection: Connection) -> Meeting:
        return await changes.extend(connection, meeting_id, body.planned_minutes)

    return tagged(await services.database.as_caller(caller, extend), response)


@router.get("/{meeting_id}/note", responses=problems(ApiErrorCode.NOT_HOST))
async def read_note(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> MeetingNote:
    """The private note of the meeting's operator; nobody else's request answers it."""
    response.headers["Cache-Control"] = "no-store"

    async def read(connection: Connection) -> MeetingNote:
        return await changes.read_note(connection, meeting_id)

    return await services.database.as_caller(caller, read)


@router.put("/{meeting_id}/note", responses=problems(ApiErrorCode.NOT_HOST))
async def write_note(
    meeting_id: UUID, body: NoteRequest, caller: Authenticated, services: ServicesOf, response: Response
) -> MeetingNote:
    """Replace the private note (the meeting's operator), in any state of the meeting."""
    response.headers["Cache-Control"] = "no-store"

    async def write(connection: Connection) -> MeetingNote:
        return await changes.write_note(connection, meeting_id, body.body)

    return await services.database.as_caller(caller, write)


@router.post(
    "/{meeting_id}/delay",
    status_code=204,
    responses=problems(ApiErrorCode.MEETING_CLOSED, ApiErrorCode.TOO_MANY),
)
async def announce_delay(
    meeting_id: UUID, body: DelayRequest, caller: Authenticated, services: ServicesOf
) -> Response:
    """Tell the other side that the caller comes some minutes late (the two who meet)."""

    async def announce(connection: Connection) -> None:
        await changes.announce_delay(connection, meeting_id, body.minutes)

    await services.database.as_caller(caller, announce)
    return Response(status_code=204)


@router.post("/{meeting_id}/nudge", status_code=204, responses=problems(ApiErrorCode.MEETING_CLOSED))
async def nudge(meeting_id: UUID, caller: Authenticated, services: ServicesOf) -> Response:
    """Tell the other side that the caller waits (the two who meet); once in five minutes."""

    async def tell(connection: Connection) -> None:
        await changes.nudge(connection, meeting_id)

    await services.database.as_caller(caller, tell)
    services.jobs.wake()
    return Response(status_code=204)


@router.put(
    "/{meeting_id}/rating",
    responses=problems(ApiErrorCode.MEETING_NOT_LIVE, ApiErrorCode.MEETING_CLOSED),
)
async def rate_meeting(
    meeting_id: UUID, body: RatingRequest, caller: Authenticated, services: ServicesOf
) -> Rating:
    """What the client thought of a call that began (the meeting's client); its operator reads it."""

    async def rate(connection: Connection) -> Rating:
        return await changes.rate(connection, meeting_id, body)

    return await services.database.as_caller(caller, rate)


@router.put("/{meeting_id}/readiness", responses=problems(ApiErrorCode.MEETING_CLOSED))
async def report_readiness(
    meeting_id: UUID, body: ReadinessReport, caller: Authenticated, services: ServicesOf
) -> Readiness:
    """What the client's own check of devices and line found, for the operator (the meeting's client)."""

    async def report(connection: Connection) -> Readiness:
        return await changes.report_readiness(connection, meeting_id, body)

    return await services.database.as_caller(caller, report)


@router.put("/{meeting_id}/door", responses=problems(ApiErrorCode.NOT_HOST, ApiErrorCode.MEETING_CLOSED))
async def set_door(
    meeting_id: UUID, body: DoorRequest, caller: Authenticated, services: ServicesOf, response: Response
) -> Meeting:
    """Open or hold the door, admit or refuse the client (the meeting's operator).

    Behind a held door he gets no token and waits, after the start as well; `held` while he is inside
    is answered with `admitted`. `refused` also sends him out.
    """

    async def decide(connection: Connection) -> Meeting:
        await require_session(connection)
        return await changes.set_door(connection, meeting_id, body.state)

    return tagged(await _changed(services, services.database.as_caller(caller, decide)), response)


@router.post(
    "/{meeting_id}/waiting",
    responses=problems(ApiErrorCode.MEETING_STARTED, ApiErrorCode.MEETING_CLOSED, ApiErrorCode.DOOR_REFUSED),
)
async def wait_for_meeting(meeting_id: UUID, caller: Authenticated, services: ServicesOf) -> Waiting:
    """The client waits, for the start or behind a held door; to be said again before `expires_at`."""

    async def wait(connection: Connection) -> Waiting:
        return await changes.wait(connection, meeting_id)

    return await services.database.as_caller(caller, wait)


@router.delete("/{meeting_id}/waiting", status_code=204)
async def stop_waiting(meeting_id: UUID, caller: Authenticated, services: ServicesOf) -> Response:
    """The client has left the waiting room."""

    async def stop(connection: Connection) -> None:
        await changes.stop_waiting(connection, meeting_id)

    await services.database.as_caller(caller, stop)
    return Response(status_code=204)


@router.post("/{meeting_id}/left", status_code=204)
async def report_leaving(
    meeting_id: UUID, body: LeavingReport, caller: Authenticated, services: ServicesOf
) -> Response:
    """The caller's app has left the room: heard also where OpenVidu's own word of it got lost."""

    async def report(connection: Connection) -> None:
        await changes.report_leaving(connection, meeting_id, body)

    await services.database.as_caller(caller, report)
    services.jobs.wake()
    return Response(status_code=204)


async def _changed(services: Services, change: Awaitable[Meeting]) -> Meeting:
    """The changed meeting, its mail under way."""
    meeting = await change
    services.jobs.wake()
    return meeting
