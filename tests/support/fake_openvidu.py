"""The part of OpenVidu 2.32's REST interface that the service uses, with faults on demand.

It knows no media. Status codes are those of OpenVidu's `SessionRestController`.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "fake-secret"


@dataclass(slots=True)
class FakeConnection:
    """A connection that the service asked for."""

    connection_id: str
    token: str
    body: dict[str, Any]
    created_ms: int
    active_ms: int | None = None


@dataclass(slots=True)
class FakeSession:
    """A session and its connections by id."""

    session_id: str
    connections: dict[str, FakeConnection] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The session object; pending connections are not listed."""
        active = [item for item in self.connections.values() if item.active_ms is not None]
        content = [
            {
                "connectionId": item.connection_id,
                "status": "active",
                "activeAt": item.active_ms,
                "serverData": item.body["data"],
            }
            for item in active
        ]
        return {
            "id": self.session_id,
            "sessionId": self.session_id,
            "object": "session",
            "connections": {"numberOfElements": len(content), "content": content},
        }


class FakeOpenVidu:
    """The server.

    Attributes:
        url: its address.
        sessions: what exists, by session id.
        calls: every request so far, as `METHOD path`.
        status: answer everything with this status, when set.
        hanging: accept requests and never answer them.
        before_answer: awaited between doing what a request asks and answering it.
        lists: what `GET /sessions` answers instead of the truth, when set.
        clock_ahead_ms: how much its clock goes before the database's.
    """

    def __init__(self) -> None:
        self.url = ""
        self.sessions: dict[str, FakeSession] = {}
        self.calls: list[str] = []
        self.status: int | None = None
        self.hanging = False
        self.before_answer: Callable[[web.Request], Awaitable[None]] | None = None
        self.lists: bytes | None = None
        self.clock_ahead_ms = 0
        self._numbers = itertools.count(1)
        self._released = asyncio.Event()
        self._closed_calls = asyncio.Condition()

    def release(self) -> None:
        """Let go of requests that hang."""
        self.hanging = False
        self._released.set()

    async def wait_for_call(self, call: str, *, count: int = 1) -> None:
        """Wait until a request was received that often."""
        async with self._closed_calls:
            await self._closed_calls.wait_for(lambda: self.calls.count(call) >= count)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        async with self._closed_calls:
            self.calls.append(f"{request.method} {request.path.removeprefix('/openvidu/api/')}")
            self._closed_calls.notify_all()
        if self.hanging:
            await self._released.wait()
        if self.status is not None:
            return web.Response(status=self.status)
        expected = base64.b64encode(f"OPENVIDUAPP:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return web.Response(status=401)
        answer = await self._act(request)
        if self.before_answer is not None:
            await self.before_answer(request)
        return answer

    async def _act(self, request: web.Request) -> web.Response:
        parts = request.path.removeprefix("/openvidu/api/").split("/")
        match request.method, parts:
            case "GET", ["sessions"]:
                if self.lists is not None:
                    return web.Response(body=self.lists, content_type="text/html")
                content = [session.as_json() for session in self.sessions.values()]
                return web.json_response({"numberOfElements": len(content), "content": content})
            case "GET", ["sessions", name]:
                if name not in self.sessions:
                    return web.Response(status=404)
                return web.json_response(self.sessions[name].as_json())
            case "GET", ["sessions", name, "connection", connection_id]:
                if name not in self.sessions:
                    return web.Response(status=400)
                wanted = self.sessions[name].connections.get(connection_id)
                if wanted is None:
                    return web.Response(status=404)
                status = "pending" if wanted.active_ms is None else "active"
                return web.json_response({"connectionId": connection_id, "status": status})
            case "POST", ["sessions"]:
                name = (await request.json())["customSessionId"]
                if name in self.sessions:
                    return web.Response(status=409)
                self.sessions[name] = FakeSession(name)
                return web.json_response({"id": name, "sessionId": name, "object": "session"})
            case "DELETE", ["sessions", name]:
                return web.Response(status=404 if self.sessions.pop(name, None) is None else 204)
            case "POST", ["sessions", name, "connection"]:
                return self._connect(name, await request.json())
            case "DELETE", ["sessions", name, "connection", connection_id]:
                session = self.sessions.get(name)
                if session is None:
                    return web.Response(status=400)
                if connection_id not in session.connections:
                    return web.Response(status=404)
                self.leave(session.connections[connection_id].token)
                return web.Response(status=204)
        return web.Response(status=404)

    def _connect(self, name: str, body: dict[str, Any]) -> web.Response:
        session = self.sessions.get(name)
        if session is None:
            return web.Response(status=404)
        number = next(self._numbers)
        token = f"{self.url.replace('http', 'ws', 1)}?sessionId={name}&token=tok_{number:016d}"
        connection = FakeConnection(f"con_{number:010d}", token, body, self.now_ms())
        session.connections[connection.connection_id] = connection
        return web.json_response(
            {
                "id": connection.connection_id,
                "connectionId": connection.connection_id,
                "object": "connection",
                "status": "pending",
                "createdAt": connection.created_ms,
                "sessionId": name,
                "role": body["role"],
                "serverData": body["data"],
                "token": token,
            }
        )

    def now_ms(self) -> int:
        """Its clock."""
        return time.time_ns() // 1_000_000 + self.clock_ahead_ms

    def join(self, token: str) -> str:
        """Somebody joins with a token; his connection id."""
        connection = self._connection_of(token)
        connection.active_ms = self.now_ms()
        return connection.connection_id

    def leave(self, token: str) -> None:
        """Whoever joined with the token leaves; the last one takes the session along."""
        connection = self._connection_of(token)
        for session in list(self.sessions.values()):
            if session.connections.pop(connection.connection_id, None) is None:
                continue
            others = any(item.active_ms is not None for item in session.connections.values())
            if connection.active_ms is not None and not others:
                del self.sessions[session.session_id]

    def event(self, name: str, token: str, **members: Any) -> dict[str, Any]:
        """What the webhook would post now about the connection of a token."""
        connection = self._connection_of(token) if name == "participantJoined" else None
        session_id = token.split("sessionId=")[1].split("&", maxsplit=1)[0]
        about = {} if connection is None else {"connectionId": connection.connection_id}
        return {
            "event": name,
            "sessionId": session_id,
            "uniqueSessionId": f"{session_id}_1",
            "timestamp": self.now_ms(),
            **about,
            **members,
        }

    def _connection_of(self, token: str) -> FakeConnection:
        for session in self.sessions.values():
            for connection in session.connections.values():
                if connection.token == token:
                    return connection
        raise LookupError("no connection has this token")

    def server_data(self) -> list[dict[str, Any]]:
        """The server data of every connection that exists."""
        return [
            json.loads(connection.body["data"])
            for session in self.sessions.values()
            for connection in session.connections.values()
        ]


@asynccontextmanager
async def fake_openvidu() -> AsyncIterator[FakeOpenVidu]:
    """A fake OpenVidu on a free port, for the time of the block."""
    fake = FakeOpenVidu()
    app = web.Application()
    app.router.add_route("*", "/openvidu/api/{rest:.*}", fake.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
    finally:
        fake.release()
        await runner.cleanup()
