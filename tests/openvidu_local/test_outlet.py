"""What one subscriber's packets look like, without any socket."""

from __future__ import annotations

import time

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket, unwrap_rtx

from openvidu_local.fanout import Fanout
from openvidu_local.outlet import HISTORY_PACKETS, RtpForm, RtpOutlet

EXTENSIONS = HeaderExtensionsMap()
EXTENSIONS.configure(
    RTCRtpParameters(
        headerExtensions=[
            RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:sdes:mid"),
            RTCRtpHeaderExtensionParameters(
                id=3, uri="http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
            ),
        ]
    )
)
FORM = RtpForm(
    ssrc=7,
    payload_type=96,
    rtx_ssrc=8,
    rtx_payload_type=97,
    extensions=b"\xbe\xde\x00\x02\x10v\x32\x00\x00\x00\x00\x00",
    send_time_at=7,
)
PLAIN = RtpForm(ssrc=7, payload_type=96, rtx_ssrc=8, rtx_payload_type=None, extensions=b"", send_time_at=None)


class Wire:
    """Keeps what is written, and what sender reports would say."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.full = self.gone = False
        self.reported: list[tuple[int, int, int, int]] = []

    def write(self, packets: list[bytes]) -> bool:
        if self.gone:
            raise ConnectionError
        if not self.full:
            self.packets += [RtpPacket.parse(packet, EXTENSIONS) for packet in packets]
        return not self.full

    def report(self, *, ntp: int, timestamp: int, packets: int, octets: int) -> None:
        self.reported.append((ntp, timestamp, packets, octets))


def opened(form: RtpForm = FORM) -> tuple[Fanout, Wire, RtpOutlet]:
    """A video fan-out with one open outlet."""
    fanout, wire = Fanout("video"), Wire()
    outlet = RtpOutlet(fanout.track())
    outlet.open(form, wire)
    return fanout, wire, outlet


def push(fanout: Fanout, *payloads: bytes, timestamp: int = 0) -> None:
    """Push one key picture."""
    fanout.push(payloads, ssrc=1, timestamp=timestamp, is_key=True)


def test_a_picture_goes_out_in_the_subscribers_own_packets() -> None:
    """The payloads are untouched; numbers run on, the marker stands on the last, the clock is kept."""
    fanout, wire, _ = opened()
    push(fanout, b"one", b"two", timestamp=50)
    push(fanout, b"three", timestamp=3050)
    first, second, third = wire.packets
    assert [packet.payload for packet in wire.packets] == [b"one", b"two", b"three"]
    assert [packet.marker for packet in wire.packets] == [0, 1, 1]
    assert {(packet.ssrc, packet.payload_type) for packet in wire.packets} == {(7, 96)}
    assert [(packet.sequence_number - first.sequence_number) % 2**16 for packet in wire.packets] == [0, 1, 2]
    assert first.timestamp == second.timestamp
    assert (third.timestamp - first.timestamp) % 2**32 == 3000


def test_header_extensions_carry_the_mid_and_the_time() -> None:
    fanout, wire, _ = opened()
    push(fanout, b"one")
    (packet,) = wire.packets
    assert packet.extensions.mid == "v"
    sent = packet.extensions.abs_send_time
    assert sent is not None
    now = int((time.time() + 2_208_988_800) * 2**18)
    assert 0 <= (now - sent) % 2**24 < 2**18, "less than a second ago"


def test_without_extensions_there_are_none() -> None:
    fanout, wire, _ = opened(PLAIN)
    push(fanout, b"one")
    assert wire.packets[0].extensions.mid is None
    assert wire.packets[0].payload == b"one"


def test_sender_reports_learn_what_was_sent() -> None:
    fanout, wire, _ = opened()
    push(fanout, b"one", b"three")
    ((ntp, timestamp, packets, octets),) = wire.reported
    assert (timestamp, packets, octets) == (wire.packets[0].timestamp, 2, 8)
    assert abs((ntp >> 32) - 2_208_988_800 - time.time()) < 2


def test_a_lost_packet_is_repeated_as_rtx() -> None:
    fanout, wire, outlet = opened()
    push(fanout, b"one", b"two")
    lost = wire.packets[1]
    outlet.repeat(lost.sequence_number)
    outlet.repeat(lost.sequence_number)
    again, once_more = wire.packets[2:]
    assert (again.ssrc, again.payload_type) == (8, 97)
    assert (once_more.sequence_number - again.sequence_number) % 2**16 == 1
    restored = unwrap_rtx(again, payload_type=96, ssrc=7)
    for name in ("sequence_number", "timestamp", "marker", "payload", "ssrc"):
        assert getattr(restored, name) == getattr(lost, name)


def test_without_rtx_the_packet_itself_is_repeated() -> None:
    fanout, wire, outlet = opened(PLAIN)
    push(fanout, b"one", b"two")
    outlet.repeat(wire.packets[0].sequence_number)
    assert wire.packets[2].serialize(EXTENSIONS) == wire.packets[0].serialize(EXTENSIONS)


def test_what_is_forgotten_or_never_was_is_not_repeated() -> None:
    fanout, wire, outlet = opened()
    outlet.repeat(1)
    push(fanout, b"one")
    oldest = wire.packets[0].sequence_number
    outlet.repeat((oldest + HISTORY_PACKETS) % 2**16)
    push(fanout, *[b"x"] * HISTORY_PACKETS)
    sent = len(wire.packets)
    outlet.repeat(oldest)
    assert len(wire.packets) == sent


def test_what_a_full_socket_refused_leaves_no_gap_in_the_numbers() -> None:
    """A gap would be taken for loss and asked for in vain."""
    fanout, wire, _ = opened()
    push(fanout, b"one")
    wire.full = True
    push(fanout, b"two")
    wire.full = False
    push(fanout, b"three")
    first, last = wire.packets
    assert (last.sequence_number - first.sequence_number) % 2**16 == 1


def test_a_closed_outlet_and_a_dead_connection_end_the_track() -> None:
    fanout, wire, outlet = opened()
    outlet.close()
    push(fanout, b"one")
    assert not wire.packets
    fanout, wire, outlet = opened()
    push(fanout, b"one")
    wire.gone = True
    outlet.repeat(wire.packets[0].sequence_number)
    assert fanout.subscriber_count == 0


def test_numbers_and_timestamps_wrap() -> None:
    fanout, wire, outlet = opened()
    outlet._number, outlet._rtx_number, outlet._origin = 0xFFFF, 0xFFFF, 0xFFFF_FFFF
    push(fanout, b"one", b"two")
    push(fanout, b"three", timestamp=1)
    for _ in range(2):
        outlet.repeat(0)
    assert [packet.sequence_number for packet in wire.packets] == [0xFFFF, 0, 1, 0xFFFF, 0]
    assert [packet.timestamp for packet in wire.packets[:3]] == [0xFFFF_FFFF, 0xFFFF_FFFF, 0]
