"""The places where aiortc is reached into: they are still there, and only instances change."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcdtlstransport import State
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci

from openvidu_local import seams
from openvidu_local.fanout import Fanout
from openvidu_local.options import Bandwidth
from openvidu_local.server import OpenViduServer
from openvidu_local.taps import tap_for
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.media_client import MediaClient, Shade, peer
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest

PUBLISH = {
    "doLoopback": False,
    "hasAudio": False,
    "hasVideo": True,
    "typeOfVideo": "CAMERA",
}


async def receiver_and_peer() -> tuple[RTCRtpReceiver, RTCPeerConnection]:
    """A fresh video receiver."""
    connection = peer()
    return connection.addTransceiver("video").receiver, connection


async def test_a_tap_takes_the_place_of_one_receivers_buffer() -> None:
    tapped, first = await receiver_and_peer()
    untouched, second = await receiver_and_peer()
    tap = tap_for(Fanout("video"))
    before = untouched._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    seams.tap_receiver(tapped, tap)
    assert tapped._RTCRtpReceiver__jitter_buffer is tap  # type: ignore[attr-defined]
    assert untouched._RTCRtpReceiver__jitter_buffer is before  # type: ignore[attr-defined]
    await first.close()
    await second.close()


async def test_an_estimate_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowest subscriber lowers it, but never below the least."""
    receiver, connection = await receiver_and_peer()
    ceiling_bps: list[int | None] = [None]
    bandwidth = Bandwidth(min_bps=300_000, max_bps=1_000_000)
    seams.bound_estimate(receiver, bandwidth, lambda: ceiling_bps[0])
    estimator = receiver._RTCRtpReceiver__remote_bitrate_estimator  # type: ignore[attr-defined]
    for raw, ceiling, bounded in (
        (10, None, 300_000),
        (500_000, None, 500_000),
        (9_000_000, None, 1_000_000),
        (500_000, 400_000, 400_000),
        (500_000, 20_000, 300_000),
        (9_000_000, 2_000_000, 1_000_000),
    ):
        ceiling_bps[0] = ceiling
        monkeypatch.setattr(RemoteBitrateEstimator, "add", lambda *_, raw=raw: (raw, [1]))
        assert estimator.add(0, 0, 0, 1) == (bounded, [1])
    monkeypatch.setattr(RemoteBitrateEstimator, "add", lambda *_: None)
    assert estimator.add(0, 0, 0, 1) is None
    await connection.close()


async def test_a_subscribers_estimate_is_heard() -> None:
    """Its own REMB counts; other application feedback and other streams' do not."""
    connection = peer()
    sender = connection.addTransceiver(Shade(0)).sender
    heard: list[int] = []
    seams.hear_estimates(sender, heard.append)
    ssrc = sender._ssrc
    for fci in (pack_remb_fci(512_000, [ssrc]), pack_remb_fci(1_000, [ssrc ^ 1]), b"JUNK"):
        packet = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=fci)
        await sender._handle_rtcp_packet(packet)
    assert heard == [512_000]
    await connection.close()


async def test_another_aiortc_fails_loudly() -> None:
    """A private name that went away must not be made anew in silence."""
    receiver, connection = await receiver_and_peer()
    del receiver._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="not supported"):
        seams.tap_receiver(receiver, tap_for(Fanout("video")))
    await connection.close()


async def test_a_machine_with_loopback_only_gathers_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [])
    alone, connected = peer(), peer()
    for connection in (alone, connected):
        connection.addTransceiver(Shade(0), direction="sendonly")
    seams.gather_on_loopback_when_alone(connected)
    for connection in (alone, connected):
        await connection.setLocalDescription()
    assert "a=candidate:" not in alone.localDescription.sdp
    assert " 127.0.0.1 " in connected.localDescription.sdp
    await alone.close()
    await connected.close()


async def test_twenty_quick_visits_leave_nothing(
    server: OpenViduServer, rest: OpenViduRest, join: Joiner, media: Callable[[WireClient], MediaClient]
) -> None:
    """Who leaves while ICE and DTLS are under way leaves no task and no failure that nobody hears."""
    host = media(await join("MODERATOR"))
    stream = (await host.publish())["id"]
    await until(lambda: host.publisher and host.publisher.connectionState == "connected", "a first stream")
    await rest.http.get("/sessions")  # a later REST call reuses this one's connection
    unheard: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unheard.append(context))
    before = asyncio.all_tasks()
    for visit in range(20):
        async with await WireClient.open(server.url) as guest:
            await guest.join(await rest.token("room"))
            # The guest's own peers are never told the answer, so that they stay in the middle.
            offers = [RTCPeerConnection() for _ in range(2)]
            for connection, direction in zip(offers, ("sendonly", "recvonly"), strict=True):
                connection.addTransceiver("video", direction=direction)
            publish, receive = [await MediaClient(guest).offer(connection) for connection in offers]
            await guest.call("publishVideo", PUBLISH | {"sdpOffer": publish})
            await guest.call("receiveVideoFrom", {"sender": stream, "sdpOffer": receive})
            if visit % 2:
                await guest.call("leaveRoom")
            else:
                await rest.http.delete(f"/sessions/room/connection/{guest.connection_id}")
            for connection in offers:
                await connection.close()
    await until(lambda: server.relay.open_count == 1, "only the host's endpoint is open")
    await until(lambda: not asyncio.all_tasks() - before, "every task of the guests ends")
    gc.collect()
    assert not unheard


class _Transport:
    """A datagram socket that is full or closed when told to be."""

    def __init__(self) -> None:
        self.unsent = 0
        self.closing = False
        self.sent: list[bytes] = []

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        del address
        self.sent.append(data)


async def test_packets_are_refused_by_a_full_socket_and_by_a_closed_one() -> None:
    """A full one takes them later, a closed or unconnected one never."""
    connection = peer()
    sender = connection.addTransceiver(Shade(0)).sender
    link = seams.SenderLink(sender)
    with pytest.raises(ConnectionError):
        link.write([b"packet"])
    transport = _Transport()
    pair = SimpleNamespace(protocol=SimpleNamespace(transport=transport), remote_addr=("127.0.0.1", 9))
    link._ice._nominated[1] = pair  # type: ignore[assignment]
    with pytest.raises(ConnectionError):
        link.write([b"packet"])
    sender.transport._state = State.CONNECTED
    sender.transport._tx_srtp = SimpleNamespace(protect=lambda packet: packet + b" protected")  # type: ignore[assignment]
    assert link.write([b"one", b"two"])
    assert transport.sent == [b"one protected", b"two protected"]
    transport.unsent = 10_000_000
    assert not link.write([b"three"])
    transport.closing = True
    with pytest.raises(ConnectionError, match="closed"):
        link.write([b"four"])
    assert len(transport.sent) == 2
    link._ice._nominated.clear()
    sender.transport._state = State.NEW
    await connection.close()


async def test_another_aiortc_fails_loudly_for_senders_too() -> None:
    connection = peer()
    sender = connection.addTransceiver(Shade(0)).sender
    del sender._RTCRtpSender__octet_count  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="not supported"):
        seams.take_over_sending(sender, Fanout("video").track())
    await connection.close()
