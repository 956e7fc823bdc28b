"""The calls that change meetings, and what belongs to them: part of `BackendClient`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import httpx

from backend_client.calls import Calls
from backend_client.models import (
    CancelRequest,
    DelayRequest,
    DoorRequest,
    DoorState,
    ExtendRequest,
    HistoryEntry,
    LeavingReport,
    Meeting,
    MeetingChange,
    MeetingHistory,
    MeetingNote,
    MeetingSeries,
    NoteRequest,
    Presence,
    Presences,
    Rating,
    RatingRequest,
    Readiness,
    ReadinessReport,
    SeriesRequest,
    StartNowRequest,
    Waiting,
)
from backend_client.transport import Repeat


class MeetingCalls(Calls):
    """What an operator changes, and what both sides tell each other. Each method raises `ApiError`."""

    async def create_series(self, request: SeriesRequest, *, idempotency_key: str) -> MeetingSeries:
        """Schedule the same meeting weekly; key as for `create_meeting`."""
        headers = {"Idempotency-Key": idempotency_key}
        return await self._ask("POST", "/meetings/series", MeetingSeries, body=request, headers=headers)

    async def start_now(self, request: StartNowRequest, *, idempotency_key: str) -> Meeting:
        """A meeting that is in progress at once; key as for `create_meeting`."""
        headers = {"Idempotency-Key": idempotency_key}
        return await self._ask("POST", "/meetings/start-now", Meeting, body=request, headers=headers)

    async def change_meeting(self, meeting: Meeting, wanted: MeetingChange) -> Meeting:
        """Edit or move a scheduled meeting.

        Args:
            meeting: as it was shown: when it has changed meanwhile, `VERSION_CONFLICT`.
            wanted: what is None stays as it is.
        """
        headers = {"If-Match": f'"v{meeting.version}"'}
        return await self._ask("PATCH", f"/meetings/{meeting.id}", Meeting, body=wanted, headers=headers)

    async def cancel(self, meeting_id: UUID, *, reason: str = "", following: bool = False) -> Meeting:
        """`scheduled → cancelled`; with `following` the later ones of its series too."""
        body = CancelRequest(reason=reason, following=following)
        return await self._ask("POST", f"/meetings/{meeting_id}/cancel", Meeting, body=body)

    async def extend(self, meeting_id: UUID, planned_minutes: int) -> Meeting:
        """Give a meeting in progress at least this whole planned length, in minutes."""
        body = ExtendRequest(planned_minutes=planned_minutes)
        return await self._ask("POST", f"/meetings/{meeting_id}/extend", Meeting, body=body)

    async def note(self, meeting_id: UUID) -> MeetingNote:
        """The operator's private note."""
        return await self._ask("GET", f"/meetings/{meeting_id}/note", MeetingNote)

    async def write_note(self, meeting_id: UUID, body: str) -> MeetingNote:
        """Replace the operator's private note."""
        request = NoteRequest(body=body)
        return await self._ask("PUT", f"/meetings/{meeting_id}/note", MeetingNote, body=request)

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Who was in the room, in order of arrival."""
        return (await self._ask("GET", f"/meetings/{meeting_id}/presence", Presences)).items

    async def meeting_history(self, meeting_id: UUID) -> list[HistoryEntry]:
        """What became of the meeting, oldest first."""
        return (await self._ask("GET", f"/meetings/{meeting_id}/history", MeetingHistory)).items

    async def announce_delay(self, meeting_id: UUID, minutes: int) -> None:
        """Tell the other side that one comes so many minutes late."""
        body = DelayRequest(minutes=minutes)
        await self._send("POST", f"/meetings/{meeting_id}/delay", body=body, repeat=Repeat.BROKEN)

    async def nudge(self, meeting_id: UUID) -> None:
        """Tell the other side that one waits; again within five minutes tells nothing."""
        await self._send("POST", f"/meetings/{meeting_id}/nudge", repeat=Repeat.BROKEN)

    async def wait(self, meeting_id: UUID) -> Waiting:
        """The client is in the waiting room; to be said again before `expires_at`."""
        return await self._ask("POST", f"/meetings/{meeting_id}/waiting", Waiting)

    async def report_leaving(self, meeting_id: UUID, seconds_ago: float) -> None:
        """We have left the room: told beside OpenVidu's own word of it, which may get lost.

        Args:
            meeting_id: the meeting.
            seconds_ago: how long ago that was, by a clock that nobody sets.
        """
        body = LeavingReport(seconds_ago=seconds_ago, device_id=self._device_id)
        await self._send("POST", f"/meetings/{meeting_id}/left", body=body, repeat=Repeat.BROKEN)

    async def stop_waiting(self, meeting_id: UUID) -> None:
        """The client has left the waiting room."""
        await self._send("DELETE", f"/meetings/{meeting_id}/waiting", repeat=Repeat.BROKEN)

    async def set_door(self, meeting_id: UUID, state: DoorState) -> Meeting:
        """Open or hold the door, admit or refuse whoever waits behind it (the operator)."""
        return await self._ask("PUT", f"/meetings/{meeting_id}/door", Meeting, body=DoorRequest(state=state))

    async def rate(self, meeting_id: UUID, rating: RatingRequest) -> Rating:
        """What one thought of the call (clients); the newest stands."""
        return await self._ask("PUT", f"/meetings/{meeting_id}/rating", Rating, body=rating)

    async def report_readiness(self, meeting_id: UUID, report: ReadinessReport) -> Readiness:
        """Tell the operator what the check of one's own side found (clients)."""
        return await self._ask("PUT", f"/meetings/{meeting_id}/readiness", Readiness, body=report)

    async def calendar_entry(self, meeting_id: UUID) -> bytes:
        """The meeting as an iCalendar file."""
        return (await self._file(f"/meetings/{meeting_id}/calendar.ics", "text/calendar")).content

    async def meetings_table(
        self,
        *,
        client_id: UUID | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
    ) -> bytes:
        """All one's meetings, or those that the filters leave, as a CSV file for spreadsheets.

        Args:
            client_id: only this client's.
            from_: planned at this moment or later; aware.
            to: planned before this moment; aware.
        """
        wanted = {"client_id": client_id, "from": from_, "to": to}
        params = {
            name: value.isoformat() if isinstance(value, datetime) else str(value)
            for name, value in wanted.items()
            if value is not None
        }
        return (await self._file("/meetings/export.csv", "text/csv", params)).content

    async def meetings_calendar(self) -> bytes:
        """The last half year's meetings and the coming ones as one iCalendar file."""
        return (await self._file("/meetings/calendar.ics", "text/calendar")).content

    async def _file(
        self, path: str, media_type: str, params: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return await self._send(
            "GET", path, params=params, headers={"Accept": media_type}, repeat=Repeat.BROKEN
        )
