"""What the log-in card shows and can do."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError
from backend_client.models import Role
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.ports import SignInPort
from desktop.view_models.states import ErrorText, SignInState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel


class SignInViewModel(ViewModel[SignInState]):
    """Logs a person in.

    Signals:
        signed_in(User): the log-in succeeded.

    Args:
        sign_in: who talks to the service.
        language: retranslates standing texts when it changes.
        product: name of the app, shown on the card.
        server: the service's address, shown in small print.
        role: the app's role; an account of the other role is told to use the other app.
        other_product: name of that other app.
        persistent: False when the machine has no secret store.
    """

    signed_in = Signal(object)

    def __init__(
        self,
        sign_in: SignInPort,
        language: Language,
        *,
        product: str,
        server: str,
        role: Role,
        other_product: str,
        persistent: bool,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(
            SignInState(product=product, server=server, can_stay_signed_in=persistent), on_unexpected, parent
        )
        self._sign_in = sign_in
        self._role = role
        self._other_product = other_product
        self._session_ended = False
        self._reason = ""
        language.changed.connect(self._retranslate)
        self._retranslate()

    def sign_in(self, email: str, password: str, stay_signed_in: bool) -> None:
        """Log in with what the fields hold; errors appear beside them."""
        if self._state.busy:
            return
        email_error = "" if "@" in email.strip() else self.tr("Enter your e-mail address.")
        password_error = "" if password else self.tr("Enter your password.")
        self._set(email=email, email_error=email_error, password_error=password_error, error=None)
        if email_error or password_error:
            return
        self._set(busy=True)
        self._scope.start(self._log_in(email.strip(), password, stay_signed_in), name="log-in")

    def edited(self) -> None:
        """The person types: what was wrong is being corrected."""
        self._set(email_error="", password_error="", error=None)

    def session_ended(self) -> None:
        """Say above the fields why the card is back."""
        self._session_ended = True
        self._retranslate()

    def show_reason(self, text: str) -> None:
        """Say above the fields what waits behind the card, "" for nothing; already translated."""
        self._reason = text
        self._set(notice=self._notice())

    def _notice(self) -> str:
        ended = self.tr("Your session has ended. Sign in again to go on.") if self._session_ended else ""
        return self._reason or ended

    async def _log_in(self, email: str, password: str, stay_signed_in: bool) -> None:
        try:
            user = await self._sign_in.log_in(email, password, stay_signed_in=stay_signed_in)
            if user.role is not self._role:
                await self._sign_in.log_out()
                self._set(error=self._wrong_app())
                return
        except ApiError as error:
            self._set(error=text_for(error.code))
        else:
            self._session_ended = False
            self._set(notice="", error=None)
            self.signed_in.emit(user)
        finally:
            self._set(busy=False)

    def _wrong_app(self) -> ErrorText:
        if self._role is Role.OPERATOR:
            text = self.tr("This account is a client's. Open {product} instead.")
        else:
            text = self.tr("This account is the host's. Open {product} instead.")
        return ErrorText(text.format(product=self._other_product))

    def _retranslate(self) -> None:
        self._set(
            notice=self._notice(),
            store_note=""
            if self._state.can_stay_signed_in
            else self.tr("This computer has no password store: you will sign in again at the next start."),
            error=None,
            email_error="",
            password_error="",
        )
