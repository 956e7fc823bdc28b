"""JSON-RPC on OpenVidu's WebSocket: requests and replies, pings, notifications, resuming.

One task owns the socket and reads it; notifications are handed over in it, strictly in order, so
what is told of them must not wait for anything. A socket that is lost after `keep()` is opened
again and the RPC session continued on it; before that the end is final. Sources: Kurento 7.3
JSON-RPC server and its `PingWatchdogManager`, openvidu-browser 2.32 `kurento-jsonrpc`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from desktop.meeting.reconnect import SOCKET_DELAYS_S, SOCKET_LIMIT_S, UNHEARD_LIMIT_S, delays_s
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import (
    PING_INTERVAL_MS,
    RESUME_REFUSED,
    Announcement,
    Notification,
    Ping,
    Reply,
    Request,
    Resume,
    decode_message,
    decode_notification,
    encode_request,
    error_for,
)
from desktop.rtc.token import Token

log = logging.getLogger(__name__)

# At level DEBUG the library logs every frame, tokens included.
_socket_log = logging.getLogger(f"{__name__}.socket")
_socket_log.setLevel(logging.WARNING)

MAX_MESSAGE_BYTES = 1024 * 1024
"""The join result of a full room, with a good margin."""

CLOSE_LEFT = 4102
"""Close code of a client that leaves or was put out (openvidu-browser)."""


@dataclass(frozen=True, slots=True)
class SignallingTimes:
    """How long things may take, in seconds."""

    open_s: float = 10.0
    reply_s: float = 10.0
    ping_interval_s: float = PING_INTERVAL_MS / 1000
    ping_reply_s: float = 9.0
    """Longer than TCP takes to send what a cut of 5 s swallowed a further time: after 6.2 s, or half as
    much again on a slow path. With the interval it stays below the 15 s after which the server gives up."""
    close_s: float = 1.0
    resume_open_s: float = 4.0
    """For one attempt to resume: short, since a handshake begun on a dead network does not notice for
    many seconds that the network is back."""
    resume_limit_s: float = SOCKET_LIMIT_S
    unheard_limit_s: float = UNHEARD_LIMIT_S


class LineState(Enum):
    """What happened to the socket."""

    LOST = "lost"
    """It is gone; resuming is under way."""
    RESUMED = "resumed"
    """It is back, and the server still knows us."""
    RESUMED_LATE = "resumed-late"
    """As `RESUMED`, but it was silent for so long that notifications may be lost for good."""
    ENDED = "ended"
    """It is gone for good."""


class Signalling:
    """The line to OpenVidu.

    Args:
        token: where to connect.
        on_notification: told about each notification we act on, in order; must not wait.
        on_line: told when the socket is lost, resumed or gone for good, in the same order.
        ssl_context: for `wss`; None takes the interpreter's defaults.
        times: limits.
    """

    def __init__(
        self,
        token: Token,
        *,
        on_notification: Callable[[Notification], None],
        on_line: Callable[[LineState], None],
        ssl_context: ssl.SSLContext | None = None,
        times: SignallingTimes | None = None,
    ) -> None:
        self._token = token
        self._on_notification = on_notification
        self._on_line = on_line
        self._ssl_context = ssl_context
        self._times = times or SignallingTimes()
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closing = False
        self._ended = False
        self._next_id = 0
        self._pending: dict[int, tuple[Request, asyncio.Future[dict[str, Any]]]] = {}
        self._rpc_session_id = ""
        self._refused = False
        self._skipped = 0
        self._heard_s = 0.0
        self._unheard_since_s: float | None = None

    @property
    def stands(self) -> bool:
        """Requests can be made at once."""
        return self._ready.is_set() and not self._ended

    @property
    def ended(self) -> bool:
        """The line is gone for good."""
        return self._ended

    @property
    def skipped(self) -> int:
        """Messages of the server that could not be read, since the line was made."""
        return self._skipped

    @property
    def local_address(self) -> tuple[Any, ...] | None:
        """What the socket is bound to on this computer, as `socket` writes it; None without one."""
        if self._socket is None:
            return None
        address = self._socket.local_address
        return address if isinstance(address, tuple) else None

    def cut(self) -> None:
        """Give the socket up, as if it were lost: it is known to be dead before TCP notices."""
        if self._socket is not None:
            self._give_up(self._socket)

    async def open(self) -> None:
        """Connect and start reading and pinging.

        Raises:
            RtcError: `unreachable` or `untrusted-certificate`.
        """
        socket = await self._connect(self._token.socket_url(), self._times.open_s)
        self._task = asyncio.get_running_loop().create_task(self._run(socket), name="signalling")

    def keep(self, rpc_session_id: str) -> None:
        """From now on resume a lost socket; the id comes with the join result."""
        self._rpc_session_id = rpc_session_id

    async def request(self, request: Request, *, timeout_s: float | None = None) -> dict[str, Any]:
        """Call the server and return its result; waits for a line that is being resumed.

        Raises:
            RtcError: the server's refusal with its wire code, `no-reply` when nothing came in time
                (its outcome is then unknown), or `closed`.
        """
        try:
            async with asyncio.timeout(self._times.reply_s if timeout_s is None else timeout_s):
                await self._ready.wait()
                return await self._call(request)
        except TimeoutError:
            raise RtcError(RtcErrorCode.NO_REPLY, request.method) from None

    async def close(self, code: int = CLOSE_LEFT, reason: str = "Connection closed by client") -> None:
        """Close the socket and end the task. Safe at any time and more than once."""
        self._closing = True
        socket = self._socket
        if socket is not None:
            await socket.close(code, reason)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._end()

    async def _connect(self, url: str, open_s: float) -> ClientConnection:
        secure = url.startswith("wss:")
        try:
            return await connect(
                url,
                ssl=(self._ssl_context or True) if secure else None,
                # A proxy of the environment serves the network, not this machine itself.
                proxy=None if self._token.is_loopback else True,
                compression=None,
                open_timeout=open_s,
                close_timeout=self._times.close_s,
                ping_interval=None,  # the server counts its own pings only
                max_size=MAX_MESSAGE_BYTES,
                logger=_socket_log,
            )
        except ssl.SSLCertVerificationError:
            raise RtcError(RtcErrorCode.UNTRUSTED_CERTIFICATE) from None
        except (OSError, WebSocketException, TimeoutError, ImportError, ValueError) as error:
            # ImportError: a proxy of a kind that needs another library; ValueError: a host name that
            # cannot be one. Without `from`: some of these quote the URL.
            raise RtcError(RtcErrorCode.UNREACHABLE, type(error).__name__) from None

    async def _run(self, socket: ClientConnection) -> None:
        """Serve one socket after the other until the line is closed or lost for good."""
        try:
            await self._serve(socket, resume=False)
            while not self._closing and self._rpc_session_id:
                log.warning("the signalling socket was lost")
                self._on_line(LineState.LOST)
                if not await self._resume():
                    return
        finally:
            self._end()

    async def _resume(self) -> bool:
        """Open sockets until one takes us back, and serve it; False when there is no way back."""
        give_up_s = asyncio.get_running_loop().time() + self._times.resume_limit_s
        for delay_s in delays_s(SOCKET_DELAYS_S):
            await asyncio.sleep(delay_s)
            if asyncio.get_running_loop().time() > give_up_s:
                log.warning("the signalling socket could not be resumed in time")
                return False
            try:
                socket = await self._connect(
                    self._token.socket_url(resumed=True), min(self._times.open_s, self._times.resume_open_s)
                )
            except RtcError:
                continue  # still unreachable
            if await self._serve(socket, resume=True):
                return True
            if self._refused:
                log.warning("the server has forgotten us")
                return False
        return False

    def _end(self) -> None:
        self._fail_pending(RtcErrorCode.CLOSED)
        self._ready.set()  # whoever waits for the line learns that it is closed
        if not self._ended:
            self._ended = True
            if not self._closing:
                self._on_line(LineState.ENDED)

    async def _serve(self, socket: ClientConnection, *, resume: bool) -> bool:
        """Read and ping until the socket is gone; True when requests could be made on it."""
        self._socket = socket
        tending = asyncio.get_running_loop().create_task(self._tend(socket, resume=resume), name="pings")
        try:
            async for text in socket:
                self._receive(text)
        except ConnectionClosed as error:
            log.info("socket closed with %s", error.rcvd.code if error.rcvd else "no close frame")
        finally:
            tending.cancel()
            await asyncio.wait([tending])
            served = self._ready.is_set()
            self._ready.clear()
            self._socket = None
            self._fail_pending(RtcErrorCode.NO_REPLY)
            # Without effect where the server closed it; else it must not stay open behind us.
            socket.transport.abort()
        return served

    async def _tend(self, socket: ClientConnection, *, resume: bool) -> None:
        """Take the session up where a socket replaces another, then ping until cancelled."""
        try:
            if resume:
                async with asyncio.timeout(self._times.reply_s):
                    await self._call(Resume(session_id=self._rpc_session_id))
            self._ready.set()
            if resume:
                self._on_line(self._resumed())
            interval: int | None = PING_INTERVAL_MS
            while True:
                async with asyncio.timeout(self._times.ping_reply_s):
                    await self._call(Ping(interval=interval))
                interval = None
                await asyncio.sleep(self._times.ping_interval_s)
        except (TimeoutError, RtcError) as error:
            self._refused = isinstance(error, RtcError) and error.wire_code == RESUME_REFUSED
            # A line that does not answer is lost even where TCP has not noticed.
            self._give_up(socket)

    def _give_up(self, socket: ClientConnection) -> None:
        """Abort a socket that the server may still believe in, and write notifications to."""
        if self._unheard_since_s is None:
            self._unheard_since_s = self._heard_s
        socket.transport.abort()

    def _resumed(self) -> LineState:
        since_s, self._unheard_since_s = self._unheard_since_s, None
        late = (
            since_s is not None and asyncio.get_running_loop().time() - since_s > self._times.unheard_limit_s
        )
        return LineState.RESUMED_LATE if late else LineState.RESUMED

    async def _call(self, request: Request) -> dict[str, Any]:
        socket = self._socket
        if self._closing or self._ended:
            raise RtcError(RtcErrorCode.CLOSED, request.method)
        if socket is None:
            raise RtcError(RtcErrorCode.NO_REPLY, request.method)
        request_id = self._next_id
        self._next_id += 1
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = (request, reply)
        try:
            await socket.send(encode_request(request, request_id))
            return await reply
        except ConnectionClosed:
            raise RtcError(RtcErrorCode.NO_REPLY, request.method) from None
        finally:
            self._pending.pop(request_id, None)

    def _receive(self, text: str | bytes) -> None:
        self._heard_s = asyncio.get_running_loop().time()
        try:
            message = decode_message(text if isinstance(text, str) else "")
            if isinstance(message, Reply):
                self._settle(message)
            else:
                self._hand_over(message)
        except RtcError as error:
            self._skipped += 1
            # The first, the second, the fourth …: a flood of them must not become one in the log.
            if self._skipped.bit_count() == 1:
                log.warning("a message of the server was skipped, the %d. so far: %s", self._skipped, error)

    def _settle(self, reply: Reply) -> None:
        request, future = self._pending.get(reply.id, (None, None))
        if request is None or future is None or future.done():
            return  # it timed out, or the server answers twice, as after an untyped signal
        if reply.error is not None:
            future.set_exception(error_for(reply.error, request))
        else:
            future.set_result(reply.result)

    def _hand_over(self, announcement: Announcement) -> None:
        notification = decode_notification(announcement)
        if notification is None:
            log.debug("notification %.64r is none of ours", announcement.name)
            return
        try:
            self._on_notification(notification)
        except Exception:  # a fault of ours in one message must not end the meeting; it is logged
            log.exception("handling %s failed", announcement.name)

    def _fail_pending(self, code: RtcErrorCode) -> None:
        for request, future in self._pending.values():
            if not future.done():
                future.set_exception(RtcError(code, request.method))
