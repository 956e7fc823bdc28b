"""Who uses the app: log-in, the session over a restart, and an access token whenever one is needed.

    log_in / restore ──► refresh token (kept by a TokenStore) ──► access token (10 min, memory only)

The service rotates the refresh token with every use and ends the session of whoever shows an old
one. So there is never more than one refresh under way, each new token is stored before it counts,
and a lost answer is asked for again within the 30 s in which the service repeats it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from pydantic import BaseModel, ValidationError

from backend_client.answers import read_answer
from backend_client.clock import ServiceClock
from backend_client.company import CompanyCalls
from backend_client.credentials import login_request, refusal_of
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import AcceptInviteRequest, RefreshRequest, Tokens, User
from backend_client.token_store import MemoryTokenStore, TokenStore, TokenStoreError
from backend_client.transport import Repeat, Timeouts, Transport

__all__ = ["MemoryTokenStore", "SignIn", "TokenStore", "TokenStoreError"]

log = logging.getLogger(__name__)

# A token is renewed this long before it ends, but never earlier than after 4/5 of its life.
_RENEW_AHEAD_S = 60.0
_RENEW_AHEAD_SHARE = 0.2

# Answers to a refresh that say: this token will never work again.
_REFUSED = frozenset(
    {
        ApiErrorCode.SESSION_ENDED,
        ApiErrorCode.UNAUTHENTICATED,
        ApiErrorCode.INVALID_CREDENTIALS,
        ApiErrorCode.MALFORMED,
        ApiErrorCode.INVALID,
    }
)


@dataclass(frozen=True, slots=True)
class _Session:
    """One signed-in person."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    stay_signed_in: bool
    """Asked for, and the store has not refused."""
    renew_at: datetime
    """By the service's clock: right also after the machine slept."""
    renew_at_monotonic_s: float
    """By the process's clock: right also after somebody set the machine's clock back."""


class SignIn(CompanyCalls):
    """The signed-in person and his tokens.

    Attributes:
        on_ended: called once, without arguments, when the *service* ended the session; not at
            `log_out()`. Nobody is signed in any more at that moment.

    Args:
        base_url: the service's address.
        store: keeps the refresh token over a restart. Called from worker threads.
        http: see `Transport`.
        device: name of this machine in the list of sessions, at most 100 characters.
        clock: the service's clock, shared with others that use it.
        timeouts: of each exchange.
    """

    def __init__(
        self,
        base_url: str,
        store: TokenStore,
        http: httpx.AsyncClient | Callable[[], httpx.AsyncClient],
        device: str,
        *,
        clock: ServiceClock | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.on_ended: list[Callable[[], None]] = []
        self._transport = Transport(base_url, http, clock=clock, timeouts=timeouts)
        self._clock = self._transport.clock
        self._store = store
        self._store_lock = asyncio.Lock()
        self._device = device[:100]
        self._session: _Session | None = None
        # Counts log-ins, log-outs and ends: an answer that was asked for before the last of them
        # belongs to nobody any more.
        self._epoch = 0
        self._refreshing: asyncio.Task[_Session] | None = None
        self._restoring: asyncio.Task[User | None] | None = None
        self._restorable = False
        """A stored session waits for a service that could not be asked."""

    @property
    def user(self) -> User | None:
        """Who is signed in, None for nobody."""
        return self._session.user if self._session else None

    @property
    def persistent(self) -> bool:
        """True when the session that runs will be there after a restart."""
        return self._session is not None and self._session.stay_signed_in and self._store.persistent

    async def restore(self) -> User | None:
        """Go on with the session of the last run.

        Returns:
            The person, or None when nothing was stored or that session is over.

        Raises:
            ApiError: the service could not be asked; the stored token is kept for another try.
        """
        epoch = self._epoch
        self._restorable = False
        request = await self._stored()
        if request is None:
            return None
        try:
            tokens = await self._exchange(request)
        except ApiError as error:
            if error.code not in _REFUSED:
                self._restorable = self._epoch == epoch
                raise
            log.info("the stored session is over: %s", error.code.value)
            await self._forget()
            return None
        session = await self._keep(tokens, stay_signed_in=True, epoch=epoch)
        return session.user

    async def log_in(
        self, email: str, password: str, stay_signed_in: bool, *, totp: str | None = None
    ) -> User:
        """Log in with a password.

        Args:
            email: the account's address.
            password: its password.
            stay_signed_in: store the session; when False nothing is stored, and what an earlier
                session had stored is removed.
            totp: code of the second factor, once the service has asked for it.

        Raises:
            ApiError: `INVALID_CREDENTIALS`, `TOTP_REQUIRED` (also for a wrong code), `INVALID` (empty
                or far too long), `TOO_MANY`, or the service cannot be used.
        """
        request = login_request(email, password, self._device, totp)
        return await self._enter("/auth/login", request, stay_signed_in)

    async def accept_invite(self, code: str, password: str, full_name: str, stay_signed_in: bool) -> User:
        """Accept an invitation and be signed in.

        Args:
            code: of the link.
            password: chosen now, at least 10 characters.
            full_name: as others shall see it.
            stay_signed_in: see `log_in`.

        Raises:
            ApiError: `CODE_EXPIRED`, `INVALID` (`TOO_WEAK` among others; the code stays good).
        """
        try:
            request = AcceptInviteRequest(
                code=code, password=password, full_name=full_name, device=self._device
            )
        except ValidationError as error:
            refusal = refusal_of(error)
        else:
            return await self._enter("/auth/invites/accept", request, stay_signed_in)
        # Outside the handler: the cause quotes the password.
        raise refusal

    async def _enter(self, path: str, request: BaseModel, stay_signed_in: bool) -> User:
        """Begin the session that the answer to this request opens."""
        response = await self._transport.send("POST", path, body=request)
        tokens = read_answer(response, Tokens)
        epoch = self._next_epoch()
        if not stay_signed_in:
            await self._forget()
        session = await self._keep(tokens, stay_signed_in=stay_signed_in, epoch=epoch)
        return session.user

    async def log_out(self) -> None:
        """End the session: here at once, at the service if it can be reached. Never fails."""
        session = self._session
        self._next_epoch()
        await self._forget()
        if session is None:
            return
        try:
            await self._transport.send(
                "POST",
                "/auth/logout",
                body=RefreshRequest(refresh_token=session.refresh_token),
                repeat=Repeat.BROKEN,
            )
        except ApiError as error:
            log.warning("the service was not told of the log-out: %s", error.code.value)

    async def access_token(self) -> str:
        """A token that is good for at least a few seconds; renewed ahead of its end.

        A stored session that could not be asked about at the start is gone on with here.

        However many callers wait, one refresh is under way; cancelling a caller leaves it running
        for the others.

        Raises:
            ApiError: `SESSION_ENDED` when nobody is signed in (any more), or the service cannot
                be asked.
        """
        session = self._session
        if session is None and (self._restorable or self._restoring is not None):
            return await self._restored()
        if session is None:
            raise ApiError(ApiErrorCode.SESSION_ENDED, detail="nobody is signed in")
        if self._is_fresh(session):
            return session.access_token
        return await self._renewed()

    async def renew(self, refused: str) -> str:
        """A token other than `refused`, which the service did not accept.

        Raises:
            ApiError: as `access_token()`.
        """
        if self._session is not None and self._session.access_token != refused:
            return await self.access_token()  # somebody else has renewed it meanwhile
        return await self._renewed()

    async def check(self) -> None:
        """Ask the service whether the session still lives, by renewing it now.

        Raises:
            ApiError: as `access_token()`.
        """
        await self._renewed()

    async def close(self) -> None:
        """Stop a refresh or a restoration that is under way.

        The session stays; it can be restored at the next start.
        """
        running = {task for task in (self._refreshing, self._restoring) if task is not None}
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _next_epoch(self) -> int:
        """Nobody is signed in, and answers still under way will not change that."""
        self._session = None
        self._restorable = False
        self._epoch += 1
        return self._epoch

    async def _end(self) -> None:
        """The service has ended the session: forget it and tell."""
        self._next_epoch()
        await self._forget()
        for call in tuple(self.on_ended):
            call()

    def _is_fresh(self, session: _Session) -> bool:
        return self._clock.now() < session.renew_at and time.monotonic() < session.renew_at_monotonic_s

    async def _renewed(self) -> str:
        """Wait for the one refresh that is under way, after starting it if none is."""
        task = self._refreshing
        if task is None:
            if self._session is None:
                raise ApiError(ApiErrorCode.SESSION_ENDED, detail="nobody is signed in")
            task = self._refreshing = asyncio.create_task(self._refresh(self._session), name="token refresh")
            task.add_done_callback(self._refreshed)
        # Not awaited directly: that would cancel the refresh of all with the first caller who goes.
        await asyncio.wait({task})
        if task.cancelled():
            raise ApiError(ApiErrorCode.UNREACHABLE, detail="the client was closed")
        return task.result().access_token

    async def _restored(self) -> str:
        """Wait for the one restoration that is under way, after starting it if none is."""
        task = self._restoring
        if task is None:
            task = self._restoring = asyncio.create_task(self.restore(), name="restore the session")
            task.add_done_callback(self._restoration_done)
        await asyncio.wait({task})
        if task.cancelled():
            raise ApiError(ApiErrorCode.UNREACHABLE, detail="the client was closed")
        if task.result() is None or self._session is None:
            raise ApiError(ApiErrorCode.SESSION_ENDED, detail="the stored session is over")
        return self._session.access_token

    def _restoration_done(self, task: asyncio.Task[User | None]) -> None:
        self._restoring = None
        if not task.cancelled():
            task.exception()  # seen, even when every caller has gone meanwhile

    def _refreshed(self, task: asyncio.Task[_Session]) -> None:
        self._refreshing = None
        if not task.cancelled():
            task.exception()  # seen, even when every caller has gone meanwhile

    async def _refresh(self, session: _Session) -> _Session:
        epoch = self._epoch
        try:
            tokens = await self._exchange(RefreshRequest(refresh_token=session.refresh_token))
        except ApiError as error:
            if error.code not in _REFUSED:
                raise
            log.info("the session has ended: %s", error.code.value)
            if self._epoch == epoch:
                await self._end()
            raise ApiError(
                ApiErrorCode.SESSION_ENDED, status=error.status, request_id=error.request_id
            ) from error
        return await self._keep(tokens, stay_signed_in=session.stay_signed_in, epoch=epoch)

    async def _exchange(self, request: RefreshRequest) -> Tokens:
        response = await self._transport.send("POST", "/auth/refresh", body=request, repeat=Repeat.LOST)
        return read_answer(response, Tokens)

    async def _keep(self, tokens: Tokens, *, stay_signed_in: bool, epoch: int) -> _Session:
        """Store the new refresh token, then make the session current.

        Raises:
            ApiError: `SESSION_ENDED`, when somebody logged out or in since `epoch`.
        """
        ahead_s = min(_RENEW_AHEAD_S, tokens.expires_in * _RENEW_AHEAD_SHARE)
        life_s = tokens.expires_in - ahead_s
        renew_at = self._clock.now() + timedelta(seconds=life_s)
        renew_at_monotonic_s = time.monotonic() + life_s
        async with self._store_lock:
            # Asked again after saving: a log-out meanwhile waits for the lock and then clears.
            if self._epoch == epoch:
                stay_signed_in = stay_signed_in and await self._save(tokens.refresh_token)
            if self._epoch != epoch:
                raise ApiError(ApiErrorCode.SESSION_ENDED, detail="signed out or in meanwhile")
            self._session = _Session(
                user=tokens.user,
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token,
                stay_signed_in=stay_signed_in,
                renew_at=renew_at,
                renew_at_monotonic_s=renew_at_monotonic_s,
            )
            return self._session

    async def _stored(self) -> RefreshRequest | None:
        """What the store holds; None when that is nothing, or nothing that could be a token."""
        async with self._store_lock:
            try:
                refresh_token = await asyncio.to_thread(self._store.load)
            except TokenStoreError as error:
                log.warning("the stored session cannot be read: %s", error)
                return None
        if refresh_token is None:
            return None
        try:
            return RefreshRequest(refresh_token=refresh_token)
        except ValidationError:
            log.warning("what is stored is no token")
            return None

    async def _save(self, refresh_token: str) -> bool:
        """False when the store refuses: it is left alone from then on, not asked every ten minutes."""
        try:
            await asyncio.to_thread(self._store.save, refresh_token)
        except TokenStoreError as error:
            log.warning("the session is kept in memory only: %s", error)
            return False
        return True

    async def _forget(self) -> None:
        async with self._store_lock:
            try:
                await asyncio.to_thread(self._store.clear)
            except TokenStoreError as error:
                log.warning("the stored session could not be removed: %s", error)
