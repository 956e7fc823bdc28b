"""The log-in window: one card, one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.states import SignInState, Tone
from desktop.views.controls import Button, ButtonKind, CheckBox
from desktop.views.dropdown import paint_card
from desktop.views.fields import ErrorLine, Field, FieldFrame, IconMark, LineEditor, PasswordFrame
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.intentions import SignInIntentions
from desktop.views.messages import InfoLine
from desktop.views.text import Text
from desktop.views.theme import Look


class _Card(QWidget):
    """The card that holds the form."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        paint_card(QPainter(self), self._look, QRectF(self.rect()), floats=False)


class SignInWindow(QWidget):
    """Asks for e-mail and password.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        mark: icon of the product.
    """

    def __init__(self, model: SignInIntentions, look: Look, *, mark: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self.setObjectName("signInWindow")
        self.setWindowIcon(window_icon(mark))
        self.resize(look.size.sign_in_width, look.size.sign_in_height)
        self.setMinimumSize(look.size.card_width + 2 * look.space.m, look.size.participant_min_height)
        self._mark = IconMark(look, mark, size="mark")
        self._product = Text(look, "title", name="productName")
        self._notice = InfoLine(look, "signInNotice", Tone.NEUTRAL)
        email_frame = FieldFrame(look)
        self._email = LineEditor(look, "email", email_frame)
        self._email.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        email_frame.add(self._email, stretch=1)
        self._email_field = Field(look, self._email, email_frame)
        self._password_frame = PasswordFrame(look, "password")
        self._password = self._password_frame.editor
        self._password_field = Field(look, self._password, self._password_frame)
        self._stay = CheckBox(look, "staySignedIn")
        self._stay.setChecked(True)
        self._note = Text(look, "small", ink="muted", wraps=True, name="storeNote")
        self._error = ErrorLine(look, "signInError")
        self._button = Button(look, "signInButton", ButtonKind.FILLED, large=True)
        self._button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._server = Text(look, "small", ink="muted", wraps=True, name="serverName")
        self._server.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._ring = FocusRing(look, self)
        self._lay_out()
        for editor in (self._email, self._password):
            editor.textEdited.connect(self._model.edited)
            editor.returnPressed.connect(self._submit)
        self._password_frame.shown_changed.connect(self._retranslate)
        self._button.clicked.connect(self._submit)
        model.changed.connect(self.render_state)
        self._email.setText(model.state.email)
        self.render_state(model.state)
        self._retranslate()
        (self._password if model.state.email else self._email).setFocus()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        self.setWindowTitle(state.product)
        self._product.setText(state.product)
        self._notice.show_text(state.notice)
        self._email_field.set_error(state.email_error)
        self._password_field.set_error(state.password_error)
        self._error.show_text(state.error.sentence if state.error else "")
        self._server.setText(state.server)
        self._server.setVisible(bool(state.server))
        self._stay.setEnabled(state.can_stay_signed_in and not state.busy)
        if not state.can_stay_signed_in:
            self._stay.setChecked(False)
        self._note.setText(state.store_note)
        self._note.setVisible(bool(state.store_note))
        for widget in (self._email, self._password, self._password_frame.reveal):
            widget.setEnabled(not state.busy)
        self._button.set_busy(state.busy)
        if state.email_error and not state.busy:
            self._email.setFocus()
        elif state.password_error and not state.busy:
            self._password.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _lay_out(self) -> None:
        look = self._look
        card = _Card(look)
        card.setFixedWidth(look.size.card_width)
        form = QVBoxLayout(card)
        form.setContentsMargins(look.space.xl, look.space.xl, look.space.xl, look.space.xl)
        form.setSpacing(look.space.m)
        form.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        form.addWidget(self._product, 0, Qt.AlignmentFlag.AlignHCenter)
        for part in (self._notice, self._email_field, self._password_field, self._stay, self._note):
            form.addWidget(part)
        form.addWidget(self._error)
        form.addWidget(self._button)
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(look.space.m, look.space.m, look.space.m, look.space.m)
        column.setSpacing(look.space.m)
        column.addStretch()
        # Not by an alignment: that would give the card its height without regard to wrapped lines.
        middle = QHBoxLayout()
        middle.addStretch()
        middle.addWidget(card)
        middle.addStretch()
        column.addLayout(middle)
        column.addWidget(self._server)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)

    def _submit(self) -> None:
        if self._model.state.busy:
            return
        self._password_frame.hide_password()
        self._model.sign_in(self._email.text().strip(), self._password.text(), self._stay.isChecked())

    def _retranslate(self) -> None:
        self._email_field.set_label(self.tr("E-mail"))
        self._password_field.set_label(self.tr("Password"))
        readable = self._password_frame.readable
        self._password_frame.reveal.set_name(
            self.tr("Hide the password") if readable else self.tr("Show the password")
        )
        self._stay.set_label(self.tr("Stay signed in"))
        self._button.set_label(self.tr("Sign in"))
