"""The log-in card's forms, one a step: fields, an error, one filled button, quiet ways elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.states import SignInState, SignInStep
from desktop.views.controls import Button, ButtonKind, CheckBox
from desktop.views.fields import ErrorLine, Field, FieldFrame, LineEditor, PasswordFrame
from desktop.views.intentions import SignInIntentions
from desktop.views.text import Text
from desktop.views.theme import Look


class EntryForm(QWidget):
    """What the forms share. A form names its parts in `_retranslate` and sends in `_submit`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        button: object name of the filled button.
    """

    submitted = Signal()
    """Enter or the filled button; connected to `_submit`."""

    def __init__(self, model: SignInIntentions, look: Look, button: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._editors: list[LineEditor] = []
        self._passwords: list[PasswordFrame] = []
        self._address: LineEditor | None = None
        self._explained = Text(look, "body", ink="muted", wraps=True)
        self._explained.hide()
        self._error = ErrorLine(look, f"{button.removesuffix('Button')}Error")
        self._button = Button(look, button, ButtonKind.FILLED, large=True)
        self._button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._button.clicked.connect(self._send)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.space.m)
        self._column.addWidget(self._explained)
        self._elsewhere = QVBoxLayout()
        self._elsewhere.setSpacing(look.space.xxs)

    # ------------------------------------------------------------------ building

    def _line(self, name: str) -> tuple[Field, LineEditor]:
        frame = FieldFrame(self._look)
        editor = LineEditor(self._look, name, frame)
        frame.add(editor, stretch=1)
        field = Field(self._look, editor, frame)
        self._keep(editor)
        self._column.addWidget(field)
        return field, editor

    def _password(self, name: str) -> tuple[Field, PasswordFrame]:
        frame = PasswordFrame(self._look, name)
        field = Field(self._look, frame.editor, frame)
        frame.shown_changed.connect(self._retranslate)
        self._passwords.append(frame)
        self._keep(frame.editor)
        self._column.addWidget(field)
        return field, frame

    def _stay_box(self) -> CheckBox:
        box = CheckBox(self._look, "staySignedIn")
        box.setChecked(True)
        self._column.addWidget(box)
        return box

    def _link(self, name: str, step: SignInStep) -> Button:
        """A quiet button that asks for something else."""
        button = Button(self._look, name, ButtonKind.QUIET)
        button.clicked.connect(lambda: self._model.show_step(step))
        self._elsewhere.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button

    def _finish(self) -> None:
        """Error, button and links, below the fields."""
        self._column.addWidget(self._error)
        self._column.addWidget(self._button)
        self._column.addLayout(self._elsewhere)
        self._retranslate()

    def _keep(self, editor: LineEditor) -> None:
        self._editors.append(editor)
        editor.textEdited.connect(self._model.edited)
        editor.returnPressed.connect(self._send)

    # ------------------------------------------------------------------ life

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        self._error.show_text(state.error.sentence if state.error else "")
        for editor in self._editors:
            editor.setEnabled(not state.busy)
        for frame in self._passwords:
            frame.reveal.setEnabled(not state.busy)
        self._button.set_busy(state.busy)

    def begin(self, state: SignInState) -> None:
        """The step begins: fill in what is known, put the keyboard where typing goes on."""
        if self._address is not None and not self._address.text():
            self._address.setText(state.email)
        shown = [editor for editor in self._editors if editor.isVisibleTo(self)]
        next((each for each in shown if not each.text()), shown[0]).setFocus()

    def forget(self) -> None:
        """Empty every field: the step is over."""
        for frame in self._passwords:
            frame.hide_password()
        for editor in self._editors:
            editor.clear()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _send(self) -> None:
        if self._model.state.busy:
            return
        for frame in self._passwords:
            frame.hide_password()
        self._submit()

    def _submit(self) -> None:
        raise NotImplementedError

    def _retranslate(self) -> None:
        for frame in self._passwords:
            frame.reveal.set_name(
                self.tr("Hide the password") if frame.readable else self.tr("Show the password")
            )

    def _focus_wrong(self, state: SignInState, *found: tuple[str, QWidget]) -> None:
        """Put the keyboard into the first field with an error."""
        wrong = next((editor for error, editor in found if error), None)
        if wrong is not None and not state.busy:
            wrong.setFocus()

    def _show_stay(self, box: CheckBox, state: SignInState) -> None:
        box.setEnabled(state.can_stay_signed_in and not state.busy)
        if not state.can_stay_signed_in:
            box.setChecked(False)


class PasswordForm(EntryForm):
    """E-mail and password."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "signInButton")
        self._email_field, self._email = self._line("email")
        self._address = self._email
        self._email.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self._password_field, self._frame = self._password("password")
        self._stay = self._stay_box()
        self._note = Text(look, "small", ink="muted", wraps=True, name="storeNote")
        self._column.addWidget(self._note)
        self._company = Button(look, "companyButton", large=True)
        self._company.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._company.clicked.connect(lambda: self._model.begin_company(self._stay.isChecked()))
        self._forgotten = self._link("forgottenButton", SignInStep.FORGOTTEN)
        self._invited = self._link("invitationButton", SignInStep.INVITATION)
        self._finish()
        self._column.insertWidget(self._column.indexOf(self._button) + 1, self._company)

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._company.set_label(state.company_label)
        self._company.setVisible(bool(state.company_label))
        self._company.setEnabled(not state.busy)
        self._email_field.set_error(state.email_error)
        self._password_field.set_error(state.password_error)
        self._show_stay(self._stay, state)
        self._note.setText(state.store_note)
        self._note.setVisible(bool(state.store_note))
        self._invited.setVisible(state.can_be_invited)
        self._focus_wrong(state, (state.email_error, self._email), (state.password_error, self._frame.editor))

    def _submit(self) -> None:
        self._model.sign_in(self._email.text().strip(), self._frame.editor.text(), self._stay.isChecked())

    def _retranslate(self) -> None:
        super()._retranslate()
        self._email_field.set_label(self.tr("E-mail"))
        self._password_field.set_label(self.tr("Password"))
        self._stay.set_label(self.tr("Stay signed in"))
        self._button.set_label(self.tr("Sign in"))
        self._forgotten.set_label(self.tr("Forgot your password?"))
        self._invited.set_label(self.tr("I have an invitation"))


class SecondFactorForm(EntryForm):
    """A code of the authenticator app."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "secondFactorButton")
        self._field, self._code = self._line("secondFactor")
        self._explained.show()
        self._back = self._link("backButton", SignInStep.PASSWORD)
        self._finish()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._field.set_error(state.code_error)
        self._focus_wrong(state, (state.code_error, self._code))

    def _submit(self) -> None:
        self._model.give_second_factor(self._code.text())

    def _retranslate(self) -> None:
        super()._retranslate()
        self._explained.setText(
            self.tr("Enter the current code of your authenticator app, or one of your recovery codes.")
        )
        self._field.set_label(self.tr("Code"))
        self._button.set_label(self.tr("Sign in"))
        self._back.set_label(self.tr("Back"))


class ForgottenForm(EntryForm):
    """The address to mail a code to."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "resetButton")
        self._field, self._email = self._line("resetEmail")
        self._address = self._email
        self._email.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self._explained.show()
        self._have_code = self._link("haveCodeButton", SignInStep.NEW_PASSWORD)
        self._back = self._link("backButton", SignInStep.PASSWORD)
        self._finish()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._field.set_error(state.email_error)
        self._focus_wrong(state, (state.email_error, self._email))

    def _submit(self) -> None:
        self._model.ask_reset(self._email.text())

    def _retranslate(self) -> None:
        super()._retranslate()
        self._explained.setText(self.tr("We mail you a link to choose a new password."))
        self._field.set_label(self.tr("E-mail"))
        self._button.set_label(self.tr("Send the link"))
        self._have_code.set_label(self.tr("I have a code"))
        self._back.set_label(self.tr("Back"))


class NewPasswordForm(EntryForm):
    """The mailed code and the new password."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "newPasswordButton")
        self._code_field, self._code = self._line("resetCode")
        self._password_field, self._frame = self._password("newPassword")
        self._back = self._link("backButton", SignInStep.PASSWORD)
        self._finish()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._code_field.setVisible(not state.code_known)
        self._code_field.set_error(state.code_error)
        self._password_field.set_hint(state.password_hint)
        self._password_field.set_error(state.password_error)
        self._focus_wrong(state, (state.code_error, self._code), (state.password_error, self._frame.editor))

    def _submit(self) -> None:
        self._model.set_password(self._code.text(), self._frame.editor.text())

    def _retranslate(self) -> None:
        super()._retranslate()
        self._code_field.set_label(self.tr("Code or link from the message"))
        self._password_field.set_label(self.tr("New password"))
        self._button.set_label(self.tr("Change the password"))
        self._back.set_label(self.tr("Back"))


class InvitationForm(EntryForm):
    """The invitation's code, a name and a password."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "acceptButton")
        self._explained.show()
        self._code_field, self._code = self._line("invitationCode")
        self._name_field, self._name = self._line("fullName")
        self._password_field, self._frame = self._password("newPassword")
        self._stay = self._stay_box()
        self._back = self._link("backButton", SignInStep.PASSWORD)
        self._finish()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._code_field.setVisible(not state.code_known)
        self._code_field.set_error(state.code_error)
        self._name_field.set_error(state.name_error)
        self._password_field.set_hint(state.password_hint)
        self._password_field.set_error(state.password_error)
        self._show_stay(self._stay, state)
        self._focus_wrong(
            state,
            (state.code_error, self._code),
            (state.name_error, self._name),
            (state.password_error, self._frame.editor),
        )

    def _submit(self) -> None:
        self._model.accept_invitation(
            self._code.text(), self._name.text(), self._frame.editor.text(), self._stay.isChecked()
        )

    def _retranslate(self) -> None:
        super()._retranslate()
        self._explained.setText(self.tr("Welcome. Choose how others see your name, and a password."))
        self._code_field.set_label(self.tr("Code or link from the message"))
        self._name_field.set_label(self.tr("First and last name"))
        self._password_field.set_label(self.tr("Password"))
        self._stay.set_label(self.tr("Stay signed in"))
        self._button.set_label(self.tr("Accept the invitation"))
        self._back.set_label(self.tr("Back"))


class CompanyForm(EntryForm):
    """Nothing to fill in: the company's log-in goes on in the browser."""

    def __init__(self, model: SignInIntentions, look: Look) -> None:
        super().__init__(model, look, "browserButton")
        self._explained.show()
        self._cancel = self._link("cancelButton", SignInStep.PASSWORD)
        self._finish()

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        super().render_state(state)
        self._explained.setText(state.company_text)
        self._cancel.setEnabled(not state.busy)

    def begin(self, state: SignInState) -> None:
        """The step begins: the keyboard is on the way back."""
        self._cancel.setFocus()

    def _submit(self) -> None:
        self._model.open_browser_again()

    def _retranslate(self) -> None:
        super()._retranslate()
        self._button.set_label(self.tr("Open the browser again"))
        self._cancel.set_label(self.tr("Cancel"))


FORMS: dict[SignInStep, Callable[[SignInIntentions, Look], EntryForm]] = {
    SignInStep.PASSWORD: PasswordForm,
    SignInStep.SECOND_FACTOR: SecondFactorForm,
    SignInStep.FORGOTTEN: ForgottenForm,
    SignInStep.NEW_PASSWORD: NewPasswordForm,
    SignInStep.INVITATION: InvitationForm,
    SignInStep.COMPANY: CompanyForm,
}
"""Each is made when its step is first shown."""
