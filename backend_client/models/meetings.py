"""Meetings, and joining their rooms."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from backend_client.models.common import AnswerModel, Person, RequestModel, Role

TITLE_MAX = 200
DESCRIPTION_MAX = 4000
PLANNED_MINUTES_MIN = 5
PLANNED_MINUTES_MAX = 480

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX)]
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
