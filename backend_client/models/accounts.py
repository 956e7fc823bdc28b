"""Log-in, passwords and codes, the signed-in person, and the clients of an operator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from backend_client.models.common import AnswerModel, Person, RequestModel, Role

PASSWORD_MIN = 10
PASSWORD_MAX = 128
NAME_MAX = 200

Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]
Device = Annotated[str, StringConstraints(max_length=100)]
NewPassword = Annotated[str, StringConstraints(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_MAX)]
"""A password to check: what was allowed once may be shorter than what is allowed now."""
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
FullName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
"""Language, with or without a country: `fr`, `en-GB`."""
TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""Name in the IANA database: `Europe/Paris`."""


def _optional() -> Any:
    """A member that is left out when it is None, so that a service that does not know it takes the rest."""
    return Field(default=None, exclude_if=lambda value: value is None)


class LoginRequest(RequestModel):
    """POST /auth/login. `totp` is a code of the authenticator app, or a recovery code."""

    email: Email
    password: AnyPassword
    device: Device = ""
    totp: Code | None = _optional()


class RefreshRequest(RequestModel):
    """POST /auth/refresh and /auth/logout."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ResetRequest(RequestModel):
    """POST /auth/password-reset."""

    email: Email


class ResetConfirmation(RequestModel):
    """POST /auth/password-reset/confirm."""

    code: Code
    password: NewPassword


class AcceptInviteRequest(RequestModel):
    """POST /auth/invites/accept."""

    code: Code
    password: NewPassword
    full_name: FullName
    device: Device = ""


class PasswordCheck(RequestModel):
    """POST /auth/password-check: the password again, for what asks for a recent one."""

    password: AnyPassword


class PasswordChange(RequestModel):
    """POST /auth/password."""

    old_password: AnyPassword
    password: NewPassword


class TotpConfirmation(RequestModel):
    """POST /auth/totp/confirm."""

    code: Code


class ProfileChange(RequestModel):
    """PATCH /me and /clients/{id}; what is left out stays as it is."""

    full_name: FullName | None = _optional()
    locale: Locale | None = _optional()
    time_zone: TimeZone | None = _optional()


class ClientRequest(RequestModel):
    """POST /clients: somebody to invite."""

    email: Email
    full_name: FullName
    locale: Locale = "fr"
    time_zone: TimeZone = "Europe/Paris"


class CompanyStart(RequestModel):
    """POST /auth/company/start.

    Attributes:
        challenge: of a verifier that the app keeps (RFC 7636, S256).
        port: where the app listens on this machine's loopback address; None for its link scheme.
    """

    challenge: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
    port: Annotated[int, Field(ge=1024, le=65535)] | None = _optional()


class CompanyExchange(RequestModel):
    """POST /auth/company/exchange: the code that came back, and the verifier that never left."""

    code: Code
    verifier: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]
    device: Device = ""


class CompanyName(AnswerModel):
    """GET /auth/company: there is a company log-in, and this is what it is called."""

    name: str


class CompanyLogIn(AnswerModel):
    """Answer to POST /auth/company/start: what to open in the person's browser."""

    authorize_url: str


class User(AnswerModel):
    """The person who is signed in."""

    id: UUID
    role: Role
    full_name: str
    email: str
    locale: str = "fr"
    time_zone: str = "Europe/Paris"


class Tokens(AnswerModel):
    """Answer to log-in and refresh. `expires_in` is the access token's life in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    user: User


class Client(Person):
    """A client as the operator sees him. `accepted`: he has followed his invitation."""

    active: bool = True
    time_zone: str = "Europe/Paris"
    accepted: bool = True


class Clients(AnswerModel):
    """GET /clients."""

    items: list[Client]
    next_cursor: str | None = None


class ClientAccount(Client):
    """One client with what the list leaves out."""

    email: str
    locale: str = "fr"
    invited_until: datetime | None = None
    """End of the invitation that has been sent and not been used."""


class Invite(AnswerModel):
    """A single-use link, mailed to the client and given here to be copied."""

    link: str
    """Opens the app (`mikl://…`)."""
    web_link: str
    """Opens a page that opens the app, for mail programs that know no other links."""
    expires_at: datetime


class InvitedClient(ClientAccount):
    """Answer to POST /clients. A repeated request gets no second link: ask for a new invitation."""

    invite: Invite | None = None


class SignInSession(AnswerModel):
    """One device that is signed in."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    current: bool


class SignInSessions(AnswerModel):
    """GET /auth/sessions, the latest used first."""

    items: list[SignInSession]


class TotpEnrolment(AnswerModel):
    """Answer to POST /auth/totp/enrol: shown once, without effect until confirmed."""

    otpauth_uri: str
    recovery_codes: list[str]
