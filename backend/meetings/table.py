"""Meetings as CSV that Excel opens by a double click, in the reader's language and time zone.

UTF-8 with a byte order mark, because Excel takes it for Windows' code page otherwise; semicolons for
French, where the comma is the decimal sign. A cell that a spreadsheet would run as a formula gets an
apostrophe in front (OWASP, CSV injection): titles and names are what other people typed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.meetings.queries import Viewer
from backend_client.models import Meeting, MeetingStatus

BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_HEADINGS = {
    "fr": (
        "Date", "Heure", "Client", "Opérateur", "Titre", "État", "Durée prévue (min)", "Début réel",
        "Fin réelle", "Durée réelle", "Motif d’annulation", "Note (sur 5)",
    ),
    "en": (
        "Date", "Time", "Client", "Operator", "Title", "Status", "Planned minutes", "Started", "Ended",
        "Duration", "Reason for cancelling", "Rating (of 5)",
    ),
}  # fmt: skip
_STATUS = {
    "fr": {
        MeetingStatus.SCHEDULED: "Planifiée",
        MeetingStatus.IN_PROGRESS: "En cours",
        MeetingStatus.COMPLETED: "Terminée",
        MeetingStatus.CANCELLED: "Annulée",
    },
    "en": {
        MeetingStatus.SCHEDULED: "Scheduled",
        MeetingStatus.IN_PROGRESS: "In progress",
        MeetingStatus.COMPLETED: "Completed",
        MeetingStatus.CANCELLED: "Cancelled",
    },
}


class Table:
    """Turns meetings into lines for one reader."""

    def __init__(self, reader: Viewer) -> None:
        self._language = "fr" if reader.locale.startswith("fr") else "en"
        self._delimiter = ";" if self._language == "fr" else ","
        self._zone: tzinfo
        try:
            self._zone = ZoneInfo(reader.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # Names come from people's profiles; not every machine's list knows every name.
            self._zone = UTC

    def heading(self) -> str:
        """The first line, with the byte order mark."""
        return BYTE_ORDER_MARK + self._lines([_HEADINGS[self._language]])

    def lines(self, meetings: Iterable[Meeting]) -> str:
        """One line each, ending in CRLF."""
        return self._lines(self._cells(meeting) for meeting in meetings)

    def _cells(self, meeting: Meeting) -> tuple[str, ...]:
        at = meeting.scheduled_at.astimezone(self._zone)
        return (
            f"{at:%Y-%m-%d}",
            f"{at:%H:%M}",
            meeting.client.full_name,
            meeting.operator.full_name,
            meeting.title,
            _STATUS[self._language][meeting.status],
            str(meeting.planned_minutes),
            self._moment(meeting.started_at),
            self._moment(meeting.ended_at),
            "" if meeting.duration_seconds is None else _clock(meeting.duration_seconds),
            meeting.cancel_reason or "",
            "" if meeting.client_rating is None else str(meeting.client_rating.stars),
        )

    def _moment(self, moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def _lines(self, rows: Iterable[Iterable[str]]) -> str:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n")
        writer.writerows([harmless(cell) for cell in row] for row in rows)
        return text.getvalue()


def harmless(cell: str) -> str:
    """The cell so that a spreadsheet shows it instead of running it."""
    runs = cell.lstrip().startswith(_FORMULA) or cell.startswith(("\t", "\r", "\n"))
    return f"'{cell}" if runs else cell


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
