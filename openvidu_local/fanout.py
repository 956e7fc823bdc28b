"""Encoded frames from one publisher to any number of subscribers, without decoding them.

A tap turns the RTP packets of a publisher into whole encoded frames; a `Fanout` hands each frame
to the `RelayTrack` of every subscriber; aiortc's sender packs the `av.Packet`s it gets from there
as they are. Nothing queues without bound: a subscriber that is late loses frames, for video up to
the next key frame.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket
from av.packet import Packet
from av.stream import Stream as AvStream

from openvidu_local.seams import FrameTap

EncodedFrame: TypeAlias = "Packet[AvStream]"
"""One frame as the publisher's encoder made it; it belongs to no file's stream."""
KEY_REQUEST_INTERVAL_S = 0.2
"""Least time between two requests for a key frame: they cost the publisher bits."""
GAP_LIMIT_S = 0.4
"""How long video waits for a retransmission before it goes on with the next key frame."""

_QUEUED_FRAMES = 64
"""Two seconds of video, a little more than one of audio."""
_VIDEO_PACKETS = 512
"""The largest picture that fits is about 600 kB."""
_VP8_START_MASK, _VP8_START = 0x17, 0x10
"""Payload descriptor of a picture's first packet: start of partition 0 (RFC 7741 §4.2)."""
_CLOCK_RATES_HZ = {"audio": 48_000, "video": 90_000}
_H264_IDR, _H264_SPS = 5, 7


def is_key_frame(codec: str, data: bytes) -> bool:
    """Whether an encoded picture can be decoded without its predecessors.

    VP8: RFC 6386 §9.1, the lowest bit of the frame tag is 0. H264: an IDR slice or a parameter set
    among the NAL units (Annex B form).
    """
    if codec == "VP8":
        return bool(data) and not data[0] & 1
    start = data.find(b"\x00\x00\x01")
    while 0 <= start < len(data) - 3:
        if data[start + 3] & 0x1F in (_H264_IDR, _H264_SPS):
            return True
        start = data.find(b"\x00\x00\x01", start + 3)
    return False


class Fanout:
    """One kind of one stream: frames come in by `push`, out at every `RelayTrack` made here.

    It outlives the publisher's peer connection: after a media reconnection the next source goes on
    in the same timeline. It belongs to the event loop's thread.

    Attributes:
        kind: `audio` or `video`.
        codec: encoding name of what is pushed, set when it is negotiated.
        on_key_frame_wanted: called with the source's SSRC when the publisher should send a key
            frame; set by its endpoint.
        stalled: frames are swallowed; a fault switch.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.codec = ""
        self.on_key_frame_wanted: Callable[[int], None] | None = None
        self.stalled: Callable[[], bool] = lambda: False
        self._tracks: set[RelayTrack] = set()
        self._clock_rate_hz = _CLOCK_RATES_HZ[kind]
        self._time_base = Fraction(1, self._clock_rate_hz)
        self._timeline = _Timeline(self._clock_rate_hz)
        self._key_asked_at_s = float("-inf")

    def track(self) -> RelayTrack:
        """A track for one more subscriber; it gets frames from its first `recv()` on."""
        return RelayTrack(self)

    def push(self, data: bytes, *, ssrc: int, timestamp: int) -> None:
        """Hand one encoded frame to every subscriber.

        Args:
            data: the frame as the publisher's encoder made it.
            ssrc: its source; another one continues the timeline.
            timestamp: its RTP timestamp.
        """
        pts = self._timeline.pts(ssrc, timestamp)
        if not self._tracks or self.stalled():
            return
        packet = Packet(data)
        packet.pts = pts
        packet.time_base = self._time_base
        is_key = self.kind == "audio" or is_key_frame(self.codec, data)
        for track in self._tracks:
            track.put(packet, is_key=is_key)
        if any(track.waits_for_key for track in self._tracks):
            self.want_key_frame()

    def lose(self) -> None:
        """A picture is missing: what refers to it is held back until the next key frame."""
        for track in self._tracks:
            track.wait_for_key()

    def want_key_frame(self) -> None:
        """Ask the publisher for a key frame, unless it was asked a moment ago."""
        now_s = time.monotonic()
        ssrc = self._timeline.ssrc
        if ssrc is None or self.on_key_frame_wanted is None:
            return  # nothing came yet: whatever comes first is a key frame
        if now_s - self._key_asked_at_s >= KEY_REQUEST_INTERVAL_S:
            self._key_asked_at_s = now_s
            self.on_key_frame_wanted(ssrc)

    def attach(self, track: RelayTrack) -> None:
        """Start to serve `track`; twice is once."""
        if track not in self._tracks:
            self._tracks.add(track)
            if self.kind == "video":
                self.want_key_frame()

    def detach(self, track: RelayTrack) -> None:
        """Serve `track` no more."""
        self._tracks.discard(track)

    @property
    def ceiling_bps(self) -> int | None:
        """What the slowest subscriber says it can take; None while none has said anything.

        One encoding goes to everybody, so the slowest decides, as with Kurento.
        """
        return min(
            (track.allowed_bps for track in self._tracks if track.allowed_bps is not None), default=None
        )

    @property
    def subscriber_count(self) -> int:
        """How many tracks are being served."""
        return len(self._tracks)


class RelayTrack(MediaStreamTrack):
    """One subscriber's end of a `Fanout`: `recv()` returns encoded frames as `av.Packet`s.

    Attributes:
        waits_for_key: video is held back until the next key frame.
        allowed_bps: the subscriber's last REMB; None before the first.
    """

    def __init__(self, fanout: Fanout) -> None:
        super().__init__()
        self.kind = fanout.kind
        self.waits_for_key = fanout.kind == "video"
        self.allowed_bps: int | None = None
        self._fanout = fanout
        self._frames: deque[EncodedFrame] = deque()
        self._changed = asyncio.Event()

    async def recv(self) -> EncodedFrame:
        """The next frame, in order.

        Raises:
            MediaStreamError: the track was stopped.
        """
        if self.readyState == "live":
            self._fanout.attach(self)
        while self.readyState == "live":
            if self._frames:
                return self._frames.popleft()
            self._changed.clear()
            await self._changed.wait()
        raise MediaStreamError

    def put(self, packet: EncodedFrame, *, is_key: bool) -> None:
        """Queue one frame, or drop it while a key frame is awaited.

        A full queue loses its oldest frame (audio) or all of them up to the next key frame (video).
        """
        if is_key:
            self.waits_for_key = False
        if len(self._frames) >= _QUEUED_FRAMES:
            if self.kind == "audio":
                self._frames.popleft()
            else:
                self._frames.clear()
                self.waits_for_key = not is_key
        if not self.waits_for_key:
            self._frames.append(packet)
            self._changed.set()

    def wait_for_key(self) -> None:
        """Hold video back until the next key frame."""
        self.waits_for_key = self.kind == "video"

    def request_key_frame(self) -> None:
        """The subscriber lost a picture: pass that on to the publisher."""
        self._fanout.want_key_frame()

    def stop(self) -> None:
        """End the track; a waiting `recv()` raises."""
        super().stop()
        self._fanout.detach(self)
        self._frames.clear()
        self._changed.set()


class VideoTap(JitterBuffer):
    """Puts the packets of a video source in order and hands on whole pictures at once.

    Unlike aiortc's own buffer it does not wait for the next picture's first packet (the marker bit
    ends a picture, RFC 7741 §4.1 and RFC 6184 §5.1), after a gap is filled it hands on everything
    that became complete, and it gives a gap up after `GAP_LIMIT_S`.
    """

    def __init__(self, fanout: Fanout) -> None:
        super().__init__(capacity=_VIDEO_PACKETS, is_video=True)
        self._fanout = fanout
        self._newest: int | None = None
        self._gap_since_s: float | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take one packet; see `FrameTap.add`."""
        lost, _ = super().add(packet)
        number = packet.sequence_number
        if self._newest is None or lost or _signed16(number - self._newest) > 0:
            self._newest = number
        skipped = self._skip_old_gap()
        return lost or skipped, None

    def remove(self, count: int) -> None:
        """Called by `JitterBuffer.add` to start anew, and here for what was handed on."""
        if count == self.capacity:
            self._fanout.lose()
        super().remove(count)

    def smart_remove(self, count: int) -> bool:
        """Called by `JitterBuffer.add` when the buffer is full behind a gap."""
        self._fanout.lose()
        return super().smart_remove(count)

    def _remove_frame(self, sequence_number: int) -> None:
        """Called by `JitterBuffer.add` for every packet it accepted."""
        while packets := self._complete_picture():
            self.remove(len(packets))
            data = b"".join(packet._data for packet in packets)  # type: ignore[attr-defined] # noqa: SLF001 - set by RTCRtpReceiver
            if not data:
                continue  # padding alone is no picture
            if self._fanout.codec == "VP8" and packets[0].payload[0] & _VP8_START_MASK != _VP8_START:
                self._fanout.lose()  # the tail of a picture whose head was lost
                continue
            self._fanout.push(data, ssrc=packets[0].ssrc, timestamp=packets[0].timestamp)

    def _complete_picture(self) -> list[RtpPacket]:
        packets: list[RtpPacket] = []
        for position in range(self.capacity):
            packet = self._at(position)
            if packet is None:
                break
            if packets and packet.timestamp != packets[0].timestamp:
                return packets
            packets.append(packet)
            if packet.marker:
                return packets
        return []

    def _skip_old_gap(self) -> bool:
        """Go on behind a gap that no retransmission filled in time."""
        end = self._end_of_gap()
        if end is None:
            self._gap_since_s = None
            return False
        now_s = time.monotonic()
        if self._gap_since_s is None:
            self._gap_since_s = now_s
        if now_s - self._gap_since_s < GAP_LIMIT_S:
            return False
        self._gap_since_s = None
        self.smart_remove(end)
        self._remove_frame(0)
        return True

    def _end_of_gap(self) -> int | None:
        """Place of the first packet behind the first missing one; None when nothing is missing."""
        assert self._origin is not None
        assert self._newest is not None
        span = (self._newest + 1 - self._origin) % 0x1_0000
        missing = False
        for position in range(span if span <= self.capacity else 0):
            if self._at(position) is None:
                missing = True
            elif missing:
                return position
        return None

    def _at(self, position: int) -> RtpPacket | None:
        assert self._origin is not None
        return self._packets[(self._origin + position) % self.capacity]


class AudioTap:
    """Hands on every audio packet as it comes: each one is a whole frame.

    The subscriber's own buffer deals with jitter. A packet that was overtaken is dropped, since the
    sequence numbers are given anew and would not tell.
    """

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self._source: tuple[int, int] | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take one packet; see `FrameTap.add`."""
        if self._source is not None:
            ssrc, newest = self._source
            if ssrc == packet.ssrc and _signed32(packet.timestamp - newest) <= 0:
                return False, None
        self._source = packet.ssrc, packet.timestamp
        self._fanout.push(packet._data, ssrc=packet.ssrc, timestamp=packet.timestamp)  # type: ignore[attr-defined] # noqa: SLF001 - set by RTCRtpReceiver
        return False, None


def tap_for(fanout: Fanout) -> FrameTap:
    """The tap that feeds `fanout`."""
    return VideoTap(fanout) if fanout.kind == "video" else AudioTap(fanout)


class _Timeline:
    """Timestamps that never jump: unwraps RTP's 32 bits and joins successive sources."""

    def __init__(self, clock_rate_hz: int) -> None:
        self._clock_rate_hz = clock_rate_hz
        self.ssrc: int | None = None
        self._timestamp = 0
        self._pts = 0
        self._at_s = 0.0

    def pts(self, ssrc: int, timestamp: int) -> int:
        """The frame's place in ticks since the first frame."""
        now_s = time.monotonic()
        if self.ssrc == ssrc:
            self._pts += _signed32(timestamp - self._timestamp)
        elif self.ssrc is not None:
            # Another source counts from a random number: go on by the time that passed.
            self._pts += max(1, round((now_s - self._at_s) * self._clock_rate_hz))
        self.ssrc, self._timestamp, self._at_s = ssrc, timestamp, now_s
        return self._pts


def _signed16(difference: int) -> int:
    return (difference + 0x8000) % 0x1_0000 - 0x8000


def _signed32(difference: int) -> int:
    return (difference + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
