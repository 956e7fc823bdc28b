"""A screen or a window as a picture source, by QtMultimedia.

It lives in a thread of its own like a camera. On Linux it grabs from the X server through shared memory,
or from the desktop portal under Wayland; on Windows and macOS by the system's own capture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import av
import structlog
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtMultimedia import QMediaCaptureSession, QScreenCapture, QWindowCapture

from desktop.devices.device_thread import DeviceThread, Started
from desktop.devices.screen_list import ScreenKind, ScreenTarget, can_capture
from desktop.devices.screen_tap import ScreenTap
from desktop.rtc.errors import RtcError, RtcErrorCode

OPEN_TIMEOUT_S = 5.0
"""How long a screen may take to give its first picture."""

FRAME_RATE = 15
"""Pictures a second at most: what is read needs detail, not movement."""

LOOK_MS = 500
"""How often it is looked whether the window is still there."""

_log = structlog.get_logger(__name__)


class Screen:
    """A `VideoSource` and `EndingSource` on a screen or window. Methods may be called from any thread.

    It ends by itself when the window is closed or the screen is unplugged. A minimised window keeps its
    last picture and goes on when it is shown again.

    Attributes:
        width_px: of the last picture; the target's own before `open()`.
        height_px: the same.
        frame_rate: pictures a second at most.
    """

    def __init__(
        self,
        target: ScreenTarget,
        *,
        frame_rate: int = FRAME_RATE,
        open_timeout_s: float | None = None,
    ) -> None:
        """Choose what to share without touching it.

        Args:
            target: from `ScreenList`.
            frame_rate: see the class.
            open_timeout_s: instead of `OPEN_TIMEOUT_S`.
        """
        self._open_timeout_s = open_timeout_s
        self.target = target
        self.width_px = target.width_px or 1280
        self.height_px = target.height_px or 720
        self.frame_rate = frame_rate
        self._ended: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._thread: DeviceThread[_Capture] | None = None

    def when_ended(self, ended: Callable[[], None]) -> None:
        """See `EndingSource`."""
        self._ended = ended

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering yuv420p frames from a thread of its own. Open already: starts anew.

        Blocks until the first picture, at most 5 s: call it from a worker thread.

        Raises:
            RtcError: `screen-gone`, `screen-unavailable` (also when no picture comes in time), or `closed`
                when `close()` was called meanwhile.
        """

        def take(frame: av.VideoFrame) -> None:
            self.width_px, self.height_px = frame.width, frame.height
            deliver(frame)

        thread = DeviceThread(
            "screen", lambda started: _Capture(self.target, take, self._end, started, self.frame_rate)
        )
        self._replace(thread)
        try:
            thread.start()
            thread.wait_started(OPEN_TIMEOUT_S if self._open_timeout_s is None else self._open_timeout_s)
        except TimeoutError:
            self._give_up(thread)
            raise RtcError(RtcErrorCode.SCREEN_UNAVAILABLE, "no picture in time") from None
        except BaseException:
            self._give_up(thread)
            raise

    def close(self) -> None:
        """Stop; no delivery after it returns. Calling it twice is fine."""
        self._replace(None)

    def _end(self) -> None:
        if self._ended is not None:
            self._ended()

    def _replace(self, thread: DeviceThread[_Capture] | None) -> None:
        with self._lock:
            old, self._thread = self._thread, thread
        if old is not None and not old.stop():
            _log.warning("a screen's capture hangs and is left alone")

    def _give_up(self, thread: DeviceThread[_Capture]) -> None:
        with self._lock:
            if self._thread is thread:
                self._thread = None
        thread.stop()


class _Capture(QObject):
    """The running capture; lives in its thread."""

    def __init__(
        self,
        target: ScreenTarget,
        deliver: Callable[[av.VideoFrame], None],
        ended: Callable[[], None],
        started: Started,
        frame_rate: int,
    ) -> None:
        super().__init__()
        if not can_capture():
            raise RtcError(RtcErrorCode.SCREEN_UNAVAILABLE, "nothing here can capture a screen")
        self._target = target
        self._ended = ended
        self._over = False
        self._started = started
        if not self._is_there():
            raise RtcError(RtcErrorCode.SCREEN_GONE)
        self._tap = ScreenTap(deliver, started, frame_rate=frame_rate)
        self._session = QMediaCaptureSession()
        self._capture: QScreenCapture | QWindowCapture
        if target.kind is ScreenKind.WINDOW:
            self._capture = QWindowCapture()
            self._capture.setWindow(target.handle)
            self._session.setWindowCapture(self._capture)
        else:
            self._capture = QScreenCapture()
            self._capture.setScreen(target.handle)
            self._session.setScreenCapture(self._capture)
        self._capture.errorOccurred.connect(self._on_error)
        self._session.setVideoSink(self._tap.sink)
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._look)
        self._watch.start(LOOK_MS)
        self._capture.start()

    def shut(self) -> None:
        """Stop and forget the capture."""
        self._watch.stop()
        self._capture.errorOccurred.disconnect(self._on_error)
        self._capture.stop()
        self._tap.shut()
        del self._session, self._capture, self._tap

    def _is_there(self) -> bool:
        if self._target.kind is ScreenKind.WINDOW:
            return bool(self._target.handle.isValid())
        app: object = QCoreApplication.instance()
        return self._target.handle in getattr(app, "screens", list)()

    @Slot()
    def _look(self) -> None:
        if self._over or self._is_there():
            return
        self._over = True
        self._watch.stop()
        if not self._started.fail(RtcError(RtcErrorCode.SCREEN_GONE)):
            self._ended()

    @Slot(object, str)
    def _on_error(self, error: object, text: str) -> None:
        # A minimised window cannot be grabbed and says so every second; it goes on when it is back.
        _log.debug("screen cannot be grabbed at the moment", error=str(error), detail=text)
        self._look()
