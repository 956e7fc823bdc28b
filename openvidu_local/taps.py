"""From a publisher's RTP packets to whole encoded frames, in order, without decoding them.

A tap takes the place of the jitter buffer in an aiortc receiver. What it hands to its `Fanout` are the
packets' payloads as they came: subscribers get the same ones in packets of their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import cast

from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket

from openvidu_local.fanout import Fanout, signed32
from openvidu_local.seams import FrameTap

GAP_LIMIT_S = 0.4
"""How long video waits for a retransmission before it goes on with the next key frame."""
MAX_PAYLOAD_BYTES = 1_300
"""A longer payload would not fit, with our header and SRTP's trailer, into what pylibsrtp protects; browsers
and aiortc keep to it. A frame with one is dropped."""

_VIDEO_PACKETS = 512
"""The largest picture that fits is about 600 kB."""
_VP8_START_MASK, _VP8_START = 0x17, 0x10
"""Payload descriptor of a picture's first packet: start of partition 0 (RFC 7741 §4.2)."""
_H264_IDR, _H264_SPS = 5, 7


def is_key_picture(codec: str, parts: Sequence[bytes]) -> bool:
    """Whether an encoded picture can be decoded without its predecessors.

    VP8: RFC 6386 §9.1, the lowest bit of the frame tag is 0. H264: an IDR slice or a parameter set
    among the NAL units (Annex B form); a part never begins in the middle of a start code.

    Args:
        codec: its encoding name.
        parts: the picture's bytes, packet by packet.
    """
    if codec == "VP8":
        return bool(parts) and bool(parts[0]) and not parts[0][0] & 1
    return any(_has_key_unit(part) for part in parts)


def _has_key_unit(data: bytes) -> bool:
    start = data.find(b"\x00\x00\x01")
    while 0 <= start < len(data) - 3:
        if data[start + 3] & 0x1F in (_H264_IDR, _H264_SPS):
            return True
        start = data.find(b"\x00\x00\x01", start + 3)
    return False


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
            filled = [packet for packet in packets if packet.payload]
            content = [_content(packet) for packet in filled]
            if not any(content):
                continue  # padding alone is no picture
            if any(len(packet.payload) > MAX_PAYLOAD_BYTES for packet in filled):
                self._fanout.lose()
                continue
            if self._fanout.codec == "VP8" and filled[0].payload[0] & _VP8_START_MASK != _VP8_START:
                self._fanout.lose()  # the tail of a picture whose head was lost
                continue
            self._fanout.push(
                tuple(packet.payload for packet in filled),
                ssrc=filled[0].ssrc,
                timestamp=filled[0].timestamp,
                is_key=is_key_picture(self._fanout.codec, content),
            )

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
        if len(packet.payload) > MAX_PAYLOAD_BYTES:
            return False, None
        if self._source is not None:
            ssrc, newest = self._source
            if ssrc == packet.ssrc and signed32(packet.timestamp - newest) <= 0:
                return False, None
        self._source = packet.ssrc, packet.timestamp
        self._fanout.push((packet.payload,), ssrc=packet.ssrc, timestamp=packet.timestamp, is_key=True)
        return False, None


def tap_for(fanout: Fanout) -> FrameTap:
    """The tap that feeds `fanout`."""
    return VideoTap(fanout) if fanout.kind == "video" else AudioTap(fanout)


def _content(packet: RtpPacket) -> bytes:
    """What a packet adds to its picture, without the codec's payload descriptor."""
    return cast("bytes", packet._data)  # type: ignore[attr-defined] # noqa: SLF001 - set by RTCRtpReceiver


def _signed16(difference: int) -> int:
    return (difference + 0x8000) % 0x1_0000 - 0x8000
