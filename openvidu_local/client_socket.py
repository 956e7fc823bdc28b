"""One open WebSocket of a client: an outbox with its writer, the ping watchdog, and ways to end it."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSCloseCode, web

from openvidu_local.options import Timing
from openvidu_local.parameters import JsonObject, to_json

log = logging.getLogger(__name__)

PING_SILENCE = "Close for not receive ping from client"
"""Reason of the close frame when pings stopped."""

_OUTBOX_MESSAGES = 2000
_OUTBOX_CHARS = 8_000_000
"""A client that leaves so many messages, or so much text, unread is cut off."""
_CLOSE_LIMIT_S = 5.0
"""How long a client may take to read what is left and our close frame."""


class Socket:
    """One open WebSocket: an outbox with a writer, the ping watchdog, and ways to end it."""

    def __init__(
        self, transport: asyncio.Transport | None, socket: web.WebSocketResponse, timing: Timing
    ) -> None:
        self._transport = transport
        self._socket = socket
        self._timing = timing
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._close_with: tuple[int, str] | None = None
        self._ping_interval_s = 0.0
        self._watchdog: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._unread_chars = 0
        self.silent = False
        """The watchdog closed it."""

    @property
    def closing(self) -> bool:
        """Our close frame is sent or queued; the writer ends by itself, `_CLOSE_LIMIT_S` later at most."""
        return self._close_with is not None

    def send(self, message: JsonObject) -> None:
        """Queue one message; the order of the calls is the order on the wire."""
        if self._close_with is not None:
            return
        text = to_json(message)
        if self._outbox.qsize() >= _OUTBOX_MESSAGES or self._unread_chars + len(text) > _OUTBOX_CHARS:
            log.warning("a client does not read: cut off")
            self.cut()
            return
        self._unread_chars += len(text)
        self._outbox.put_nowait(text)

    def close(self, code: int, reason: str) -> None:
        """Send what is queued, then the close frame; a client that reads neither is cut off."""
        if self._close_with is None:
            self._close_with = code, reason
            self._outbox.put_nowait(None)
            self._patience = asyncio.get_running_loop().call_later(_CLOSE_LIMIT_S, self.cut)

    def cut(self) -> None:
        """Drop the connection without a close frame."""
        if self._transport is not None:
            self._transport.abort()

    def heard_ping(self, interval_ms: int | None) -> None:
        """Arm or feed the watchdog; the first ping's interval counts from then on."""
        if interval_ms is not None:
            self._ping_interval_s = interval_ms / 1000
        elif not self._ping_interval_s:
            self._ping_interval_s = self._timing.ping_interval_s
        self._disarm()
        limit_s = self._ping_interval_s * self._timing.ping_limit
        self._watchdog = asyncio.get_running_loop().call_later(limit_s, self._no_ping)

    async def write(self) -> None:
        """Send the outbox until the socket ends; run as a task."""
        try:
            while (text := await self._outbox.get()) is not None:
                await self._socket.send_str(text)
                self._unread_chars -= len(text)
            code, reason = self._close_with or (WSCloseCode.OK, "")
            await self._socket.close(code=code, message=reason.encode())
        except ConnectionError as error:
            log.debug("a socket is gone: %s", type(error).__name__)

    def release(self) -> None:
        """Stop the timers: the socket is closed."""
        self._disarm()
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _no_ping(self) -> None:
        self.silent = True
        self.close(WSCloseCode.OK, PING_SILENCE)

    def _disarm(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
