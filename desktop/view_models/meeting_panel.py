"""What stands beside a list about the selected meeting: agenda, private note, people, presence, history."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import NOTE_MAX, HistoryEntry, Meeting, MeetingStatus, Presence
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.history_words import HistoryWriter
from desktop.view_models.hub_ports import HubPort
from desktop.view_models.hub_states import PanelState, PersonLine
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import RowMarks, RowWriter, person_state
from desktop.view_models.note_keeper import NoteKeeper, NoteStatus
from desktop.view_models.states import ErrorText, RowAction, Tone
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)


class MeetingPanelViewModel(ViewModel[PanelState]):
    """Shows one meeting; its note is saved while it is typed, also after another one is selected.

    Args:
        service: the service.
        language: of the words.
        hosts: for the operator, with his private note; a client's panel has none.

    Signals:
        act_wanted(str): the panel's button; carries the meeting's id.
        menu_wanted(str, RowAction): a row of its menu.
    """

    act_wanted = Signal(str)
    menu_wanted = Signal(str, object)

    def __init__(
        self,
        service: HubPort,
        language: Language,
        *,
        hosts: bool = True,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(PanelState(), on_unexpected, parent)
        self._service = service
        self._language = language
        self._meeting: Meeting | None = None
        self._marks = RowMarks()
        self._presence: list[Presence] | None = None
        self._presence_of: tuple[UUID, int] | None = None
        self._history: list[HistoryEntry] = []
        self._hosts = hosts
        self._zones: dict[UUID, str] = {}
        self._notes = NoteKeeper(service, self._scope, self._note_status)
        language.changed.connect(self._write)

    @property
    def meeting_id(self) -> UUID | None:
        """Whose panel it is; None while it is away."""
        return self._meeting.id if self._meeting is not None else None

    # ------------------------------------------------------------------ what it is told

    def select(self, meeting: Meeting) -> None:
        """Show a meeting."""
        same = self._meeting is not None and self._meeting.id == meeting.id
        self._meeting = meeting
        if same:
            self._write()
            return
        self._presence, self._presence_of, self._history = None, None, []
        self._set(note="", note_ready=False, note_line="", error=None, fill_id=self._state.fill_id + 1)
        self._write()
        self._load()

    def update(self, meeting: Meeting | None, marks: RowMarks) -> None:
        """The list was read again: the meeting is as it is now, or has gone."""
        if self._meeting is None:
            return
        self._marks = marks
        if meeting is None:
            self.dismiss()
            return
        self._meeting = meeting
        self._write()
        live = meeting.status is MeetingStatus.IN_PROGRESS
        if live or self._presence_of != (meeting.id, meeting.version):
            self._scope.start(self._load_presence(meeting), name="presence")
            self._scope.start(self._load_history(meeting), name="history")

    @property
    def unsaved_notes(self) -> dict[UUID, str]:
        """Notes that were typed and that the service does not have yet."""
        return self._notes.unsaved

    def keep_note(self, meeting_id: UUID, text: str) -> None:
        """Save a note that was typed elsewhere, as safely as one that is typed here."""
        self._notes.type(meeting_id, text)

    async def close(self) -> None:
        """Save what was typed, then end."""
        await self._notes.flush()
        await super().close()

    # ------------------------------------------------------------------ intentions

    def dismiss(self) -> None:
        """Take the panel away; what was typed is still saved."""
        self._meeting = None
        self._set(row=None)

    def act(self) -> None:
        """The meeting's button."""
        if self._meeting is not None:
            self.act_wanted.emit(str(self._meeting.id))

    def choose(self, action: RowAction) -> None:
        """A row of the meeting's menu."""
        if self._meeting is not None:
            self.menu_wanted.emit(str(self._meeting.id), action)

    def type_note(self, text: str) -> None:
        """The note is this now."""
        if self._meeting is not None and self._state.note_ready:
            if len(text) > NOTE_MAX:
                self._set(
                    note_line=self.tr("Too long: {most} characters at most.").format(most=NOTE_MAX),
                    note_tone=Tone.DANGER,
                )
                return
            self._notes.type(self._meeting.id, text)

    def retry(self) -> None:
        """Load again what could not be loaded."""
        self._set(error=None)
        self._load()

    # ------------------------------------------------------------------ work

    def _load(self) -> None:
        meeting = self._meeting
        if meeting is not None:
            self._scope.start(self._load_presence(meeting), name="presence")
            self._scope.start(self._load_history(meeting), name="history")
            if self._hosts:
                self._scope.start(self._load_note(meeting), name="note")
            if self._hosts and meeting.client.id not in self._zones:
                self._scope.start(self._load_zones(), name="zones of the clients")

    async def _load_zones(self) -> None:
        try:
            self._zones = {each.id: each.time_zone for each in await self._service.clients()}
        except ApiError as error:
            # A help beside the hour, no more: it comes with the next selection.
            log.warning("the clients could not be fetched: %s", error.code.value)
            return
        self._write()

    async def _load_note(self, meeting: Meeting) -> None:
        typed = self._notes.typed(meeting.id)
        if typed is None:
            try:
                typed = (await self._service.note(meeting.id)).body
            except ApiError as error:
                if self.meeting_id == meeting.id:
                    self._set(error=self._not_loaded(error))
                return
        if self.meeting_id == meeting.id and not self._state.note_ready:
            self._set(note=typed, note_ready=True, fill_id=self._state.fill_id + 1)
            self._note_status(meeting.id)

    async def _load_presence(self, meeting: Meeting) -> None:
        try:
            presence = await self._service.presence(meeting.id)
        except ApiError as error:
            log.warning("the presence could not be fetched: %s", error.code.value)
            if self.meeting_id == meeting.id and self._presence is None:
                self._set(error=self._not_loaded(error))
            return
        if self.meeting_id == meeting.id:
            self._presence, self._presence_of = presence, (meeting.id, meeting.version)
            self._write()

    async def _load_history(self, meeting: Meeting) -> None:
        try:
            history = await self._service.meeting_history(meeting.id)
        except ApiError as error:
            # What is on screen stays; it comes with the next change or selection.
            log.warning("the history of a meeting could not be fetched: %s", error.code.value)
            return
        if self.meeting_id == meeting.id:
            self._history = history
            self._write()

    def _not_loaded(self, error: ApiError) -> ErrorText:
        if error.code is ApiErrorCode.NOT_HOST:
            return text_for(error.code)
        if not self._hosts:
            return ErrorText(self.tr("Who was there could not be loaded."), self.tr("Try again"))
        return ErrorText(self.tr("Note and presence could not be loaded."), self.tr("Try again"))

    # ------------------------------------------------------------------ words

    def _note_status(self, meeting_id: UUID) -> None:
        if self.meeting_id != meeting_id:
            return
        match self._notes.status(meeting_id):
            case NoteStatus.TYPING:
                line, tone = self.tr("Saving…"), Tone.NEUTRAL
            case NoteStatus.WAITING:
                line, tone = self.tr("Not saved yet: the service does not answer."), Tone.WARNING
            case NoteStatus.REFUSED:
                code = self._notes.error(meeting_id) or ApiErrorCode.INTERNAL
                line, tone = text_for(code).sentence, Tone.DANGER
            case NoteStatus.SAVED:
                line, tone = self.tr("Saved"), Tone.SUCCESS
        self._set(note_line=line, note_tone=tone)

    def _write(self) -> None:
        meeting = self._meeting
        if meeting is None:
            return
        dates, now = Dates(self._language.locale, system_zone()), self._service.now()
        day = dates.day(meeting.scheduled_at, now=now)
        first_name = meeting.client.full_name.split(" ")[0]
        self._set(
            row=RowWriter(dates, now, self._marks).row(meeting),
            when=f"{day} · {dates.hours(meeting.scheduled_at, meeting.planned_minutes)}",
            zone=self._hours_there(meeting, dates),
            agenda=meeting.description,
            ended=self._ended(meeting, dates, now),
            people=(
                PersonLine(person_state(meeting.client.full_name), self.tr("Client")),
                PersonLine(person_state(meeting.operator.full_name), self.tr("Organiser")),
            ),
            note_help=self.tr("{name} does not see this note.").format(name=first_name)
            if self._hosts
            else "",
            presence=tuple(self._stay(stay, dates) for stay in self._presence or ()),
            presence_line=self._presence_line(meeting),
            changes=HistoryWriter(meeting, dates, now).lines(self._history),
        )

    def _hours_there(self, meeting: Meeting, dates: Dates) -> str:
        """The client's own hours, where his clock shows others."""
        return dates.elsewhere(
            meeting.scheduled_at,
            self._zones.get(meeting.client.id, ""),
            meeting.client.full_name.split(" ")[0],
            minutes=meeting.planned_minutes,
        )

    def _ended(self, meeting: Meeting, dates: Dates, now: datetime) -> str:
        if meeting.status is MeetingStatus.CANCELLED:
            if meeting.cancel_reason:
                return self.tr("Cancelled: {reason}").format(reason=meeting.cancel_reason)
            return self.tr("Cancelled without a reason")
        if meeting.started_at is None or meeting.status is MeetingStatus.SCHEDULED:
            return ""
        start = dates.hour(meeting.started_at)
        if meeting.ended_at is None:
            return self.tr("Started at {start}").format(start=start)
        return self.tr("From {start} to {end}, {duration}").format(
            start=start,
            end=dates.hour(meeting.ended_at),
            duration=dates.duration(meeting.duration_seconds or 0),
        )

    def _stay(self, stay: Presence, dates: Dates) -> PersonLine:
        start = dates.hour(stay.joined_at)
        if stay.left_at is None:
            line = self.tr("There since {start}").format(start=start)
        else:
            duration = dates.duration(int((stay.left_at - stay.joined_at).total_seconds()))
            line = f"{start}–{dates.hour(stay.left_at)} · {duration}"
        return PersonLine(person_state(stay.full_name), line)

    def _presence_line(self, meeting: Meeting) -> str:
        if self._presence is None or self._presence or meeting.status is MeetingStatus.SCHEDULED:
            return ""
        if meeting.status is MeetingStatus.IN_PROGRESS:
            return self.tr("Nobody is in the room yet.")
        if meeting.status is MeetingStatus.COMPLETED:
            return self.tr("Nobody was in the room.")
        return ""
