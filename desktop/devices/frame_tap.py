"""Takes the pictures out of a QtMultimedia capture session, in the thread of the device."""

from __future__ import annotations

from collections.abc import Callable

import av
import structlog
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtMultimedia import QVideoFrame, QVideoSink

from desktop.devices.device_thread import Started
from desktop.devices.picture_conversion import PictureConverter, UnreadablePictureError

_log = structlog.get_logger(__name__)


class FrameTap(QObject):
    """Converts what arrives in its `sink` and hands it over; the latest picture wins.

    Pictures come from a thread of the driver and are queued by Qt. When conversion or the receiver is
    slower than the camera, only the newest of those that wait is converted.

    Attributes:
        sink: to be given to a `QMediaCaptureSession`.
    """

    def __init__(self, deliver: Callable[[av.VideoFrame], None], started: Started) -> None:
        """Make the sink.

        Args:
            deliver: takes yuv420p frames of even size.
            started: told about the first picture.
        """
        super().__init__()
        self._deliver = deliver
        self._started = started
        self._converter = PictureConverter()
        self._complained = False
        self.sink = QVideoSink()
        self.sink.videoFrameChanged.connect(self._on_frame, Qt.ConnectionType.QueuedConnection)

    def shut(self) -> None:
        """Let go of the sink; nothing is delivered afterwards."""
        self.sink.videoFrameChanged.disconnect(self._on_frame)
        del self.sink

    @Slot(QVideoFrame)
    def _on_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid() or frame != self.sink.videoFrame():
            return  # none, or a newer one waits behind it
        try:
            picture = self._converter.converted(frame)
        except UnreadablePictureError as error:
            if not self._complained:  # once, not thirty times a second
                self._complained = True
                _log.warning("camera picture cannot be read", reason=str(error))
            return
        self._deliver(picture)
        self._started.succeed()
