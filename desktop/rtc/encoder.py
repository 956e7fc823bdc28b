"""What encodes our picture and our voice: aiortc's codecs, steered while they run.

**VP8.** aiortc opens libvpx anew whenever the wished bit rate moves by a tenth, and each opening costs
a key frame: REMB, which moves every second, turns into a storm of them. PyAV has no way to change the
rate of an open encoder. But libvpx spends bits by the time that passes between pictures, and that time
is ours to tell: with timestamps that run at half the speed it spends half the bits. So one encoder
serves every rate. The timestamps on the wire are the camera's, untouched. Measured at 640x480, opened
with 600 kbit/s: 0.35 of the speed gives 210 kbit/s within a second, 2.0 gives 1,200, without one key
frame.

aiortc also asks for libvpx's strongest noise filter, which doubles the cost of a frame (4.7 ms against
2.2 to 2.7 for 640x480); cameras filter by themselves, so it is off here.

**Opus.** 96 kbit/s are more than a voice needs. At loss, forward error correction is worth more than
bits: each packet carries the one before in a coarser form.
"""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from fractions import Fraction

import av
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder, number_of_threads
from aiortc.mediastreams import VIDEO_CLOCK_RATE
from av.frame import Frame
from av.video.frame import PictureType

START_BPS = 500_000
"""What is sent before anybody said what the line takes (aiortc's)."""

MIN_BPS, MAX_BPS = 50_000, 1_500_000
"""What goes out at least, so that a picture remains one, and at most, whatever a receiver allows."""

REQUESTED_KEY_FRAME_S = 1.0
"""Shortest time from one key frame to a requested one. Ten viewers who lost the same packet ask ten
times; one answer serves all, and a second one in the same breath is what chokes a weak line."""

KEY_FRAME_S = 8.0
"""Longest time without a key frame. A media server such as Kurento does not pass on a viewer's
request for one, and the encoder's own interval is minutes: a damaged picture would stay damaged."""

VOICE_FRAME_SAMPLES = 960
"""20 ms of a voice."""


@dataclass(frozen=True, slots=True)
class PictureKind:
    """What the pictures show decides how bits are spent on them.

    Attributes:
        start_bps: what is sent before anybody said what the line takes.
        max_bps: what goes out at most, whatever a receiver allows.
        worst_quantizer: 2 to 63; VP8 never draws coarser than that, and leaves pictures out instead.
        screen: libvpx's tuning for screens (`VP8E_SET_SCREEN_CONTENT_MODE`).
    """

    start_bps: int = START_BPS
    max_bps: int = MAX_BPS
    worst_quantizer: int = 56
    screen: bool = False


PEOPLE = PictureKind()
"""Movement before detail."""

TEXT = PictureKind(start_bps=1_000_000, max_bps=2_500_000, worst_quantizer=40, screen=True)
"""Detail before movement. Measured with a page of 9-point text at 1920x1080 and 1 Mbit/s: the first
picture comes at 34.4 dB where `PEOPLE` gives 26.6 dB, unreadable, and 29 dB one second later. It takes
175 kB for that instead of 92, and pictures are left out while the line digests them."""

_TICKS = 1_000_000
_TIME_BASE = Fraction(1, _TICKS)
_LONGEST_STEP_S = 1.0


@dataclass(slots=True)
class EncoderCounts:
    """What an encoder did so far; written by the thread that encodes, read by anybody."""

    frames: int = 0
    """Pictures that went out."""
    key_frames: int = 0
    skipped: int = 0
    """Pictures that were left out because the ones before took more bits than there were."""
    octets: int = 0
    busy_s: float = 0.0
    """Time spent encoding."""
    opened: int = 0
    width_px: int = 0
    height_px: int = 0


class LeanVp8Encoder(Vp8Encoder):
    """VP8 at any rate without being opened again, with few key frames and without the noise filter."""

    def __init__(self, kind: PictureKind = PEOPLE) -> None:
        super().__init__()
        self._kind = kind
        self.counts = EncoderCounts()
        self.estimate_bps: int | None = None
        """What the receiving side says it can take (REMB); None until it says so."""
        self.ceiling_bps = kind.max_bps
        """What we allow ourselves."""
        self._open_bps = kind.start_bps
        self._ticks = 0.0
        self._last_s: float | None = None
        self._last_key_s = 0.0
        self._key_wanted = False

    @property
    def target_bitrate(self) -> int:
        """What is aimed at, bits per second: the smaller of estimate and ceiling, within the limits.

        aiortc sets it at each REMB (draft-alvestrand-rmcat-remb), which makes it the estimate.
        """
        estimate_bps = self._kind.start_bps if self.estimate_bps is None else self.estimate_bps
        return max(MIN_BPS, min(estimate_bps, self.ceiling_bps, self._kind.max_bps))

    @target_bitrate.setter
    def target_bitrate(self, bitrate: int) -> None:
        self.estimate_bps = bitrate

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """Encode one picture; called by aiortc in a worker thread, never twice at a time.

        Args:
            frame: a picture with a timestamp. Marked as a key frame it asks for one.
            force_keyframe: a receiver asked for a key frame (PLI or FIR).

        Returns:
            The RTP payloads, none for a picture left out, and the timestamp in 1/90,000 s.
        """
        assert isinstance(frame, av.VideoFrame)
        started_s = time.perf_counter()
        if frame.format.name != "yuv420p":
            frame = frame.reformat(format="yuv420p")
        assert frame.pts is not None
        assert frame.time_base is not None
        now_s = float(frame.pts * frame.time_base)
        if self.codec is None or (self.codec.width, self.codec.height) != (frame.width, frame.height):
            self.codec = self._open(frame)
        asked = force_keyframe or frame.pict_type == PictureType.I
        frame.pict_type = PictureType.I if self._key_due(now_s, asked=asked) else PictureType.NONE
        frame.pts, frame.time_base = self._tick(now_s), _TIME_BASE
        packets = self.codec.encode(frame)
        data = b"".join(bytes(packet) for packet in packets)
        self._count(data, now_s, key=any(packet.is_keyframe for packet in packets))
        self.counts.busy_s += time.perf_counter() - started_s
        timestamp = round(now_s * VIDEO_CLOCK_RATE)
        if not data:
            return [], timestamp
        payloads = self._packetize(data, self.picture_id)
        self.picture_id = (self.picture_id + 1) % (1 << 15)
        return payloads, timestamp

    def _key_due(self, now_s: float, *, asked: bool) -> bool:
        """Answer requests at once, but not faster than one a second; none is forgotten."""
        self._key_wanted |= asked
        age_s = now_s - self._last_key_s
        return age_s >= KEY_FRAME_S or (self._key_wanted and age_s >= REQUESTED_KEY_FRAME_S)

    def _tick(self, now_s: float) -> int:
        """The timestamp that libvpx is told: time passes as fast as bits may be spent."""
        if self._last_s is not None:
            step_s = min(max(now_s - self._last_s, 0.0), _LONGEST_STEP_S)
            self._ticks += max(1.0, step_s * _TICKS * self.target_bitrate / self._open_bps)
        self._last_s = now_s
        return round(self._ticks)

    def _count(self, data: bytes, now_s: float, *, key: bool) -> None:
        counts = self.counts
        if not data:
            counts.skipped += 1
            return
        counts.frames += 1
        counts.octets += len(data)
        if key:
            counts.key_frames += 1
            self._last_key_s = now_s
            self._key_wanted = False

    def _open(self, frame: av.VideoFrame) -> av.VideoCodecContext:
        self._open_bps = self.target_bitrate
        self.counts.opened += 1
        self.counts.width_px, self.counts.height_px = frame.width, frame.height
        codec = av.VideoCodecContext.create("libvpx", "w")
        codec.width, codec.height = frame.width, frame.height
        codec.bit_rate = self._open_bps
        codec.time_base = _TIME_BASE
        codec.pix_fmt = "yuv420p"
        codec.gop_size = 3000
        codec.qmin, codec.qmax = 2, self._kind.worst_quantizer
        bitrate = str(self._open_bps)
        codec.options = {
            "bufsize": bitrate,  # one second of buffer
            "minrate": bitrate,  # equal rates ask for a constant one
            "maxrate": bitrate,
            "cpu-used": "-6",
            "deadline": "realtime",
            # Noise that cannot be made small enough is sent less often: it would fill the line.
            "drop-threshold": "30",
            "lag-in-frames": "0",
            "noise-sensitivity": "0",
            "overshoot-pct": "15",
            "undershoot-pct": "100",
            "partitions": "0",
            "screen-content-mode": "1" if self._kind.screen else "0",
            "static-thresh": "1",
        }
        codec.thread_count = number_of_threads(frame.width * frame.height, multiprocessing.cpu_count())
        return codec


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How the voice is encoded.

    Attributes:
        bitrate_bps: all of it, the error correction included.
        expected_loss: share of packets, 0.0 to 1.0; above 0 each packet also carries the one before.
    """

    bitrate_bps: int = 64_000
    expected_loss: float = 0.0


class VoiceEncoder(OpusEncoder):
    """Opus for voices, one channel, whose settings may change while it runs.

    libopus is opened anew for that, between two packets: its decoders are made for it, and it has no
    key frames. Error correction (RFC 6716 section 2.1.7) is of use where the receiver looks for it, as
    browsers do. A mono packet is as good as a stereo one for whoever negotiated `opus/48000/2` (RFC 7587
    section 7), and leaves all its bits to the voice.
    """

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or VoiceSettings()
        """What to encode with from the next frame on; replaced by any thread."""
        self.counts = EncoderCounts()
        self.resampler = av.AudioResampler("s16", "mono", 48_000, VOICE_FRAME_SAMPLES)
        self._open_settings: VoiceSettings | None = None

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """Encode 20 ms; see the base class. Mono frames of 20 ms pass the resampler by."""
        started_s = time.perf_counter()
        settings = self.settings
        if settings != self._open_settings:
            self.codec = self._open(settings)
            self._open_settings = settings
        if isinstance(frame, av.AudioFrame) and _is_even(frame):
            payloads, timestamp = self._encode_even(frame)
        else:
            payloads, timestamp = super().encode(frame, force_keyframe)
        self.counts.frames += len(payloads)
        self.counts.octets += sum(map(len, payloads))
        self.counts.busy_s += time.perf_counter() - started_s
        return payloads, timestamp

    def _encode_even(self, frame: av.AudioFrame) -> tuple[list[bytes], int]:
        packets = self.codec.encode(frame)
        if not packets:
            return [], 0
        first = packets[0].pts or 0
        if self.first_packet_pts is None:  # libopus begins before 0
            self.first_packet_pts = first
        return [bytes(packet) for packet in packets], first - self.first_packet_pts

    def _open(self, settings: VoiceSettings) -> av.AudioCodecContext:
        self.counts.opened += 1
        codec = av.AudioCodecContext.create("libopus", "w")
        codec.bit_rate = settings.bitrate_bps
        codec.format = "s16"
        codec.layout = "mono"
        codec.sample_rate = 48_000
        codec.time_base = Fraction(1, 48_000)
        loss_percent = round(settings.expected_loss * 100)
        codec.options = {
            "application": "voip",
            "fec": "1" if loss_percent else "0",
            "packet_loss": str(min(loss_percent, 30)),
        }
        return codec


def _is_even(frame: av.AudioFrame) -> bool:
    """20 ms of one channel, as the encoder takes them."""
    return (
        frame.samples == VOICE_FRAME_SAMPLES
        and frame.sample_rate == 48_000
        and frame.layout.name == "mono"
        and frame.format.name == "s16"
    )
