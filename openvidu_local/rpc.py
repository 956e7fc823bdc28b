"""The WebSocket `/openvidu`: JSON-RPC 2.0 framing, keep-alive and resumption.

Three things with a life of their own: a *socket* comes and goes; an *RPC session* lives on one
socket after the other (`connect` moves it); the *connection* of `rooms.py` is who joined over it.
The requests of one socket are handled strictly one after the other, and nothing that one client
does or fails to read makes another wait: every socket has its own writer.

The framing is that of Kurento 7.3's jsonrpc-server (ProtocolManager, PingWatchdogManager), the end of
a socket that of OpenVidu 2.32's RpcHandler.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import WSCloseCode, WSMsgType, web

from openvidu_local import identifiers
from openvidu_local.client_socket import Socket
from openvidu_local.errors import HANDLER_CODES, Code, MalformedRequestError, RpcError, UnansweredError
from openvidu_local.faults import Faults
from openvidu_local.model import Connection, Reason
from openvidu_local.options import Timing
from openvidu_local.parameters import JsonObject, Parameters, json_object
from openvidu_local.rooms import Rooms

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 50 * 1024
"""A longer message closes the socket with 1009."""

_COOKIE = "OVJSESSIONID"


class RpcSession:
    """What the server remembers of one client, whatever socket it uses.

    Attributes:
        id: goes into every result; `connect` resumes by it.
        connection: who joined over it.
        join_tried: `joinRoom` was called, so other methods are no longer refused with 803.
        final_user_id: stays the same for a browser that returns its cookie.
        ip: the client's address.
    """

    def __init__(self, server: RpcServer, *, final_user_id: str, ip: str) -> None:
        self.id = identifiers.rpc_session_id()
        self.connection: Connection | None = None
        self.join_tried = False
        self.final_user_id = final_user_id
        self.ip = ip
        self._server = server
        self._socket: Socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def notify(self, method: str, params: JsonObject) -> None:
        """Send a notification; when no socket is there its client is evicted at once.

        That is OpenVidu's rule even during the grace period: a busy room forgets a lost client fast.
        """
        if self._socket is not None:
            self._socket.send({"method": method, "params": params, "jsonrpc": "2.0"})
        elif self.connection is not None and not self.connection.gone:
            asyncio.get_running_loop().call_soon(self._end, Reason.NETWORK_DISCONNECT)

    def dismiss(self) -> None:
        """The connection is over; give the client some time to close the socket itself."""
        self._cancel_timer()
        if self._socket is None:
            self._server.forget(self)
        else:
            self._set_timer(self._server.timing.farewell_s, self._say_farewell)

    def take(self, socket: Socket) -> None:
        """Move to a new socket; the old one's end no longer matters."""
        if self.connection is None or not self.connection.gone:
            self._cancel_timer()
        self._socket = socket

    def lost(self, socket: Socket, *, evict: bool) -> None:
        """`socket` is closed.

        Args:
            socket: ignored when the session moved on to another one.
            evict: False when the client closed with a reason of its own: such a client stays as a
                ghost until a notification to it fails.
        """
        if self._socket is not socket:
            return
        self._socket = None
        if self.connection is None or self.connection.gone:
            self._cancel_timer()
            self._server.forget(self)
        elif evict and self._server.faults.has("evict-on-drop"):
            self._end(Reason.NETWORK_DISCONNECT)
        else:
            reason = Reason.NETWORK_DISCONNECT if evict else None
            self._set_timer(self._server.timing.grace_s, lambda: self._end(reason))

    def drop(self) -> None:
        """Cut the socket without a close frame."""
        if self._socket is not None:
            self._socket.cut()

    def close(self) -> None:
        """Forget everything: the server stops."""
        self._cancel_timer()
        self._server.forget(self)

    def _end(self, reason: Reason | None) -> None:
        self._cancel_timer()
        self._server.forget(self)
        if reason is not None and self.connection is not None:
            self._server.rooms.evict(self.connection, reason)

    def _say_farewell(self) -> None:
        if self._socket is not None:
            self._socket.close(WSCloseCode.OK, "")

    def _set_timer(self, delay_s: float, call: object) -> None:
        assert callable(call)
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_later(delay_s, call)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Call:
    """One request, and the means to answer it at the right moment.

    Attributes:
        method: its name.
        params: its parameters.
        session: the RPC session it came over.
        replied: an answer was sent.
    """

    def __init__(
        self, method: str, params: JsonObject, request_id: int, session: RpcSession, socket: Socket
    ) -> None:
        self.method = method
        self.params = Parameters(params)
        self.session = session
        self.replied = False
        self._id = request_id
        self._socket = socket

    @property
    def connection(self) -> Connection:
        """Who calls.

        Raises:
            UnansweredError: nobody is joined over this socket any more.
        """
        connection = self.session.connection
        if connection is None or connection.gone:
            raise UnansweredError("the caller is not in a session")
        return connection

    def reply(self, result: JsonObject | None = None, *, with_session: bool = True) -> None:
        """Send the result; the RPC session's id is added to it, except for `ping`."""
        self.replied = True
        members = dict(result or {})
        if with_session:
            members["sessionId"] = self.session.id
        self._socket.send({"id": self._id, "result": members, "jsonrpc": "2.0"})

    def fail(self, error: RpcError, *, shape: str | None = None) -> None:
        """Send an error in one of OpenVidu's two shapes, its usual one unless `shape` names it."""
        self.replied = True
        by_handler = error.code in HANDLER_CODES if shape is None else shape == "handler"
        members: JsonObject = {"code": error.code, "message": error.message}
        message: JsonObject = {"id": self._id, "error": members, "jsonrpc": "2.0"}
        if not by_handler:
            members["sessionId"] = self.session.id
            message["data"] = {}
        elif error.code == Code.UNEXPECTED:
            members["data"] = error.message
        self._socket.send(message)


Apply = Callable[[Call], Awaitable[None]]
"""Runs one application method; raises `RpcError` when it fails."""


class RpcServer:
    """Serves the WebSocket.

    Attributes:
        rooms: where connections live.
        faults: the switches.
        timing: the timers.
    """

    def __init__(self, rooms: Rooms, faults: Faults, timing: Timing) -> None:
        self.rooms = rooms
        self.faults = faults
        self.timing = timing
        self._sessions: dict[str, RpcSession] = {}
        self._sockets: set[Socket] = set()

    async def serve(self, request: web.Request, apply: Apply) -> web.WebSocketResponse:
        """Handle one WebSocket from its handshake to its end."""
        # aiohttp refuses what reaches the limit, OpenVidu what exceeds it.
        response = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES + 1, compress=False, timeout=2.0)
        cookie = request.cookies.get(_COOKIE) or secrets.token_hex(16).upper()
        response.set_cookie(_COOKIE, cookie, path="/", httponly=True, max_age=30 * 60)
        await response.prepare(request)
        ip = request.headers.get("x-real-ip") or request.remote or ""
        session = RpcSession(self, final_user_id=cookie[:16], ip=ip)
        socket = Socket(request.transport, response, self.timing)
        writer = asyncio.get_running_loop().create_task(socket.write())
        self._sockets.add(socket)
        self._sessions[session.id] = session
        session.take(socket)
        evict = True
        try:
            while True:
                message = await response.receive()
                if message.type is WSMsgType.TEXT:
                    session = await self._handle(cast("str", message.data), session, socket, apply)
                elif message.type is WSMsgType.BINARY:
                    # OpenVidu's handler is one for text, and closes so.
                    socket.close(WSCloseCode.UNSUPPORTED_DATA, "Binary messages not supported")
                elif message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                    evict = message.type is not WSMsgType.CLOSE or not message.extra
                    break
        finally:
            self._sockets.discard(socket)
            socket.release()
            if not socket.closing:
                writer.cancel()
            await asyncio.wait([writer])
            session.lost(socket, evict=evict or socket.silent)
        return response

    @property
    def session_count(self) -> int:
        """How many RPC sessions are on a socket or may be resumed."""
        return len(self._sessions)

    def forget(self, session: RpcSession) -> None:
        """`session` cannot be resumed any more."""
        self._sessions.pop(session.id, None)

    def drop_sockets(self, connection_id: str | None = None) -> int:
        """Cut sockets without a close frame: all, or that of one connection.

        Returns:
            How many were cut.
        """
        chosen = [
            session
            for session in self._sessions.values()
            if connection_id is None or (session.connection and session.connection.id == connection_id)
        ]
        for session in chosen:
            session.drop()
        return len(chosen)

    def close(self) -> None:
        """Close every socket and forget every session: the server stops."""
        for socket in list(self._sockets):
            socket.close(WSCloseCode.GOING_AWAY, "")
        for session in list(self._sessions.values()):
            session.close()

    async def _handle(self, text: str, session: RpcSession, socket: Socket, apply: Apply) -> RpcSession:
        """Handle one request; returns the session the socket belongs to afterwards."""
        request = json_object(text)
        if request is None or not isinstance(request.get("method"), str):
            log.warning("a message is no JSON-RPC request: ignored")
            return session
        method = cast("str", request["method"])
        request_id = request.get("id")
        if not isinstance(request_id, int) or isinstance(request_id, bool):
            return session  # a notification: OpenVidu knows none from clients
        params = request.get("params")
        members = dict(params) if isinstance(params, dict) else {}
        # The framing layer takes this member for itself, whatever the method.
        resumed_id = members.pop("sessionId", None)
        call = Call(method, members, request_id, session, socket)
        if self.faults.names_method("drop", method):
            socket.cut()
        elif method == "ping":
            self._ping(call, socket)
        elif resumed_id is not None:
            return self._resume(call, resumed_id, socket)
        elif method == "connect":
            call.reply({"value": "OK"})
        elif method == "closeSession":
            call.reply({"value": "bye"}, with_session=False)
            socket.close(WSCloseCode.OK, "")
        else:
            await self._apply(call, apply)
        return session

    def _ping(self, call: Call, socket: Socket) -> None:
        try:
            interval_ms = call.params.optional_integer("interval", 0)
        except RpcError as error:
            call.fail(error)
            return
        socket.heard_ping(interval_ms or None)
        if not self.faults.swallows_ping():
            call.reply({"value": "pong"}, with_session=False)

    def _resume(self, call: Call, session_id: object, socket: Socket) -> RpcSession:
        found = self._sessions.get(session_id) if isinstance(session_id, str) else None
        if call.method != "connect" or found is None:
            call.fail(RpcError(Code.RECONNECTION, "reconnection error"))
            return call.session
        if found is not call.session:
            self.forget(call.session)
            found.take(socket)
        call.session = found
        call.reply({"value": "reconnection successful"})
        return found

    async def _apply(self, call: Call, apply: Apply) -> None:
        if self.faults.names_method("silent", call.method):
            return
        shape = self.faults.error_shape
        try:
            if (code := self.faults.error_for(call.method)) is not None:
                raise RpcError(code, "A fault switch asked for this error.")
            await apply(call)
        except UnansweredError as reason:
            log.debug("no reply to %s: %s", call.method, reason)
        except RpcError as error:
            log.info("%s failed with %d", call.method, error.code)
            call.fail(error, shape=shape)
        except Exception as error:  # a fault of ours must not end the socket; OpenVidu answers -1, too
            log.exception("%s failed", call.method)
            if not call.replied:
                call.fail(MalformedRequestError(type(error).__name__), shape=shape)
