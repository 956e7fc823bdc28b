"""The dialog in which MiKL schedules a meeting, changes it or moves it."""

from __future__ import annotations

from datetime import date, time

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, QTime
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.states import ScheduleDraft, SchedulePurpose, ScheduleState, Tone
from desktop.views.controls import Button, ButtonKind
from desktop.views.dialogs.client_field import ClientFrame
from desktop.views.dialogs.when_fields import DayFrame, DurationRow, HourFrame
from desktop.views.fields import ErrorLine, Field, FieldFrame, LineEditor, TextEditor
from desktop.views.focus_ring import FocusRing
from desktop.views.intentions import ScheduleIntentions
from desktop.views.messages import InfoLine
from desktop.views.text import Text
from desktop.views.theme import Look

_AGENDA_LINES = 4
_SHARE_OF_SCREEN = 0.9


class ScheduleDialog(QDialog):
    """Who, what, when, how long. Show it with `open()`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        parent: the window it belongs to.
    """

    def __init__(self, model: ScheduleIntentions, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._look = look
        self._closing = False
        self._filling = False
        self.setObjectName("scheduleDialog")
        self.setFixedWidth(look.size.dialog_width)
        self._heading = Text(look, "title")
        self._client = ClientFrame(look)
        self._client_field = Field(look, self._client.editor, self._client)
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
        agenda_frame = FieldFrame(look, tall=True)
        self._agenda = TextEditor("descriptionField", agenda_frame)
        self._agenda.setFixedHeight(look.line_height("body") * _AGENDA_LINES)
        agenda_frame.add(self._agenda, stretch=1)
        self._agenda_field = Field(look, self._agenda, agenda_frame)
        self._warning = InfoLine(look, "warningLine", Tone.WARNING)
        self._note = InfoLine(look, "noteLine", Tone.PRIMARY)
        self._error = ErrorLine(look, "scheduleError")
        self._reload = Button(look, "reloadButton", ButtonKind.QUIET)
        self._trouble = QWidget()
        self._cancel = Button(look, "cancelButton")
        self._save = Button(look, "saveButton", ButtonKind.FILLED)
        self._asked = Text(look, "strong")
        self._keep = Button(look, "keepButton")
        self._discard = Button(look, "discardButton", ButtonKind.DANGER)
        self._body = QWidget()
        self._buttons = QWidget()
        self._question = QWidget()
        self._ring = FocusRing(look, self)
        self._lay_out()
        self._fill_id = model.state.fill_id
        self._fill(model.state)
        self._initial = self._told = self.draft()
        self._connect()
        self._retranslate()
        self.render_state(model.state)
        self._first_field().setFocus()

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
        )

    def render_state(self, state: ScheduleState) -> None:
        """Draw a state; what stands in the fields is left alone."""
        if state.saved:
            self._closing = True
            self.accept()
            return
        if state.fill_id != self._fill_id:
            self._fill_id = state.fill_id
            self._filling = True
            self._fill(state)
            self._filling = False
            self._told = self.draft()
        self._client.set_clients(state.clients)
        self._client.editor.setPlaceholderText(
            self.tr("Loading clients…") if state.loading_clients else self.tr("Name of a client")
        )
        self._client_field.set_error(state.client_error)
        self._title_field.set_error(state.title_error)
        self._agenda_field.set_error(state.description_error)
        self._day_field.set_error(state.when_error)
        self._hour.set_wrong(bool(state.when_error))
        self._duration_field.set_error(state.duration_error)
        self._duration.set_wrong(bool(state.duration_error))
        self._duration.set_usual(state.durations)
        self._hour_field.set_hint(state.zone)
        self._warning.show_text(state.warning)
        self._note.show_text(state.note)
        self._trouble.setVisible(state.error is not None)
        self._error.show_text(state.error.sentence if state.error else "")
        self._reload.set_label(state.error.action if state.error else "")
        self._reload.setVisible(bool(state.error and state.error.action))
        self._body.setEnabled(not state.busy)
        self._cancel.setEnabled(not state.busy)
        self._save.set_busy(state.busy)
        self._fit()

    def reject(self) -> None:
        """Cancel; asks first when something was typed."""
        if self._closing or self._model.state.busy:
            return
        if self.draft() == self._initial or self._question.isVisible():
            self._closing = True
            super().reject()
            return
        self._buttons.hide()
        self._question.show()
        self._keep.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter saves; Escape closes what is open, then the dialog."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._submit()
        elif key == Qt.Key.Key_Escape:
            if self._day.close_list() or self._hour.close_list() or self._client.close_list():
                return
            if self._question.isVisible():
                self._keep_editing()
            else:
                self.reject()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dialogs lie on `surface`."""
        QPainter(self).fillRect(event.rect(), self._look.colour.surface)

    def setVisible(self, visible: bool) -> None:
        """Qt pretends that the Tab key brought the first focus; nobody pressed it."""
        super().setVisible(visible)
        self._ring.surround(None)

    def finish(self) -> None:
        """Close without asking anybody: the view-model has ended."""
        self._closing = True
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's own close button is Cancel."""
        if not self._closing:
            event.ignore()
            self.reject()
        else:
            super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.render_state(self._model.state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow and shrink with the form."""
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def _first_field(self) -> QWidget:
        """Where the keyboard starts."""
        return {
            SchedulePurpose.NEW: self._client.editor,
            SchedulePurpose.EDIT: self._title,
            SchedulePurpose.MOVE: self._day.editor,
        }[self._model.state.purpose]

    def _fill(self, state: ScheduleState) -> None:
        draft = state.draft
        self._client.setEnabled(state.purpose is SchedulePurpose.NEW)
        self._client.open_button.setVisible(state.purpose is SchedulePurpose.NEW)
        self._client.set_clients(state.clients)
        self._client.choose(draft.client_id)
        self._title.setText(draft.title)
        self._agenda.setPlainText(draft.description)
        day = draft.day or state.earliest_day
        self._day.editor.setDate(QDate(day.year, day.month, day.day) if day else QDate.currentDate())
        if state.earliest_day is not None:
            earliest = state.earliest_day
            self._day.set_earliest(QDate(earliest.year, earliest.month, earliest.day))
        hour = draft.hour or time(9)
        self._hour.editor.setTime(QTime(hour.hour, hour.minute))
        self._duration.set_usual(state.durations)
        self._duration.set_minutes(draft.planned_minutes)

    def _lay_out(self) -> None:
        space = self._look.space
        when = QHBoxLayout()
        when.setSpacing(space.m)
        when.addWidget(self._day_field, 1, Qt.AlignmentFlag.AlignTop)
        when.addWidget(self._hour_field, 1, Qt.AlignmentFlag.AlignTop)
        self._body.setObjectName("scrolled")
        form = QVBoxLayout(self._body)
        form.setContentsMargins(space.l, space.xxs, space.l, space.xxs)
        form.setSpacing(space.m)
        form.addWidget(self._client_field)
        form.addWidget(self._title_field)
        form.addLayout(when)
        form.addWidget(self._duration_field)
        form.addWidget(self._agenda_field)
        form.addWidget(self._note)
        form.addWidget(self._warning)
        trouble = QHBoxLayout(self._trouble)
        trouble.setContentsMargins(0, 0, 0, 0)
        trouble.addWidget(self._error, 1, Qt.AlignmentFlag.AlignVCenter)
        trouble.addWidget(self._reload)
        form.addWidget(self._trouble)
        form.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        self._body.installEventFilter(self)
        for foot, parts in (
            (self._buttons, (self._cancel, self._save)),
            (self._question, (self._asked, self._keep, self._discard)),
        ):
            row = QHBoxLayout(foot)
            row.setContentsMargins(space.l, 0, space.l, 0)
            row.setSpacing(space.xs)
            if foot is self._buttons:
                row.addStretch()
            for part in parts:
                row.addWidget(part, 1 if part is self._asked else 0)
        self._question.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, space.l, 0, space.l)
        column.setSpacing(space.m)
        head = QHBoxLayout()
        head.setContentsMargins(space.l, 0, space.l, 0)
        head.addWidget(self._heading)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._buttons)
        column.addWidget(self._question)

    def _connect(self) -> None:
        for signal in (
            self._client.changed,
            self._title.textEdited,
            self._day.editor.dateChanged,
            self._hour.editor.timeChanged,
            self._duration.changed,
            self._agenda.textChanged,
        ):
            signal.connect(self._edited)
        self._day.editor.dateChanged.connect(self._show_weekday)
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._submit)
        self._keep.clicked.connect(self._keep_editing)
        self._discard.clicked.connect(self.reject)
        self._reload.clicked.connect(self._again)
        self._model.changed.connect(self.render_state)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._submit)

    def _edited(self) -> None:
        """Qt's editors also report values that they only read again."""
        draft = self.draft()
        if draft != self._told and not self._filling:
            self._told = draft
            self._model.edited(draft)

    def _submit(self) -> None:
        if self._model.state.busy or self._question.isVisible():
            return
        self._client.settle()
        self._model.save(self.draft())

    def _again(self) -> None:
        self._client.settle()
        self._model.retry(self.draft())

    def _keep_editing(self) -> None:
        self._question.hide()
        self._buttons.show()
        self._first_field().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fit(self) -> None:
        """As high as the form asks for, and never higher than the screen."""
        body = max(self._body.heightForWidth(self.width()), self._body.minimumSizeHint().height())
        space = self._look.space
        head = max(self._heading.sizeHint().height(), self._heading.minimumHeight())
        rest = head + self._look.size.control + 2 * space.l + 2 * space.m
        screen = self.screen() or QGuiApplication.primaryScreen()
        most = int(screen.availableGeometry().height() * _SHARE_OF_SCREEN)
        self.resize(self.width(), min(body + rest, most))

    def _show_weekday(self) -> None:
        words = QLocale().toString(self._day.editor.date(), QLocale.FormatType.LongFormat)
        self._day_field.set_hint(words)

    def _retranslate(self) -> None:
        self.setLocale(QLocale())
        self._day.localize()
        self._show_weekday()
        heading = {
            SchedulePurpose.NEW: self.tr("Schedule a meeting"),
            SchedulePurpose.EDIT: self.tr("Edit the meeting"),
            SchedulePurpose.MOVE: self.tr("Move the meeting"),
        }[self._model.state.purpose]
        self.setWindowTitle(heading)
        self._heading.setText(heading)
        self._client_field.set_label(self.tr("Client"))
        self._client.open_button.set_name(self.tr("Show all clients"))
        self._title_field.set_label(self.tr("Title"))
        self._day_field.set_label(self.tr("Day"))
        self._day.open_button.set_name(self.tr("Open the calendar"))
        self._hour_field.set_label(self.tr("Hour"))
        self._hour.open_button.set_name(self.tr("Show hours"))
        self._duration_field.set_label(self.tr("Length"))
        self._duration.retranslate()
        self._agenda_field.set_label(self.tr("Agenda (optional)"))
        self._cancel.set_label(self.tr("Cancel"))
        self._save.set_label(self.tr("Save"))
        self._asked.setText(
            self.tr("Discard this meeting?")
            if self._model.state.purpose is SchedulePurpose.NEW
            else self.tr("Discard your changes?")
        )
        self._keep.set_label(self.tr("Keep editing"))
        self._discard.set_label(self.tr("Discard"))
