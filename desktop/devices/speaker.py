"""A loudspeaker of the machine, by QtMultimedia."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
import structlog
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtMultimedia import QAudioSink, QMediaDevices, QtAudio

from desktop.devices.audio_format import choose_format, qt_format
from desktop.devices.device_list import pick
from desktop.devices.device_thread import DeviceThread, Started
from desktop.devices.pcm import DeviceEncoder
from desktop.devices.recent import RecentSamples
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, OnPlayed, Samples

QUEUE_FRAMES = 5
"""Frames of 20 ms that may wait for the device: 100 ms, then the oldest is dropped."""

_DEVICE_BUFFER_S = 0.06  # what the system holds: three frames, so that one late frame is not heard
_FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
_RETRY_MS = 5  # when the device was full: look again well within one frame

_log = structlog.get_logger(__name__)


class Speaker:
    """An `AudioOutput` on a device of the system. All methods may be called from any thread.

    Where the device is missing or refuses to open, nothing is heard, one line is logged, and
    everything else goes on; `recent()` then stays empty.
    """

    def __init__(self, device_id: str | None = None) -> None:
        """Choose a loudspeaker without touching it.

        Args:
            device_id: see `device_list.Device`; None for whatever is the system's default at `open()`.
        """
        self._device_id = device_id
        self._lock = threading.Lock()
        self._queue = _Queue()
        self._recent = RecentSamples()
        self._played: OnPlayed | None = None
        self._device_held_s = 0.0
        self._thread: DeviceThread[_Playback] | None = None

    def open(self) -> None:
        """Start playing, in a thread of its own. Does not wait for the device. Open already: anew."""
        queue = _Queue()
        thread = DeviceThread(
            "speaker", lambda started: _Playback(self._device_id, queue, self._goes_out, started)
        )
        self._replace(thread, queue)
        thread.start()

    def write(self, samples: Samples) -> None:
        """Give the next 20 ms; never blocks. Ignored while closed.

        Args:
            samples: shape (960,); may be changed afterwards.
        """
        thread = self._thread
        if thread is not None:
            self._queue.put(samples.copy())
            thread.tell(_Playback.play)

    def when_played(self, played: OnPlayed | None) -> None:
        """See `ReportingOutput.when_played`."""
        self._played = played

    @property
    def held_s(self) -> float:
        """See `ReportingOutput.held_s`."""
        return self._device_held_s + len(self._queue) * _FRAME_S

    def _goes_out(self, samples: Samples, delay_s: float) -> None:
        """A frame is handed to the device, in its thread."""
        self._recent.add(samples)
        self._device_held_s = delay_s + _FRAME_S
        played = self._played
        if played is not None:
            played(samples, delay_s)

    def close(self) -> None:
        """Stop at once and release the device. Calling it twice is fine; `recent()` stays."""
        self._replace(None, _Queue())

    def recent(self) -> Samples:
        """The last second of what the device was given, to be measured: at most 48,000 samples."""
        return self._recent.taken()

    @property
    def dropped(self) -> int:
        """How many frames were dropped since `open()` because the device was behind."""
        return self._queue.dropped

    def _replace(self, thread: DeviceThread[_Playback] | None, queue: _Queue) -> None:
        with self._lock:
            old, self._thread, self._queue = self._thread, thread, queue
        if old is not None and not old.stop():
            _log.warning("loudspeaker hangs and is left alone")


class _Queue:
    """Frames on their way to the device; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: deque[Samples] = deque()
        self.dropped = 0

    def put(self, samples: Samples) -> None:
        with self._lock:
            if len(self._frames) == QUEUE_FRAMES:
                self._frames.popleft()
                self.dropped += 1
            self._frames.append(samples)

    def keep_last(self) -> None:
        """Drop what gathered while nobody took anything: it would be late for good."""
        with self._lock:
            while len(self._frames) > 1:
                self._frames.popleft()

    def __len__(self) -> int:
        return len(self._frames)

    def take(self) -> Samples | None:
        with self._lock:
            return self._frames.popleft() if self._frames else None


class _Playback(QObject):
    """The open device; lives in its thread."""

    def __init__(self, device_id: str | None, queue: _Queue, goes_out: OnPlayed, started: Started) -> None:
        super().__init__()
        started.succeed()  # nobody waits for a loudspeaker
        self._queue = queue
        self._goes_out = goes_out
        self._sink: QAudioSink | None = None
        device = pick(QMediaDevices.audioOutputs(), device_id)
        if device is None:
            _log.warning("no loudspeaker")
            return
        pcm = choose_format(device)
        self._moment = pcm.bytes_per_moment
        self._bytes_per_s = pcm.rate_hz * pcm.bytes_per_moment
        self._encoder = DeviceEncoder(pcm)
        self._pending = b""
        self._retry = QTimer()
        self._retry.setSingleShot(True)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self.play)
        sink = QAudioSink(device, qt_format(pcm))
        sink.setBufferSize(round(pcm.rate_hz * _DEVICE_BUFFER_S) * self._moment)
        self._stream = sink.start()
        # PySide's stubs promise a stream; Qt returns none when the device does not open.
        if not self._stream or sink.error() is not QtAudio.Error.NoError:
            _log.warning("loudspeaker does not open", error=sink.error().name)
            return
        self._sink = sink
        queue.keep_last()
        sink.stateChanged.connect(self._on_state)

    @Slot()
    def play(self) -> None:
        """Hand waiting frames to the device as far as it has room."""
        if self._sink is None:
            return
        while self._next():
            room = self._sink.bytesFree() // self._moment * self._moment
            written = self._stream.write(self._pending[:room]) if room else 0
            if written < 0:
                return  # the device is gone: `_on_state` says so
            self._pending = self._pending[written:]
            if self._pending:
                self._retry.start()
                return

    def shut(self) -> None:
        """Stop and forget the device."""
        if self._sink is not None:
            self._sink.stateChanged.disconnect(self._on_state)
            self._retry.stop()
            self._sink.reset()  # at once: what still waits in the device is of no use to anybody
            del self._retry, self._stream
            self._sink = None

    def _next(self) -> bool:
        """Fill `_pending` from the queue; False when there is nothing to play."""
        assert self._sink is not None
        if not self._pending:
            frame = self._queue.take()
            if frame is None:
                return False
            # Starting or run dry: a frame of silence first, so that the next one may come late.
            idle = self._sink.state() is not QtAudio.State.ActiveState
            cushion = self._encoder.encoded(np.zeros_like(frame)) if idle else b""
            held = self._sink.bufferSize() - self._sink.bytesFree() + len(cushion)
            self._goes_out(frame, held / self._bytes_per_s)
            self._pending = cushion + self._encoder.encoded(frame)
        return True

    @Slot(QtAudio.State)
    def _on_state(self, state: QtAudio.State) -> None:
        assert self._sink is not None
        error = self._sink.error()
        if state is QtAudio.State.StoppedState and error is not QtAudio.Error.NoError:
            _log.warning("loudspeaker stopped", error=error.name)
