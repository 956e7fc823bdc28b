"""One client in words: state, meetings, invitation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from backend_client.models import Client, ClientAccount, Meeting, MeetingStatus
from desktop.meeting.agenda import is_missed
from desktop.view_models.dates import Dates
from desktop.view_models.hub_states import ClientRow, PastLine
from desktop.view_models.meeting_rows import RowWriter, person_state
from desktop.view_models.states import Tone

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class ClientWords:
    """Writes about clients for one reader at one moment.

    Attributes:
        dates: the reader's language and zone.
        now: the service's clock.
        known: every meeting that the list knows.
        held_words: so many meetings that were held, in words.
    """

    dates: Dates
    now: datetime
    known: list[Meeting]
    held_words: Callable[[int], str]

    def row(self, client: Client) -> ClientRow:
        """The client in the list."""
        pill, tone = self.pill(client)
        line = self._line(client)
        return ClientRow(
            client_id=str(client.id),
            person=person_state(client.full_name),
            line=line,
            pill=pill,
            pill_tone=tone,
            accessible=", ".join(part for part in (client.full_name, pill, line) if part),
        )

    def pill(self, client: Client) -> tuple[str, Tone]:
        """Whether he can meet."""
        if not client.active:
            return translate("Clients", "Deactivated"), Tone.NEUTRAL
        if not client.accepted:
            return translate("Clients", "Invited"), Tone.PRIMARY
        return translate("Clients", "Active"), Tone.SUCCESS

    def meetings(self, client: Client) -> tuple[tuple[PastLine, ...], str]:
        """His meetings, newest first, and their sum."""
        own = sorted(self._own(client), key=lambda each: each.scheduled_at, reverse=True)
        writer = RowWriter(self.dates, self.now)
        lines = tuple(
            PastLine(
                each.title,
                f"{self.dates.short_day_with_year(each.scheduled_at, now=self.now)} · "
                f"{self.dates.hour(each.scheduled_at)} · {writer.row(each).pill}",
            )
            for each in own
        )
        held = [each for each in own if each.status is MeetingStatus.COMPLETED]
        if not held:
            return lines, ""
        total = self.dates.duration(sum(each.duration_seconds or 0 for each in held))
        return lines, f"{self.held_words(len(held))} · {total}"

    def facts(self, account: ClientAccount) -> tuple[str, ...]:
        """Language and zone."""
        zone = account.time_zone.replace("_", " ").rpartition("/")[2]
        there = self.dates.elsewhere(self.now, account.time_zone, account.full_name.split(" ")[0])
        return (
            self.dates.language_name(account.locale),
            there or translate("Clients", "{zone} time").format(zone=zone),
        )

    def invite_line(self, account: ClientAccount) -> str:
        """How long his invitation holds."""
        if account.accepted or not account.active:
            return ""
        until = account.invited_until
        if until is None or until <= self.now:
            return translate("Clients", "The invitation is over. Send a new one.")
        return translate("Clients", "The invitation holds until {day} at {hour}.").format(
            day=self.dates.day(until, now=self.now), hour=self.dates.hour(until)
        )

    def _line(self, client: Client) -> str:
        own = self._own(client)
        running = [each for each in own if each.status is MeetingStatus.IN_PROGRESS]
        if running:
            return translate("Clients", "In a meeting with you now")
        coming = [
            each
            for each in own
            if each.status is MeetingStatus.SCHEDULED
            and not is_missed(each.scheduled_at, each.planned_minutes, now=self.now)
        ]
        if coming:
            following = min(coming, key=lambda each: each.scheduled_at)
            return translate("Clients", "Next: {day}, {hour}").format(
                day=self.dates.short_day(following.scheduled_at), hour=self.dates.hour(following.scheduled_at)
            )
        held = [each for each in own if each.status is MeetingStatus.COMPLETED]
        if held:
            last = max(held, key=lambda each: each.scheduled_at)
            return translate("Clients", "Last: {day}").format(
                day=self.dates.short_day_with_year(last.scheduled_at, now=self.now)
            )
        return translate("Clients", "No meeting yet")

    def _own(self, client: Client) -> list[Meeting]:
        return [each for each in self.known if each.client.id == client.id]
