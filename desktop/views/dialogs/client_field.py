"""Choosing a client, or something else from a long list, by typing part of the name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent

from desktop.view_models.states import ClientChoice, PersonState
from desktop.views.choice_list import Choice, ChoiceList
from desktop.views.controls import IconButton
from desktop.views.dropdown import Dropdown
from desktop.views.fields import FieldFrame, IconMark, LineEditor
from desktop.views.meeting_list import plain
from desktop.views.text import Avatar
from desktop.views.theme import Look

NEW = "new"
"""Value of the row that stands for somebody who is no client yet."""


class PickFrame(FieldFrame):
    """The field: avatar of the chosen one, what is typed, and the list of those that match.

    Args:
        look: colours, fonts and sizes.
        name, button: object names of the editor and of the button that shows all.
        with_new: the list ends with *New client…*.
        faces: whether what is chosen has an avatar.
    """

    changed = Signal()
    """Another client, or none, is chosen now."""
    new_wanted = Signal(str)
    """The list's last row: somebody who is no client yet; carries what was typed."""

    def __init__(
        self, look: Look, name: str, button: str, *, with_new: bool = False, faces: bool = True
    ) -> None:
        super().__init__(look)
        self._with_new = with_new
        self._faces = faces
        self._look = look
        self._clients: tuple[ClientChoice, ...] = ()
        self._client_id = ""
        self._mark = IconMark(look, "search")
        self._avatar = Avatar(look, "small_avatar")
        self._avatar.hide()
        self.editor = _PickEditor(look, name, self)
        self.open_button = IconButton(look, button, "chevron-down", size="pill")
        self.open_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add(self._mark)
        self.add(self._avatar)
        self.add(self.editor, stretch=1)
        self.add(self.open_button)
        self._list = ChoiceList(look, name.replace("Field", "List"))
        self._dropdown: Dropdown | None = None
        self.editor.textEdited.connect(self._typed)
        self.open_button.clicked.connect(self._toggle)
        self._list.chosen.connect(self._take)

    @property
    def client_id(self) -> str:
        """Who is chosen, "" for nobody."""
        return self._client_id

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._dropdown is not None and self._dropdown.isVisible()

    def set_clients(self, clients: tuple[ClientChoice, ...]) -> None:
        """Change who can be chosen; a choice that is still possible stays."""
        if clients != self._clients:
            self._clients = clients
            self._show_chosen(self._client_id)

    def choose(self, client_id: str) -> None:
        """Choose somebody by id; unknown ids choose nobody."""
        known = {client.client_id: client for client in self._clients}
        self._client_id = client_id if client_id in known else ""
        self.editor.setText(known[client_id].person.name if self._client_id else "")
        self._show_chosen(self._client_id)

    def step(self, rows: int) -> None:
        """Open the list, or move in it."""
        if self.is_open:
            self._list.step(rows)
        else:
            self._open(everybody=True)

    def take_current(self) -> bool:
        """Choose the list's current row; False when the list is closed."""
        current = self._list.current if self.is_open else None
        if current is None:
            return False
        self._take(current.value)
        return True

    def close_list(self) -> bool:
        """Hide the list; False when it was hidden."""
        if not self.is_open or self._dropdown is None:
            return False
        self._dropdown.hide()
        return True

    def settle(self) -> None:
        """The field is left: what was typed becomes a choice when only one name can be meant."""
        self.close_list()
        matching = self._matching(self.editor.text())
        if not self._client_id and self.editor.text().strip() and len(matching) == 1:
            self._take(matching[0].client_id)

    def _matching(self, words: str) -> list[ClientChoice]:
        wanted = plain(words).split()
        return [
            client for client in self._clients if all(word in plain(client.person.name) for word in wanted)
        ]

    def _typed(self, text: str) -> None:
        exact = [client for client in self._clients if plain(client.person.name) == plain(text.strip())]
        before = self._client_id
        self._client_id = exact[0].client_id if len(exact) == 1 else ""
        self._show_chosen(self._client_id)
        self._open(everybody=False)
        if self._client_id != before:
            self.changed.emit()

    def _take(self, client_id: str) -> None:
        if client_id == NEW:
            self.close_list()
            self.new_wanted.emit("" if self._client_id else self.editor.text().strip())
            return
        before = self._client_id
        self.choose(client_id)
        self.close_list()
        if self._client_id != before:
            self.changed.emit()

    def _toggle(self) -> None:
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.close_list():
            self._open(everybody=True)

    def _open(self, *, everybody: bool) -> None:
        clients = list(self._clients) if everybody else self._matching(self.editor.text())
        choices = [
            Choice(client.client_id, client.person.name, client.person if self._faces else None)
            for client in clients
        ]
        if self._with_new:
            choices.append(Choice(NEW, self.tr("New client…"), icon="plus"))
        if not choices:
            self.close_list()
            return
        if self._dropdown is None:
            self._dropdown = Dropdown(self._look, self.editor.objectName().replace("Field", "Dropdown"), self)
            self._dropdown.content.addWidget(self._list)
        self._list.show_choices(tuple(choices), self._client_id)
        self._dropdown.open_under(width_px=self.width())

    def _show_chosen(self, client_id: str) -> None:
        people = {client.client_id: client.person for client in self._clients}
        person = people.get(client_id, PersonState())
        self._avatar.set_person(person)
        self._avatar.setVisible(bool(client_id) and self._faces)
        self._mark.setVisible(not client_id or not self._faces)


class ClientFrame(PickFrame):
    """Choosing a client.

    Args:
        look: colours, fonts and sizes.
        with_new: the list ends with *New client…*.
    """

    def __init__(self, look: Look, *, with_new: bool = False) -> None:
        super().__init__(look, "clientField", "clientListButton", with_new=with_new)


class _PickEditor(LineEditor):
    """The text, whose arrow keys, Enter and Escape steer the list."""

    def __init__(self, look: Look, name: str, frame: PickFrame) -> None:
        super().__init__(look, name, frame)
        self._client_frame = frame

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steer the list; what the list does not need goes on to the dialog."""
        frame, key = self._client_frame, event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            frame.step(1 if key == Qt.Key.Key_Down else -1)
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and frame.take_current():
            return
        if key == Qt.Key.Key_Escape and frame.close_list():
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Settle what was typed."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._client_frame.settle()
