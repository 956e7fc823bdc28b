"""One running app per user, product and profile: a second start hands over what it was asked, and ends.

    first start     lock ──► listens on a local socket ──► `asked` for every later start
    later starts    lock taken ──► send one JSON line, wait for the answer, exit 0

The lock decides who is first, not the socket: a crashed app leaves its socket behind, and two
starts at the same moment would both find it dead. The lock dies with its process.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal

from desktop.system.deep_link import LINK_MAX

# QtNetwork is imported where it is used: the first start shows its window before it listens.
if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 10.0
"""How long a later start waits for the first: it may still be starting itself."""
TURN_MS = 50
MESSAGE_MAX = 4_096
"""Bytes of one message."""
MESSAGE_TIMEOUT_MS = 5_000
"""A connection that has sent nothing whole by then is dropped."""
_ANSWER = b"taken\n"
_ANY_PROCESS = 0xFFFFFFFF


class InstanceError(Exception):
    """An app runs already and does not answer, or the lock cannot be made; the text says which."""


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What somebody asked of an app by starting it.

    Attributes:
        link: the deep link, "" for none; not checked yet.
        background: start without showing a window.
        activation: what Wayland's and X11's window managers want to see before a window may come
            to the front; "" where there is nothing of the kind.
    """

    link: str = ""
    background: bool = False
    activation: str = ""


def _read_request(line: bytes) -> StartRequest:
    """A message of a later start; anything may connect, so everything is checked.

    Raises:
        ValueError: it is no such message.
    """
    told = json.loads(line)
    if not isinstance(told, dict):
        raise ValueError("no object")
    link, activation = str(told.get("link", "")), str(told.get("activation", ""))
    if len(link) > LINK_MAX or len(activation) > LINK_MAX:
        raise ValueError("too long")
    return StartRequest(link, bool(told.get("background", False)), activation)


class SingleInstance(QObject):
    """The first instance's side, once `claim` has said that this is the first.

    Signals:
        asked(StartRequest): the app was started once more.

    Args:
        profile: `Paths.profile`: tells apps and throw-away profiles apart.
        folder: where lock and socket live instead of the user's runtime folder (tests).
    """

    asked = Signal(object)

    def __init__(self, profile: str, *, folder: Path | None = None) -> None:
        super().__init__()
        kept_in = folder or Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.RuntimeLocation)
        )
        # Short: a socket's path may have 108 characters. The user is part of it because Windows has one
        # name space for all of them.
        user = os.environ.get("USERNAME", "") if sys.platform == "win32" else str(os.getuid())
        name = "mikl-" + hashlib.sha256(f"{user}\n{profile}".encode()).hexdigest()[:24]
        self._folder = kept_in
        self._lock = QLockFile(str(kept_in / f"{name}.lock"))
        self._lock.setStaleLockTime(0)  # never by age: apps run for weeks; a dead owner still counts
        self._address = name if sys.platform == "win32" else str(kept_in / f"{name}.socket")
        self._server: QLocalServer | None = None

    def claim(self, request: StartRequest) -> bool:
        """Become the first, or hand `request` over to it.

        Blocks for a few milliseconds, or up to `ANSWER_TIMEOUT_S` while another one starts: call it
        before there is a window.

        Returns:
            True when this process is the first; False when the first has taken the request.

        Raises:
            InstanceError: an app runs and does not answer, or there is no place for the lock.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while not self._lock.tryLock(0):
            if self._lock.error() is QLockFile.LockError.PermissionError:
                raise InstanceError(f"no file can be written in {self._folder}: check its permissions")
            if self._hand_over(request):
                return False
            if time.monotonic() > deadline:
                raise InstanceError("the app is running and does not answer: end it, then start it again")
            time.sleep(TURN_MS / 1000)
        return True

    def release(self) -> None:
        """Let another process be the first. Safe more than once."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        self._lock.unlock()

    # ------------------------------------------------------------------ first

    def listen(self) -> None:
        """Take the requests of later starts from now on; those that came earlier are still waiting."""
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # We hold the lock: a socket that lies there belongs to a process that is no more.
        QLocalServer.removeServer(self._address)
        server.newConnection.connect(self._take_connections)
        if not server.listen(self._address):
            # The app works without; only a later start cannot reach it, and will say so.
            log.warning("later starts cannot reach this one: %s", server.errorString())
        self._server = server

    def _take_connections(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.setReadBufferSize(MESSAGE_MAX)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            QTimer.singleShot(MESSAGE_TIMEOUT_MS, socket, socket.abort)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= MESSAGE_MAX:
                socket.abort()
            return
        try:
            request = _read_request(bytes(socket.readLine(MESSAGE_MAX).data()))
        except ValueError:
            log.warning("something that is no start of this app was sent to it")
            socket.abort()
            return
        socket.write(_ANSWER)
        socket.flush()
        socket.disconnectFromServer()
        self.asked.emit(request)

    # ------------------------------------------------------------------ later

    def _hand_over(self, request: StartRequest) -> bool:
        """Whether the first instance has taken the request."""
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415

        socket = QLocalSocket()
        socket.connectToServer(self._address)
        wait_ms = round(ANSWER_TIMEOUT_S * 1000)
        if not socket.waitForConnected(wait_ms):
            return False
        _let_it_come_to_the_front()
        socket.write(json.dumps(asdict(request)).encode() + b"\n")
        socket.flush()
        while not socket.canReadLine():
            if not socket.waitForReadyRead(wait_ms):
                return False
        return bytes(socket.readLine(MESSAGE_MAX).data()) == _ANSWER


def _let_it_come_to_the_front() -> None:
    """Windows lets only the process that the user has just started put a window in front."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  (Windows alone)

        ctypes.windll.user32.AllowSetForegroundWindow(_ANY_PROCESS)
