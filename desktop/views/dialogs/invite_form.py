"""Inviting a client: name, address, language. A part of dialogs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.views.controls import Button, ButtonKind, Chip
from desktop.views.fields import ErrorLine, Field, FieldFrame, LineEditor
from desktop.views.text import Text
from desktop.views.theme import Look

LANGUAGES = (("fr", "Français"), ("en", "English"))
"""Each in itself, so that whoever reads it knows it."""


class LanguageRow(QWidget):
    """One chip a language."""

    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.xs)
        self._chips: dict[str, Chip] = {}
        for code, name in LANGUAGES:
            chip = Chip(look, f"language-{code}")
            chip.setText(name)
            chip.setAccessibleName(name)
            chip.clicked.connect(lambda _checked=False, code=code: self._pressed(code))
            self._chips[code] = chip
            row.addWidget(chip)
        row.addStretch()
        self.choose("fr")

    @property
    def code(self) -> str:
        """The language that is chosen."""
        return next(code for code, chip in self._chips.items() if chip.isChecked())

    def choose(self, code: str) -> None:
        """Choose a language; one that is not offered is read as English."""
        wanted = code.partition("-")[0]
        wanted = wanted if wanted in self._chips else "en"
        for each, chip in self._chips.items():
            chip.setChecked(each == wanted)

    def _pressed(self, code: str) -> None:
        self.choose(code)
        self.changed.emit()


class InviteForm(QWidget):
    """Fields and two buttons on a quiet card.

    Args:
        look: colours, fonts and sizes.
    """

    wanted = Signal(object)
    """The invitation; carries an `InviteDraft`."""
    given_up = Signal()
    """No invitation after all."""
    edited = Signal()
    """Somebody types."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("inviteForm")
        self._heading = Text(look, "strong")
        self._name = self._line("inviteNameField")
        self._email = self._line("inviteEmailField")
        self._language = LanguageRow(look)
        self._error = ErrorLine(look, "inviteError")
        self._give_up = Button(look, "inviteGiveUpButton", ButtonKind.QUIET)
        self._send = Button(look, "inviteSendButton")
        column = QVBoxLayout(self)
        pad = look.space.m
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(look.space.s)
        column.addWidget(self._heading)
        for field in (self._name, self._email):
            column.addWidget(field)
        foot = QHBoxLayout()
        foot.setSpacing(look.space.xs)
        foot.addWidget(self._language, 1)
        foot.addWidget(self._give_up)
        foot.addWidget(self._send)
        column.addLayout(foot)
        column.addWidget(self._error)
        self._send.clicked.connect(self.submit)
        self._give_up.clicked.connect(self.given_up)
        self.retranslate()

    def begin(self, name: str, language: str) -> None:
        """Empty the fields but for what is known already."""
        self._editor(self._name).setText(name)
        self._editor(self._email).clear()
        self._language.choose(language)
        field = self._email if name else self._name
        self._editor(field).setFocus(Qt.FocusReason.OtherFocusReason)

    def draft(self) -> InviteDraft:
        """What the fields hold."""
        return InviteDraft(
            self._editor(self._name).text(), self._editor(self._email).text(), self._language.code
        )

    def put_back(self, draft: InviteDraft) -> None:
        """Show what was typed before."""
        self.begin(draft.name, draft.language)
        self._editor(self._email).setText(draft.email)

    def submit(self) -> None:
        """Send the invitation."""
        self.wanted.emit(self.draft())

    def something_typed(self) -> bool:
        """Whether closing would lose words."""
        return bool(self._editor(self._name).text().strip() or self._editor(self._email).text().strip())

    def render_state(self, state: InviteState) -> None:
        """Draw a state; what stands in the fields is left alone."""
        self._name.set_error(state.name_error)
        self._email.set_error(state.email_error)
        self._error.show_text(state.error.sentence if state.error else "")
        for part in (self._name, self._email, self._language, self._give_up):
            part.setEnabled(not state.busy)
        self._send.set_busy(state.busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter invites, it does not save what is around."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        elif event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour.border, look.line.border))
        painter.setBrush(look.colour.window)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.radius.card, look.radius.card
        )

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        """Write the words of now."""
        self._heading.setText(self.tr("New client"))
        self._name.set_label(self.tr("Name"))
        self._email.set_label(self.tr("E-mail address"))
        self._give_up.set_label(self.tr("Cancel"))
        self._send.set_label(self.tr("Invite"))
        self._send.setToolTip(self.tr("Sends a link by e-mail"))

    def _line(self, name: str) -> Field:
        frame = FieldFrame(self._look)
        editor = LineEditor(self._look, name, frame)
        editor.textEdited.connect(self.edited)
        frame.add(editor, stretch=1)
        return Field(self._look, editor, frame)

    @staticmethod
    def _editor(field: Field) -> LineEditor:
        editor = field.editor
        assert isinstance(editor, LineEditor)
        return editor
