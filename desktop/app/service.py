"""The service's client in the words of the view-models' ports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from backend_client.client import BackendClient
from backend_client.models import Client, Meeting, MeetingRequest, Notification, RoomToken


class ServiceMeetings:
    """`MeetingsPort` over HTTP; every method may raise `ApiError`."""

    def __init__(self, client: BackendClient) -> None:
        self._client = client

    def now(self) -> datetime:
        """The service's clock."""
        return self._client.now()

    async def meetings(self) -> list[Meeting]:
        """Everything the signed-in person may see."""
        return await self._client.meetings()

    async def meeting(self, meeting_id: UUID) -> Meeting:
        """One meeting."""
        return await self._client.meeting(meeting_id)

    async def clients(self) -> list[Client]:
        """The operator's clients."""
        return await self._client.clients()

    async def create_meeting(self, request: MeetingRequest, *, idempotency_key: str) -> Meeting:
        """Schedule a meeting."""
        return await self._client.create_meeting(request, idempotency_key)

    async def start(self, meeting_id: UUID) -> Meeting:
        """Start a meeting."""
        return await self._client.start(meeting_id)

    async def end(self, meeting_id: UUID) -> Meeting:
        """End a meeting."""
        return await self._client.end(meeting_id)

    async def room_token(self, meeting_id: UUID) -> RoomToken:
        """A token for one join."""
        return await self._client.room_token(meeting_id)

    async def notifications(self) -> list[Notification]:
        """Notices, newest first."""
        return await self._client.notifications()

    async def mark_read(self, notification_ids: list[UUID]) -> None:
        """Mark notices as read."""
        await self._client.mark_read(notification_ids)
