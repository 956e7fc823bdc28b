"""A camera of the machine, by QtMultimedia."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import av
import structlog
from PySide6.QtCore import QObject, Slot
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QMediaCaptureSession,
    QMediaDevices,
    QVideoFrameFormat,
)

from desktop.devices.device_list import id_of, pick
from desktop.devices.device_thread import DeviceThread, Started
from desktop.devices.frame_tap import FrameTap
from desktop.devices.permission import require_camera_permission
from desktop.rtc.errors import RtcError, RtcErrorCode

OPEN_TIMEOUT_S = 5.0
"""How long a camera may take to give its first picture."""

_SLOWEST_RATE = 24.0  # below, movement is seen to stutter
_LARGEST_AREA_PX = 1280 * 720

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CameraMode:
    """One of the formats a camera offers. `compressed`: JPEG, which costs a decoder."""

    width_px: int
    height_px: int
    frame_rate: float
    compressed: bool = False


def best_mode(modes: Sequence[CameraMode], width_px: int, height_px: int, frame_rate: int) -> int | None:
    """Index of the mode to use, None when there are none.

    In this order: fast enough to look smooth, not larger than 1280 x 720, nearest in size to what is
    wanted, nearest in rate, not compressed.
    """

    def distance(index: int) -> tuple[bool, bool, int, float, bool]:
        mode = modes[index]
        return (
            mode.frame_rate < min(_SLOWEST_RATE, frame_rate),
            mode.width_px * mode.height_px > _LARGEST_AREA_PX,
            abs(mode.width_px - width_px) + abs(mode.height_px - height_px),
            abs(mode.frame_rate - frame_rate),
            mode.compressed,
        )

    return min(range(len(modes)), key=distance, default=None)


def failure(device_id: str, listed_ids: Sequence[str], detail: str) -> RtcError:
    """Why a camera that was started does not work.

    Qt names one error for everything, so the reason is looked for where it can be seen: unplugged
    means missing, a Linux device file without access means denied, all else means that somebody else
    has it, by far the most frequent reason on every system.

    Args:
        device_id: of the camera that fails.
        listed_ids: of the cameras that are there now.
        detail: what Qt says, for the log.
    """
    if device_id not in listed_ids:
        return RtcError(RtcErrorCode.CAMERA_MISSING, detail)
    if sys.platform == "linux" and os.path.exists(device_id) and not os.access(device_id, os.R_OK | os.W_OK):
        return RtcError(RtcErrorCode.CAMERA_DENIED, detail)
    return RtcError(RtcErrorCode.CAMERA_BUSY, detail)


class Camera:
    """A `VideoSource` on a camera of the system. All methods may be called from any thread.

    Attributes:
        width_px: wanted before `open()`, real afterwards.
        height_px: wanted before `open()`, real afterwards.
        frame_rate: wanted, frames per second.
    """

    def __init__(
        self, device_id: str | None = None, *, width_px: int = 640, height_px: int = 480, frame_rate: int = 30
    ) -> None:
        """Choose a camera without touching it.

        Args:
            device_id: see `device_list.Device`; None for whatever is the system's default at `open()`.
            width_px: see the class.
            height_px: see the class.
            frame_rate: see the class.
        """
        self.width_px = width_px
        self.height_px = height_px
        self.frame_rate = frame_rate
        self._device_id = device_id
        self._lock = threading.Lock()
        self._thread: DeviceThread[_Capture] | None = None

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering yuv420p frames from a thread of its own. Open already: starts anew.

        Blocks until the first picture, at most 5 s, plus the time the user takes to answer when the
        system asks for permission: call it from a worker thread.

        Raises:
            RtcError: `camera-missing`, `camera-denied`, `camera-busy` (also when no picture comes in
                time), or `closed` when `close()` was called meanwhile.
        """

        def take(frame: av.VideoFrame) -> None:
            self.width_px, self.height_px = frame.width, frame.height
            deliver(frame)

        wanted = CameraMode(self.width_px, self.height_px, self.frame_rate)
        thread = DeviceThread("camera", lambda started: _Capture(self._device_id, wanted, take, started))
        self._replace(thread)
        try:
            require_camera_permission()
            thread.start()
            thread.wait_started(OPEN_TIMEOUT_S)
        except TimeoutError:
            self._give_up(thread)
            raise RtcError(RtcErrorCode.CAMERA_BUSY, "no picture in time") from None
        except BaseException:
            self._give_up(thread)
            raise

    def close(self) -> None:
        """Stop and release the camera; no delivery after it returns. Calling it twice is fine."""
        self._replace(None)

    def _replace(self, thread: DeviceThread[_Capture] | None) -> None:
        with self._lock:
            old, self._thread = self._thread, thread
        if old is not None and not old.stop():
            _log.warning("camera hangs and is left alone")

    def _give_up(self, thread: DeviceThread[_Capture]) -> None:
        with self._lock:
            if self._thread is thread:
                self._thread = None
        thread.stop()


class _Capture(QObject):
    """The open camera; lives in its thread."""

    def __init__(
        self,
        device_id: str | None,
        wanted: CameraMode,
        deliver: Callable[[av.VideoFrame], None],
        started: Started,
    ) -> None:
        super().__init__()
        device = pick(QMediaDevices.videoInputs(), device_id)
        if device is None:
            raise RtcError(RtcErrorCode.CAMERA_MISSING)
        self._device_id = id_of(device)
        self._started = started
        self._tap = FrameTap(deliver, started)
        self._camera = QCamera(device)
        self._camera.errorOccurred.connect(self._on_error)
        _set_mode(self._camera, device, wanted)
        self._session = QMediaCaptureSession()
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._tap.sink)
        self._camera.start()

    def shut(self) -> None:
        """Stop and forget the camera."""
        self._camera.errorOccurred.disconnect(self._on_error)
        self._camera.stop()
        self._tap.shut()
        del self._session, self._camera, self._tap

    @Slot(QCamera.Error, str)
    def _on_error(self, error: QCamera.Error, text: str) -> None:
        if error is QCamera.Error.NoError:
            return
        reason = failure(self._device_id, [id_of(each) for each in QMediaDevices.videoInputs()], text)
        if not self._started.fail(reason):
            _log.warning("camera stopped", code=reason.code.value, detail=text)


def _set_mode(camera: QCamera, device: QCameraDevice, wanted: CameraMode) -> None:
    """Ask the camera for its best mode; without a list it keeps the system's."""
    formats = device.videoFormats()
    modes = [
        CameraMode(
            each.resolution().width(),
            each.resolution().height(),
            each.maxFrameRate(),
            each.pixelFormat() is QVideoFrameFormat.PixelFormat.Format_Jpeg,
        )
        for each in formats
    ]
    index = best_mode(modes, wanted.width_px, wanted.height_px, round(wanted.frame_rate))
    if index is not None:
        camera.setCameraFormat(formats[index])
