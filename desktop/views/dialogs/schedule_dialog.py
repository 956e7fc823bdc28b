"""The dialog in which MiKL schedules a meeting, changes it or moves it."""

from __future__ import annotations

from datetime import date, time

from PySide6.QtCore import QDate, QLocale, Qt, QTime
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.view_models.hub_states import InviteDraft
from desktop.view_models.states import ScheduleDraft, SchedulePurpose, ScheduleState, Tone
from desktop.views.dialogs.client_field import ClientFrame
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.dialogs.invite_form import InviteForm
from desktop.views.dialogs.repeat_field import RepeatField
from desktop.views.dialogs.when_fields import DayFrame, DurationRow, HourFrame
from desktop.views.fields import Field, FieldFrame, LineEditor, TextEditor
from desktop.views.intentions import ScheduleIntentions
from desktop.views.messages import InfoLine
from desktop.views.theme import Look

_AGENDA_LINES = 3
_NOTE_LINES = 2


class ScheduleDialog(FormDialog):
    """Who, what, when, how long, how often. Show it with `open()`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        parent: the window it belongs to.
    """

    def __init__(self, model: ScheduleIntentions, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "scheduleDialog", action="saveButton", retries=True, parent=parent)
        self._model = model
        self._filling = False
        self._client = ClientFrame(look, with_new=True)
        self._client_field = Field(look, self._client.editor, self._client)
        self._invite = InviteForm(look)
        title_frame = FieldFrame(look)
        self._title = LineEditor(look, "titleField", title_frame)
        title_frame.add(self._title, stretch=1)
        self._title_field = Field(look, self._title, title_frame)
        self._day = DayFrame(look)
        self._day_field = Field(look, self._day.editor, self._day)
        self._hour = HourFrame(look)
        self._hour_field = Field(look, self._hour.editor, self._hour)
        self._duration = DurationRow(look)
        self._duration_field = Field(look, self._duration.editor, self._duration)
        self._repeat = RepeatField(look)
        self._agenda, self._agenda_field = self._text("descriptionField", _AGENDA_LINES)
        self._note, self._note_field = self._text("privateNoteField", _NOTE_LINES, icon="lock")
        self._warning = InfoLine(look, "warningLine", Tone.WARNING)
        self._news = InfoLine(look, "noteLine", Tone.PRIMARY)
        self._fill_in()
        self._fill_id = model.state.fill_id
        self._fill(model.state)
        self._initial = self._told = self.draft()
        self._connect()
        self.retranslate()
        self.render_state(model.state)
        self._invite.render_state(model.invite.state)
        self.first_field().setFocus()

    def draft(self) -> ScheduleDraft:
        """What the fields hold."""
        day, hour = self._day.editor.date(), self._hour.editor.time()
        return ScheduleDraft(
            client_id=self._client.client_id,
            title=self._title.text(),
            description=self._agenda.toPlainText(),
            day=date(day.year(), day.month(), day.day()),
            hour=time(hour.hour(), hour.minute()),
            planned_minutes=self._duration.minutes,
            times=self._repeat.times,
            note=self._note.toPlainText(),
        )

    def render_state(self, state: ScheduleState) -> None:
        """Draw a state; what stands in the fields is left alone."""
        if state.saved:
            self.done_well()
            return
        self._client.set_clients(state.clients)
        if state.fill_id != self._fill_id:
            self._fill_id = state.fill_id
            self._fill(state)
            self._told = self.draft()
        self._client.editor.setPlaceholderText(
            self.tr("Loading clients…") if state.loading_clients else self.tr("Name of a client")
        )
        self._client_field.set_error(state.client_error)
        self._title_field.set_error(state.title_error)
        self._agenda_field.set_error(state.description_error)
        self._note_field.set_error(state.note_error)
        self._day_field.set_error(state.when_error)
        self._hour.set_wrong(bool(state.when_error))
        self._duration_field.set_error(state.duration_error)
        self._duration.set_wrong(bool(state.duration_error))
        self._duration.set_usual(state.durations)
        self._hour_field.set_hint(state.zone)
        self._repeat.set_hint(state.repetition)
        self._warning.show_text(state.warning)
        self._news.show_text(state.note)
        self.show_progress(busy=state.busy, error=state.error)

    def submit(self) -> None:
        """Save."""
        if not self.busy and self._invite.isHidden():
            self._client.settle()
            self._model.save(self.draft())

    def retry(self) -> None:
        """Do again what failed."""
        self._client.settle()
        self._model.retry(self.draft())

    def something_typed(self) -> bool:
        """The fields no longer hold what they began with."""
        inviting = not self._invite.isHidden() and self._invite.something_typed()
        return inviting or self.draft() != self._initial

    def kept(self) -> tuple[ScheduleDraft, InviteDraft | None]:
        """What the fields hold, and the invitation that was being written."""
        return self.draft(), None if self._invite.isHidden() else self._invite.draft()

    def put_back(self, kept: tuple[ScheduleDraft, InviteDraft | None]) -> None:
        """Show it again. A new meeting's client is chosen once the clients are loaded."""
        draft, invitation = kept
        self._model.take_up(draft)
        if invitation is not None:
            self._open_invite(invitation.name)
            self._invite.put_back(invitation)

    def take_escape(self) -> bool:
        """Close the list or the calendar that is open."""
        return (
            self._day.close_list()
            or self._hour.close_list()
            or self._client.close_list()
            or self._repeat.close_list()
        )

    def first_field(self) -> QWidget:
        """Where the keyboard starts."""
        return {
            SchedulePurpose.NEW: self._client.editor,
            SchedulePurpose.EDIT: self._title,
            SchedulePurpose.MOVE: self._day.editor,
        }[self._model.state.purpose]

    def retranslate(self) -> None:
        """Write the words of now."""
        super().retranslate()
        purpose = self._model.state.purpose
        heading = {
            SchedulePurpose.NEW: self.tr("Schedule a meeting"),
            SchedulePurpose.EDIT: self.tr("Edit the meeting"),
            SchedulePurpose.MOVE: self.tr("Move the meeting"),
        }[purpose]
        self.setLocale(QLocale())
        self._day.localize()
        self._show_weekday()
        self.setWindowTitle(heading)
        self.heading.setText(heading)
        self._client_field.set_label(self.tr("Client"))
        self._client.open_button.set_name(self.tr("Show all clients"))
        self._title_field.set_label(self.tr("Title"))
        self._day_field.set_label(self.tr("Day"))
        self._day.open_button.set_name(self.tr("Open the calendar"))
        self._hour_field.set_label(self.tr("Hour"))
        self._hour.open_button.set_name(self.tr("Show hours"))
        self._duration_field.set_label(self.tr("Length"))
        self._duration.retranslate()
        self._repeat.retranslate()
        self._agenda_field.set_label(self.tr("Agenda (optional)"))
        self._note_field.set_label(self.tr("Private note (optional)"))
        self._note_field.set_hint(self.tr("Your client does not see this note."))
        self.action_button.set_label(self.tr("Save"))
        self.set_question(
            self.tr("Discard this meeting?")
            if purpose is SchedulePurpose.NEW
            else self.tr("Discard your changes?")
        )
        self.render_state(self._model.state)

    def _text(self, name: str, lines: int, *, icon: str = "") -> tuple[TextEditor, Field]:
        frame = FieldFrame(self.look, tall=True)
        editor = TextEditor(name, frame)
        editor.setFixedHeight(self.look.line_height("body") * lines + self.look.space.xxs)
        frame.add(editor, stretch=1)
        return editor, Field(self.look, editor, frame, icon=icon)

    def _fill(self, state: ScheduleState) -> None:
        """Put the state's draft into the fields."""
        self._filling = True
        draft = state.draft
        fresh = state.purpose is SchedulePurpose.NEW
        self._client.set_clients(state.clients)
        self._client.choose(draft.client_id)
        self._client.setEnabled(fresh)
        self._client.open_button.setVisible(fresh)
        self._repeat.setVisible(fresh)
        self._note_field.setVisible(fresh)
        self._title.setText(draft.title)
        self._agenda.setPlainText(draft.description)
        self._note.setPlainText(draft.note)
        day = draft.day or state.earliest_day
        self._day.editor.setDate(QDate(day.year, day.month, day.day) if day else QDate.currentDate())
        if state.earliest_day is not None:
            earliest = state.earliest_day
            self._day.set_earliest(QDate(earliest.year, earliest.month, earliest.day))
        hour = draft.hour or time(9)
        self._hour.editor.setTime(QTime(hour.hour, hour.minute))
        self._duration.set_usual(state.durations)
        self._duration.set_minutes(draft.planned_minutes)
        self._repeat.set_first(self._day.editor.date())
        self._repeat.set_times(draft.times)
        self._filling = False

    def _fill_in(self) -> None:
        when = QHBoxLayout()
        when.setSpacing(self.look.space.m)
        when.addWidget(self._day_field, 1, Qt.AlignmentFlag.AlignTop)
        when.addWidget(self._hour_field, 1, Qt.AlignmentFlag.AlignTop)
        for part in (self._client_field, self._invite, self._title_field):
            self.form.addWidget(part)
        self.form.addLayout(when)
        for below in (
            self._duration_field,
            self._repeat,
            self._agenda_field,
            self._note_field,
        ):
            self.form.addWidget(below)
        for line in (self._news, self._warning):
            self.add_line(line)
        self.form.addStretch()
        self._invite.hide()

    def _connect(self) -> None:
        for signal in (
            self._client.changed,
            self._title.textEdited,
            self._day.editor.dateChanged,
            self._hour.editor.timeChanged,
            self._duration.changed,
            self._repeat.changed,
            self._agenda.textChanged,
            self._note.textChanged,
        ):
            signal.connect(self._edited)
        self._day.editor.dateChanged.connect(self._show_weekday)
        self._day.editor.dateChanged.connect(self._repeat.set_first)
        self._repeat.box.toggled.connect(self.order_tabs)
        self._client.new_wanted.connect(self._open_invite)
        invite = self._model.invite
        self._invite.wanted.connect(invite.invite)
        self._invite.edited.connect(invite.edited)
        self._invite.given_up.connect(self._close_invite)
        invite.changed.connect(self._invite.render_state)
        invite.invited.connect(self._close_invite)
        self._model.changed.connect(self.render_state)

    def _edited(self) -> None:
        """Qt's editors also report values that they only read again."""
        draft = self.draft()
        if draft != self._told and not self._filling:
            self._told = draft
            self._model.edited(draft)

    def _open_invite(self, name: str) -> None:
        self._invite.show()
        self.order_tabs()
        self._invite.begin(name, QLocale().name()[:2])
        self.action_button.setEnabled(False)

    def _close_invite(self) -> None:
        self._invite.hide()
        self._invite.begin("", QLocale().name()[:2])
        self.action_button.setEnabled(True)
        following = self._title if self._client.client_id else self._client.editor
        following.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_weekday(self) -> None:
        words = QLocale().toString(self._day.editor.date(), QLocale.FormatType.LongFormat)
        self._day_field.set_hint(words)
