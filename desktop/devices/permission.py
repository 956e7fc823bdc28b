"""The operating system's consent to use the camera or the microphone.

macOS asks the user once, at the first use, and remembers; Linux and Windows have nothing to ask
beforehand. So nothing is asked before a device is opened for the first time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import (
    QCameraPermission,
    QCoreApplication,
    QMicrophonePermission,
    QObject,
    Qt,
    Signal,
    Slot,
)

from desktop.rtc.errors import RtcError, RtcErrorCode

ANSWER_TIMEOUT_S = 120.0
"""How long the user may take to answer; a person reads, hesitates, looks for the mouse."""

_Status = Qt.PermissionStatus


class _Question(QObject):
    """One question, asked on the main thread because Qt asks nowhere else."""

    asked = Signal()

    def __init__(self, ask: Callable[[QObject, Callable[[], None]], None]) -> None:
        super().__init__()
        self._ask = ask
        self.answered = threading.Event()
        self.asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _on_asked(self) -> None:
        self._ask(self, self.answered.set)


def require_camera_permission() -> None:
    """Return once the camera may be used. See `require_microphone_permission`.

    Raises:
        RtcError: `camera-denied`.
    """
    _require(QCameraPermission(), RtcErrorCode.CAMERA_DENIED)


def require_microphone_permission() -> None:
    """Return once the microphone may be used.

    Where the user was never asked this asks and waits for the answer, up to `ANSWER_TIMEOUT_S`: never
    call it on the main thread, which has to show the question. Where nothing has to be asked it
    returns at once.

    Raises:
        RtcError: `microphone-denied`: refused now, earlier or by the administrator, or not answered.
    """
    _require(QMicrophonePermission(), RtcErrorCode.MICROPHONE_DENIED)


def _require(permission: QCameraPermission | QMicrophonePermission, denied: RtcErrorCode) -> None:
    app = QCoreApplication.instance()
    if app is None:
        raise RuntimeError("devices need a QCoreApplication")
    if app.checkPermission(permission) is _Status.Undetermined:
        if threading.current_thread() is threading.main_thread():
            raise RuntimeError("the user must be asked: open devices from another thread than the main one")
        question = _Question(
            lambda context, done: app.requestPermission(permission, context, lambda _: done())
        )
        question.moveToThread(app.thread())
        question.asked.emit()
        question.answered.wait(ANSWER_TIMEOUT_S)
        question.deleteLater()
    if app.checkPermission(permission) is not _Status.Granted:
        raise RtcError(denied, "refused by the operating system")
