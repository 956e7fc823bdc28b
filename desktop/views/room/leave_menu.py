"""What the red button asks: leave, or end for everybody; ending asks once more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import RoomViewState
from desktop.views.controls import Button, ButtonKind
from desktop.views.dropdown import Dropdown
from desktop.views.menu import MenuRow
from desktop.views.text import Text
from desktop.views.theme import Look


class LeaveMenu(Dropdown):
    """Two rows above the red button, or one when there is nobody to end the meeting for.

    Args:
        look: colours, fonts and sizes; the stage's.
        anchor: the red button.
    """

    leave = Signal()
    """Leave, the others stay."""
    stayed = Signal()
    """It was closed without an answer."""
    end_for_all = Signal()
    """End the meeting for everybody; was confirmed."""

    def __init__(self, look: Look, anchor: QWidget) -> None:
        super().__init__(look, "leaveMenu", anchor)
        self._state = RoomViewState()
        self._answered = False
        self._choices = QWidget()
        self._leave_row = MenuRow(look, "leaveRow", "sign-out")
        self._end_row = MenuRow(look, "endForAllButton", "leave", ink="danger")
        rows = QVBoxLayout(self._choices)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(look.space.xs)
        rows.addWidget(self._leave_row)
        rows.addWidget(self._end_row)
        self._question = QWidget()
        self._asked = Text(look, "strong", wraps=True)
        self._count = Text(look, "small", ink="muted", wraps=True)
        self._cancel = Button(look, "cancelEndButton", ButtonKind.PLAIN)
        self._confirm = Button(look, "confirmEndButton", ButtonKind.DANGER)
        column = QVBoxLayout(self._question)
        inset = look.space.xs
        column.setContentsMargins(inset, inset, inset, inset)
        column.setSpacing(look.space.xxs)
        column.addWidget(self._asked)
        column.addWidget(self._count)
        column.addSpacing(look.space.s)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.space.xs)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._confirm)
        column.addLayout(buttons)
        self.content.addWidget(self._choices)
        self.content.addWidget(self._question)
        self._leave_row.clicked.connect(lambda: self._answer(self.leave))
        self._end_row.clicked.connect(self._ask)
        self._cancel.clicked.connect(self.hide)
        self._confirm.clicked.connect(lambda: self._answer(self.end_for_all))
        self.closed.connect(self._closed)
        self._retranslate()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state."""
        self._state = state
        self._end_row.setVisible(state.leave_choices)
        self._retranslate()

    def ask(self) -> None:
        """Show the rows; the keyboard is on the first."""
        self._answered = False
        self._choices.show()
        self._question.hide()
        self._end_row.setVisible(self._state.leave_choices)
        self.open_above()
        self._leave_row.setFocus(Qt.FocusReason.PopupFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _answer(self, answer: SignalInstance) -> None:
        self._answered = True
        self.hide()
        answer.emit()

    def _closed(self) -> None:
        if not self._answered:
            self.stayed.emit()

    def _ask(self) -> None:
        self._choices.hide()
        self._question.show()
        self.open_above()
        self._cancel.setFocus(Qt.FocusReason.PopupFocusReason)

    def _retranslate(self) -> None:
        count = self._state.end_count
        who = self.tr("%n person(s) will be disconnected", "", count) if count else ""
        stays = self.tr("The others stay") if self._state.leave_choices else ""
        if self._state.sharing:
            stays = self.tr("The sharing of your screen ends")
        self._leave_row.set_words(self.tr("Leave the meeting"), stays)
        self._end_row.set_words(self.tr("End the meeting for everyone"), who)
        self._asked.setText(self.tr("End the meeting for everyone?"))
        self._count.setText(who)
        self._count.setVisible(bool(who))
        self._cancel.set_label(self.tr("Cancel"))
        self._confirm.set_label(self.tr("End the meeting"))
