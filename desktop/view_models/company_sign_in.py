"""The company's log-in as the card knows it: its name, the one attempt under way, and its words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from backend_client.company import CompanyAttempt
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Role, User
from desktop.system.deep_link import CompanyLink
from desktop.view_models.error_texts import text_for
from desktop.view_models.ports import CompanyPort
from desktop.view_models.states import ErrorText
from resources.brand import ORGANISATION


class CompanyRefusedError(Exception):
    """Nobody is signed in; `text` says why, in words."""

    def __init__(self, text: ErrorText) -> None:
        super().__init__(text.sentence)
        self.text = text


class CompanySignIn(QObject):
    """One attempt at a time. What comes back for any other one opens nothing.

    Args:
        port: the service.
        way_back: makes this app listen on this machine for the browser's way back, and gives the port;
            None when a link of our scheme comes back to it.
        role: whose app it is.
    """

    def __init__(
        self, port: CompanyPort, way_back: Callable[[], int | None], role: Role, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._way_back = way_back
        self._role = role
        self._name: str | None = None
        self._attempt: CompanyAttempt | None = None
        self._stay_signed_in = False

    @property
    def address(self) -> str:
        """What the browser is to show, "" while nothing is under way."""
        return self._attempt.authorize_url if self._attempt is not None else ""

    async def look(self) -> None:
        """Learn whether there is one.

        Raises:
            ApiError: the service cannot be asked.
        """
        found = await self._port.company()
        self._name = found.name if found is not None else None

    async def begin(self, stay_signed_in: bool) -> None:
        """Start an attempt; `address` is to be opened then.

        Raises:
            CompanyRefusedError: there is no such log-in any more.
            ApiError: the service or the provider cannot be asked.
        """
        try:
            self._attempt = await self._port.begin_company_log_in(port=self._way_back())
        except ApiError as error:
            if error.code is not ApiErrorCode.NOT_FOUND:
                raise
            self._name = None
            raise CompanyRefusedError(
                ErrorText(self.tr("Your company’s sign-in is no longer offered here. Use your password."))
            ) from error
        self._stay_signed_in = stay_signed_in

    async def finish(self, link: CompanyLink) -> User:
        """Sign in with what came back; the attempt is over, whatever comes of it.

        Raises:
            CompanyRefusedError: see `why_not`, or the code is none of ours.
            ApiError: the service cannot be asked.
        """
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            raise CompanyRefusedError(ErrorText(self._begun_elsewhere()))
        if not link.code:
            raise CompanyRefusedError(ErrorText(self.why_not(link.reason)))
        try:
            return await self._port.finish_company_log_in(attempt, link.code, self._stay_signed_in)
        except ApiError as error:
            if error.code is ApiErrorCode.CODE_EXPIRED:
                raise CompanyRefusedError(ErrorText(self._begun_elsewhere())) from error
            if error.code is ApiErrorCode.TOTP_REQUIRED:
                raise CompanyRefusedError(
                    ErrorText(
                        self.tr("This account has a second factor: sign in with your password and a code.")
                    )
                ) from error
            raise

    def cancel(self) -> None:
        """Give the attempt up: what comes back for it opens nothing."""
        self._attempt = None

    # ------------------------------------------------------------------ words

    def label(self) -> str:
        """Of the button, "" where there is no such log-in."""
        if self._name is None:
            return ""
        if not self._name:
            return self.tr("Sign in with your company")
        return self.tr("Sign in with {company}").format(company=self._name)

    def text(self) -> str:
        """What to do while the browser has the word."""
        return self.tr(
            "Sign in on the page of {company} that your browser shows. This window goes on by itself then."
        ).format(company=self._called())

    def browser_missing(self) -> str:
        """The system has opened no browser."""
        return self.tr("No browser could be opened. Ask your IT service, or use your password.")

    def why_not(self, reason: str) -> str:
        """Why the browser came back without a code."""
        sentences = {
            "denied": self.tr("The sign-in was cancelled at {company}."),
            "unavailable": text_for(ApiErrorCode.IDENTITY_UNAVAILABLE).sentence,
            "no-account": self.tr(
                "Nobody has invited the address that you have at {company}. Ask {host} for an invitation."
            )
            if self._role is Role.CLIENT
            else self.tr("The address that you have at {company} has no account here. Ask your IT service."),
        }
        refused = self.tr("Who you are was not confirmed by {company}. Try again, or ask your IT service.")
        return sentences.get(reason, refused).format(company=self._called(), host=ORGANISATION)

    def _called(self) -> str:
        return self._name or self.tr("your company")

    def _begun_elsewhere(self) -> str:
        return self.tr("This sign-in is too old or was not begun in this window. Begin it again here.")
