"""Where the browser comes back to, for an app that links of our scheme do not open (RFC 8252, 7.3).

A port of this machine's loopback address takes `GET /company/…` and answers with a page that says to go
back to the app. Whoever else calls it learns nothing; what comes in is worth nothing without the verifier
that this process keeps.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QHostAddress, QTcpServer, QTcpSocket

log = logging.getLogger(__name__)

REQUEST_MAX = 8_192
"""Bytes of a request's head; browsers send well under 2,000 to a plain address."""
REQUEST_TIMEOUT_MS = 10_000
_END = b"\r\n\r\n"


class Loopback(QObject):
    """Listens until it is closed.

    Signals:
        returned(str): the path behind `/company/` of a browser that came back.

    Args:
        page: title and sentence of what the browser shows then, in the user's language.
    """

    returned = Signal(str)

    def __init__(self, page: Callable[[], tuple[str, str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._server = QTcpServer(self)
        self._server.newConnection.connect(self._take_connections)

    def listen(self) -> int | None:
        """Listen on a free port, unless that is so already; None where the system does not let us."""
        local = QHostAddress(QHostAddress.SpecialAddress.LocalHost)
        if not self._server.isListening() and not self._server.listen(local, 0):
            log.warning("the browser cannot come back: %s", self._server.errorString())
            return None
        return int(self._server.serverPort())

    def close(self) -> None:
        """Stop listening. Safe more than once."""
        self._server.close()

    def _take_connections(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.setReadBufferSize(REQUEST_MAX)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            QTimer.singleShot(REQUEST_TIMEOUT_MS, socket, socket.abort)
            self._read(socket)

    def _read(self, socket: QTcpSocket) -> None:
        head = bytes(socket.peek(REQUEST_MAX).data())
        if _END not in head:
            if len(head) >= REQUEST_MAX:
                socket.abort()
            return
        socket.readAll()
        words = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
        path = urlsplit(words[1]).path if len(words) == 3 and words[0] == "GET" else ""
        rest = path.removeprefix("/company/") if path.startswith("/company/") else ""
        socket.write(self._answer() if rest else b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
        socket.disconnectFromHost()
        if rest:
            self.returned.emit(rest)

    def _answer(self) -> bytes:
        title, sentence = (html.escape(text) for text in self._page())
        content = (
            f'<!doctype html><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">'
            '<body style="font: 1.1rem system-ui, sans-serif; max-width: 30rem; margin: 20vh auto">'
            f"<h1>{title}</h1><p>{sentence}</p>"
        ).encode()
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\nCache-Control: no-store\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
            "Referrer-Policy: no-referrer\r\n\r\n"
        )
        return head.encode() + content
