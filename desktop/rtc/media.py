"""Frames and the ports through which `rtc` meets cameras, microphones, loudspeakers and windows.

Everything here may be called from more than one thread where it says so; nothing here blocks.
Audio is 48 kHz, mono, signed 16 bit, in frames of 20 ms (960 samples) throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    # The list of meetings is on screen before any room opens: av and numpy cost 0.2 s there.
    import av
    import numpy as np
    import numpy.typing as npt

    Samples: TypeAlias = npt.NDArray[np.int16]
    """One audio frame: shape (960,)."""
else:
    Samples = Any

SAMPLE_RATE_HZ = 48_000
AUDIO_FRAME_SAMPLES = 960
"""Samples in one 20 ms frame."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture ready to paint: BGRA, 8 bits a channel, rows `stride_bytes` apart.

    `data` must stay untouched as long as anybody paints it. `number` grows with every picture
    of its slot, so that a painter can tell a new one from the one it has.
    """

    data: memoryview
    width_px: int
    height_px: int
    stride_bytes: int
    number: int


class PictureSlot:
    """The latest picture of one tile: a writer replaces it, a reader takes what is there.

    One slot per tile and no queue: a painter that is late misses pictures and never delays them.
    Safe between threads: a reference is replaced in one step.
    """

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._count = 0
        self.shown_px: tuple[int, int] | None = None
        """Width and height, in device pixels, that pictures are painted at, said by the painter: they may
        come smaller from then on, down to this. None, as long as nobody says so: as they are."""

    @property
    def picture(self) -> Picture | None:
        """The latest picture, None before the first and after `clear()`."""
        return self._picture

    @property
    def count(self) -> int:
        """How many pictures were ever put in."""
        return self._count

    def put(self, data: memoryview, width_px: int, height_px: int, stride_bytes: int) -> None:
        """Replace the picture. Only one thread may write."""
        self._count += 1
        self._picture = Picture(data, width_px, height_px, stride_bytes, self._count)

    def clear(self) -> None:
        """Forget the picture: the stream ended or its camera went off."""
        self._picture = None


class VideoSource(Protocol):
    """A camera, or anything that behaves like one."""

    width_px: int
    height_px: int
    frame_rate: int

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering frames, from any thread; `pts` is ignored.

        Raises:
            RtcError: `camera-busy`, `camera-missing` or `camera-denied`.
        """

    def close(self) -> None:
        """Stop and release the device; no delivery after it returns. Calling it twice is fine."""


@runtime_checkable
class EndingSource(Protocol):
    """A `VideoSource` that may end by itself: a window that is closed, a share stopped by the system."""

    def when_ended(self, ended: Callable[[], None]) -> None:
        """Call this, from any thread, when the source ended by itself; set before `open()`."""


@dataclass(frozen=True, slots=True)
class SoundSwitches:
    """What is done to a voice before it goes out, by `voice_processing.py`.

    Attributes:
        echo_cancellation: what the loudspeaker plays is taken out of what the microphone hears.
        noise_suppression: steady noise is made quieter.
        gain_control: quiet voices are made louder, loud ones quieter.
        notice_when_muted: loudness is measured while muted, to say that nobody hears what is said.
    """

    echo_cancellation: bool = True
    noise_suppression: bool = True
    gain_control: bool = True
    notice_when_muted: bool = True


ALL_ON = SoundSwitches()
ALL_OFF = SoundSwitches(False, False, False, False)
"""The voice as it is."""


class AudioSource(Protocol):
    """A microphone, or anything that behaves like one."""

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Start delivering 20 ms frames, from any thread.

        Raises:
            RtcError: `microphone-missing`, `microphone-denied` or `microphone-busy`.
        """

    def close(self) -> None:
        """Stop and release the device; no delivery after it returns. Calling it twice is fine."""


@runtime_checkable
class RoomSource(Protocol):
    """An `AudioSource` that hears a room, and what a loudspeaker plays there: its sound is processed.

    One without this attribute is a generated tone, which noise suppression would take for noise.
    """

    hears_room: bool


def hears_room(source: AudioSource) -> bool:
    """The source is a real microphone."""
    return isinstance(source, RoomSource) and source.hears_room


class AudioOutput(Protocol):
    """A loudspeaker: takes the mix of everybody else."""

    def open(self) -> None:
        """Start playing. A missing loudspeaker is not an error: nothing is heard."""

    def write(self, samples: Samples) -> None:
        """Give the next 20 ms; called from the media thread, never blocks, drops when it is behind."""

    def close(self) -> None:
        """Stop and release the device. Calling it twice is fine."""


OnPlayed = Callable[["Samples", float], None]
"""Told, in any thread, about 20 ms that go to the device, and the seconds until they are heard."""


@runtime_checkable
class ReportingOutput(AudioOutput, Protocol):
    """An `AudioOutput` that tells what it plays, frame by frame, with what the device adds."""

    @property
    def held_s(self) -> float:
        """Seconds of sound that were written and are not heard yet."""

    def when_played(self, played: OnPlayed | None) -> None:
        """Tell this about every frame from now on."""


class AudioLevel:
    """Loudness of one stream: written by the media thread, read by anybody.

    The value is the root mean square of the last 20 ms, 0.0 (silence) to 1.0 (full scale).
    """

    def __init__(self) -> None:
        self._last: Samples | None = None
        self._frames = 0

    def measure(self, samples: Samples) -> None:
        """Take one frame into account; nobody changes it afterwards. Only one thread may write.

        Loudness is worked out by whoever asks for it, five times a second instead of fifty.
        """
        self._last = samples
        self._frames += 1

    @property
    def rms(self) -> float:
        """Loudness of the last frame."""
        last = self._last
        if last is None or not last.size:
            return 0.0
        wide = last.astype("float64")
        return math.sqrt(float(wide @ wide) / wide.size) / 32768.0

    @property
    def frames(self) -> int:
        """How many frames were measured."""
        return self._frames
