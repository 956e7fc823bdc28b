"""What became of a meeting, in words for both sides: one line for each change, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from backend_client.models import HistoryEntry, Meeting, Role
from desktop.view_models.dates import Dates
from desktop.view_models.hub_states import ChangeLine

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class HistoryWriter:
    """Writes the history of one meeting for one reader.

    Attributes:
        meeting: whose history it is.
        dates: the reader's language and zone.
        now: the service's clock.
    """

    meeting: Meeting
    dates: Dates
    now: datetime

    def lines(self, entries: Iterable[HistoryEntry]) -> tuple[ChangeLine, ...]:
        """The newest first; what this version of the app does not know is left out."""
        written = ((each, self._words(each)) for each in entries)
        lines = [ChangeLine(words, self._when(each)) for each, words in written if words]
        return tuple(reversed(lines))

    def _when(self, entry: HistoryEntry) -> str:
        """When, and by whom where somebody did it."""
        when = self._moment(entry.changed_at)
        return when if entry.changed_by is None else f"{when} · {self._name(entry.changed_by)}"

    def _words(self, entry: HistoryEntry) -> str:
        match entry.kind:
            case "scheduled" if entry.to_at is not None:
                return translate("MeetingHistory", "Planned for {day}").format(day=self._moment(entry.to_at))
            case "moved" if entry.from_at is not None and entry.to_at is not None:
                return translate("MeetingHistory", "Moved from {before} to {after}").format(
                    before=self._moment(entry.from_at), after=self._moment(entry.to_at)
                )
            case "resized":
                return translate("MeetingHistory", "Length changed from {before} to {after}").format(
                    before=self.dates.duration(60 * (entry.from_minutes or 0)),
                    after=self.dates.duration(60 * (entry.to_minutes or 0)),
                )
            case "renamed":
                return translate("MeetingHistory", "Renamed; before: “{title}”").format(title=entry.text)
            case "edited":
                return translate("MeetingHistory", "Agenda changed")
        return self._words_of_its_course(entry)

    def _words_of_its_course(self, entry: HistoryEntry) -> str:
        """That it began, ended or did not take place, and who was not there."""
        match entry.kind:
            case "cancelled" if entry.text:
                return translate("MeetingHistory", "Cancelled: {reason}").format(reason=entry.text)
            case "cancelled":
                return translate("MeetingHistory", "Cancelled without a reason")
            case "started":
                return translate("MeetingHistory", "Started")
            case "ended":
                hours = self._span(entry)
                words = [translate("MeetingHistory", "Ended · {hours}").format(hours=hours)]
                words += [
                    translate("MeetingHistory", "{name} did not come").format(name=self._name(each))
                    for each in entry.absent
                ]
                return " · ".join(words)
            case "waited":
                return translate("MeetingHistory", "{name} waited · {hours}").format(
                    name=self._name(Role.CLIENT), hours=self._span(entry)
                )
            case "missed" if entry.from_at is not None:
                return translate("MeetingHistory", "Missed: nobody started it, planned for {day}").format(
                    day=self._moment(entry.from_at)
                )
        return ""

    def _name(self, role: Role) -> str:
        return (self.meeting.operator if role is Role.OPERATOR else self.meeting.client).full_name

    def _span(self, entry: HistoryEntry) -> str:
        """`14:02–14:58`."""
        start, end = entry.from_at or entry.changed_at, entry.to_at or entry.changed_at
        return f"{self.dates.hour(start)}–{self.dates.hour(end)}"

    def _moment(self, instant: datetime) -> str:
        return f"{self.dates.short_day_with_year(instant, now=self.now)}, {self.dates.hour(instant)}"
