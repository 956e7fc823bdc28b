"""Between the sound of a device (any rate, channels, number format) and ours (48 kHz, mono, 16 bit).

`FrameCutter` turns what a microphone gives into 20 ms frames, `DeviceEncoder` turns our frames into
what a loudspeaker takes. Both do nothing but cut and copy where the device already speaks our format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import av
import numpy as np
import numpy.typing as npt

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

SampleType = Literal["uint8", "int16", "int32", "float32"]

# Each type's full scale and its value of silence.
_SCALE: dict[SampleType, tuple[float, float]] = {
    "uint8": (128.0, 128.0),
    "int16": (32768.0, 0.0),
    "int32": (2147483648.0, 0.0),
    "float32": (1.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """How a device writes sound.

    Attributes:
        rate_hz: samples a second and channel.
        channels: interleaved.
        sample_type: of one sample, native byte order.
    """

    rate_hz: int
    channels: int
    sample_type: SampleType

    @property
    def bytes_per_moment(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * np.dtype(self.sample_type).itemsize


OUR_FORMAT = PcmFormat(SAMPLE_RATE_HZ, 1, "int16")
"""What the ports of `desktop.rtc.media` carry."""


class _Resampler:
    """Mono 16 bit from one rate to another; keeps its state, so pieces join without a click."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._from_hz = from_hz
        self._same = from_hz == to_hz
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=to_hz)

    def resampled(self, samples: Samples) -> Samples:
        if self._same or samples.size == 0:
            return samples
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._from_hz
        pieces = [piece.to_ndarray().reshape(-1) for piece in self._resampler.resample(frame)]
        return np.concatenate(pieces).astype(np.int16) if pieces else np.empty(0, np.int16)


class FrameCutter:
    """Bytes of a device in, 20 ms frames out."""

    def __init__(self, source: PcmFormat) -> None:
        """Make a cutter for one device's format."""
        self._source = source
        self._resampler = _Resampler(source.rate_hz, SAMPLE_RATE_HZ)
        self._bytes = b""
        self._samples: Samples = np.empty(0, np.int16)

    def frames(self, data: bytes) -> list[Samples]:
        """All frames that are complete now; the rest waits for the next call."""
        data = self._bytes + data
        whole = len(data) - len(data) % self._source.bytes_per_moment
        self._bytes = data[whole:]
        raw = np.frombuffer(data[:whole], self._source.sample_type).reshape(-1, self._source.channels)
        samples = np.concatenate((self._samples, self._resampler.resampled(self._mono(raw))))
        count = samples.size // AUDIO_FRAME_SAMPLES
        # A copy, so that a small rest does not keep a large piece of memory.
        self._samples = samples[count * AUDIO_FRAME_SAMPLES :].copy()
        return list(samples[: count * AUDIO_FRAME_SAMPLES].reshape(count, AUDIO_FRAME_SAMPLES))

    def _mono(self, raw: npt.NDArray[np.generic]) -> Samples:
        """The mean of all channels in 16 bit."""
        if self._source.sample_type == "int16" and self._source.channels == 1:
            return raw.reshape(-1).astype(np.int16, copy=False)
        scale, silence = _SCALE[self._source.sample_type]
        mixed = (raw.astype(np.float64).mean(axis=1) - silence) * (32768.0 / scale)
        samples: Samples = np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)
        return samples


class DeviceEncoder:
    """Our frames in, bytes of a device out: the same sound on every channel."""

    def __init__(self, target: PcmFormat) -> None:
        """Make an encoder for one device's format."""
        self._target = target
        self._resampler = _Resampler(SAMPLE_RATE_HZ, target.rate_hz)

    def encoded(self, samples: Samples) -> bytes:
        """One piece of sound as the device wants it; may be empty while a resampler fills."""
        mono = self._resampler.resampled(samples)
        if self._target.sample_type == "int16":
            levels: npt.NDArray[np.generic] = mono
        else:
            scale, silence = _SCALE[self._target.sample_type]
            levels = (mono * (scale / 32768.0) + silence).astype(self._target.sample_type)
        return np.repeat(levels, self._target.channels).tobytes()
