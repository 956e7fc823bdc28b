"""A microphone of the machine, by QtMultimedia."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from PySide6.QtCore import QObject, Slot
from PySide6.QtMultimedia import QAudioSource, QMediaDevices, QtAudio

from desktop.devices.audio_format import choose_format, qt_format
from desktop.devices.device_list import pick
from desktop.devices.device_thread import DeviceThread, Started
from desktop.devices.pcm import FrameCutter
from desktop.devices.permission import require_microphone_permission
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import Samples

OPEN_TIMEOUT_S = 5.0
"""How long a microphone may take to give its first sound; wireless headsets need two or three."""

_BUFFER_S = 0.1  # what the system keeps for us while this thread is late

_log = structlog.get_logger(__name__)


class Microphone:
    """An `AudioSource` on a device of the system. All methods may be called from any thread.

    Attributes:
        hears_room: see `RoomSource`.
    """

    hears_room = True

    def __init__(self, device_id: str | None = None) -> None:
        """Choose a microphone without touching it.

        Args:
            device_id: see `device_list.Device`; None for whatever is the system's default at `open()`.
        """
        self._device_id = device_id
        self._lock = threading.Lock()
        self._thread: DeviceThread[_Capture] | None = None

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Start delivering 20 ms frames from a thread of its own. Open already: starts anew.

        Blocks until the first sound, at most 5 s, plus the time the user takes to answer when the
        system asks for permission: call it from a worker thread.

        Raises:
            RtcError: `microphone-missing`, `microphone-denied`, `microphone-busy` (also when no
                sound comes in time), or `closed` when `close()` was called meanwhile.
        """
        thread = DeviceThread("microphone", lambda started: _Capture(self._device_id, deliver, started))
        self._replace(thread)
        try:
            require_microphone_permission()
            thread.start()
            thread.wait_started(OPEN_TIMEOUT_S)
        except TimeoutError:
            self._give_up(thread)
            raise RtcError(RtcErrorCode.MICROPHONE_BUSY, "no sound in time") from None
        except BaseException:
            self._give_up(thread)
            raise

    def close(self) -> None:
        """Stop and release the microphone; no delivery after it returns. Calling it twice is fine."""
        self._replace(None)

    def _replace(self, thread: DeviceThread[_Capture] | None) -> None:
        with self._lock:
            old, self._thread = self._thread, thread
        if old is not None and not old.stop():
            _log.warning("microphone hangs and is left alone")

    def _give_up(self, thread: DeviceThread[_Capture]) -> None:
        with self._lock:
            if self._thread is thread:
                self._thread = None
        thread.stop()


class _Capture(QObject):
    """The open device; lives in its thread."""

    def __init__(self, device_id: str | None, deliver: Callable[[Samples], None], started: Started) -> None:
        super().__init__()
        device = pick(QMediaDevices.audioInputs(), device_id)
        if device is None:
            raise RtcError(RtcErrorCode.MICROPHONE_MISSING)
        pcm = choose_format(device)
        self._deliver = deliver
        self._started = started
        self._cutter = FrameCutter(pcm)
        self._source = QAudioSource(device, qt_format(pcm))
        self._source.setBufferSize(round(pcm.rate_hz * _BUFFER_S) * pcm.bytes_per_moment)
        self._source.stateChanged.connect(self._on_state)
        self._stream = self._source.start()
        # PySide's stubs promise a stream; Qt returns none when the device does not open.
        if not self._stream or self._source.error() is not QtAudio.Error.NoError:
            raise RtcError(RtcErrorCode.MICROPHONE_BUSY, self._source.error().name)
        self._stream.readyRead.connect(self._on_sound)

    def shut(self) -> None:
        """Stop and forget the device."""
        self._source.stateChanged.disconnect(self._on_state)
        self._source.stop()
        del self._stream, self._source

    @Slot()
    def _on_sound(self) -> None:
        data = self._stream.readAll().data()
        if not data:
            return
        self._started.succeed()
        for frame in self._cutter.frames(bytes(data)):
            self._deliver(frame)

    @Slot(QtAudio.State)
    def _on_state(self, state: QtAudio.State) -> None:
        error = self._source.error()
        if state is not QtAudio.State.StoppedState or error is QtAudio.Error.NoError:
            return
        if not self._started.fail(RtcError(RtcErrorCode.MICROPHONE_BUSY, error.name)):
            _log.warning("microphone stopped", error=error.name)
