"""A small HTTP server on a real socket whose every byte a test decides.

It keeps the service's rules for tokens (rotation, one repetition of a lost answer, the end of a
session on reuse) so that the client's side of them is tested against something that bites.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

EMAIL = "alice@demo.visio"
PASSWORD = "demo-visio"
USER = {
    "id": "0b5e7b3e-6a55-4c3a-8b43-4a1f5c4d8e01",
    "role": "client",
    "full_name": "Alice Laurent",
    "email": EMAIL,
    "locale": "fr",
    "time_zone": "Europe/Paris",
}


@dataclass
class Exchange:
    """One request, and the connection to answer it on."""

    method: str
    target: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter
    date_s: float | None
    last_on_connection: bool = False
    chunked: bool = False

    @property
    def json(self) -> Any:
        """The request's body."""
        return json.loads(self.body)

    @property
    def bearer(self) -> str:
        """The access token that came along."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    async def answer(
        self,
        status: int = 200,
        body: Any = None,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        """A whole answer; `body` is sent as JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        await self.begin(status, content_type, {"Content-Length": str(len(data)), **(headers or {})})
        await self.send(data)

    async def problem(self, status: int, code: str, **more: Any) -> None:
        """An RFC 9457 answer as the service gives it."""
        body = {"type": f"urn:mikl:problem:{code}", "title": code, "status": status, "code": code, **more}
        await self.answer(status, body, content_type="application/problem+json")

    async def begin(self, status: int, content_type: str, headers: dict[str, str] | None = None) -> None:
        """Status line and headers only."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {content_type}"]
        if self.date_s is not None:
            lines.append(f"Date: {formatdate(self.date_s, usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def begin_stream(self) -> None:
        """The headers of an event stream; it ends in good order when the handler returns."""
        await self.begin(200, "text/event-stream", {"Transfer-Encoding": "chunked"})
        self.chunked = True

    async def event(self, seq: int | str, kind: str, **data: Any) -> None:
        """One event of the stream."""
        await self.send(f"id: {seq}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode())

    async def send(self, data: bytes) -> None:
        """Bytes, as they are."""
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)
        await self.writer.drain()

    def drop(self) -> None:
        """Cut the connection in the middle of whatever was being said."""
        self.last_on_connection = True
        self.writer.transport.abort()


Handler = Callable[[Exchange], Awaitable[None]]


@dataclass
class ToyService:
    """The server. `routes` maps "METHOD /path" (below `/v1`) to a handler."""

    url: str = ""
    routes: dict[str, Handler] = field(default_factory=dict)
    seen: list[Exchange] = field(default_factory=list)
    expires_in: int = 600
    clock: Callable[[], float | None] = lambda: None
    open_connections: int = 0

    # Of the one session: the counter behind the refresh token, and whether it still lives.
    counter: int = 0
    repeatable: bool = True
    session_alive: bool = False

    _server: asyncio.Server | None = None
    _handlers: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.routes.update(
            {
                "POST /auth/login": self._log_in,
                "POST /auth/refresh": self._refresh,
                "POST /auth/logout": self._log_out,
                "GET /me": self._me,
            }
        )

    @property
    def refresh_token(self) -> str:
        """The one that is good now."""
        return f"refresh-{self.counter}"

    @property
    def access_token(self) -> str:
        """The one that is good now."""
        return f"access-{self.counter}"

    def calls(self, route: str) -> list[Exchange]:
        """The requests that came for "METHOD /path"."""
        return [each for each in self.seen if f"{each.method} {each.path}" == route]

    def begin_session(self) -> str:
        """As if somebody had logged in earlier: the refresh token he stored."""
        self.session_alive = True
        return self.refresh_token

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._handlers):
            task.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        self.open_connections += 1
        early = b""
        try:
            while True:
                exchange = await self._read(early, reader, writer)
                self.seen.append(exchange)
                handler = self.routes.get(f"{exchange.method} {exchange.path}", _not_found)
                early = await self._run(handler, exchange, reader)
                if exchange.last_on_connection:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the service stops: what many tests are about
        finally:
            self.open_connections -= 1
            self._handlers.discard(task)
            writer.close()

    async def _run(self, handler: Handler, exchange: Exchange, reader: asyncio.StreamReader) -> bytes:
        """Run the handler until it ends or the client goes away.

        Returns:
            What has already been read of the next request.
        """
        work = asyncio.ensure_future(handler(exchange))
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, gone):
                if not task.done():
                    task.cancel()
            await asyncio.wait({work, gone})
        if not work.cancelled():
            work.result()
            if exchange.chunked and not exchange.last_on_connection:
                await exchange.send(b"")  # the last chunk
        return b"" if gone.cancelled() else gone.result()

    async def _read(
        self, early: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Exchange:
        head = early + await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode().removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        path = parts.path.removeprefix("/v1")
        return Exchange(method, target, path, query, headers, body, writer, self.clock())

    def _tokens(self) -> dict[str, Any]:
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_in": self.expires_in,
            "user": USER,
        }

    async def _log_in(self, exchange: Exchange) -> None:
        if exchange.json["email"] != EMAIL or exchange.json["password"] != PASSWORD:
            await exchange.problem(401, "invalid-credentials")
            return
        self.session_alive = True
        await exchange.answer(200, self._tokens())

    async def _refresh(self, exchange: Exchange) -> None:
        shown = exchange.json["refresh_token"]
        if self.session_alive and shown == self.refresh_token:
            self.counter += 1
        elif not (self.session_alive and self.repeatable and shown == f"refresh-{self.counter - 1}"):
            self.session_alive = False
            await exchange.problem(401, "session-ended")
            return
        await exchange.answer(200, self._tokens())

    async def _log_out(self, exchange: Exchange) -> None:
        self.session_alive = False
        await exchange.answer(204)

    async def _me(self, exchange: Exchange) -> None:
        if not self.session_alive:
            await exchange.problem(401, "session-ended")
        elif exchange.bearer != self.access_token:
            await exchange.problem(401, "unauthenticated")
        else:
            await exchange.answer(200, USER)


async def _not_found(exchange: Exchange) -> None:
    await exchange.problem(404, "not-found")


async def hang(_: Exchange) -> None:
    """A handler that never answers."""
    await asyncio.Event().wait()
