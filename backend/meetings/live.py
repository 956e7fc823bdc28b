"""Start, token and end: where the database and OpenVidu must agree.

    start:  read and check ─► OpenVidu: session ─► scheduled → in_progress
    token:  read and check ─► OpenVidu: connection ─► still in progress? note it, else take it back
    end:    in_progress → completed, with a job that closes the session

No transaction is open while OpenVidu is asked. Every step may be repeated: the session's name is
fixed by the meeting, the change of state is one conditional statement. A failed OpenVidu leaves the
meeting scheduled; a failed database leaves an unused session, which OpenVidu collects itself.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from backend.accounts.queries import require_session
from backend.database import Caller, Connection
from backend.errors import ServiceError
from backend.meetings import queries
from backend.meetings.presence import keep_connection
from backend.openvidu import MediaUnavailable, OpenVidu, RoomConnection, RoomMissing
from backend.services import Services
from backend_client.errors import ApiErrorCode
from backend_client.models import Meeting, MeetingStatus, Role, RoomToken, RoomTokenRequest

log = structlog.stdlib.get_logger(__name__)


async def start(services: Services, caller: Caller, meeting_id: UUID) -> Meeting:
    """Open the room, then mark the meeting as in progress. A second start gives the same meeting.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_CLOSED`, `MEDIA_UNAVAILABLE` (the meeting
            stays scheduled), `DATABASE_UNAVAILABLE`.
    """

    async def look(connection: Connection) -> Meeting:
        await require_session(connection)
        return await queries.get(connection, meeting_id)

    async def begin(connection: Connection) -> Meeting:
        await queries.begin(connection, meeting_id)
        return await queries.get(connection, meeting_id)

    meeting = await services.database.as_caller(caller, look)
    if meeting.my_role is not Role.OPERATOR:
        raise ServiceError(ApiErrorCode.NOT_HOST)
    if meeting.status is MeetingStatus.IN_PROGRESS:
        return meeting
    if meeting.status is not MeetingStatus.SCHEDULED:
        raise ServiceError(ApiErrorCode.MEETING_CLOSED)
    openvidu = _media(services)
    session_id = queries.session_id_of(meeting_id)
    try:
        await openvidu.ensure_session(session_id)
    except MediaUnavailable as error:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE) from error
    try:
        return await services.database.as_caller(caller, begin)
    except ServiceError as error:
        if error.code is ApiErrorCode.MEETING_CLOSED:
            # Cancelled or ended since the first look: nobody will use the session.
            await _quietly_close(openvidu, session_id)
        raise


async def end(services: Services, caller: Caller, meeting_id: UUID) -> Meeting:
    """Mark the meeting as completed; a job closes the room. A second end gives the same meeting.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`,
            `DATABASE_UNAVAILABLE`. Never for OpenVidu's sake.
    """

    async def complete(connection: Connection) -> Meeting:
        await require_session(connection)
        await queries.end(connection, meeting_id)
        return await queries.get(connection, meeting_id)

    meeting = await services.database.as_caller(caller, complete)
    services.jobs.wake()
    return meeting


async def room_token(
    services: Services, caller: Caller, meeting_id: UUID, request: RoomTokenRequest
) -> RoomToken:
    """One join of the room, with the role that the database says.

    An older token of the same device and purpose that nobody used dies with this, and so do unused
    ones beyond three of a person.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`, `DOOR_HELD`,
            `DOOR_REFUSED`, `TOO_MANY`, `MEDIA_UNAVAILABLE`, `DATABASE_UNAVAILABLE`.
    """

    async def enter(connection: Connection) -> queries.RoomEntry:
        await require_session(connection)
        return await queries.room_entry(connection, meeting_id)

    entry = await services.database.as_caller(caller, enter)
    openvidu = _media(services)
    try:
        made = await _connect(openvidu, entry, screen=request.purpose == "screen")
    except (MediaUnavailable, RoomMissing) as error:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE) from error

    async def keep(connection: Connection) -> bool:
        return await keep_connection(
            connection, meeting_id, made, purpose=request.purpose, device_id=request.device_id
        )

    # OpenVidu was asked outside the transaction: the meeting may have ended meanwhile.
    try:
        kept = await services.database.as_caller(caller, keep)
    except ServiceError:
        # Nobody will get this token.
        await _quietly_disconnect(openvidu, entry.session_id, made.connection_id)
        raise
    services.jobs.wake()
    if not kept:
        # Also closes a session that was made again for this connection; a job does if this fails.
        await _quietly_close(openvidu, entry.session_id)
        raise ServiceError(ApiErrorCode.MEETING_CLOSED)
    return RoomToken(token=made.token, role=entry.role, session_id=entry.session_id)


async def _connect(openvidu: OpenVidu, entry: queries.RoomEntry, *, screen: bool) -> RoomConnection:
    async def connect() -> RoomConnection:
        return await openvidu.connect(
            entry.session_id,
            role=entry.role,
            account_id=str(entry.account_id),
            name=entry.full_name,
            screen=screen,
        )

    try:
        return await connect()
    except RoomMissing:
        # Everybody had left, so OpenVidu dropped the session; the meeting goes on.
        await openvidu.ensure_session(entry.session_id)
        return await connect()


async def _quietly_close(openvidu: OpenVidu, session_id: str) -> None:
    """Close a session nobody will use; the caller gets his answer whether that works or not."""
    try:
        await openvidu.close_session(session_id)
    except MediaUnavailable as error:
        log.warning(
            "an unused session stays until OpenVidu collects it", session=session_id, reason=str(error)
        )


async def _quietly_disconnect(openvidu: OpenVidu, session_id: str, connection_id: str) -> None:
    """Delete a connection whose token nobody gets; it dies with its session in any case."""
    try:
        await openvidu.disconnect(session_id, connection_id)
    except MediaUnavailable as error:
        log.warning(
            "an unused connection stays until its session ends", session=session_id, reason=str(error)
        )


def _media(services: Services) -> OpenVidu:
    if services.openvidu is None:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE, detail="VISIO_OPENVIDU_URL is not set")
    return services.openvidu
