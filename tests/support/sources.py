"""Cameras, microphones and loudspeakers made of arithmetic, for tests of the room."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import av
import numpy as np

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, PictureSlot, Samples

Colour = tuple[int, int, int]
"""Red, green, blue."""

RED: Colour = (200, 30, 30)
GREEN: Colour = (30, 180, 60)
BLUE: Colour = (40, 60, 200)


class BlocksCamera:
    """A camera that shows one colour with a white block moving over it.

    Args:
        colour: of the background, by which a picture is recognised at the other side.
        width_px, height_px, frame_rate: what it delivers.
        error: raised by `open()` instead of delivering.
    """

    def __init__(
        self,
        colour: Colour = RED,
        *,
        width_px: int = 320,
        height_px: int = 240,
        frame_rate: int = 30,
        error: RtcErrorCode | None = None,
    ) -> None:
        self.width_px, self.height_px, self.frame_rate = width_px, height_px, frame_rate
        self.error = error
        self.opened = 0
        """How often it was opened."""
        self.delivered = 0
        """How many frames it delivered."""
        self._background = np.full((height_px, width_px, 3), colour, np.uint8)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """The device light is on."""
        return self._thread is not None

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering from a thread of its own."""
        if self.error is not None:
            raise RtcError(self.error)
        self.opened += 1
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(deliver,), name="blocks camera")
        self._thread.start()

    def close(self) -> None:
        """Stop delivering."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def frame(self) -> av.VideoFrame:
        """The next picture."""
        image = self._background.copy()
        side = self.height_px // 6
        left = (self.delivered * 4) % (self.width_px - side)
        image[:side, left : left + side] = 255
        self.delivered += 1
        return av.VideoFrame.from_ndarray(image, format="rgb24")

    def _run(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        due_s = time.monotonic()
        while not self._stop.wait(max(0.0, due_s - time.monotonic())):
            due_s += 1 / self.frame_rate
            deliver(self.frame())


class ToneMicrophone:
    """A microphone that hears a steady tone.

    Args:
        frequency_hz: of the tone. With a multiple of 50 a lost frame does not break the wave.
        amplitude: peak, 0.0 to 1.0.
        error: raised by `open()` instead of delivering.
    """

    def __init__(
        self, frequency_hz: float = 450.0, *, amplitude: float = 0.3, error: RtcErrorCode | None = None
    ) -> None:
        self.error = error
        self._frequency_hz = frequency_hz
        self._peak = amplitude * 32_767
        self._position = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        """The device is in use."""
        return self._thread is not None

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Start delivering from a thread of its own."""
        if self.error is not None:
            raise RtcError(self.error)
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(deliver,), name="tone microphone")
        self._thread.start()

    def close(self) -> None:
        """Stop delivering."""
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def samples(self) -> Samples:
        """The next 20 ms."""
        times_s = (self._position + np.arange(AUDIO_FRAME_SAMPLES)) / SAMPLE_RATE_HZ
        self._position += AUDIO_FRAME_SAMPLES
        return (np.sin(2 * np.pi * self._frequency_hz * times_s) * self._peak).astype(np.int16)

    def _run(self, deliver: Callable[[Samples], None]) -> None:
        due_s = time.monotonic()
        while not self._stop.wait(max(0.0, due_s - time.monotonic())):
            due_s += AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
            deliver(self.samples())


class RecordingOutput:
    """A loudspeaker that remembers the last half second it was given."""

    def __init__(self) -> None:
        self.is_open = False
        self.written = 0
        """How many frames were written."""
        self._frames: list[Samples] = []

    def open(self) -> None:
        """Start playing."""
        self.is_open = True

    def write(self, samples: Samples) -> None:
        """Remember 20 ms."""
        self.written += 1
        self._frames = [*self._frames[-24:], samples]

    def close(self) -> None:
        """Stop playing."""
        self.is_open = False

    def strength(self, frequency_hz: float) -> float:
        """How much of a tone the last half second holds: its amplitude, 0.0 to 1.0."""
        if not self._frames:
            return 0.0
        return tone_strength(np.concatenate(self._frames), frequency_hz)


def tone_strength(samples: Samples, frequency_hz: float) -> float:
    """Amplitude of one frequency in some samples, 0.0 to 1.0."""
    times_s = np.arange(samples.size) / SAMPLE_RATE_HZ
    wave = np.exp(-2j * np.pi * frequency_hz * times_s)
    return float(abs(np.dot(samples.astype(np.float64), wave)) * 2 / samples.size / 32_767)


def middle_colour(slot: PictureSlot) -> Colour | None:
    """The colour in the middle of a slot's picture; None while it is empty."""
    picture = slot.picture
    if picture is None:
        return None
    rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
    blue, green, red, _ = rows[picture.height_px // 2, picture.width_px // 2 * 4 :][:4]
    return int(red), int(green), int(blue)


def shows(slot: PictureSlot, colour: Colour, *, tolerance: int = 45) -> bool:
    """True when a slot's picture has the colour in its middle, save for what the codec changes."""
    seen = middle_colour(slot)
    return seen is not None and all(abs(a - b) <= tolerance for a, b in zip(seen, colour, strict=True))
