"""Start now: a meeting that nobody planned, from one intention to one meeting in progress.

    look: kept under the key? ─► OpenVidu: session of a new id ─► insert and begin, in one transaction

The room comes first, as in `live.start`: a media server that is away leaves nothing behind, and a
database that is away leaves a session nobody uses.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import structlog

from backend.accounts.queries import require_session
from backend.database import Caller, Connection
from backend.errors import ServiceError
from backend.meetings import changes, idempotency, queries
from backend.openvidu import MediaUnavailable, OpenVidu
from backend.services import Services
from backend_client.errors import ApiErrorCode
from backend_client.models import Meeting, Role, StartNowRequest

log = structlog.stdlib.get_logger(__name__)

_OPERATION = "POST /v1/meetings/start-now"
# After these the transaction may have been committed all the same: the room must stay.
_UNCERTAIN = frozenset({ApiErrorCode.DATABASE_UNAVAILABLE, ApiErrorCode.TIMEOUT})


async def start_now(services: Services, caller: Caller, request: StartNowRequest, key: str | None) -> Meeting:
    """Open a room and make its meeting, in progress; the same key gives the same meeting.

    Raises:
        ServiceError: `FORBIDDEN` (operators only), `INVALID` with fields, `IDEMPOTENCY_MISMATCH`,
            `MEDIA_UNAVAILABLE`, `DATABASE_UNAVAILABLE`: then no meeting was made that the same key
            would not find again.
    """

    async def look(connection: Connection) -> Meeting | None:
        await require_session(connection)
        if (await queries.viewer(connection)).role is not Role.OPERATOR:
            raise ServiceError(ApiErrorCode.FORBIDDEN)
        if key is None:
            return None
        return await idempotency.look_up(connection, key, _OPERATION, request, Meeting)

    meeting_id = uuid4()

    async def make(connection: Connection) -> Meeting:
        if key is not None:
            kept = await idempotency.claim(connection, key, _OPERATION, request, Meeting)
            if kept is not None:
                return kept
        meeting = await changes.start_now(connection, meeting_id, request)
        if key is not None:
            await idempotency.keep(connection, key, meeting)
        return meeting

    kept = await services.database.as_caller(caller, look)
    if kept is not None:
        return kept
    if services.openvidu is None:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE, detail="VISIO_OPENVIDU_URL is not set")
    try:
        await services.openvidu.ensure_session(queries.session_id_of(meeting_id))
    except MediaUnavailable as error:
        raise ServiceError(ApiErrorCode.MEDIA_UNAVAILABLE) from error
    try:
        meeting = await services.database.as_caller(caller, make)
    except ServiceError as error:
        if error.code not in _UNCERTAIN:
            await _close_unused(services.openvidu, meeting_id)
        raise
    if meeting.id != meeting_id:
        # The same request came twice at once, and the other was first.
        await _close_unused(services.openvidu, meeting_id)
    services.jobs.wake()
    return meeting


async def _close_unused(openvidu: OpenVidu, meeting_id: UUID) -> None:
    session_id = queries.session_id_of(meeting_id)
    try:
        await openvidu.close_session(session_id)
    except MediaUnavailable as error:
        log.warning(
            "an unused session stays until OpenVidu collects it", session=session_id, reason=str(error)
        )
