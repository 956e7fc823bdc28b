"""Packets of pictures: in order, whole, with their own last packet; and RTP as aiortc reads it."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.packet_path import PacketPath, PictureBuffer, parse_rtp, vp8_start

SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"


def packet(number: int, timestamp: int, *, last: bool) -> RtpPacket:
    """A packet whose payload names it."""
    made = RtpPacket(sequence_number=number & 0xFFFF, timestamp=timestamp, marker=int(last))
    made._data = f"{number};".encode()  # type: ignore[attr-defined]
    return made


def pictures(sizes: list[int], start: int = 65_530) -> list[list[RtpPacket]]:
    """Pictures of so many packets each; the numbers wrap."""
    made, number = [], start
    for place, size in enumerate(sizes):
        made.append([packet(number + part, 3000 * place, last=part == size - 1) for part in range(size)])
        number += size
    return made


def feed(buffer: PictureBuffer, packets: list[RtpPacket]) -> list[bytes]:
    """What comes out, in order."""
    out = []
    for each in packets:
        _, frame = buffer.add(each)
        while frame is not None:
            out.append(frame.data)
            frame = buffer.next_frame()
    return out


def whole(made: list[list[RtpPacket]]) -> list[bytes]:
    """What should come out."""
    return [b"".join(each._data for each in picture) for picture in made]  # type: ignore[attr-defined]


def test_a_picture_comes_with_its_own_last_packet() -> None:
    buffer = PictureBuffer()
    first, second = pictures([3, 1])
    assert feed(buffer, first[:2]) == []
    assert feed(buffer, first[2:]) == whole([first])
    assert feed(buffer, second) == whole([second])


def test_what_a_lost_packet_held_up_comes_at_once_when_it_is_there() -> None:
    buffer = PictureBuffer()
    made = pictures([2, 3, 1])
    late = made[1].pop(1)
    assert feed(buffer, [*made[0], *made[1], *made[2]]) == whole(made[:1])
    made[1].insert(1, late)
    assert feed(buffer, [late]) == whole(made[1:])


def test_a_sender_without_marker_bits_is_read_by_its_timestamps() -> None:
    buffer = PictureBuffer()
    made = pictures([2, 2, 2])
    for each in [*made[0], *made[1], *made[2]]:
        each.marker = 0
    assert feed(buffer, [*made[0], *made[1], *made[2]]) == whole(made[:2])


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, 1000))
def test_any_order_within_the_buffer_gives_every_picture_once(sizes: list[int], seed: int) -> None:
    made = pictures(sizes)
    packets = [each for picture in made for each in picture]
    # The first packet decides where the stream begins, as with aiortc.
    rest = packets[1:]
    random.Random(seed).shuffle(rest)
    assert feed(PictureBuffer(), [packets[0], *rest]) == whole(made)


def transport() -> Any:
    """As much of a DTLS transport as reading needs."""
    extensions = HeaderExtensionsMap()
    extensions.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(id=3, uri=SEND_TIME)])
    )
    return cast("Any", SimpleNamespace(_rtp_header_extensions_map=extensions))


def members(read: RtpPacket) -> dict[str, object]:
    """Everything a packet holds."""
    return {**vars(read), "extensions": read.extensions.abs_send_time}


@given(st.binary(min_size=12, max_size=60))
def test_a_packet_is_read_as_aiortc_reads_it_or_refused_as_aiortc_does(data: bytes) -> None:
    """Version 2 in the first octet, as what comes here has."""
    data = bytes([0x80 | data[0] & 0x3F]) + data[1:]
    place = transport()
    try:
        expected = RtpPacket.parse(data, place._rtp_header_extensions_map)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011  (aiortc's own have no type of their own)
            parse_rtp(data, place)
        return
    except (UnicodeDecodeError, Exception) as error:  # noqa: BLE001
        with pytest.raises(type(error)):
            parse_rtp(data, place)
        return
    assert members(parse_rtp(data, place)) == members(expected)


def test_the_moment_of_sending_is_read() -> None:
    place = transport()
    made = RtpPacket(payload_type=96, marker=1, sequence_number=7, timestamp=9, ssrc=5, payload=b"abc")
    made.extensions.abs_send_time = 0x123456
    read = parse_rtp(made.serialize(place._rtp_header_extensions_map), place)
    assert (read.extensions.abs_send_time, read.payload, read.marker) == (0x123456, b"abc", 1)


@given(st.binary(min_size=12, max_size=60))
def test_what_is_read_without_extensions_is_the_same_but_for_them(data: bytes) -> None:
    data = bytes([0x80 | data[0] & 0x10]) + data[1:]
    place = transport()
    place._rtp_header_extensions_map.get = lambda *_: None
    try:
        expected = vars(parse_rtp(data, place))
    except ValueError:
        with pytest.raises(ValueError, match="extension"):
            parse_rtp(data, place, extended=False)
        return
    read = vars(parse_rtp(data, place, extended=False))
    assert {**read, "extensions": None} == {**expected, "extensions": None}


@given(st.binary(min_size=1, max_size=8))
def test_a_vp8_descriptor_is_as_long_as_aiortc_says(payload: bytes) -> None:
    try:
        _, rest = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        with pytest.raises(ValueError, match="VP8"):
            vp8_start(payload)
        return
    assert payload[vp8_start(payload) :] == rest


@pytest.mark.parametrize(
    ("first", "to_stun"),
    [(0, True), (1, True), (22, True), (63, True), (127, True), (128, False), (200, False)],
)
def test_only_what_may_be_rtp_passes_stun_by(first: int, to_stun: bool) -> None:
    """What is neither STUN nor RTP, such as DTLS, is aioice's business as before."""
    to_aioice: list[bytes] = []
    queued: list[bytes] = []
    protocol = SimpleNamespace(
        datagram_received=lambda data, _address: to_aioice.append(data),
        local_candidate=SimpleNamespace(component=1),
    )
    ice = SimpleNamespace(data_received=lambda data, _component: queued.append(data), _protocols=[protocol])
    dtls = SimpleNamespace(_rx_srtp=None, transport=SimpleNamespace(_connection=ice))
    PacketPath(cast("Any", dtls), {})
    datagram = bytes([first]) + bytes(20)
    protocol.datagram_received(datagram, ("192.0.2.1", 9))
    protocol.datagram_received(b"", ("192.0.2.1", 9))
    assert to_aioice == ([datagram, b""] if to_stun else [b""])
    assert queued == ([] if to_stun else [datagram])
