"""Devices that go from one user to the next without being closed: from the preview into the room.

A camera takes up to some seconds to open and its light flickers; who has just looked at it should not
wait for it again. Whoever opens one of these that is open already takes over what it delivers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import av

from desktop.rtc.media import AudioSource, Samples, VideoSource

Delivered = TypeVar("Delivered")
Given_co = TypeVar("Given_co", covariant=True)


class _Source(Protocol[Given_co]):
    def open(self, deliver: Callable[[Given_co], None], /) -> None: ...

    def close(self) -> None: ...


class _KeptOpen(Generic[Delivered]):
    """A device whose deliveries can be directed elsewhere while it runs. Safe between threads."""

    def __init__(self, source: _Source[Delivered]) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._open = False
        self._deliver: Callable[[Delivered], None] | None = None

    def open(self, deliver: Callable[[Delivered], None]) -> None:
        """Open the device; one that is open delivers here from now on, and nothing else happens.

        Raises:
            RtcError: the device's own code.
        """
        with self._lock:
            self._deliver = deliver
            if self._open:
                return
        self._source.open(self._hand_on)
        with self._lock:
            self._open = True

    def close(self) -> None:
        """Release the device; no delivery after it returns. Calling it twice is fine."""
        with self._lock:
            self._open = False
            self._deliver = None
        self._source.close()

    def _hand_on(self, delivered: Delivered) -> None:
        deliver = self._deliver
        if deliver is not None:
            deliver(delivered)


class KeptCamera(_KeptOpen[av.VideoFrame]):
    """A `VideoSource` around another one; its size is that of the last picture."""

    def __init__(self, camera: VideoSource) -> None:
        super().__init__(camera)
        self.camera = camera
        self.width_px = camera.width_px
        self.height_px = camera.height_px
        self.frame_rate = camera.frame_rate

    def _hand_on(self, delivered: av.VideoFrame) -> None:
        self.width_px, self.height_px = delivered.width, delivered.height
        super()._hand_on(delivered)


class KeptMicrophone(_KeptOpen[Samples]):
    """An `AudioSource` around another one."""

    def __init__(self, microphone: AudioSource) -> None:
        super().__init__(microphone)
        self.microphone = microphone
