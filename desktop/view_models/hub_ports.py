"""What the Hub's own view-models need from the service, as protocols."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from backend_client.models import (
    ClientRequest,
    InvitedClient,
    Meeting,
    MeetingChange,
    MeetingSeries,
    Presence,
    SeriesRequest,
    StartNowRequest,
)
from desktop.view_models.note_keeper import NotesPort
from desktop.view_models.ports import MeetingsPort


class HubPort(MeetingsPort, NotesPort, Protocol):
    """The service as MiKL's app uses it. Every method may raise `ApiError`."""

    async def create_series(self, request: SeriesRequest, *, idempotency_key: str) -> MeetingSeries:
        """Schedule the same meeting weekly; key as for `create_meeting`."""

    async def start_now(self, request: StartNowRequest, *, idempotency_key: str) -> Meeting:
        """A meeting that is in progress at once; key as for `create_meeting`."""

    async def invite_client(self, request: ClientRequest, *, idempotency_key: str) -> InvitedClient:
        """Make a client's account and have its link mailed."""

    async def change_meeting(self, meeting: Meeting, wanted: MeetingChange) -> Meeting:
        """Edit or move a scheduled meeting; `VERSION_CONFLICT` when it is no longer as shown."""

    async def cancel(self, meeting_id: UUID, *, reason: str = "", following: bool = False) -> Meeting:
        """`scheduled → cancelled`; with `following` the later ones of its series too."""

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Who was in the room, in order of arrival."""

    async def calendar_entry(self, meeting_id: UUID) -> bytes:
        """The meeting as an iCalendar file."""
