"""Meetings, and joining their rooms."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, SerializerFunctionWrapHandler, StringConstraints, model_serializer

from backend_client.models.common import AnswerModel, Moment, Person, RequestModel, Role

TITLE_MAX = 200
DESCRIPTION_MAX = 4000
PLANNED_MINUTES_MIN = 5
PLANNED_MINUTES_MAX = 480
REASON_MAX = 1000
NOTE_MAX = 20_000
STARS_MAX = 5
COMMENT_MAX = 1000
SERIES_MIN = 2
SERIES_MAX = 52
DELAY_MAX = 60
"""Minutes; whoever comes later than that moves the meeting."""

LEAVING_MAX_S = 3600.0
"""Whoever left longer ago than that need not say so any more."""

DeviceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX)]
PlannedMinutes = Annotated[int, Field(ge=PLANNED_MINUTES_MIN, le=PLANNED_MINUTES_MAX)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=DESCRIPTION_MAX)]


class MeetingStatus(StrEnum):
    """State of a meeting; only `scheduled → in_progress → completed` and `scheduled → cancelled` exist."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class MeetingRequest(RequestModel):
    """POST /meetings."""

    client_id: UUID
    title: Title
    description: Description = ""
    scheduled_at: Moment
    planned_minutes: PlannedMinutes = 60


class MeetingChange(RequestModel):
    """PATCH /meetings/{id}: what is left out (or null) stays as it is."""

    title: Title | None = None
    description: Description | None = None
    scheduled_at: Moment | None = None
    planned_minutes: PlannedMinutes | None = None


class CancelRequest(RequestModel):
    """POST /meetings/{id}/cancel; `following` takes the later meetings of its series along."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_MAX)] = ""
    following: bool = False


class ExtendRequest(RequestModel):
    """POST /meetings/{id}/extend: the whole planned length from now on, not the difference."""

    planned_minutes: PlannedMinutes


class StartNowRequest(RequestModel):
    """POST /meetings/start-now."""

    client_id: UUID
    title: Title
    description: Description = ""
    planned_minutes: PlannedMinutes = 60


class SeriesRequest(MeetingRequest):
    """POST /meetings/series: the same meeting weekly, at the same local time of the operator."""

    count: Annotated[int, Field(ge=SERIES_MIN, le=SERIES_MAX)]


class DelayRequest(RequestModel):
    """POST /meetings/{id}/delay: how late the caller will be."""

    minutes: Annotated[int, Field(ge=1, le=DELAY_MAX)]


class DeviceReadiness(StrEnum):
    """What a check found out about a device."""

    OK = "ok"
    MISSING = "missing"
    DENIED = "denied"
    """The system does not let the app use it."""
    BUSY = "busy"
    """Another program has it."""


class SpeakerReadiness(StrEnum):
    """What a check found out about the loudspeaker."""

    OK = "ok"
    MISSING = "missing"


class NetworkReadiness(StrEnum):
    """Whether sound and picture will get through."""

    OK = "ok"
    FAILED = "failed"


class ReadinessReport(RequestModel):
    """PUT /meetings/{id}/readiness: what the client's own check of his side found."""

    microphone: DeviceReadiness
    camera: DeviceReadiness
    speaker: SpeakerReadiness
    network: NetworkReadiness


class Readiness(AnswerModel):
    """The newest report of a client's side, and when the service got it."""

    microphone: DeviceReadiness
    camera: DeviceReadiness
    speaker: SpeakerReadiness
    network: NetworkReadiness
    checked_at: datetime


class DoorState(StrEnum):
    """How a meeting's client comes in once it has started."""

    OPEN = "open"
    """By himself."""
    HELD = "held"
    """Not at all: he waits until the operator decides."""
    ADMITTED = "admitted"
    """He was held, or was inside when the door was closed, and may come in."""
    REFUSED = "refused"
    """He may neither come in nor wait."""


class DoorRequest(RequestModel):
    """PUT /meetings/{id}/door."""

    state: DoorState


class RatingRequest(RequestModel):
    """PUT /meetings/{id}/rating.

    `weak_percent` says how much of his time in the room the client's line was weak, `reconnections` how
    often it was lost; None where the app does not know.
    """

    stars: Annotated[int, Field(ge=1, le=STARS_MAX)]
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=COMMENT_MAX)] = ""
    weak_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    reconnections: Annotated[int, Field(ge=0, le=1000)] | None = None


class Rating(AnswerModel):
    """What the client thought of the call; members as in `RatingRequest`."""

    stars: int
    comment: str
    weak_percent: int | None = None
    reconnections: int | None = None
    rated_at: datetime


class NoteRequest(RequestModel):
    """PUT /meetings/{id}/note."""

    body: Annotated[str, StringConstraints(max_length=NOTE_MAX)]


class Meeting(AnswerModel):
    """A meeting as the caller may see it. `duration_seconds` is the database's own figure.

    Four members are the operator's alone: `client_waiting_since` (the client is in the waiting room),
    `client_readiness` (what the client's own check found), `client_rating` (what he thought of the call)
    and `conflicts`, in the answers to planning and moving: his other meetings at the same time.
    """

    id: UUID
    client: Person
    operator: Person
    title: str
    description: str
    status: MeetingStatus
    scheduled_at: datetime
    planned_minutes: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    end_reason: str | None = None
    cancel_reason: str | None = None
    series_id: UUID | None = None
    version: int
    updated_at: datetime | None = None
    my_role: Role
    door: DoorState = DoorState.OPEN
    client_waiting_since: datetime | None = None
    client_readiness: Readiness | None = None
    client_rating: Rating | None = None
    conflicts: tuple[UUID, ...] = ()


class Meetings(AnswerModel):
    """GET /meetings: one page, ordered by (scheduled_at, id)."""

    items: list[Meeting]
    next_cursor: str | None = None


class MeetingSeries(AnswerModel):
    """Answer to POST /meetings/series: its meetings in order, each with its conflicts."""

    series_id: UUID
    items: list[Meeting]


class MeetingNote(AnswerModel):
    """The operator's private note; `updated_at` is None while he has written none."""

    body: str
    updated_at: datetime | None = None


class Presence(AnswerModel):
    """One stay of one person in a meeting's room; `left_at` is None while he is inside."""

    role: Role
    full_name: str
    joined_at: datetime
    left_at: datetime | None = None


class Presences(AnswerModel):
    """GET /meetings/{id}/presence, in order of arrival."""

    items: list[Presence]


class HistoryEntry(AnswerModel):
    """What became of a meeting at one moment.

    Attributes:
        changed_at: when.
        changed_by: who; None for what a rule of the service has done.
        kind: `scheduled`, `moved`, `resized`, `renamed`, `edited`, `cancelled`, `started`, `ended`, `waited`
            (the client in the waiting room), `missed` (nobody started it); later services may know more.
        from_at, to_at: the moments before and after, or the beginning and end of what lasted.
        from_minutes, to_minutes: planned length before and after.
        text: the title before, or the reason of a cancellation.
        absent: who never was in the room of a meeting that has ended.
    """

    changed_at: datetime
    changed_by: Role | None = None
    kind: str
    from_at: datetime | None = None
    to_at: datetime | None = None
    from_minutes: int | None = None
    to_minutes: int | None = None
    text: str | None = None
    absent: tuple[Role, ...] = ()


class MeetingHistory(AnswerModel):
    """GET /meetings/{id}/history, oldest first."""

    items: list[HistoryEntry]


class Waiting(AnswerModel):
    """Answer to POST /meetings/{id}/waiting: say it again before `expires_at`."""

    since: datetime
    expires_at: datetime


class RoomTokenRequest(RequestModel):
    """POST /meetings/{id}/token.

    `device_id` is the app's own name for this installation: an unused token of the same device and
    purpose dies when a new one is given.
    """

    purpose: Literal["camera", "screen"] = "camera"
    device_id: DeviceId | None = None

    @model_serializer(mode="wrap")
    def _without_an_unknown_device(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Left out when not set: an older service refuses members that it does not know."""
        members: dict[str, Any] = write(self)
        return {name: value for name, value in members.items() if value is not None}


class ConnectionTest(AnswerModel):
    """Answer to POST /connection-test: the token URL of one join of an empty room of one's own."""

    token: str


class LeavingReport(RequestModel):
    """POST /meetings/{id}/left: the caller has left the room on this device, so many seconds ago.

    A span and no moment: the app's clock may be wrong. `device_id` is that of the room's token.
    """

    seconds_ago: Annotated[float, Field(ge=0, le=LEAVING_MAX_S)]
    device_id: DeviceId | None = None


class RoomToken(AnswerModel):
    """One join of one room: the OpenVidu token URL, and the role the database gave."""

    token: str
    role: Literal["MODERATOR", "PUBLISHER"]
    session_id: str
