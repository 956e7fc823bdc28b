"""One meeting in words: hours, state, the one button it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication

from backend_client.models import Meeting, MeetingStatus, Person, Role
from desktop.meeting.agenda import DOOR_OPENS_BEFORE, door_opens_at, is_missed
from desktop.meeting.people import initials_of, tint_of
from desktop.view_models.dates import Dates
from desktop.view_models.names import with_name
from desktop.view_models.readiness_words import readiness_words
from desktop.view_models.states import MeetingAction, MeetingRow, PersonState, RowAction, Tone

translate = QCoreApplication.translate

_CHECK_COUNTS_WITHIN = timedelta(minutes=45)
"""An older check says little about the meeting."""
_LATE_WITHIN = timedelta(hours=1)
"""How near a meeting must be for lateness to mean anything."""


def person_state(name: str) -> PersonState:
    """Somebody as an avatar and a name, the same in lists, dialogs and rooms."""
    return PersonState(name=name, initials=initials_of(name), tint=tint_of(name))


@dataclass(frozen=True, slots=True)
class RowMarks:
    """What this app knows of its rows besides the meetings themselves.

    Attributes:
        busy_id: the meeting whose button waits for the service, None for none.
        missed_calls: when the reader was called to a meeting in vain, by its id.
        door_before: how early a client may come into the waiting room, as the service has decided.
    """

    busy_id: str | None = None
    missed_calls: Mapping[str, datetime] = field(default_factory=dict)
    door_before: timedelta = DOOR_OPENS_BEFORE


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes rows for one reader at one moment.

    Attributes:
        dates: the reader's language and zone.
        now: the service's clock.
        marks: see there.
    """

    dates: Dates
    now: datetime
    marks: RowMarks = field(default_factory=RowMarks)

    def row(self, meeting: Meeting) -> MeetingRow:
        """The row of a meeting as the reader's role sees it."""
        other = self._other(meeting)
        pill, tone = self._pill(meeting)
        action, label = self._action(meeting)
        with_line = translate("Meetings", "with {name}").format(name=other.full_name)
        if meeting.series_id is not None:
            with_line += " · " + translate("Meetings", "every week")
        if meeting.client_rating is not None:
            with_line += " · " + self._rating(meeting.client_rating.stars)
        hours = self._hours(meeting)
        ready, ready_tone, checked = self._readiness(meeting)
        day = self.dates.day(meeting.scheduled_at, now=self.now)
        return MeetingRow(
            meeting_id=str(meeting.id),
            title=meeting.title,
            hours=hours,
            day=day,
            relative=self.dates.relative(meeting.scheduled_at, now=self.now)
            if meeting.status is MeetingStatus.SCHEDULED
            else "",
            with_whom=person_state(other.full_name),
            with_whom_line=with_line,
            pill=pill,
            pill_tone=tone,
            action=action,
            action_label=label,
            busy=self.marks.busy_id == str(meeting.id),
            tooltip=self.dates.exact(meeting.scheduled_at),
            accessible=", ".join(
                part for part in (meeting.title, with_line, day, hours, pill, ready) if part
            ),
            ready=ready,
            ready_tone=ready_tone,
            ready_tooltip=checked,
            struck=meeting.status is MeetingStatus.CANCELLED,
            call_missed=self._missed_call(meeting) is not None,
            date=self._date(meeting),
            menu=self._menu(meeting),
        )

    def _other(self, meeting: Meeting) -> Person:
        return meeting.client if meeting.my_role is Role.OPERATOR else meeting.operator

    def _pill(self, meeting: Meeting) -> tuple[str, Tone]:
        if (called_at := self._missed_call(meeting)) is not None:
            words = translate("Meetings", "Missed · called at {hour}")
            return words.format(hour=self.dates.hour(called_at)), Tone.WARNING
        match meeting.status:
            case MeetingStatus.CANCELLED:
                return translate("Meetings", "Cancelled"), Tone.NEUTRAL
            case MeetingStatus.COMPLETED:
                duration = self.dates.duration(meeting.duration_seconds or 0)
                return translate("Meetings", "Ended · {duration}").format(duration=duration), Tone.NEUTRAL
            case MeetingStatus.IN_PROGRESS:
                if meeting.client_waiting_since is not None:
                    return self._waiting(meeting.client.full_name, meeting.client_waiting_since), Tone.PRIMARY
                since = int((self.now - (meeting.started_at or self.now)).total_seconds())
                if since < 60:
                    return translate("Meetings", "In progress"), Tone.SUCCESS
                duration = self.dates.duration(since)
                return translate("Meetings", "In progress · {duration}").format(
                    duration=duration
                ), Tone.SUCCESS
        return self._scheduled_pill(meeting)

    def _scheduled_pill(self, meeting: Meeting) -> tuple[str, Tone]:
        if is_missed(meeting.scheduled_at, meeting.planned_minutes, now=self.now):
            return translate("Meetings", "Missed"), Tone.WARNING
        if meeting.my_role is Role.CLIENT:
            if self.now >= meeting.scheduled_at:
                words = translate("Meetings", "Waiting for {name}")
                return with_name(words, meeting.operator.full_name), Tone.WARNING
            opens = door_opens_at(meeting.scheduled_at, self.marks.door_before)
            if self.now < opens and opens.astimezone(self.dates.zone).date() == self._today():
                return translate("Meetings", "Opens at {hour}").format(
                    hour=self.dates.hour(opens)
                ), Tone.NEUTRAL
        if meeting.client_waiting_since is not None:
            return self._waiting(meeting.client.full_name, meeting.client_waiting_since), Tone.PRIMARY
        if self.now >= meeting.scheduled_at:
            return translate("Meetings", "Ready to start"), Tone.WARNING
        if self.now >= door_opens_at(meeting.scheduled_at, self.marks.door_before):
            return translate("Meetings", "Soon"), Tone.PRIMARY
        return translate("Meetings", "Planned"), Tone.NEUTRAL

    def _missed_call(self, meeting: Meeting) -> datetime | None:
        """When somebody called in vain, as long as the meeting can still be held."""
        over = meeting.status in (MeetingStatus.COMPLETED, MeetingStatus.CANCELLED) or (
            meeting.status is MeetingStatus.SCHEDULED
            and is_missed(meeting.scheduled_at, meeting.planned_minutes, now=self.now)
        )
        return None if over else self.marks.missed_calls.get(str(meeting.id))

    @staticmethod
    def _rating(stars: int) -> str:
        """What the client thought of the call."""
        return translate("Meetings", "rated {stars} of 5").format(stars=stars)

    def _waiting(self, name: str, since: datetime) -> str:
        """Who is in the waiting room, and since when; the first name is enough in a list of one's own."""
        first = name.split(" ", maxsplit=1)[0]
        seconds = int((self.now - since).total_seconds())
        if seconds < 60:
            return translate("Meetings", "{name} is waiting").format(name=first)
        return translate("Meetings", "{name} has been waiting for {duration}").format(
            name=first, duration=self.dates.duration(seconds)
        )

    def _readiness(self, meeting: Meeting) -> tuple[str, Tone, str]:
        """What the client's check found, while it is of use: shortly before, until the meeting runs."""
        found = meeting.client_readiness
        near = abs(meeting.scheduled_at - self.now) <= _CHECK_COUNTS_WITHIN
        if found is None or meeting.status is not MeetingStatus.SCHEDULED or not near:
            return "", Tone.NEUTRAL, ""
        words, tone = readiness_words(found)
        checked = translate("Meetings", "Checked at {hour}").format(hour=self.dates.hour(found.checked_at))
        return words, tone, checked

    def _hours(self, meeting: Meeting) -> str:
        """What was planned; of a meeting that was held, what it really was."""
        if meeting.status is MeetingStatus.COMPLETED and meeting.started_at and meeting.ended_at:
            return f"{self.dates.hour(meeting.started_at)}–{self.dates.hour(meeting.ended_at)}"
        return self.dates.hours(meeting.scheduled_at, meeting.planned_minutes)

    def _date(self, meeting: Meeting) -> str:
        """The day, unless it is today or tomorrow, which the headings say."""
        ahead = (meeting.scheduled_at.astimezone(self.dates.zone).date() - self._today()).days
        if ahead in (0, 1) and meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS):
            return ""
        return self.dates.short_day(meeting.scheduled_at)

    def _menu(self, meeting: Meeting) -> tuple[RowAction, ...]:
        """What can be done besides the button."""
        near = abs(meeting.scheduled_at - self.now) <= _LATE_WITHIN
        if meeting.my_role is not Role.OPERATOR:
            planned = meeting.status is MeetingStatus.SCHEDULED
            missed = planned and is_missed(meeting.scheduled_at, meeting.planned_minutes, now=self.now)
            over = meeting.status in (MeetingStatus.COMPLETED, MeetingStatus.CANCELLED)
            if over or missed:
                return (RowAction.DETAILS,)
            coming = (RowAction.COMING,) if near else ()
            return (*coming, RowAction.DETAILS, RowAction.CALENDAR)
        match meeting.status:
            case MeetingStatus.SCHEDULED:
                not_here = (RowAction.COMING, RowAction.DETAILS, RowAction.EXTEND)
                offered = [each for each in RowAction if each not in not_here]
                return tuple(each for each in offered if near or each is not RowAction.LATE)
            case MeetingStatus.IN_PROGRESS:
                return (RowAction.EXTEND, RowAction.COPY_LINK, RowAction.CALENDAR)
        return (RowAction.COPY_LINK,)

    def _today(self) -> date:
        return self.now.astimezone(self.dates.zone).date()

    def _action(self, meeting: Meeting) -> tuple[MeetingAction, str]:
        if meeting.status is MeetingStatus.IN_PROGRESS:
            return MeetingAction.JOIN, translate("Meetings", "Join")
        if meeting.status is MeetingStatus.SCHEDULED and meeting.my_role is Role.OPERATOR:
            return MeetingAction.START, translate("Meetings", "Start")
        if meeting.status is MeetingStatus.SCHEDULED and self._door_is_open(meeting):
            return MeetingAction.WAIT, translate("Meetings", "Join")
        return MeetingAction.NONE, ""

    def _door_is_open(self, meeting: Meeting) -> bool:
        missed = is_missed(meeting.scheduled_at, meeting.planned_minutes, now=self.now)
        return self.now >= door_opens_at(meeting.scheduled_at, self.marks.door_before) and not missed
