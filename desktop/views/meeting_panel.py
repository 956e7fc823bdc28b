"""The panel about the selected meeting, at the right of both apps' lists."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.hub_states import ChangeLine, PanelState, PersonLine
from desktop.view_models.states import MeetingAction, Tone
from desktop.views.controls import Button, ButtonKind
from desktop.views.fields import FieldFrame, IconMark, TextEditor
from desktop.views.hub_intentions import PanelIntentions
from desktop.views.messages import TONE_INKS
from desktop.views.panel import Panel
from desktop.views.row_menu import RowMenuButton
from desktop.views.text import Avatar, ElidedText, Pill, Text
from desktop.views.theme import Look

_NOTE_LINES = 7


class _People(QWidget):
    """People below each other, each with a line."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[PersonLine, ...] = ()
        self._lines: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.space.xs)

    def show_people(self, people: tuple[PersonLine, ...]) -> None:
        """Replace them."""
        self.setVisible(bool(people))
        if people == self._shown:
            return
        self._shown = people
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(each) for each in people]
        for line in self._lines:
            self._column.addWidget(line)

    def _line(self, each: PersonLine) -> QWidget:
        look = self._look
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.s)
        avatar = Avatar(look, "row_avatar")
        avatar.set_person(each.person)
        row.addWidget(avatar)
        words = QVBoxLayout()
        words.setSpacing(0)
        name = ElidedText(look, "body")
        name.setText(each.person.name)
        what = ElidedText(look, "small", ink="muted", tabular=True)
        what.setText(each.line)
        words.addWidget(name)
        words.addWidget(what)
        row.addLayout(words, 1)
        return line


class _Changes(QWidget):
    """What became of the meeting: a sentence each, and below it when and by whom."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: tuple[ChangeLine, ...] = ()
        self._lines: list[Text] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_changes(self, changes: tuple[ChangeLine, ...]) -> None:
        """Replace them."""
        self.setVisible(bool(changes))
        if changes == self._shown:
            return
        self._shown = changes
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, each in enumerate(changes):
            if place:
                self._column.addSpacing(self._look.space.xs)
            what = Text(self._look, "body", wraps=True, tabular=True)
            what.setText(each.text)
            when = Text(self._look, "small", ink="muted", wraps=True, tabular=True)
            when.setText(each.when)
            self._column.addWidget(what)
            self._column.addWidget(when)


class MeetingPanel(Panel):
    """Agenda, private note, people, presence and history of one meeting; hidden while none is selected.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
    """

    def __init__(self, model: PanelIntentions, look: Look) -> None:
        super().__init__(look, "meetingPanel", "closePanelButton")
        self._model = model
        self._fill_id = -1
        self._filling = False
        self._pill = Pill(look)
        self._when = Text(look, "body", wraps=True, tabular=True)
        self._zone = Text(look, "small", ink="muted", wraps=True)
        self._ended = Text(look, "small", ink="muted", wraps=True, tabular=True, name="endedLine")
        self._button = Button(look, "panelAction", ButtonKind.PLAIN)
        self._menu = RowMenuButton(look, "panel")
        self._agenda_label = Text(look, "label")
        self._agenda = Text(look, "body", wraps=True, name="agendaText")
        self._agenda.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note_label = Text(look, "label")
        frame = FieldFrame(look, tall=True)
        self._note = TextEditor("noteField", frame)
        self._note.setFixedHeight(look.line_height("body") * _NOTE_LINES)
        frame.add(self._note, stretch=1)
        self._note_help = Text(look, "small", ink="muted", wraps=True)
        self._note_line = Text(look, "small", ink="muted", wraps=True, name="noteStatus")
        self._people_label = Text(look, "label")
        self._people = _People(look)
        self._presence_label = Text(look, "label")
        self._presence_line = Text(look, "body", ink="muted", wraps=True)
        self._presence = _People(look)
        self._changes_label = Text(look, "label")
        self._changes = _Changes(look)
        self._error = Text(look, "small", ink="danger", wraps=True)
        self._retry = Button(look, "panelRetryButton", ButtonKind.QUIET)
        self._trouble = QWidget()
        self._lay_out(frame)
        self._connect()
        self._retranslate()
        self.render_state(model.state)

    def render_state(self, state: PanelState) -> None:
        """Draw a state; what stands in the note's field is left alone."""
        row = state.row
        self.set_open(row is not None)
        if row is None:
            return
        self.title.setText(row.title)
        self.title.set_struck(row.struck)
        self._pill.show_state(row.pill, row.pill_tone)
        self._when.setText(state.when)
        self._when.setToolTip(row.tooltip)
        for text, words in (
            (self._zone, state.zone),
            (self._ended, state.ended),
            (self._presence_line, state.presence_line),
        ):
            text.setText(words)
            text.setVisible(bool(words))
        self._button.set_label(row.action_label)
        self._button.setVisible(row.action is not MeetingAction.NONE)
        self._button.set_busy(row.busy)
        self._menu.set_actions(row.menu)
        self._agenda.setText(state.agenda or self.tr("No agenda"))
        self._agenda.set_ink("text" if state.agenda else "muted")
        if state.fill_id != self._fill_id:
            self._fill_id = state.fill_id
            self._filling = True
            self._note.setPlainText(state.note)
            self._filling = False
        for part in self._note_parts:
            part.setVisible(bool(state.note_help))
        self._note.setEnabled(state.note_ready)
        self._note_help.setText(state.note_help)
        self._note.setAccessibleDescription(state.note_help)
        self._note_line.setText(state.note_line)
        tone = state.note_tone if state.note_tone is not Tone.SUCCESS else Tone.NEUTRAL
        self._note_line.set_ink(TONE_INKS[tone])
        self._people.show_people(state.people)
        self._presence.show_people(state.presence)
        self._presence_label.setVisible(bool(state.presence or state.presence_line))
        self._changes.show_changes(state.changes)
        self._changes_label.setVisible(bool(state.changes))
        self._trouble.setVisible(state.error is not None)
        self._error.setText(state.error.sentence if state.error else "")
        self._retry.set_label(state.error.action if state.error else "")
        self._retry.setVisible(bool(state.error and state.error.action))
        self.setAccessibleName(row.accessible)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.render_state(self._model.state)

    def _lay_out(self, note_frame: FieldFrame) -> None:
        self.content.addLayout(self._summary())
        self._note_parts = (self._note_heading(), note_frame, self._note_help, self._note_line)
        sections: tuple[tuple[QWidget, ...], ...] = (
            (self._agenda_label, self._agenda),
            self._note_parts,
            (self._people_label, self._people),
            (self._presence_label, self._presence_line, self._presence),
            (self._changes_label, self._changes),
        )
        for parts in sections:
            self.content.addLayout(self._section(parts))
        self.content.addStretch(1)

    def _summary(self) -> QVBoxLayout:
        """State, hours, the buttons, and what could not be loaded."""
        space = self.look.space
        column = QVBoxLayout()
        column.setSpacing(space.xxs)
        column.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(space.xxs)
        for part in (self._when, self._zone, self._ended):
            column.addWidget(part)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, space.xs, 0, 0)
        buttons.setSpacing(space.xs)
        buttons.addWidget(self._button)
        buttons.addWidget(self._menu)
        buttons.addStretch()
        column.addLayout(buttons)
        trouble = QVBoxLayout(self._trouble)
        trouble.setContentsMargins(0, space.xs, 0, 0)
        trouble.addWidget(self._error)
        trouble.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._trouble)
        return column

    def _note_heading(self) -> QWidget:
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.look.space.xxs)
        row.addWidget(IconMark(self.look, "lock"))
        row.addWidget(self._note_label, 1)
        return heading

    def _section(self, parts: tuple[QWidget, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(self.look.space.xxs)
        for part in parts:
            column.addWidget(part)
        return column

    def _connect(self) -> None:
        model = self._model
        self.close_button.clicked.connect(model.dismiss)
        self._button.clicked.connect(model.act)
        self._menu.chosen.connect(model.choose)
        self._retry.clicked.connect(model.retry)
        self._note.textChanged.connect(self._typed)
        model.changed.connect(self.render_state)

    def _typed(self) -> None:
        if not self._filling:
            self._model.type_note(self._note.toPlainText())

    def _retranslate(self) -> None:
        self.close_button.set_name(self.tr("Close the panel"))
        self._agenda_label.setText(self.tr("Agenda"))
        self._note_label.setText(self.tr("Private note"))
        self._note.setAccessibleName(self.tr("Private note"))
        self._note.setPlaceholderText(self.tr("Only for you"))
        self._people_label.setText(self.tr("People"))
        self._presence_label.setText(self.tr("Presence"))
        self._changes_label.setText(self.tr("History"))
