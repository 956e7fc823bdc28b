"""Takes the pictures out of a screen's capture session: paced, and only when something has changed.

A screen stands still most of the time, and systems grab it up to 60 times a second nevertheless. What
equals the picture before it is not converted, not sent and not encoded; comparing costs 1.5 ms for
1920x1080 where converting costs 5.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import av
import numpy as np
import numpy.typing as npt
import structlog
from av.video.reformatter import Interpolation
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtMultimedia import QVideoFrame, QVideoSink

from desktop.devices.device_thread import Started
from desktop.devices.picture_conversion import LARGEST_SCREEN_PX, PictureConverter, UnreadablePictureError

_log = structlog.get_logger(__name__)


class ScreenTap(QObject):
    """Converts what arrives in its `sink` and hands it over: the latest picture, at most so many a second.

    The last change is never lost: a picture that came too early is looked at when its time has come.

    Attributes:
        sink: to be given to a `QMediaCaptureSession`.
        seen: pictures that arrived, changed or not.
    """

    def __init__(
        self, deliver: Callable[[av.VideoFrame], None], started: Started, *, frame_rate: int
    ) -> None:
        """Make the sink.

        Args:
            deliver: takes yuv420p frames of even size.
            started: told about the first picture.
            frame_rate: pictures a second at most.
        """
        super().__init__()
        self._deliver = deliver
        self._started = started
        self._converter = PictureConverter(LARGEST_SCREEN_PX, Interpolation.LANCZOS)
        self._interval_s = 1 / frame_rate
        self._due_s = 0.0
        self._waiting: QVideoFrame | None = None
        self._before: npt.NDArray[np.uint8] | None = None
        self._complained = False
        self.seen = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._take)
        self.sink = QVideoSink()
        self.sink.videoFrameChanged.connect(self._on_frame, Qt.ConnectionType.QueuedConnection)

    def shut(self) -> None:
        """Let go of the sink; nothing is delivered afterwards."""
        self._timer.stop()
        self._waiting = None
        self.sink.videoFrameChanged.disconnect(self._on_frame)
        del self.sink

    @Slot(QVideoFrame)
    def _on_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid():
            return
        self.seen += 1
        self._waiting = frame
        if not self._timer.isActive():
            self._timer.start(max(0, round((self._due_s - time.monotonic()) * 1000)))

    @Slot()
    def _take(self) -> None:
        frame, self._waiting = self._waiting, None
        if frame is None:
            return
        self._due_s = time.monotonic() + self._interval_s
        if not self._changed(frame):
            return
        try:
            picture = self._converter.converted(frame)
        except UnreadablePictureError as error:
            if not self._complained:  # once, not fifteen times a second
                self._complained = True
                _log.warning("screen picture cannot be read", reason=str(error))
            return
        self._deliver(picture)
        self._started.succeed()

    def _changed(self, frame: QVideoFrame) -> bool:
        """Whether it differs from the one before; kept for the next time."""
        if not frame.map(QVideoFrame.MapMode.ReadOnly):
            return True  # the conversion says what is wrong
        try:
            now = np.frombuffer(frame.bits(0), np.uint8)
            if self._before is not None and np.array_equal(self._before, now):
                return False
            self._before = now.copy()
        finally:
            frame.unmap()
        return True
