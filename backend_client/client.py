"""The service's REST contract as typed calls.

    BackendClient ── sign_in: who uses the app (`sign_in.py`)
                  ── meetings(), start(), room_token() …: one method per route
                  ── open_events(), poll_events(): the raw material of `events.py`

Every method raises `ApiError` and nothing else when the call did not do what it should.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Literal, TypeVar
from uuid import UUID

import httpx
import httpx_sse
import truststore
from pydantic import BaseModel

from backend_client.account_calls import AccountCalls
from backend_client.answers import error_of, read_answer
from backend_client.clock import ServiceClock
from backend_client.connections import OpenConnections
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.identity import user_agent, version
from backend_client.meeting_calls import MeetingCalls
from backend_client.models import (
    Client,
    ClientConfig,
    Clients,
    ConnectionTest,
    Health,
    LiveEvents,
    Meeting,
    MeetingRequest,
    Meetings,
    MeetingStatus,
    Notification,
    Notifications,
    ReadNotificationsRequest,
    RoomToken,
    RoomTokenRequest,
    User,
)
from backend_client.sign_in import SignIn, TokenStore
from backend_client.transport import Repeat, Timeouts, Transport
from resources.brand import DISTRIBUTION

PAGE_MAX = 100
READ_MAX = 100
"""Most notifications that one request may mark as read."""

# Straight to this machine, whatever proxy the environment names.
_NO_PROXY = ("all://127.0.0.1", "all://localhost", "all://[::1]")

ResultT = TypeVar("ResultT")
_PageT = TypeVar("_PageT", Clients, Meetings)


class BackendClient(AccountCalls, MeetingCalls):
    """One service, one person. Belongs to the loop it is used on; `close()` ends it.

    Attributes:
        sign_in: log-in, log-out and tokens.

    Args:
        base_url: the service's address, with or without `/v1`.
        store: keeps the session over a restart.
        device: name of this machine in the list of sessions.
        device_id: this installation's own name towards the rooms, letters and digits; see `room_token`.
        program: which of our programs this is, for `User-Agent` and the minimum version.
        ssl_context: for services whose certificate the system does not know (tests); otherwise
            the system's certificate authorities decide.
        timeouts: of each exchange.
        clock: tests pass one that goes wrong on purpose.

    Raises:
        ValueError: `base_url` is not an `http(s)://host` address.
    """

    def __init__(
        self,
        base_url: str,
        store: TokenStore,
        *,
        device: str = "",
        device_id: str | None = None,
        program: str = DISTRIBUTION,
        ssl_context: ssl.SSLContext | None = None,
        timeouts: Timeouts | None = None,
        clock: ServiceClock | None = None,
    ) -> None:
        context = ssl_context or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context = context
        self._program = program
        self._http: httpx.AsyncClient | None = None
        self._connections = OpenConnections()
        self._transport = Transport(base_url, self._pool, clock=clock, timeouts=timeouts)
        self._device_id = device_id
        self.sign_in = SignIn(
            base_url,
            store,
            self._pool,
            device,
            clock=self._transport.clock,
            timeouts=self._transport.timeouts,
        )

    def _pool(self) -> httpx.AsyncClient:
        """Made for the first request: a start that shows the log-in card asks nobody (0.03 s)."""
        if self._http is None:
            direct = httpx.AsyncHTTPTransport(verify=self._context)
            self._http = httpx.AsyncClient(
                verify=self._context,
                mounts=dict.fromkeys(_NO_PROXY, direct),
                headers={"User-Agent": user_agent(self._program)},
                event_hooks={"request": [self._connections.watch]},
            )
        return self._http

    @property
    def base_url(self) -> str:
        """The service's address, without `/v1`."""
        return self._transport.root_url

    @property
    def clock_offset_s(self) -> float:
        """Seconds to add to the machine's clock to get the service's; 0 before the first answer."""
        return self._transport.clock.offset_s

    def now(self) -> datetime:
        """The service's clock: aware, UTC."""
        return self._transport.clock.now()

    async def close(self) -> None:
        """Close every connection. The session stays stored; safe more than once."""
        await self.sign_in.close()
        if self._http is not None:
            await self._http.aclose()
        await self._connections.close()

    async def health(self) -> Health:
        """Whether the service can work; `status` is `unavailable` when it says so itself.

        Raises:
            ApiError: it does not answer at all.
        """
        response = await self._transport.send(
            "GET", "/readyz", prefix="", repeat=Repeat.BROKEN, accept=(503,)
        )
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code == 503 and kind != "application/json":
            raise error_of(response, now=self.now())
        return read_answer(response, Health)

    async def client_config(self) -> ClientConfig:
        """Which versions of this app the service wants; nobody need be signed in.

        An app that gets no answer goes on: one that is too old is refused everywhere else with
        `CLIENT_TOO_OLD`.

        Raises:
            ApiError: it does not answer.
        """
        response = await self._transport.send(
            "GET",
            "/client-config",
            prefix="",
            params={"app": self._program, "version": version()},
            repeat=Repeat.BROKEN,
        )
        return read_answer(response, ClientConfig)

    async def me(self) -> User:
        """The signed-in person, as the service knows him now."""
        return await self._ask("GET", "/me", User)

    async def clients(self, *, inactive: bool = False) -> list[Client]:
        """The operator's clients, all pages; with `inactive` also the deactivated ones."""
        asked = {"inactive": "true"} if inactive else {}
        return [item async for page in self._pages("/clients", Clients, asked) for item in page.items]

    async def meetings(
        self,
        *,
        status: MeetingStatus | None = None,
        client_id: UUID | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
    ) -> list[Meeting]:
        """Meetings the signed-in person may see, all pages, ordered by (scheduled_at, id).

        Args:
            status: only these.
            client_id: only this client's.
            from_: planned at this moment or later; aware.
            to: planned before this moment; aware.

        Raises:
            ValueError: a moment without a zone.
        """
        params: dict[str, str] = {}
        if status is not None:
            params["status"] = status.value
        if client_id is not None:
            params["client_id"] = str(client_id)
        if from_ is not None:
            params["from"] = _instant(from_)
        if to is not None:
            params["to"] = _instant(to)
        return [item async for page in self._pages("/meetings", Meetings, params) for item in page.items]

    async def meeting(self, meeting_id: UUID) -> Meeting:
        """One meeting."""
        return await self._ask("GET", f"/meetings/{meeting_id}", Meeting)

    async def create_meeting(self, request: MeetingRequest, *, idempotency_key: str) -> Meeting:
        """Schedule a meeting.

        Args:
            request: what to schedule.
            idempotency_key: made once per intention of the person: the same key and request give
                the same meeting, however often they are sent within 24 h.
        """
        return await self._ask(
            "POST", "/meetings", Meeting, body=request, headers={"Idempotency-Key": idempotency_key}
        )

    async def start(self, meeting_id: UUID) -> Meeting:
        """`scheduled → in_progress`; a meeting in progress is returned as it is."""
        return await self._ask("POST", f"/meetings/{meeting_id}/start", Meeting)

    async def end(self, meeting_id: UUID) -> Meeting:
        """`in_progress → completed`; a completed meeting is returned as it is."""
        return await self._ask("POST", f"/meetings/{meeting_id}/end", Meeting)

    async def room_token(
        self,
        meeting_id: UUID,
        *,
        purpose: Literal["camera", "screen"] = "camera",
    ) -> RoomToken:
        """One join of the meeting's room. Not repeated: each answer is a new token.

        An unused token that was given to this device before, for the same purpose, dies.

        Args:
            meeting_id: the meeting, which must be in progress.
            purpose: what the connection will carry.
        """
        body = RoomTokenRequest(purpose=purpose, device_id=self._device_id)
        return await self._ask(
            "POST", f"/meetings/{meeting_id}/token", RoomToken, body=body, repeat=Repeat.UNSENT
        )

    async def connection_test(self) -> ConnectionTest:
        """One join of an empty room, to test the way to the media server. Not repeated, as `room_token`.

        Raises:
            ApiError: `MEDIA_UNAVAILABLE`; `NOT_FOUND` by a service that is older.
        """
        return await self._ask("POST", "/connection-test", ConnectionTest, repeat=Repeat.UNSENT)

    async def notifications(self) -> list[Notification]:
        """The newest notices, newest first, at most 100."""
        page = await self._ask("GET", "/notifications", Notifications, params={"limit": str(PAGE_MAX)})
        return page.items

    async def mark_read(self, notification_ids: Sequence[UUID]) -> None:
        """Mark notices as read; marking twice changes nothing."""
        for start in range(0, len(notification_ids), READ_MAX):
            request = ReadNotificationsRequest(ids=list(notification_ids[start : start + READ_MAX]))
            await self._send("POST", "/notifications/read", body=request, repeat=Repeat.BROKEN)

    async def poll_events(self, after: int | None, *, answer_s: float) -> LiveEvents:
        """Events after a number, as soon as there is one.

        Args:
            after: the last number known. None asks for the newest number only, answered at once.
            answer_s: how long to wait for the answer; the service holds it for up to 25 s.
        """
        params = {} if after is None else {"after": str(after)}
        response = await self._send(
            "GET", "/events/poll", params=params, repeat=Repeat.BROKEN, answer_s=answer_s
        )
        return read_answer(response, LiveEvents)

    @asynccontextmanager
    async def open_events(
        self, after: int | None, *, silence_s: float
    ) -> AsyncIterator[httpx_sse.EventSource]:
        """The live event stream, its headers already checked.

        Args:
            after: the last number known: the service sends what came after it first. None for
                "from now on".
            silence_s: longest silence, comments included, before `httpx.ReadTimeout`.

        Raises:
            ApiError: the service refused, or something else answered. While the stream is read,
                `httpx` errors pass as they are.
        """
        headers = {} if after is None else {"Last-Event-ID": str(after)}

        async def open_stream(token: str) -> httpx.Response:
            return await self._transport.open_stream(
                "/events", headers={**headers, **_bearer(token)}, silence_s=silence_s
            )

        response = await self._authorized(open_stream)
        try:
            yield httpx_sse.EventSource(response)
        finally:
            await response.aclose()

    async def _pages(
        self, path: str, model: type[_PageT], params: Mapping[str, str]
    ) -> AsyncIterator[_PageT]:
        """The pages of a list, one after the other.

        Raises:
            ApiError: `UNEXPECTED_ANSWER` also when the pages turn in a circle.
        """
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            asked = {**params, "limit": str(PAGE_MAX), **({"cursor": cursor} if cursor else {})}
            page = await self._ask("GET", path, model, params=asked)
            yield page
            cursor = page.next_cursor
            if not cursor:
                return
            if cursor in seen:
                raise ApiError(ApiErrorCode.UNEXPECTED_ANSWER, detail=f"{path} gives the same page again")
            seen.add(cursor)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.UNSENT,
        answer_s: float | None = None,
    ) -> httpx.Response:
        """One exchange in the signed-in person's name."""

        async def send(token: str) -> httpx.Response:
            return await self._transport.send(
                method,
                path,
                body=body,
                params=params,
                headers={**(headers or {}), **_bearer(token)},
                repeat=repeat,
                answer_s=answer_s,
            )

        return await self._authorized(send)

    async def _authorized(self, call: Callable[[str], Awaitable[ResultT]]) -> ResultT:
        """Call with an access token; refused for it, once more with a renewed one.

        A session that the service has ended comes to light in the renewal, at one place.
        """
        token = await self.sign_in.access_token()
        try:
            return await call(token)
        except ApiError as error:
            if error.code not in {ApiErrorCode.UNAUTHENTICATED, ApiErrorCode.SESSION_ENDED}:
                raise
        return await call(await self.sign_in.renew(token))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _instant(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
