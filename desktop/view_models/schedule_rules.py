"""What makes a draft of a meeting wrong, doubtful, or a change: pure rules of the scheduling dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo

from PySide6.QtCore import QCoreApplication

from backend_client.errors import FieldErrorCode
from backend_client.models import (
    DESCRIPTION_MAX,
    NOTE_MAX,
    PLANNED_MINUTES_MAX,
    PLANNED_MINUTES_MIN,
    TITLE_MAX,
    Client,
    Meeting,
    MeetingChange,
    MeetingStatus,
)
from desktop.meeting.agenda import overlaps
from desktop.view_models.dates import Dates
from desktop.view_models.error_texts import field_text
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.states import ClientChoice, ScheduleDraft

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


def choices_of(clients: Iterable[Client]) -> tuple[ClientChoice, ...]:
    """The clients that can be met, in the order people expect."""
    choices = [
        ClientChoice(str(each.id), person_state(each.full_name), each.time_zone)
        for each in clients
        if each.active
    ]
    # The database sorts by code point; people expect É beside E.
    choices.sort(key=lambda each: each.person.name.casefold())
    return tuple(choices)


def series_of(draft: ScheduleDraft, zone: tzinfo) -> list[datetime]:
    """When the draft's meetings are: at the same local time, a week apart; skipped hours left out."""
    if draft.day is None:
        return []
    days = [draft.day + timedelta(weeks=week) for week in range(max(1, draft.times))]
    instants = [instant_of(replace(draft, day=day), zone) for day in days]
    return [each for each in instants if each is not None]


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
        overlap_words: so many meetings that overlap with others, in words.
        meeting: the one that is changed; None for a new one.
    """

    now: datetime
    dates: Dates
    overlap_words: Callable[[int], str]
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
        if len(draft.note) > NOTE_MAX:
            errors["note_error"] = translate("Schedule", "At most {most} characters.").format(most=NOTE_MAX)
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
        clashes = self._clashes(draft, list(known))
        if not clashes:
            return ""
        if len(clashes) > 1:
            return self.overlap_words(len(clashes))
        other = clashes[0]
        hours = self.dates.hours(other.scheduled_at, other.planned_minutes)
        if draft.times > 1:
            hours = f"{self.dates.short_day(other.scheduled_at)}, {hours}"
        return translate("Schedule", "You already have “{title}” at {hours}.").format(
            title=other.title, hours=hours
        )

    def hours_there(self, draft: ScheduleDraft, clients: Iterable[ClientChoice]) -> str:
        """The chosen client's own hour where his clock shows another one, "" where it does not."""
        instant = instant_of(draft, self.dates.zone)
        chosen = next((each for each in clients if each.client_id == draft.client_id), None)
        if instant is None or chosen is None:
            return ""
        return self.dates.elsewhere(instant, chosen.time_zone, chosen.person.name.split(" ")[0])

    def repetition(self, draft: ScheduleDraft) -> str:
        """When the last meeting of a series is."""
        if draft.times < 2 or draft.day is None:
            return ""
        instants = series_of(draft, self.dates.zone)
        if not instants:
            return ""
        return translate("Schedule", "The last one on {day}.").format(
            day=self.dates.day(instants[-1], now=self.now)
        )

    def _clashes(self, draft: ScheduleDraft, known: list[Meeting]) -> list[Meeting]:
        """For each of the draft's meetings that overlaps, the first one it overlaps with."""
        open_ones = [
            each
            for each in known
            if each.status in (MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS)
            and (self.meeting is None or each.id != self.meeting.id)
        ]
        found = (
            next(
                (
                    each
                    for each in open_ones
                    if overlaps(instant, draft.planned_minutes, each.scheduled_at, each.planned_minutes)
                ),
                None,
            )
            for instant in series_of(draft, self.dates.zone)
        )
        return [each for each in found if each is not None]

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
