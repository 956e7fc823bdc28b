"""What makes a draft of a meeting wrong, doubtful, or a change: pure rules of the scheduling dialog."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo

from PySide6.QtCore import QCoreApplication

from backend_client.errors import FieldErrorCode
from backend_client.models import (
    DESCRIPTION_MAX,
    PLANNED_MINUTES_MAX,
    PLANNED_MINUTES_MIN,
    TITLE_MAX,
    Meeting,
    MeetingChange,
    MeetingStatus,
)
from desktop.meeting.agenda import overlaps
from desktop.view_models.dates import Dates
from desktop.view_models.error_texts import field_text
from desktop.view_models.states import ScheduleDraft

translate = QCoreApplication.translate


def next_full_hour(now: datetime, zone: tzinfo) -> datetime:
    """The hour a new meeting is proposed for: the next full one that is at least 30 minutes away."""
    local = (now + timedelta(minutes=30)).astimezone(zone)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def draft_of(meeting: Meeting, zone: tzinfo) -> ScheduleDraft:
    """A meeting as the dialog's fields show it."""
    local = meeting.scheduled_at.astimezone(zone)
    return ScheduleDraft(
        client_id=str(meeting.client.id),
        title=meeting.title,
        description=meeting.description,
        day=local.date(),
        hour=local.time().replace(second=0, microsecond=0),
        planned_minutes=meeting.planned_minutes,
    )


def instant_of(draft: ScheduleDraft, zone: tzinfo) -> datetime | None:
    """The draft's day and hour as an instant; None when one is missing or the clocks skip that hour."""
    if draft.day is None or draft.hour is None:
        return None
    local = datetime.combine(draft.day, draft.hour, tzinfo=zone)
    # In the hour that a clock change skips, the round trip through UTC comes back at another time.
    utc = local.astimezone(UTC)
    return utc if utc.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def merged(typed: ScheduleDraft, before: ScheduleDraft, after: ScheduleDraft) -> ScheduleDraft:
    """What was typed, over a meeting that somebody else changed meanwhile.

    Args:
        typed: the fields as they are.
        before: the fields as they were filled.
        after: the meeting as it is now: it fills what nobody touched here.
    """
    untouched = [
        each.name for each in fields(typed) if getattr(typed, each.name) == getattr(before, each.name)
    ]
    return replace(typed, **{name: getattr(after, name) for name in untouched})


@dataclass(frozen=True, slots=True)
class DraftRules:
    """Judges drafts at one moment.

    Attributes:
        now: the service's clock.
        dates: the reader's language and zone.
        meeting: the one that is changed; None for a new one.
    """

    now: datetime
    dates: Dates
    meeting: Meeting | None = None

    def errors(self, draft: ScheduleDraft) -> dict[str, str]:
        """What keeps the draft from being saved: member of the state → sentence."""
        errors: dict[str, str] = {}
        if not draft.client_id:
            errors["client_error"] = translate("Schedule", "Choose a client.")
        if not draft.title.strip():
            errors["title_error"] = translate("Schedule", "Give the meeting a title.")
        elif len(draft.title.strip()) > TITLE_MAX:
            errors["title_error"] = field_text(FieldErrorCode.TOO_LONG, "/title")
        if len(draft.description.strip()) > DESCRIPTION_MAX:
            errors["description_error"] = field_text(FieldErrorCode.TOO_LONG, "/description")
        if not PLANNED_MINUTES_MIN <= draft.planned_minutes <= PLANNED_MINUTES_MAX:
            errors["duration_error"] = field_text(FieldErrorCode.OUT_OF_RANGE)
        instant = instant_of(draft, self.dates.zone)
        if draft.day is None or draft.hour is None:
            errors["when_error"] = translate("Schedule", "Choose a day and an hour.")
        elif instant is None:
            errors["when_error"] = translate(
                "Schedule", "The clocks change that night and skip this hour. Choose another one."
            )
        elif self._past(instant):
            errors["when_error"] = field_text(FieldErrorCode.IN_PAST)
        return errors

    def warning(self, draft: ScheduleDraft, known: Iterable[Meeting]) -> str:
        """What speaks against the draft without forbidding it, "" for nothing."""
        instant = instant_of(draft, self.dates.zone)
        if instant is None:
            return ""
        if self._past(instant):
            return translate("Schedule", "This hour is in the past.")
        for each in known:
            if self.meeting is not None and each.id == self.meeting.id:
                continue
            if each.status in (MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS) and overlaps(
                instant, draft.planned_minutes, each.scheduled_at, each.planned_minutes
            ):
                return translate("Schedule", "You already have “{title}” at {hours}.").format(
                    title=each.title, hours=self.dates.hours(each.scheduled_at, each.planned_minutes)
                )
        return ""

    def change(self, draft: ScheduleDraft, instant: datetime) -> MeetingChange:
        """Only what differs from the meeting: the rest stays whatever it is by now."""
        assert self.meeting is not None
        title, description = draft.title.strip(), draft.description.strip()
        held = self.meeting
        return MeetingChange(
            title=None if title == held.title else title,
            description=None if description == held.description else description,
            scheduled_at=None if self._unmoved(instant) else instant,
            planned_minutes=None if draft.planned_minutes == held.planned_minutes else draft.planned_minutes,
        )

    def _past(self, instant: datetime) -> bool:
        """Too late for the service, which only asks about the hour of what is new or moved."""
        return instant <= self.now and not self._unmoved(instant)

    def _unmoved(self, instant: datetime) -> bool:
        return self.meeting is not None and instant == self.meeting.scheduled_at.replace(
            second=0, microsecond=0
        )
