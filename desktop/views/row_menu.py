"""The ⋯ of a meeting: a button whose menu offers what the meeting allows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent

from desktop.view_models.states import RowAction
from desktop.views.controls import IconButton
from desktop.views.dropdown import Dropdown
from desktop.views.menu import MenuRow
from desktop.views.theme import Look

_ICONS = {
    RowAction.EDIT: "pencil",
    RowAction.MOVE: "clock",
    RowAction.EXTEND: "plus",
    RowAction.LATE: "hourglass",
    RowAction.COMING: "hourglass",
    RowAction.COPY_LINK: "link",
    RowAction.DETAILS: "info",
    RowAction.CALENDAR: "calendar",
    RowAction.CANCEL: "close",
}


class RowMenuButton(IconButton):
    """The button; its menu is made when it opens and goes when it closes.

    Args:
        look: colours, fonts and sizes.
        meeting_id: whose menu it is; part of its object name.
    """

    chosen = Signal(object)
    """A row was taken; carries its `RowAction`."""

    def __init__(self, look: Look, meeting_id: str) -> None:
        super().__init__(look, f"meetingMenu-{meeting_id}", "ellipsis")
        self._actions: tuple[RowAction, ...] = ()
        self._menu: Dropdown | None = None
        self.clicked.connect(self.open_menu)
        self._retranslate()

    def set_actions(self, actions: tuple[RowAction, ...]) -> None:
        """Change what is offered; without anything the button is hidden."""
        if actions != self._actions and self._menu is not None:
            self._menu.hide()
        self._actions = actions
        self.setVisible(bool(actions))

    def open_menu(self) -> None:
        """Show the menu, or hide it when it is shown."""
        if self._menu is not None:
            self._menu.hide()
            return
        if not self._actions:
            return
        menu = Dropdown(self.look, "meetingMenu", self)
        words = self._words()
        for action in self._actions:
            ink = "danger" if action is RowAction.CANCEL else "text"
            row = MenuRow(self.look, f"{action.value}Row", _ICONS[action], ink=ink)
            row.set_words(words[action])
            row.clicked.connect(lambda _checked=False, action=action: self._take(action))
            menu.content.addWidget(row)
        menu.closed.connect(self._closed)
        self._menu = menu
        menu.open_under(right=True)
        first = menu.findChild(MenuRow)
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """The menu goes with its button."""
        super().hideEvent(event)
        if self._menu is not None:
            self._menu.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _take(self, action: RowAction) -> None:
        # The focus comes back here first: a dialog that opens now gives it back when it closes.
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        if self._menu is not None:
            self._menu.hide()
        self.chosen.emit(action)

    def _closed(self) -> None:
        menu, self._menu = self._menu, None
        if menu is not None:
            menu.deleteLater()

    def _words(self) -> dict[RowAction, str]:
        return {
            RowAction.EDIT: self.tr("Edit…"),
            RowAction.MOVE: self.tr("Move…"),
            RowAction.EXTEND: self.tr("Extend by 15 min"),
            RowAction.LATE: self.tr("I am 5 min late"),
            RowAction.COMING: self.tr("I am coming, 5 min"),
            RowAction.COPY_LINK: self.tr("Copy the link"),
            RowAction.DETAILS: self.tr("Details"),
            RowAction.CALENDAR: self.tr("Add to my calendar"),
            RowAction.CANCEL: self.tr("Cancel the meeting…"),
        }

    def _retranslate(self) -> None:
        self.set_name(self.tr("More actions"))
