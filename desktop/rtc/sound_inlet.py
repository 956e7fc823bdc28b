"""Where packets of sound leave aiortc: past its jitter buffer and its decoding thread, to a `Playout`.

aiortc's buffer gives a frame out only while four whole ones follow without a gap, grows from 4 to 14
packets at the first loss and never shrinks, and each decoded frame costs a task and a future between
two threads. Here a packet is handed on as it comes, and decoded when it is played.
"""

# Private members of aiortc's receiver are this file's purpose, as they are `aiortc_taps.py`'s.
# ruff: noqa: SLF001

from __future__ import annotations

import time
from collections.abc import Callable

import av
import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler

from desktop.rtc.aiortc_internals import replace_private
from desktop.rtc.aiortc_taps import ReceiverTap
from desktop.rtc.media import SAMPLE_RATE_HZ, Samples

_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_CODECS = "_RTCRtpReceiver__codecs"
_NOTHING: Samples = np.empty(0, np.int16)

TakePacket = Callable[[int, int, bytes, float], None]
"""Takes sequence number, timestamp in ticks of 48 kHz, payload, and when it came."""


class SoundInlet:
    """Takes the place of a receiver's `JitterBuffer`; to be made before the first packet.

    Args:
        receiver: of sound.
        tap: counts what comes.
        clock: monotonic seconds.
    """

    def __init__(
        self, receiver: RTCRtpReceiver, tap: ReceiverTap, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._receiver = receiver
        self._tap = tap
        self._clock = clock
        self._take: TakePacket | None = None
        self._payload_type = -1
        self._ticks_each = 1
        self._decoder: _OpusDecoder | _OtherDecoder | None = None
        replace_private(receiver, _BUFFER, self)

    def deliver_to(self, take: TakePacket) -> None:
        """Hand every packet to this from now on; what came before is not kept."""
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take a packet from aiortc: no key frame is to be asked for, and no frame is for its decoder."""
        payload: bytes = packet._data  # type: ignore[attr-defined]
        self._tap.frames += 1
        self._tap.octets += len(payload)
        if packet.payload_type != self._payload_type:
            self._use_codec(packet.payload_type)
        if self._take is not None:
            ticks = packet.timestamp * self._ticks_each % 2**32
            self._take(packet.sequence_number, ticks, payload, self._clock())
        return False, None

    def decode(self, payload: bytes, ticks: int) -> Samples:
        """Decode a packet; see `playout.Decode`."""
        if self._decoder is None or not payload:
            return _NOTHING
        begun_s = time.perf_counter()
        try:
            samples = self._decoder.decode(payload, ticks)
        except av.error.FFmpegError:
            return _NOTHING  # damaged: bridged like a lost one
        finally:
            self._tap.decode_s += time.perf_counter() - begun_s
        return samples

    def _use_codec(self, payload_type: int) -> None:
        codec: RTCRtpCodecParameters = getattr(self._receiver, _CODECS)[payload_type]
        self._payload_type = payload_type
        self._ticks_each = SAMPLE_RATE_HZ // codec.clockRate
        self._decoder = _OpusDecoder() if codec.name.lower() == "opus" else _OtherDecoder(get_decoder(codec))


class _OpusDecoder:
    """libopus, told to make one channel: 35 µs for 20 ms, where stereo and mixing it cost twice as much.

    Packets carry no timestamps, which nobody asks for, and samples are read where they lie: 12 µs less.
    """

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "r")
        assert isinstance(context, AudioCodecContext)
        context.format = "s16"
        context.layout = "mono"
        context.sample_rate = SAMPLE_RATE_HZ
        self._context = context

    def decode(self, payload: bytes, ticks: int) -> Samples:
        del ticks
        frames = self._context.decode(av.Packet(payload))
        if len(frames) == 1:
            return np.frombuffer(memoryview(frames[0].planes[0]), np.int16, frames[0].samples)
        return _joined(frames)


class _OtherDecoder:
    """What aiortc has for other codecs, which no OpenVidu server chooses by itself."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._resampler = AudioResampler("s16", "mono", SAMPLE_RATE_HZ)

    def decode(self, payload: bytes, ticks: int) -> Samples:
        frames = self._decoder.decode(JitterFrame(data=payload, timestamp=ticks))
        pieces = []
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)
            frame.pts = None  # gaps are bridged elsewhere
            pieces += self._resampler.resample(frame)
        return _joined(pieces)


def _joined(frames: list[av.AudioFrame]) -> Samples:
    if len(frames) == 1:
        return frames[0].to_ndarray().reshape(-1).astype(np.int16, copy=False)
    pieces = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(pieces).astype(np.int16) if pieces else _NOTHING
