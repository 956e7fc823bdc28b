"""One more token for a room whose media server has forgotten us; the service decides."""

from __future__ import annotations

from uuid import UUID

from backend_client.errors import ApiError, ApiErrorCode
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.view_models.ports import MeetingsPort

NO_MORE_TOKENS = {
    ApiErrorCode.MEETING_CLOSED: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.MEETING_NOT_LIVE: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.NOT_FOUND: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.DOOR_HELD: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.DOOR_REFUSED: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.FORBIDDEN: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.SESSION_ENDED: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.UNAUTHENTICATED: RtcErrorCode.NOT_ALLOWED,
}
"""Refusals of the service that asking again does not change; any other is tried again."""


async def renewed_token(service: MeetingsPort, meeting_id: UUID) -> str:
    """Ask the service for one more join of a meeting's room.

    Raises:
        RtcError: as `RenewToken` wants it.
    """
    try:
        return (await service.room_token(meeting_id)).token
    except ApiError as error:
        raise RtcError(NO_MORE_TOKENS.get(error.code, RtcErrorCode.UNREACHABLE)) from error
