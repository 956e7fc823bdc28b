"""The REST contract's messages, used by the client and by the service (`/v1`).

Requests refuse unknown members; answers ignore them, so that an older app understands a newer
service. Instants are aware `datetime`s (RFC 3339, UTC on the wire), ids are UUIDs.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

TITLE_MAX = 200
DESCRIPTION_MAX = 4000
PLANNED_MINUTES_MIN = 5
PLANNED_MINUTES_MAX = 480

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=DESCRIPTION_MAX)]


class Role(StrEnum):
    """Who somebody is for the service, decided by the database."""

    OPERATOR = "operator"
    CLIENT = "client"


class MeetingStatus(StrEnum):
    """State of a meeting; only `scheduled → in_progress → completed` and `scheduled → cancelled` exist."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """Kinds of live events; they carry ids, never titles or names."""

    MEETING_SCHEDULED = "meeting.scheduled"
    MEETING_CHANGED = "meeting.changed"
    MEETING_STARTED = "meeting.started"
    MEETING_ENDED = "meeting.ended"
    MEETING_CANCELLED = "meeting.cancelled"
    NOTIFICATION_NEW = "notification.new"
    SESSION_REVOKED = "session.revoked"
    RESET = "reset"


class RequestModel(BaseModel):
    """Base of what the app sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class AnswerModel(BaseModel):
    """Base of what the service answers: unknown members are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LoginRequest(RequestModel):
    """POST /auth/login."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    device: Annotated[str, StringConstraints(max_length=100)] = ""


class RefreshRequest(RequestModel):
    """POST /auth/refresh and /auth/logout."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class User(AnswerModel):
    """The person who is signed in."""

    id: UUID
    role: Role
    full_name: str
    email: str
    locale: str = "fr"
    time_zone: str = "Europe/Paris"


class Tokens(AnswerModel):
    """Answer to log-in and refresh. `expires_in` is the access token's life in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    user: User


class Person(AnswerModel):
    """Somebody named in a meeting. For clients, `id` is the client's id, not the account's."""

    id: UUID
    full_name: str


class Client(Person):
    """A client as the operator sees him."""

    active: bool = True
    time_zone: str = "Europe/Paris"


class Clients(AnswerModel):
    """GET /clients."""

    items: list[Client]
    next_cursor: str | None = None


class MeetingRequest(RequestModel):
    """POST /meetings."""

    client_id: UUID
    title: Title
    description: Description = ""
    scheduled_at: AwareDatetime
    planned_minutes: Annotated[int, Field(ge=PLANNED_MINUTES_MIN, le=PLANNED_MINUTES_MAX)] = 60


class Meeting(AnswerModel):
    """A meeting as the caller may see it. `duration_seconds` is the database's own figure."""

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
    version: int
    my_role: Role


class Meetings(AnswerModel):
    """GET /meetings: one page, ordered by (scheduled_at, id)."""

    items: list[Meeting]
    next_cursor: str | None = None


class RoomTokenRequest(RequestModel):
    """POST /meetings/{id}/token."""

    purpose: Literal["camera", "screen"] = "camera"


class RoomToken(AnswerModel):
    """One join of one room: the OpenVidu token URL, and the role the database gave."""

    token: str
    role: Literal["MODERATOR", "PUBLISHER"]
    session_id: str


class Notification(AnswerModel):
    """Something a person should know, kept until read."""

    id: UUID
    kind: str
    meeting_id: UUID | None = None
    body: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime
    read_at: datetime | None = None


class Notifications(AnswerModel):
    """GET /notifications: newest first."""

    items: list[Notification]
    next_cursor: str | None = None


class ReadNotificationsRequest(RequestModel):
    """POST /notifications/read: some ids, or all."""

    ids: list[UUID] = Field(default_factory=list, max_length=100)
    all: bool = False


class LiveEvent(AnswerModel):
    """One live event: `seq` counts per person without gaps; `version` decides which is newer."""

    seq: int
    kind: str
    meeting_id: UUID | None = None
    notification_id: UUID | None = None
    version: int | None = None


class LiveEvents(AnswerModel):
    """GET /events/poll: everything after the asked number, and the number to ask for next."""

    events: list[LiveEvent]
    last: int


class Health(AnswerModel):
    """GET /livez and /readyz."""

    status: Literal["ok", "unavailable"]
    database: bool | None = None
    events: bool | None = None
    media: bool | None = None


class ProblemField(AnswerModel):
    """One wrong member of a request."""

    pointer: str
    code: str


class Problem(AnswerModel):
    """RFC 9457 body of every error answer."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    request_id: str | None = None
    errors: list[ProblemField] = Field(default_factory=list)
    retry_after: float | None = None
