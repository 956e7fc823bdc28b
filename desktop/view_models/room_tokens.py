"""Tokens for joining a meeting's room, and what the service's refusals mean to the room."""

from __future__ import annotations

from uuid import UUID

from backend_client.errors import ApiError, ApiErrorCode
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.view_models.ports import MeetingsPort

_NO_MORE = {
    ApiErrorCode.MEETING_CLOSED: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.MEETING_NOT_LIVE: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.NOT_FOUND: RtcErrorCode.ROOM_GONE,
    ApiErrorCode.FORBIDDEN: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.SESSION_ENDED: RtcErrorCode.NOT_ALLOWED,
    ApiErrorCode.UNAUTHENTICATED: RtcErrorCode.NOT_ALLOWED,
}
"""Refusals of the service that asking again does not change; any other is tried again."""


class RoomTokens:
    """Asks the service for one meeting's tokens."""

    def __init__(self, service: MeetingsPort, meeting_id: UUID) -> None:
        self._service = service
        self._meeting_id = meeting_id

    async def first(self) -> str:
        """A token for joining.

        Raises:
            ApiError: the service refuses it or is away.
        """
        return (await self._service.room_token(self._meeting_id)).token

    async def renew(self) -> str:
        """One more, when the media server has forgotten us; the service decides.

        Raises:
            RtcError: as `RenewToken` wants it.
        """
        try:
            return await self.first()
        except ApiError as error:
            raise RtcError(_NO_MORE.get(error.code, RtcErrorCode.UNREACHABLE)) from error
