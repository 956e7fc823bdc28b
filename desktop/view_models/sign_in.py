"""What the log-in card shows and can do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import PASSWORD_MIN, ResetConfirmation, Role, User
from desktop.system.deep_link import CompanyLink, code_of
from desktop.view_models.company_sign_in import CompanyRefusedError, CompanySignIn
from desktop.view_models.error_texts import field_text, text_for
from desktop.view_models.language import Language
from desktop.view_models.ports import CompanyPort, PasswordResetPort, SignInPort
from desktop.view_models.states import ErrorText, SignInState, SignInStep
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

LOOK_DELAYS_S = (2.0, 5.0, 10.0, 30.0)
"""Waiting times until the service is asked again about the company's log-in; the last one repeats."""

_NO_ERRORS: dict[str, Any] = {
    "email_error": "",
    "password_error": "",
    "code_error": "",
    "name_error": "",
    "error": None,
}


class SignInViewModel(ViewModel[SignInState]):
    """Logs a person in: by password, with a second factor, after a reset, by invitation, in the browser.

    Signals:
        signed_in(User): the log-in succeeded.
        browser_wanted(str): open this address in the person's browser.

    Args:
        sign_in: who talks to the service.
        company: the company's log-in.
        reset: who has codes mailed and takes new passwords.
        language: retranslates standing texts when it changes.
        product: name of the app, shown on the card.
        server: the service's address, shown in small print.
        role: the app's role; an account of the other role is told to use the other app.
        other_product: name of that other app.
        persistent: False when the machine has no secret store.
        way_back: see `CompanySignIn`.
    """

    signed_in = Signal(object)
    browser_wanted = Signal(str)

    def __init__(
        self,
        sign_in: SignInPort,
        reset: PasswordResetPort,
        company: CompanyPort,
        language: Language,
        *,
        product: str,
        server: str,
        role: Role,
        other_product: str,
        persistent: bool,
        way_back: Callable[[], int | None] = lambda: None,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        state = SignInState(
            product=product,
            server=server,
            can_stay_signed_in=persistent,
            can_be_invited=role is Role.CLIENT,
        )
        super().__init__(state, on_unexpected, parent)
        self._sign_in = sign_in
        self._reset = reset
        self._company = CompanySignIn(company, way_back, role, self)
        self._role = role
        self._other_product = other_product
        self._session_ended = False
        self._reason = ""
        self._service_away = False
        self._password_changed = False
        self._reset_asked = False
        # Kept while the second factor is asked for, forgotten with the step.
        self._credentials: tuple[str, str, bool] | None = None
        self._code = ""
        language.changed.connect(self._retranslate)
        self._retranslate()

    # ------------------------------------------------------------------ intentions

    def sign_in(self, email: str, password: str, stay_signed_in: bool) -> None:
        """Log in with what the fields hold; errors appear beside them."""
        email = email.strip()
        if self._refused(
            email=email, email_error=self._email_error(email), password_error=self._need(password)
        ):
            return
        self._credentials = (email, password, stay_signed_in)
        self._begin(partial(self._log_in, None), name="log-in")

    def give_second_factor(self, code: str) -> None:
        """Finish the log-in with a code of the authenticator app, or a recovery code."""
        if not self._refused(code_error=self._need(code.strip())):
            self._begin(partial(self._log_in, code.strip()), name="log-in")

    def ask_reset(self, email: str) -> None:
        """Have a code mailed to this address."""
        email = email.strip()
        if not self._refused(email=email, email_error=self._email_error(email)):
            self._begin(partial(self._ask_reset, email), name="password reset")

    def set_password(self, code: str, password: str) -> None:
        """Set a new password by the mailed code (or the whole link); with a link's code, `code` is ""."""
        code = self._code or code_of(code)
        if not self._refused(code_error=self._need(code), password_error=self._new_password_error(password)):
            self._begin(partial(self._set_password, code, password), name="new password")

    def accept_invitation(self, code: str, name: str, password: str, stay_signed_in: bool) -> None:
        """Accept an invitation by its code (or the whole link); with a link's code, `code` is ""."""
        code, name = self._code or code_of(code), name.strip()
        if not self._refused(
            code_error=self._need(code),
            name_error=self._need(name),
            password_error=self._new_password_error(password),
        ):
            work = partial(self._accept, code, name, password, stay_signed_in)
            self._begin(work, name="invitation")

    def begin_company(self, stay_signed_in: bool) -> None:
        """Log in with the company's log-in: the browser has the word until it comes back."""
        if not self._refused():
            self._begin(partial(self._begin_company, stay_signed_in), name="company's log-in")

    def open_browser_again(self) -> None:
        """The browser's page was closed or never came."""
        self.edited()
        if self._company.address:
            self.browser_wanted.emit(self._company.address)

    def show_step(self, step: SignInStep) -> None:
        """Ask for something else."""
        if self._state.busy:
            return
        self._company.cancel()
        self._credentials = None
        self._code = ""
        self._password_changed = False
        self._reset_asked = False
        self._set(step=step, code_known=False, **_NO_ERRORS)
        self._set(notice=self._notice())

    def edited(self) -> None:
        """The person types: what was wrong is being corrected."""
        self._set(**_NO_ERRORS)

    # ------------------------------------------------------------------ from outside

    def open_invitation(self, code: str) -> None:
        """A link to an invitation was opened."""
        if self._role is not Role.CLIENT:
            words = self.tr("This invitation is for clients. Open it with {product}.")
            self.show_reason(words.format(product=self._other_product))
            return
        self._open(SignInStep.INVITATION, code)

    def open_reset(self, code: str) -> None:
        """A link to a new password was opened."""
        self._open(SignInStep.NEW_PASSWORD, code)

    def look_for_company(self) -> None:
        """Offer the company's log-in as soon as the service says that there is one."""
        self._scope.start(self._look(), name="look for a company's log-in")

    def come_back(self, link: CompanyLink) -> None:
        """The browser has come back from the company's log-in."""
        if not self._refused():
            self._begin(partial(self._finish_company, link), name="company's log-in")

    def no_browser(self) -> None:
        """The system has opened no browser."""
        self._company.cancel()
        self._set(step=SignInStep.PASSWORD, error=ErrorText(self._company.browser_missing()))

    def session_ended(self, email: str = "") -> None:
        """Say above the fields why the card is back, and whose it was."""
        self._session_ended = True
        self._set(email=email)
        self._retranslate()

    def service_away(self, away: bool) -> None:
        """A stored session waits for the service to answer, or no longer."""
        self._service_away = away
        self._set(notice=self._notice())

    def show_reason(self, text: str) -> None:
        """Say above the fields what waits behind the card, "" for nothing; already translated."""
        self._reason = text
        self._set(notice=self._notice())

    # ------------------------------------------------------------------ work

    def _open(self, step: SignInStep, code: str) -> None:
        self.show_step(step)
        self._code = code
        self._set(code_known=True)

    def _refused(self, **found: str) -> bool:
        """Show errors beside their fields; True when there is one, or the card is busy."""
        if self._state.busy:
            return True
        self._set(**{**_NO_ERRORS, **found})
        return any(text for name, text in found.items() if name.endswith("_error"))

    def _begin(self, work: Callable[[], Awaitable[None]], *, name: str) -> None:
        async def run() -> None:
            try:
                await work()
            except ApiError as error:
                self._show(error)
            except CompanyRefusedError as refusal:
                self._set(error=refusal.text)
            finally:
                self._set(busy=False)

        self._set(busy=True)
        self._scope.start(run(), name=name)

    async def _log_in(self, totp: str | None) -> None:
        if self._credentials is None:
            return
        email, password, stay = self._credentials
        try:
            user = await self._sign_in.log_in(email, password, stay, totp=totp)
        except ApiError as error:
            if error.code is not ApiErrorCode.TOTP_REQUIRED:
                raise
            self._set(step=SignInStep.SECOND_FACTOR)
            if totp is not None:
                self._set(code_error=field_text(FieldErrorCode.WRONG_CODE))
            return
        await self._enter(user)

    async def _accept(self, code: str, name: str, password: str, stay_signed_in: bool) -> None:
        await self._enter(await self._sign_in.accept_invite(code, password, name, stay_signed_in))

    async def _look(self) -> None:
        for delay_s in itertools.chain(LOOK_DELAYS_S, itertools.repeat(LOOK_DELAYS_S[-1])):
            try:
                await self._company.look()
            except ApiError as error:
                if not error.retryable:
                    return
            else:
                self._set(company_label=self._company.label(), company_text=self._company.text())
                return
            await asyncio.sleep(delay_s)

    async def _begin_company(self, stay_signed_in: bool) -> None:
        try:
            await self._company.begin(stay_signed_in)
        finally:
            self._set(company_label=self._company.label())
        self._set(step=SignInStep.COMPANY)
        self.browser_wanted.emit(self._company.address)

    async def _finish_company(self, link: CompanyLink) -> None:
        try:
            user = await self._company.finish(link)
        finally:
            self._set(step=SignInStep.PASSWORD)
        await self._enter(user)

    async def _enter(self, user: User) -> None:
        if user.role is not self._role:
            await self._sign_in.log_out()
            self._set(error=self._wrong_app())
            return
        self._session_ended = False
        self._credentials = None
        self._code = ""
        self._set(notice="", **_NO_ERRORS)
        self.signed_in.emit(user)

    async def _ask_reset(self, email: str) -> None:
        await self._reset.ask_for_reset(email)
        self._reset_asked = True
        self._set(step=SignInStep.NEW_PASSWORD, notice=self._notice())

    async def _set_password(self, code: str, password: str) -> None:
        try:
            confirmation = ResetConfirmation(code=code, password=password)
        except ValidationError:
            self._set(code_error=field_text(FieldErrorCode.NOT_ALLOWED))
            return
        await self._reset.confirm_reset(confirmation)
        self._code = ""
        self._reset_asked = False
        self._password_changed = True
        self._set(step=SignInStep.PASSWORD, code_known=False, notice=self._notice())

    # ------------------------------------------------------------------ words

    def _show(self, error: ApiError) -> None:
        """Put a refusal next to the field it concerns, or above the button."""
        found = {
            name: field_text(error.fields[pointer], pointer)
            for pointer, name in (
                ("/code", "code_error"),
                ("/full_name", "name_error"),
                ("/password", "password_error"),
                ("/email", "email_error"),
            )
            if pointer in error.fields
        }
        if error.code is ApiErrorCode.CODE_EXPIRED and not self._state.code_known:
            found["code_error"] = text_for(error.code).sentence
        if found:
            self._set(**found)
        else:
            self._set(error=text_for(error.code))

    def _email_error(self, email: str) -> str:
        return "" if "@" in email else self.tr("Enter your e-mail address.")

    def _need(self, value: str) -> str:
        return "" if value else self.tr("Please fill in this field.")

    def _new_password_error(self, password: str) -> str:
        if len(password) >= PASSWORD_MIN:
            return ""
        return self.tr("At least {count} characters, please.").format(count=PASSWORD_MIN)

    def _wrong_app(self) -> ErrorText:
        if self._role is Role.OPERATOR:
            text = self.tr("This account is a client's. Open {product} instead.")
        else:
            text = self.tr("This account is the host's. Open {product} instead.")
        return ErrorText(text.format(product=self._other_product))

    def _notice(self) -> str:
        if self._reset_asked:
            return self.tr(
                "If {email} has an account, a message is on its way. Open its link, or paste the code here."
            ).format(email=self._state.email)
        if self._password_changed:
            return self.tr("Your password is changed. Sign in with it.")
        if self._service_away:
            return self.tr("The service does not answer. You will be signed in as soon as it does.")
        if self._reason:
            return self._reason
        return self.tr("Your session has ended. Sign in again to go on.") if self._session_ended else ""

    def _retranslate(self) -> None:
        self._set(
            notice=self._notice(),
            store_note=""
            if self._state.can_stay_signed_in
            else self.tr("This computer has no password store: you will sign in again at the next start."),
            company_label=self._company.label(),
            company_text=self._company.text(),
            password_hint=self.tr("At least {count} characters; four unrelated words are a good one.").format(
                count=PASSWORD_MIN
            ),
            **_NO_ERRORS,
        )
