"""One subscriber's RTP stream: the publisher's payloads in packets of the subscriber's own.

Sequence numbers, timestamps and SSRC are the subscriber's, so that frames can be left out and sources
can change without its noticing. Nothing is packed anew, queued or awaited: a frame is on its way to every
subscriber before the next packet of the publisher is read (docs/performance.md says what that is worth).
"""

from __future__ import annotations

import secrets
import struct
import time
from dataclasses import dataclass
from typing import Protocol

from openvidu_local.fanout import EncodedFrame, RelayTrack

HISTORY_PACKETS = 512
"""So many packets can be asked for again: half a second at the highest bit rate, several at the usual one."""

_HEADER = struct.Struct("!BBHLL")
_VERSION, _HAS_EXTENSION, _MARKER = 0x80, 0x10, 0x80
_NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 5905)."""


@dataclass(frozen=True, slots=True)
class RtpForm:
    """What one sender's packets look like, as it was negotiated.

    Attributes:
        ssrc: of the packets.
        payload_type: of the packets.
        rtx_ssrc: of repeated packets.
        rtx_payload_type: of repeated packets (RFC 4588); None repeats them as they were.
        extensions: header extensions with their head (RFC 8285); empty without any.
        send_time_at: where in `extensions` the three bytes of abs-send-time are; None without it.
    """

    ssrc: int
    payload_type: int
    rtx_ssrc: int
    rtx_payload_type: int | None
    extensions: bytes
    send_time_at: int | None


class Link(Protocol):
    """The way to one subscriber."""

    def write(self, packets: list[bytes]) -> bool:
        """Protect and send RTP packets; False when the socket is full and nothing was sent.

        Raises:
            ConnectionError: the connection is not there, or not any more.
        """

    def report(self, *, ntp: int, timestamp: int, packets: int, octets: int) -> None:
        """Say in the next sender report what was sent.

        Args:
            ntp: time of the last packet, in NTP's 64 bits.
            timestamp: its RTP timestamp.
            packets: how many were sent since the last call.
            octets: their payloads' size.
        """


class RtpOutlet:
    """Writes what a `RelayTrack` gets to one subscriber, and again what was lost on the way."""

    def __init__(self, track: RelayTrack) -> None:
        self._track = track
        self._form: RtpForm | None = None
        self._link: Link | None = None
        # The lower half, as libwebrtc chooses it: an early wrap is hard on SRTP's receivers.
        self._number = secrets.randbits(15)
        self._rtx_number = secrets.randbits(15)
        self._origin = secrets.randbits(32)
        self._history: dict[int, tuple[int, int, int, bytes]] = {}

    def open(self, form: RtpForm, link: Link) -> None:
        """Send every frame of the track from now on."""
        self._form, self._link = form, link
        self._track.serve(self._write)

    def close(self) -> None:
        """Send no more, and forget what was sent: a closed connection waits for the garbage collector."""
        self._track.stop()
        self._history.clear()

    def repeat(self, number: int) -> None:
        """Send the packet with this sequence number once more, if it is remembered."""
        kept = self._history.get(number % HISTORY_PACKETS)
        if kept is None or kept[0] != number or self._form is None or self._link is None:
            return
        _, timestamp, marker, payload = kept
        form = self._form
        first, extensions = self._start(_ntp_now())
        if form.rtx_payload_type is None:
            header = _HEADER.pack(first, marker | form.payload_type, number, timestamp, form.ssrc)
        else:
            payload = number.to_bytes(2, "big") + payload
            header = _HEADER.pack(
                first, marker | form.rtx_payload_type, self._rtx_number, timestamp, form.rtx_ssrc
            )
            self._rtx_number = (self._rtx_number + 1) & 0xFFFF
        try:
            self._link.write([header + extensions + payload])
        except ConnectionError:
            self._track.stop()

    def _write(self, frame: EncodedFrame) -> bool:
        form, link = self._form, self._link
        assert form is not None
        assert link is not None
        ntp = _ntp_now()
        first, extensions = self._start(ntp)
        timestamp = (self._origin + frame.ticks) & 0xFFFF_FFFF
        number, last = self._number, len(frame.payloads) - 1
        kept, packets, octets = [], [], 0
        for position, payload in enumerate(frame.payloads):
            marker = _MARKER if position == last else 0
            header = _HEADER.pack(first, marker | form.payload_type, number, timestamp, form.ssrc)
            packets.append(header + extensions + payload)
            kept.append((number, timestamp, marker, payload))
            octets += len(payload)
            number = (number + 1) & 0xFFFF
        if not link.write(packets):
            return False
        for entry in kept:
            self._history[entry[0] % HISTORY_PACKETS] = entry
        self._number = number
        link.report(ntp=ntp, timestamp=timestamp, packets=len(packets), octets=octets)
        return True

    def _start(self, ntp: int) -> tuple[int, bytes]:
        """First byte and header extensions of packets that are sent now."""
        assert self._form is not None
        extensions, at = self._form.extensions, self._form.send_time_at
        if not extensions:
            return _VERSION, b""
        if at is not None:
            stamp = (ntp >> 14 & 0xFF_FFFF).to_bytes(3, "big")
            extensions = extensions[:at] + stamp + extensions[at + 3 :]
        return _VERSION | _HAS_EXTENSION, extensions


def _ntp_now() -> int:
    return int((time.time() + _NTP_EPOCH_S) * 0x1_0000_0000)
