"""The operator's day at a glance: what is on, what comes, who waits, and telling him that one is late."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError
from backend_client.models import Meeting, MeetingStatus
from desktop.meeting.agenda import is_missed
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import DayBlock, DayState, WaitLine
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.states import Tone
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

TICK_MS = 10_000
LATE_MINUTES = 5
USUAL_START_H, USUAL_END_H = 8, 19
"""The line shows at least these hours."""


class DayViewModel(ViewModel[DayState]):
    """Today's meetings on a line.

    Signals:
        said(str, Tone): a toast.
    """

    said = Signal(str, object)

    def __init__(
        self,
        service: HubPort,
        language: Language,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(DayState(), on_unexpected, parent)
        self._service = service
        self._language = language
        self._meetings: list[Meeting] = []
        self._telling: set[UUID] = set()
        self._told: dict[UUID, datetime] = {}
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._write)
        self._ticker.start()
        language.changed.connect(self._write)

    def update(self, meetings: list[Meeting]) -> None:
        """The list was read again."""
        self._meetings = meetings
        self._write()

    async def close(self) -> None:
        """Stop the clock."""
        self._ticker.stop()
        await super().close()

    def late(self, meeting_id: str) -> None:
        """Tell the client that one comes five minutes late."""
        meeting = next((each for each in self._meetings if str(each.id) == meeting_id), None)
        if meeting is None or meeting.id in self._telling:
            return
        self._telling.add(meeting.id)
        self._write()
        self._scope.start(self._tell(meeting), name="late")

    async def _tell(self, meeting: Meeting) -> None:
        try:
            await self._service.announce_delay(meeting.id, LATE_MINUTES)
        except ApiError as error:
            self.said.emit(text_for(error.code).sentence, Tone.DANGER)
        else:
            self._told[meeting.id] = self._service.now()
            words = self.tr("{name} knows that you are {minutes} min late.")
            self.said.emit(words.format(name=_first_name(meeting), minutes=LATE_MINUTES), Tone.SUCCESS)
        finally:
            self._telling.discard(meeting.id)
            self._write()

    # ------------------------------------------------------------------ words

    def _write(self) -> None:
        dates, now = Dates(self._language.locale, system_zone()), self._service.now()
        today = now.astimezone(dates.zone).date()
        meetings = sorted(
            (
                each
                for each in self._meetings
                if each.status is not MeetingStatus.CANCELLED
                and each.scheduled_at.astimezone(dates.zone).date() == today
            ),
            key=lambda each: (each.scheduled_at, each.id),
        )
        if not meetings:
            nothing = DayState(waiting=self._waiting(dates, now))
            self._set(**{each.name: getattr(nothing, each.name) for each in fields(nothing)})
            return
        marks = _marks(meetings, now, dates)
        start, end = marks[0][0], marks[-1][0]
        length = (end - start).total_seconds()

        def share(instant: datetime) -> float:
            return min(1.0, max(0.0, (instant - start).total_seconds() / length))

        minutes = sum(each.planned_minutes for each in meetings)
        count = self.tr("%n meeting(s) today", "", len(meetings))
        self._set(
            heading=f"{count} · {dates.duration(minutes * 60)}",
            now_line=self._now_line(meetings, dates, now),
            hours=tuple((share(instant), f"{hour}") for instant, hour in marks),
            blocks=tuple(
                DayBlock(
                    meeting_id=str(each.id),
                    start=share(each.scheduled_at),
                    end=share(_end(each)),
                    label=_first_name(each),
                    tone=_tone(each, now),
                    tooltip=f"{dates.hours(each.scheduled_at, each.planned_minutes)} · {each.title} · "
                    f"{each.client.full_name}",
                )
                for each in meetings
            ),
            now=share(now) if start <= now <= end else None,
            waiting=self._waiting(dates, now),
        )

    def _now_line(self, meetings: list[Meeting], dates: Dates, now: datetime) -> str:
        live = next((each for each in meetings if each.status is MeetingStatus.IN_PROGRESS), None)
        if live is not None:
            return self.tr("Now: {title} with {name}, planned until {hour}").format(
                title=live.title, name=live.client.full_name, hour=dates.hour(_end(live))
            )
        coming = [
            each for each in meetings if each.status is MeetingStatus.SCHEDULED and each.scheduled_at > now
        ]
        if coming:
            return self.tr("Free until {hour}").format(hour=dates.hour(coming[0].scheduled_at))
        return ""

    def _waiting(self, dates: Dates, now: datetime) -> tuple[WaitLine, ...]:
        lines: list[tuple[datetime, WaitLine]] = []
        for each in self._meetings:
            if each.status is not MeetingStatus.SCHEDULED:
                continue
            missed = is_missed(each.scheduled_at, each.planned_minutes, now=now)
            since = each.client_waiting_since
            if since is not None:
                waited = dates.duration(max(60, int((now - since).total_seconds())))
                line = self.tr("{name} has been waiting for {duration}").format(
                    name=each.client.full_name, duration=waited
                )
            elif each.scheduled_at <= now and not missed:
                line = self.tr("“{title}” with {name} was to begin at {hour}").format(
                    title=each.title, name=each.client.full_name, hour=dates.hour(each.scheduled_at)
                )
            else:
                continue
            told = self._told.get(each.id)
            if told is not None:
                line += " · " + self.tr("told at {hour}").format(hour=dates.hour(told))
            wait = WaitLine(
                meeting_id=str(each.id),
                person=person_state(each.client.full_name),
                line=line,
                late_label=self.tr("I am {minutes} min late").format(minutes=LATE_MINUTES),
                busy=each.id in self._telling,
            )
            lines.append((since or each.scheduled_at, wait))
        lines.sort(key=lambda each: (each[0], each[1].meeting_id))
        return tuple(line for _, line in lines)


def _marks(meetings: list[Meeting], now: datetime, dates: Dates) -> list[tuple[datetime, int]]:
    """The full hours that the line shows: instants in UTC, which know the clock changes, and their names."""
    local = now.astimezone(dates.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [each.scheduled_at.astimezone(dates.zone).hour for each in meetings]
    first = min(USUAL_START_H, local.hour, *starts)
    ends = [_hours_from(midnight, _end(each).astimezone(dates.zone)) for each in meetings]
    last = max(USUAL_END_H, local.hour + 1, *ends)
    return [
        ((midnight + timedelta(hours=hour)).astimezone(UTC), hour % 24) for hour in range(first, last + 1)
    ]


def _hours_from(midnight: datetime, instant: datetime) -> int:
    """Full hours of the clock that `instant` needs, 24 for tomorrow."""
    if instant.date() > midnight.date():
        return 24
    return instant.hour + (1 if instant.minute else 0)


def _end(meeting: Meeting) -> datetime:
    return meeting.scheduled_at + timedelta(minutes=meeting.planned_minutes)


def _first_name(meeting: Meeting) -> str:
    return meeting.client.full_name.split(" ")[0]


def _tone(meeting: Meeting, now: datetime) -> Tone:
    if meeting.status is MeetingStatus.IN_PROGRESS:
        return Tone.SUCCESS
    if meeting.status is MeetingStatus.COMPLETED:
        return Tone.NEUTRAL
    if meeting.client_waiting_since is not None or meeting.scheduled_at <= now:
        return Tone.WARNING
    return Tone.PRIMARY
