"""The page of what is over: by client and period, a month at a time, with real durations and sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import groupby
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.models import Meeting, MeetingStatus
from desktop.meeting.agenda import is_missed
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.hub_states import HistoryState
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import RowWriter
from desktop.view_models.ports import MeetingsPort
from desktop.view_models.states import MeetingGroup
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel


class Period(Enum):
    """Which months are shown."""

    ALL = "all"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"


class FileKind(Enum):
    """What the history can be written as; the value is the file's ending."""

    TABLE = "csv"
    CALENDAR = "ics"


@dataclass(frozen=True, slots=True)
class Export:
    """A file that somebody wants.

    Attributes:
        kind: what for.
        name: proposed name, with its ending.
        client_id: only this client's meetings.
        start, end: planned at `start` or later and before `end`.
    """

    kind: FileKind
    name: str
    client_id: UUID | None
    start: datetime | None
    end: datetime | None


class HistoryViewModel(ViewModel[HistoryState]):
    """Filters and sums up what the list already knows; only files come from the service.

    Signals:
        export_wanted(Export): ask where to, and write it.
    """

    export_wanted = Signal(object)

    def __init__(
        self,
        clock: MeetingsPort,
        language: Language,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(HistoryState(), on_unexpected, parent)
        self._clock = clock
        self._language = language
        self._meetings: list[Meeting] = []
        language.changed.connect(self._write)
        self._write()

    def update(self, meetings: list[Meeting]) -> None:
        """The list was read again."""
        self._meetings = meetings
        self._write()

    def show_exporting(self, exporting: bool) -> None:
        """A file is being written, or no longer."""
        self._set(exporting=exporting)

    # ------------------------------------------------------------------ intentions

    def choose_client(self, client_id: str) -> None:
        """Only this client's meetings; "" for all."""
        self._set(client=client_id)
        self._write()

    def choose_period(self, period: str) -> None:
        """Only these months."""
        self._set(period=Period(period).value)
        self._write()

    def export(self, kind: FileKind) -> None:
        """Write a file."""
        start, end = self._bounds(Period(self._state.period))
        wanted = Export(
            kind=kind,
            name=self.tr("MiKL meetings") + f" {self._today():%Y-%m-%d}.{kind.value}",
            client_id=UUID(self._state.client) if self._state.client else None,
            start=start,
            end=end,
        )
        self.export_wanted.emit(wanted)

    # ------------------------------------------------------------------ words

    def _write(self) -> None:
        dates, now = Dates(self._language.locale, system_zone()), self._clock.now()
        over = [each for each in self._meetings if self._is_over(each, now)]
        clients = {str(each.client.id): each.client.full_name for each in over}
        chosen = self._state.client if self._state.client in clients else ""
        start, end = self._bounds(Period(self._state.period))
        wanted = [
            each
            for each in over
            if (not chosen or str(each.client.id) == chosen)
            and (start is None or each.scheduled_at >= start)
            and (end is None or each.scheduled_at < end)
        ]
        wanted.sort(key=lambda each: (each.scheduled_at, each.id), reverse=True)
        writer = RowWriter(dates, now)

        def month(meeting: Meeting) -> tuple[int, int]:
            local = meeting.scheduled_at.astimezone(dates.zone)
            return local.year, local.month

        groups = []
        for _, of_month in groupby(wanted, key=month):
            members = list(of_month)
            name = dates.month(members[0].scheduled_at)
            heading = " · ".join(part for part in (name, self._sum(members, dates)) if part)
            groups.append(MeetingGroup(heading, tuple(writer.row(each) for each in members)))
        everybody = sorted(clients.items(), key=lambda each: (each[1].casefold(), each[0]))
        self._set(
            groups=tuple(groups),
            clients=(("", self.tr("All clients")), *everybody),
            periods=self._periods(dates, now),
            client=chosen,
            total=self._sum(wanted, dates),
        )

    def _sum(self, meetings: list[Meeting], dates: Dates) -> str:
        held = [each for each in meetings if each.status is MeetingStatus.COMPLETED]
        if not held:
            return ""
        count = self.tr("%n meeting(s) held", "", len(held))
        parts = [count, dates.duration(sum(each.duration_seconds or 0 for each in held))]
        stars = [each.client_rating.stars for each in held if each.client_rating is not None]
        if stars:
            average = dates.decimal(sum(stars) / len(stars))
            parts.append(self.tr("rated {average} of 5").format(average=average))
        return " · ".join(parts)

    def _periods(self, dates: Dates, now: datetime) -> tuple[tuple[str, str], ...]:
        this_year = now.astimezone(dates.zone).year
        last_start, _ = self._bounds(Period.LAST_MONTH)
        assert last_start is not None
        words = {
            Period.ALL: self.tr("All the time"),
            Period.THIS_MONTH: dates.month(now),
            Period.LAST_MONTH: dates.month(last_start),
            Period.THIS_YEAR: str(this_year),
            Period.LAST_YEAR: str(this_year - 1),
        }
        return tuple((period.value, text) for period, text in words.items())

    def _bounds(self, period: Period) -> tuple[datetime | None, datetime | None]:
        """First instant, and first instant after, by the months of the machine's zone."""
        today = self._today()
        match period:
            case Period.ALL:
                return None, None
            case Period.THIS_MONTH:
                months = (today.year, today.month), (today.year, today.month + 1)
            case Period.LAST_MONTH:
                months = (today.year, today.month - 1), (today.year, today.month)
            case Period.THIS_YEAR:
                months = (today.year, 1), (today.year + 1, 1)
            case Period.LAST_YEAR:
                months = (today.year - 1, 1), (today.year, 1)
        return self._first_of(*months[0]), self._first_of(*months[1])

    @staticmethod
    def _first_of(year: int, month: int) -> datetime:
        """The first instant of a month; month 0 is December before, 13 January after."""
        years, months = divmod(month - 1, 12)
        return datetime(year + years, months + 1, 1, tzinfo=system_zone()).astimezone(UTC)

    def _today(self) -> datetime:
        return self._clock.now().astimezone(system_zone())

    @staticmethod
    def _is_over(meeting: Meeting, now: datetime) -> bool:
        if meeting.status is MeetingStatus.SCHEDULED:
            return is_missed(meeting.scheduled_at, meeting.planned_minutes, now=now)
        return meeting.status is not MeetingStatus.IN_PROGRESS
