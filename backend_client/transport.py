"""One exchange with the service: sent, timed, repeated where that is safe, turned into `ApiError`.

Everything `sign_in`, `client` and `events` say over HTTP goes through `Transport`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import Enum

import httpx
from pydantic import BaseModel

from backend_client.answers import error_of
from backend_client.clock import ServiceClock
from backend_client.errors import ApiError, ApiErrorCode

API_PREFIX = "/v1"
_JITTER = random.SystemRandom()  # spreads callers out; a seedable generator would do as well


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait.

    Attributes:
        connect_s: for the connection, TLS included.
        answer_s: for a whole exchange once it began. The service answers within 8 s whatever
            fails behind it, so more than that means the way there is broken.
        repeat_after_s: shortest and longest pause before a safe request is sent a second time.
    """

    connect_s: float = 5.0
    answer_s: float = 15.0
    repeat_after_s: tuple[float, float] = (0.1, 0.4)


class Repeat(Enum):
    """When a request may be sent a second time. An answer, whatever it says, is never repeated."""

    UNSENT = "unsent"
    """Only when no connection came about, so that the service cannot have seen it."""
    BROKEN = "broken"
    """Also when the connection broke: for calls that do the same once or twice."""
    LOST = "lost"
    """Also when the answer did not come in time: for the token exchange, whose first answer the
    service gives again for 30 s."""


class Transport:
    """Sends requests to one service.

    Args:
        base_url: the service's address, with or without `/v1`.
        http: the connection pool, or who makes it for the first request; whoever made it closes it.
        clock: learns the service's time from every answer.
        timeouts: see there.

    Raises:
        ValueError: `base_url` is not an `http(s)://host` address.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.AsyncClient | Callable[[], httpx.AsyncClient],
        *,
        clock: ServiceClock | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.root_url = service_root(base_url)
        self._http = http
        self.clock = clock or ServiceClock()
        self.timeouts = timeouts or Timeouts()

    @property
    def http(self) -> httpx.AsyncClient:
        """The connection pool."""
        return self._http() if callable(self._http) else self._http

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.UNSENT,
        answer_s: float | None = None,
        accept: Iterable[int] = (),
        prefix: str = API_PREFIX,
    ) -> httpx.Response:
        """Send and return the successful answer, its body read.

        Args:
            method: HTTP method.
            path: below `prefix`.
            body: sent as JSON.
            params: of the query.
            headers: besides the usual ones.
            repeat: when it may be sent twice.
            answer_s: overrides `Timeouts.answer_s`.
            accept: statuses besides 2xx that are answers too.
            prefix: of the path; "" for the routes that are not part of the contract's `/v1`.

        Raises:
            ApiError: the service refused, or `UNREACHABLE`, `TIMEOUT`, `UNEXPECTED_ANSWER`.
        """
        limit_s = self.timeouts.answer_s if answer_s is None else answer_s
        request_headers = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            request_headers["Content-Type"] = "application/json"
        request = self.http.build_request(
            method,
            f"{self.root_url}{prefix}{path}",
            content=None if body is None else body.model_dump_json().encode(),
            params=params,
            headers=request_headers,
            timeout=httpx.Timeout(limit_s, connect=self.timeouts.connect_s),
        )
        response = await self._exchange_up_to_twice(request, repeat, limit_s)
        if response.is_success or response.status_code in accept:
            return response
        raise error_of(response, now=self.clock.now())

    async def _exchange_up_to_twice(
        self, request: httpx.Request, repeat: Repeat, limit_s: float
    ) -> httpx.Response:
        try:
            return await self._exchange(request, limit_s)
        except httpx.RequestError as error:
            if not _may_repeat(error, repeat):
                raise transport_error(error) from error
        except TimeoutError as error:
            if repeat is not Repeat.LOST:
                raise _too_slow(limit_s) from error
        await asyncio.sleep(_JITTER.uniform(*self.timeouts.repeat_after_s))
        try:
            return await self._exchange(request, limit_s)
        except httpx.RequestError as error:
            raise transport_error(error) from error
        except TimeoutError as error:
            raise _too_slow(limit_s) from error

    async def _exchange(self, request: httpx.Request, limit_s: float) -> httpx.Response:
        sent_at_s = self.clock.wall()
        # httpx limits each read; a server that drips bytes would never run into that.
        async with asyncio.timeout(self.timeouts.connect_s + limit_s):
            response = await self.http.send(request, stream=True)
            try:
                self._observe_clock(response, sent_at_s)
                await response.aread()
            finally:
                await response.aclose()
        return response

    async def open_stream(self, path: str, *, headers: Mapping[str, str], silence_s: float) -> httpx.Response:
        """Open an event stream; the caller reads and closes it.

        Args:
            path: below `/v1`.
            headers: besides the usual ones.
            silence_s: longest wait for the headers, and between two pieces of the body; while the
                body is read, `httpx.ReadTimeout` ends a longer one.

        Raises:
            ApiError: the service refused, or what answers is no event stream.
        """
        request = self.http.build_request(
            "GET",
            f"{self.root_url}{API_PREFIX}{path}",
            headers={"Accept": "text/event-stream", "Cache-Control": "no-store", **headers},
            timeout=httpx.Timeout(silence_s, connect=self.timeouts.connect_s),
        )
        sent_at_s = self.clock.wall()
        try:
            response = await self.http.send(request, stream=True)
            async with AsyncExitStack() as on_the_way:
                on_the_way.push_async_callback(response.aclose)
                self._observe_clock(response, sent_at_s)
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                if response.status_code == 200 and kind == "text/event-stream":
                    on_the_way.pop_all()
                    return response
                async with asyncio.timeout(self.timeouts.answer_s):
                    await response.aread()
        except httpx.RequestError as error:
            raise transport_error(error) from error
        except TimeoutError as error:
            raise _too_slow(self.timeouts.answer_s) from error
        raise error_of(response, now=self.clock.now())

    def _observe_clock(self, response: httpx.Response, sent_at_s: float) -> None:
        """Learn the service's time from an answer whose headers have just come."""
        self.clock.observe(response.headers.get("date"), sent_at_s=sent_at_s, received_at_s=self.clock.wall())


def service_root(base_url: str) -> str:
    """`base_url` without a trailing slash or `/v1`.

    Raises:
        ValueError: it is not an `http(s)://host` address.
    """
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(f"not an address: {base_url!r}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"not an http(s) address: {base_url!r}")
    return str(url).rstrip("/").removesuffix(API_PREFIX)


def transport_error(error: httpx.RequestError) -> ApiError:
    """What a failure below HTTP means."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return ApiError(ApiErrorCode.TIMEOUT, detail=detail)
    if isinstance(error, httpx.TransportError):
        return ApiError(ApiErrorCode.UNREACHABLE, detail=detail)
    return ApiError(ApiErrorCode.UNEXPECTED_ANSWER, detail=detail)


def _may_repeat(error: httpx.RequestError, repeat: Repeat) -> bool:
    if isinstance(error, httpx.ConnectError):
        return True
    if repeat is Repeat.LOST:
        return isinstance(error, httpx.TransportError)
    # After a time-out somebody has waited long enough: he is told, and decides himself.
    return (
        repeat is Repeat.BROKEN
        and isinstance(error, httpx.TransportError)
        and not isinstance(error, httpx.TimeoutException)
    )


def _too_slow(limit_s: float) -> ApiError:
    return ApiError(ApiErrorCode.TIMEOUT, detail=f"no whole answer within {limit_s:g} s")
