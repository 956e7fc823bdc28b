"""A stand-in for the service as MiKL's app uses it, for tests that need a failure on demand."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import (
    Client,
    ClientAccount,
    ClientRequest,
    HistoryEntry,
    Invite,
    InvitedClient,
    Meeting,
    MeetingChange,
    MeetingNote,
    MeetingSeries,
    MeetingStatus,
    Presence,
    ProfileChange,
    SeriesRequest,
    StartNowRequest,
)
from tests.support.fakes import FakeMeetings, meeting


class FakeHub(FakeMeetings):
    """`HubPort` in memory; it keeps the service's rule about versions."""

    def __init__(self, meetings: list[Meeting] | None = None) -> None:
        super().__init__(meetings)
        self.notes: dict[UUID, str] = {}
        self.stays: list[Presence] = []
        self.changes: list[HistoryEntry] = []
        self.delays: list[tuple[UUID, int]] = []

    async def change_meeting(self, meeting: Meeting, wanted: MeetingChange) -> Meeting:
        """Change a row that is still at the version that was shown."""
        await self._answer("change_meeting")
        if self.rows[meeting.id].version != meeting.version:
            raise ApiError(ApiErrorCode.VERSION_CONFLICT, status=409)
        return self._move(meeting.id, **wanted.model_dump(exclude_none=True))

    async def cancel(self, meeting_id: UUID, *, reason: str = "", following: bool = False) -> Meeting:
        """`scheduled → cancelled`."""
        await self._answer("cancel")
        return self._move(meeting_id, status=MeetingStatus.CANCELLED, cancel_reason=reason or None)

    async def calendar_entry(self, meeting_id: UUID) -> bytes:
        """A file."""
        await self._answer("calendar_entry")
        return b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

    async def create_series(self, request: SeriesRequest, *, idempotency_key: str) -> MeetingSeries:
        """Store a row a week."""
        self.keys.append(idempotency_key)
        await self._answer("create_series")
        rows = [
            meeting(request.title, at=request.scheduled_at + timedelta(weeks=week))
            for week in range(request.count)
        ]
        self.rows |= {row.id: row for row in rows}
        return MeetingSeries(series_id=rows[0].id, items=rows)

    async def start_now(self, request: StartNowRequest, *, idempotency_key: str) -> Meeting:
        """A row that is in progress."""
        self.keys.append(idempotency_key)
        await self._answer("start_now")
        row = meeting(request.title, at=self.moment, status=MeetingStatus.IN_PROGRESS)
        self.rows[row.id] = row
        return row

    async def invite_client(self, request: ClientRequest, *, idempotency_key: str) -> InvitedClient:
        """One more client."""
        self.keys.append(idempotency_key)
        await self._answer("invite_client")
        client = InvitedClient(
            id=uuid4(),
            full_name=request.full_name,
            email=request.email,
            locale=request.locale,
            time_zone=request.time_zone,
            accepted=False,
        )
        self.people.append(client)
        return client

    async def note(self, meeting_id: UUID) -> MeetingNote:
        """The note."""
        await self._answer("note")
        return MeetingNote(body=self.notes.get(meeting_id, ""))

    async def write_note(self, meeting_id: UUID, body: str) -> MeetingNote:
        """Replace the note."""
        await self._answer("write_note")
        self.notes[meeting_id] = body
        return MeetingNote(body=body, updated_at=self.moment)

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Who was there."""
        await self._answer("presence")
        return self.stays

    async def meeting_history(self, meeting_id: UUID) -> list[HistoryEntry]:
        """What became of it."""
        await self._answer("meeting_history")
        return self.changes

    async def client_account(self, client_id: UUID) -> ClientAccount:
        """One client."""
        await self._answer("client_account")
        client = self._person(client_id)
        known = {"email": f"{client.full_name.split(' ')[0].lower()}@example.org", "locale": "fr"}
        return ClientAccount(**{**known, **client.model_dump()})

    async def invite_again(self, client_id: UUID) -> Invite:
        """Another link."""
        await self._answer("invite_again")
        ends = self.moment + timedelta(days=7)
        return Invite(link="mikl://invite/x", web_link="https://visio.example/invite/x", expires_at=ends)

    async def change_client(self, client_id: UUID, change: ProfileChange) -> ClientAccount:
        """Change what is named."""
        await self._answer("change_client")
        self._replace(client_id, **change.model_dump(exclude_none=True))
        return await self.client_account(client_id)

    async def deactivate_client(self, client_id: UUID) -> None:
        """Close."""
        await self._answer("deactivate_client")
        self._replace(client_id, active=False)

    async def reactivate_client(self, client_id: UUID) -> None:
        """Open."""
        await self._answer("reactivate_client")
        self._replace(client_id, active=True)

    def _person(self, client_id: UUID) -> Client:
        return next(each for each in self.people if each.id == client_id)

    def _replace(self, client_id: UUID, **changes: object) -> None:
        self.people = [
            each.model_copy(update=changes) if each.id == client_id else each for each in self.people
        ]

    async def announce_delay(self, meeting_id: UUID, minutes: int) -> None:
        """Tell."""
        await self._answer("announce_delay")
        self.delays.append((meeting_id, minutes))
