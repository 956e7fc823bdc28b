"""Live events and the notices kept for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from backend_client.models.common import AnswerModel, RequestModel


class EventKind(StrEnum):
    """Kinds of live events; they carry ids, never titles or names."""

    MEETING_SCHEDULED = "meeting.scheduled"
    MEETING_CHANGED = "meeting.changed"
    MEETING_STARTED = "meeting.started"
    MEETING_ENDED = "meeting.ended"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_WAITING = "meeting.waiting"
    MEETING_DELAYED = "meeting.delayed"
    MEETING_NUDGED = "meeting.nudged"
    MEETING_READINESS = "meeting.readiness"
    MEETING_DOOR = "meeting.door"
    MEETING_RATED = "meeting.rated"
    MEETING_MEDIA_LOST = "meeting.media_lost"
    NOTIFICATION_NEW = "notification.new"
    SESSION_REVOKED = "session.revoked"
    RESET = "reset"


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
    """One live event: `seq` counts per person without gaps; `version` decides which is newer.

    `minutes` comes with `meeting.delayed`. `meeting.waiting` says since when the client waits and when
    that is over unless it is told anew; without `since` he has left.
    """

    seq: int
    kind: str
    meeting_id: UUID | None = None
    notification_id: UUID | None = None
    version: int | None = None
    minutes: int | None = None
    since: datetime | None = None
    expires_at: datetime | None = None


class LiveEvents(AnswerModel):
    """GET /events/poll: everything after the asked number, and the number to ask for next."""

    events: list[LiveEvent]
    last: int
