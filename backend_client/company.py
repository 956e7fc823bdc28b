"""Signing in with the company's own log-in: what the app does before and after the browser.

    attempt = await sign_in.begin_company_log_in()     open `attempt.authorize_url` in the browser
    …  mikl://company/<code> opens the app  …
    await sign_in.finish_company_log_in(attempt, code, stay_signed_in=True)

The verifier stays in this process: a code that somebody else reads on its way is worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from backend_client.answers import read_answer
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import CompanyExchange, CompanyLogIn, CompanyName, CompanyStart, User
from backend_client.transport import Repeat, Transport


@dataclass(frozen=True, slots=True)
class CompanyAttempt:
    """One try, good for ten minutes.

    Attributes:
        authorize_url: to open in the person's browser.
        verifier: proves that the code is ours.
    """

    authorize_url: str
    verifier: str = field(repr=False)


class CompanyCalls:
    """What `SignIn` can do beside passwords, where the service knows a company's log-in."""

    _transport: Transport
    _device: str

    async def _enter(self, path: str, request: BaseModel, stay_signed_in: bool) -> User:
        raise NotImplementedError

    async def company(self) -> CompanyName | None:
        """The company's log-in; None where there is none.

        Raises:
            ApiError: the service cannot be asked.
        """
        try:
            response = await self._transport.send("GET", "/auth/company", repeat=Repeat.BROKEN)
        except ApiError as error:
            if error.code is ApiErrorCode.NOT_FOUND:
                return None
            raise
        return read_answer(response, CompanyName)

    async def begin_company_log_in(self, *, port: int | None = None) -> CompanyAttempt:
        """Ask for an address to open in the browser.

        Args:
            port: where this app listens on loopback for the way back; None for its link scheme.

        Raises:
            ApiError: `NOT_FOUND` without a company's log-in, `IDENTITY_UNAVAILABLE`, `TOO_MANY`.
        """
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        response = await self._transport.send(
            "POST",
            "/auth/company/start",
            body=CompanyStart(challenge=challenge, port=port),
            repeat=Repeat.BROKEN,
        )
        return CompanyAttempt(read_answer(response, CompanyLogIn).authorize_url, verifier)

    async def finish_company_log_in(self, attempt: CompanyAttempt, code: str, stay_signed_in: bool) -> User:
        """Be signed in, with the code that came back.

        Args:
            attempt: the one whose address was opened.
            code: last part of the link that came back.
            stay_signed_in: as for a log-in with a password.

        Raises:
            ApiError: `CODE_EXPIRED` (a minute, once), `TOTP_REQUIRED`: this account signs in with its
                password and second factor.
        """
        try:
            request = CompanyExchange(code=code, verifier=attempt.verifier, device=self._device)
        except ValidationError:
            request = None
        if request is None:
            raise ApiError(ApiErrorCode.CODE_EXPIRED, detail="refused before it was sent")
        return await self._enter("/auth/company/exchange", request, stay_signed_in)
