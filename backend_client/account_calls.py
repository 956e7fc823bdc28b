"""The calls about accounts: clients and their invitations, passwords, sessions, the second factor."""

from __future__ import annotations

from uuid import UUID

from backend_client.calls import Calls
from backend_client.models import (
    ClientAccount,
    ClientRequest,
    Invite,
    InvitedClient,
    PasswordChange,
    PasswordCheck,
    ProfileChange,
    ResetConfirmation,
    ResetRequest,
    SignInSession,
    SignInSessions,
    TotpConfirmation,
    TotpEnrolment,
    User,
)
from backend_client.transport import Repeat


class AccountCalls(Calls):
    """What `BackendClient` can do about accounts. Every method raises `ApiError` and nothing else."""

    async def change_me(self, change: ProfileChange) -> User:
        """Change one's own name, language or time zone; what is None stays."""
        return await self._ask("PATCH", "/me", User, body=change)

    async def client_account(self, client_id: UUID) -> ClientAccount:
        """One client with his address (operators)."""
        return await self._ask("GET", f"/clients/{client_id}", ClientAccount)

    async def invite_client(self, request: ClientRequest, *, idempotency_key: str) -> InvitedClient:
        """Make a client's account and have its link mailed (operators).

        Args:
            request: whom to invite. `INVALID` names `/email` when the address has an account.
            idempotency_key: made once per intention. A repeated request gets no second link.
        """
        headers = {"Idempotency-Key": idempotency_key}
        return await self._ask("POST", "/clients", InvitedClient, body=request, headers=headers)

    async def invite_again(self, client_id: UUID) -> Invite:
        """Have a new link mailed; those before it die. Not repeated: each call is a mail.

        Raises:
            ApiError: `INVITE_ACCEPTED`, `CLIENT_INACTIVE`, `TOO_MANY`.
        """
        return await self._ask("POST", f"/clients/{client_id}/invite", Invite, repeat=Repeat.UNSENT)

    async def change_client(self, client_id: UUID, change: ProfileChange) -> ClientAccount:
        """Change a client's name, language or time zone; what is None stays (operators)."""
        return await self._ask("PATCH", f"/clients/{client_id}", ClientAccount, body=change)

    async def deactivate_client(self, client_id: UUID) -> None:
        """Close a client's account, at once (operators)."""
        await self._send("POST", f"/clients/{client_id}/deactivate", repeat=Repeat.BROKEN)

    async def reactivate_client(self, client_id: UUID) -> None:
        """Open a closed account again (operators)."""
        await self._send("POST", f"/clients/{client_id}/reactivate", repeat=Repeat.BROKEN)

    async def ask_for_reset(self, email: str) -> None:
        """Ask for a mail with a code; succeeds whether the account exists or not."""
        await self._transport.send("POST", "/auth/password-reset", body=ResetRequest(email=email))

    async def confirm_reset(self, confirmation: ResetConfirmation) -> None:
        """Set a new password by the mailed code; all sessions end.

        Raises:
            ApiError: `CODE_EXPIRED`; `INVALID` with `TOO_WEAK`, which does not use the code up.
        """
        await self._transport.send("POST", "/auth/password-reset/confirm", body=confirmation)

    async def check_password(self, password: str) -> None:
        """Give the password again, for calls that answer `PASSWORD_REQUIRED`.

        Raises:
            ApiError: `INVALID` with `WRONG_PASSWORD`, `TOO_MANY`.
        """
        await self._send("POST", "/auth/password-check", body=PasswordCheck(password=password))

    async def change_password(self, change: PasswordChange) -> None:
        """Replace one's password; all other sessions end.

        Raises:
            ApiError: `INVALID` with `WRONG_PASSWORD` or `TOO_WEAK`, `TOO_MANY`.
        """
        await self._send("POST", "/auth/password", body=change)

    async def sessions(self) -> list[SignInSession]:
        """Where one is signed in, the latest used first."""
        return (await self._ask("GET", "/auth/sessions", SignInSessions)).items

    async def end_session(self, session_id: UUID) -> None:
        """Log out on one device."""
        await self._send("DELETE", f"/auth/sessions/{session_id}", repeat=Repeat.BROKEN)

    async def end_other_sessions(self) -> None:
        """Log out everywhere else; for everywhere, `sign_in.log_out()` follows."""
        await self._send("DELETE", "/auth/sessions", params={"keep_current": "true"}, repeat=Repeat.BROKEN)

    async def enrol_totp(self) -> TotpEnrolment:
        """A secret and recovery codes, without effect until confirmed (operators).

        Raises:
            ApiError: `PASSWORD_REQUIRED`; `NOT_FOUND` where the service offers no second factor.
        """
        return await self._ask("POST", "/auth/totp/enrol", TotpEnrolment, repeat=Repeat.UNSENT)

    async def confirm_totp(self, code: str) -> None:
        """Switch the second factor on by a code of the authenticator app.

        Raises:
            ApiError: `PASSWORD_REQUIRED`, `INVALID` with `WRONG_CODE`.
        """
        await self._send("POST", "/auth/totp/confirm", body=TotpConfirmation(code=code))

    async def disable_totp(self) -> None:
        """Switch the second factor off.

        Raises:
            ApiError: `PASSWORD_REQUIRED`.
        """
        await self._send("POST", "/auth/totp/disable", repeat=Repeat.BROKEN)
