"""What the Hub's own view-models need from the service, as protocols."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from backend_client.models import (
    Client,
    ClientAccount,
    ClientRequest,
    HistoryEntry,
    Invite,
    InvitedClient,
    Meeting,
    MeetingChange,
    MeetingSeries,
    Presence,
    ProfileChange,
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

    async def clients(self, *, inactive: bool = False) -> list[Client]:
        """The operator's clients; with `inactive` also the deactivated ones."""

    async def client_account(self, client_id: UUID) -> ClientAccount:
        """One client with his address."""

    async def invite_again(self, client_id: UUID) -> Invite:
        """Have a new link mailed; those before it die."""

    async def change_client(self, client_id: UUID, change: ProfileChange) -> ClientAccount:
        """Change a client's name, language or time zone; what is None stays."""

    async def deactivate_client(self, client_id: UUID) -> None:
        """Close a client's account, at once."""

    async def reactivate_client(self, client_id: UUID) -> None:
        """Open a closed account again."""

    async def change_meeting(self, meeting: Meeting, wanted: MeetingChange) -> Meeting:
        """Edit or move a scheduled meeting; `VERSION_CONFLICT` when it is no longer as shown."""

    async def cancel(self, meeting_id: UUID, *, reason: str = "", following: bool = False) -> Meeting:
        """`scheduled → cancelled`; with `following` the later ones of its series too."""

    async def announce_delay(self, meeting_id: UUID, minutes: int) -> None:
        """Tell the client that one comes so many minutes late."""

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Who was in the room, in order of arrival."""

    async def meeting_history(self, meeting_id: UUID) -> list[HistoryEntry]:
        """What became of a meeting, oldest first."""

    async def calendar_entry(self, meeting_id: UUID) -> bytes:
        """The meeting as an iCalendar file."""
