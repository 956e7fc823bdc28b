"""What can be done about one person, as a menu; removing asks once more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.names import with_name
from desktop.view_models.room_states import PersonAction, PersonRow
from desktop.views.controls import Button, ButtonKind
from desktop.views.dropdown import Dropdown
from desktop.views.menu import MenuRow
from desktop.views.text import Text
from desktop.views.theme import Look

_ICONS = {
    PersonAction.PIN: "pin",
    PersonAction.UNPIN: "pin-off",
    PersonAction.STOP_VIDEO: "camera-off",
    PersonAction.START_VIDEO: "camera",
    PersonAction.MUTE: "microphone-off",
    PersonAction.STOP_SHARE: "screen-off",
    PersonAction.REMOVE: "leave",
}
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's word for no limit; PySide does not carry the constant."""
_DANGER = frozenset({PersonAction.REMOVE})


class PersonMenu(Dropdown):
    """The menu of one row of the list.

    Args:
        look: colours, fonts and sizes; the stage's.
        anchor: the row's button.
    """

    chosen = Signal(object)
    """A `PersonAction`, confirmed where it must be."""

    def __init__(self, look: Look, anchor: QWidget) -> None:
        super().__init__(look, "personMenu", anchor)
        self._name = ""
        self._actions: tuple[PersonAction, ...] = ()
        self._choices = QWidget()
        self._rows = {
            action: MenuRow(
                look, f"person-{action.value}", icon, ink="danger" if action in _DANGER else "text"
            )
            for action, icon in _ICONS.items()
        }
        column = QVBoxLayout(self._choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.space.xxs)
        for action, row in self._rows.items():
            column.addWidget(row)
            row.clicked.connect(lambda _checked=False, action=action: self._choose(action))
        self._question = QWidget()
        self._asked = Text(look, "strong", wraps=True)
        self._explained = Text(look, "small", ink="muted", wraps=True)
        self._cancel = Button(look, "cancelRemoveButton", ButtonKind.PLAIN)
        self._confirm = Button(look, "confirmRemoveButton", ButtonKind.DANGER)
        inset = look.space.xs
        asking = QVBoxLayout(self._question)
        asking.setContentsMargins(inset, inset, inset, inset)
        asking.setSpacing(look.space.xxs)
        asking.addWidget(self._asked)
        asking.addWidget(self._explained)
        asking.addSpacing(look.space.s)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.space.xs)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._confirm)
        asking.addLayout(buttons)
        self.content.addWidget(self._choices)
        self.content.addWidget(self._question)
        self._cancel.clicked.connect(self.hide)
        self._confirm.clicked.connect(lambda: self._take(PersonAction.REMOVE))
        self._retranslate()

    def show_row(self, row: PersonRow) -> None:
        """Offer what can be done about this person now."""
        self._name, self._actions = row.person.name, row.actions
        for action, entry in self._rows.items():
            entry.setVisible(action in row.actions)
        self._retranslate()

    def ask(self) -> None:
        """Show the rows; the keyboard is on the first."""
        self._question.hide()
        self._choices.show()
        self.setMinimumWidth(0)
        self.setMaximumWidth(QWIDGETSIZE_MAX)
        self.open_under()
        if self._actions:
            self._rows[self._actions[0]].setFocus(Qt.FocusReason.PopupFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _choose(self, action: PersonAction) -> None:
        if action not in _DANGER:
            self._take(action)
            return
        self._choices.hide()
        self._question.show()
        self.open_under(width_px=self.look.size.side_panel - self.look.space.xxl)
        self._cancel.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, action: PersonAction) -> None:
        self.hide()
        self.chosen.emit(action)

    def _retranslate(self) -> None:
        name = self._name
        self._rows[PersonAction.PIN].set_words(self.tr("Pin to the stage"))
        self._rows[PersonAction.STOP_VIDEO].set_words(
            with_name(self.tr("Do without the video of {name}"), name)
        )
        self._rows[PersonAction.START_VIDEO].set_words(with_name(self.tr("Show the video of {name}"), name))
        self._rows[PersonAction.UNPIN].set_words(self.tr("Let go of the stage"))
        self._rows[PersonAction.MUTE].set_words(with_name(self.tr("Mute {name}"), name))
        self._rows[PersonAction.STOP_SHARE].set_words(with_name(self.tr("Stop the sharing of {name}"), name))
        self._rows[PersonAction.REMOVE].set_words(self.tr("Remove from the meeting"))
        self._asked.setText(self.tr("Remove {name} from the meeting?").format(name=name))
        self._explained.setText(self.tr("The meeting goes on for everybody else."))
        self._cancel.set_label(self.tr("Cancel"))
        self._confirm.set_label(self.tr("Remove"))
