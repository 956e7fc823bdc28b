"""Real media through the relay: aiortc peers on real sockets, nothing transcoded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender, RTCSessionDescription
from aiortc.codecs.vpx import vp8_depayload
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtp import RtpPacket
from av.packet import Packet
from av.stream import Stream

from openvidu_local.options import Bandwidth
from openvidu_local.seams import ConnectTasks, bound_estimate
from openvidu_local.server import OpenViduServer
from openvidu_local.taps import is_key_picture
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.media_client import (
    FRAME_RATE,
    HEIGHT,
    WIDTH,
    MediaClient,
    Received,
    Shade,
    Tone,
    peer,
)
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest, openvidu_server

Wrap = Callable[[WireClient], MediaClient]


class EncodedTrack(MediaStreamTrack):
    """Sends given encoded frames at a fixed pace and remembers them."""

    def __init__(self, kind: str, frames: list[bytes], *, period_s: float) -> None:
        super().__init__()
        self.kind = kind
        self.sent: list[bytes] = []
        self._frames = frames
        self._period_s = period_s
        self._clock_rate = 90_000 if kind == "video" else 48_000

    async def recv(self) -> Packet[Stream]:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(self._period_s)
        number = len(self.sent)
        data = self._frames[number % len(self._frames)]
        self.sent.append(data)
        packet = Packet(data)
        packet.pts = round(number * self._period_s * self._clock_rate)
        packet.time_base = Fraction(1, self._clock_rate)
        return packet


def vp8_pictures(count: int = 10) -> list[bytes]:
    """Noise encoded as VP8: a key frame of several packets, then pictures that refer to it."""
    codec = av.CodecContext.create("libvpx", "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.time_base = Fraction(1, FRAME_RATE)
    codec.options = {"deadline": "realtime", "lag-in-frames": "0"}
    noise = np.random.default_rng(1)
    pictures = []
    for number in range(count):
        shape = (HEIGHT * 3 // 2, WIDTH)
        frame = av.VideoFrame.from_ndarray(noise.integers(0, 255, shape, dtype=np.uint8), format="yuv420p")
        frame.pts = number
        pictures.append(b"".join(bytes(packet) for packet in codec.encode(frame)))
    return pictures


def record(receiver: RTCRtpReceiver) -> list[RtpPacket]:
    """Every RTP packet that reaches `receiver`, from now on."""
    packets: list[RtpPacket] = []
    handle = receiver._handle_rtp_packet

    async def recording(packet: RtpPacket, arrival_time_ms: int) -> None:
        packets.append(packet)
        await handle(packet, arrival_time_ms)

    receiver._handle_rtp_packet = recording  # type: ignore[method-assign]
    return packets


def pictures_of(packets: list[RtpPacket]) -> list[bytes]:
    """Whole VP8 pictures, without the last one, which may be incomplete."""
    by_time: dict[int, bytes] = {}
    for packet in sorted(packets, key=lambda packet: packet.sequence_number):
        by_time[packet.timestamp] = by_time.get(packet.timestamp, b"") + vp8_depayload(packet.payload)
    return list(by_time.values())[:-1]


def count_key_frame_requests(sender: RTCRtpSender) -> list[None]:
    """One entry for every key frame the server asks this sender for."""
    requests: list[None] = []
    force = sender._send_keyframe

    def counting() -> None:
        requests.append(None)
        force()

    sender._send_keyframe = counting  # type: ignore[method-assign]
    return requests


def brightness(picture: av.VideoFrame) -> float:
    """Mean luma of a picture."""
    return float(picture.to_ndarray(format="yuv420p")[:HEIGHT].mean())


def receivers(received: Received) -> dict[str, RTCRtpReceiver]:
    """The receivers of a subscription by kind."""
    return {transceiver.kind: transceiver.receiver for transceiver in received.peer.getTransceivers()}


async def test_two_clients_see_and_hear_each_other(join: Joiner, media: Wrap) -> None:
    """Pictures and sound pass both ways, and the first picture is there soon."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish(Tone(), Shade(60))
    await bo.publish(Tone(), Shade(200))
    at_bo, at_ada = await bo.subscribe(ada.stream_id), await ada.subscribe(bo.stream_id)
    for received, shade in ((at_bo, 60), (at_ada, 200)):
        picture = await received.picture()
        assert (picture.width, picture.height) == (WIDTH, HEIGHT)
        assert abs(brightness(picture) - shade) < 8, "it is the other's picture"
        await received.sound(25)
        loudest = max(int(np.abs(frame.to_ndarray()).max()) for frame in list(received.sounds)[-10:])
        assert loudest > 4000, "the tone is heard"
    assert at_bo.first_picture_s is not None
    assert at_bo.first_picture_s < 3.0, "long before the encoder's own next key frame"


async def test_nothing_is_transcoded(join: Joiner, media: Wrap) -> None:
    """The bytes that the publisher's encoder made are those that the subscriber gets."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    video = EncodedTrack("video", vp8_pictures(), period_s=1 / FRAME_RATE)
    # The last two are what Opus sends in silence: one byte, and a frame of nothing.
    audio = EncodedTrack("audio", [b"\xfc\xff\xfe", b"\x78first", b"\x78second", b"\xf8"], period_s=0.02)
    await ada.publish(audio, video)
    received = await bo.subscribe(ada.stream_id)
    pictures, sounds = (record(receivers(received)[kind]) for kind in ("video", "audio"))
    await until(lambda: len(pictures_of(pictures)) >= 15 and len(sounds) >= 30, "media arrives")
    arrived = pictures_of(pictures)
    first = video.sent.index(arrived[0])
    assert is_key_picture("VP8", [arrived[0]])
    assert max(len(picture) for picture in arrived) > 1300, "some pictures took several packets"
    assert arrived == video.sent[first : first + len(arrived)]
    payloads = [packet.payload for packet in sounds]
    start = next(n for n in range(len(audio.sent)) if audio.sent[n : n + 8] == payloads[:8])
    assert payloads == audio.sent[start : start + len(payloads)]
    steps = {(b.timestamp - a.timestamp) % 2**32 for a, b in pairwise(sounds)}
    assert steps == {960}, "20 ms each"


async def test_a_late_subscriber_starts_with_a_fresh_key_frame(join: Joiner, media: Wrap) -> None:
    """The publisher is asked for one; aiortc alone would send the next after minutes."""
    ada, bo, cy = [media(await join(role)) for role in ("MODERATOR", "PUBLISHER", "SUBSCRIBER")]
    await ada.publish()
    assert ada.publisher is not None
    requests = count_key_frame_requests(ada.publisher.getSenders()[1])
    early = await bo.subscribe(ada.stream_id)
    await until(lambda: len(early.pictures) >= FRAME_RATE, "the stream runs")
    before = len(requests)
    late = await cy.subscribe(ada.stream_id)
    packets = record(receivers(late)["video"])
    await until(lambda: len(pictures_of(packets)) >= 1, "the late subscriber gets pictures")
    assert is_key_picture("VP8", [pictures_of(packets)[0]])
    assert len(requests) > before
    await late.picture()


async def test_a_subscriber_that_lost_a_picture_gets_a_key_frame(join: Joiner, media: Wrap) -> None:
    """A picture loss indication is passed on to the publisher."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    assert ada.publisher is not None
    received = await bo.subscribe(ada.stream_id)
    packets = record(receivers(received)["video"])
    await until(lambda: len(received.pictures) >= FRAME_RATE, "the stream runs")
    requests = count_key_frame_requests(ada.publisher.getSenders()[1])
    await receivers(received)["video"]._send_rtcp_pli(packets[0].ssrc)
    await until(lambda: requests, "the publisher is asked")


async def test_kurento_keeps_a_subscribers_loss_to_itself(
    server: OpenViduServer, join: Joiner, media: Wrap
) -> None:
    """With the switch `no-subscriber-pli` the publisher hears nothing."""
    server.faults.set("no-subscriber-pli")
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    assert ada.publisher is not None
    received = await bo.subscribe(ada.stream_id)
    packets = record(receivers(received)["video"])
    await until(lambda: len(received.pictures) >= FRAME_RATE, "the stream runs")
    requests = count_key_frame_requests(ada.publisher.getSenders()[1])
    await receivers(received)["video"]._send_rtcp_pli(packets[0].ssrc)
    shown = len(received.pictures)
    await until(lambda: len(received.pictures) >= shown + FRAME_RATE, "the stream goes on")
    assert not requests


async def test_the_bitrate_is_bounded(join: Joiner, media: Wrap) -> None:
    """A publisher of a simple picture is told at least the minimum, so that it does not starve."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish(Shade(10))
    encoder_rates = watched_rates(ada)
    await bo.subscribe(ada.stream_id, kinds=("video",))
    await until(lambda: len(encoder_rates) >= 2, "estimates arrive")
    assert all(300_000 <= rate <= 1_000_000 for rate in encoder_rates)


async def test_the_slowest_subscriber_decides(server: OpenViduServer, join: Joiner, media: Wrap) -> None:
    """Its REMB is the ceiling of what the publisher is told, for as long as it is there."""
    ada, fast, slow = media(await join("MODERATOR")), media(await join()), media(await join())
    await ada.publish(Shade(10))
    for client, bitrate_bps in ((fast, 900_000), (slow, 400_000)):
        received = await client.subscribe(ada.stream_id, kinds=("video",))
        receiver = received.peer.getReceivers()[0]
        bound_estimate(receiver, Bandwidth(min_bps=bitrate_bps, max_bps=bitrate_bps), lambda: None)
    stream = server.rooms.sessions["room"].connections[ada.wire.connection_id].stream
    assert stream is not None
    video = stream.media.fanouts["video"]
    # REMB has 18 bits of mantissa: what is announced is not kept to the last bit.
    await until(lambda: video.ceiling_bps == pytest.approx(400_000, rel=0.01), "the slow one decides")
    await slow.wire.call("unsubscribeFromVideo", {"sender": ada.wire.connection_id})
    await until(lambda: video.ceiling_bps == pytest.approx(900_000, rel=0.01), "the fast one decides")


def watched_rates(publisher: MediaClient) -> list[int]:
    """What the publisher's encoder is told to keep to, from now on."""
    assert publisher.publisher is not None
    encoder_rates: list[int] = []
    sender = publisher.publisher.getSenders()[0]
    handle = sender._handle_rtcp_packet

    async def watching(packet: object) -> None:
        await handle(packet)  # type: ignore[arg-type]
        encoder = sender._RTCRtpSender__encoder  # type: ignore[attr-defined]
        if type(packet).__name__ == "RtcpPsfbPacket" and packet.fmt == 15:  # type: ignore[attr-defined]
            encoder_rates.append(encoder.target_bitrate)

    sender._handle_rtcp_packet = watching  # type: ignore[method-assign]
    return encoder_rates


async def test_a_kind_that_is_not_published_connects_and_is_silent(join: Joiner, media: Wrap) -> None:
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish(Tone())
    assert ada.stream_id.startswith("str_MIC_")
    received = await bo.subscribe(ada.stream_id)
    await received.sound(10)
    assert received.peer.connectionState == "connected"
    assert not received.pictures


async def test_loopback_returns_the_own_media(join: Joiner, media: Wrap) -> None:
    ada = media(await join("MODERATOR"))
    await ada.publish(loopback=True)
    await ada.received["loopback"].picture()


async def test_a_subscriber_may_offer_its_video_first(join: Joiner, media: Wrap) -> None:
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    received = await bo.subscribe(ada.stream_id, kinds=("video", "audio"))
    await received.picture()
    await received.sound(1)


async def test_trickled_candidates_alone_connect(join: Joiner, media: Wrap) -> None:
    """An offer without candidates, which follow by `onIceCandidate`, as browsers do."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish(trickle_only=True)
    assert ada.publisher is not None
    for line in ada.publisher.localDescription.sdp.splitlines():
        if line.startswith("a=candidate:"):
            params = {"candidate": line[2:], "sdpMid": "0", "sdpMLineIndex": 0}
            await ada.wire.call("onIceCandidate", {"endpointName": ada.wire.connection_id, **params})
    received = await bo.subscribe(ada.stream_id)
    await received.picture()


async def test_the_publishers_end_closes_its_subscribers(
    server: OpenViduServer, join: Joiner, media: Wrap
) -> None:
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    received = await bo.subscribe(ada.stream_id)
    await received.picture()
    await ada.wire.call("unpublishVideo")
    await until(lambda: received.peer.connectionState == "closed", "the subscriber's peer is closed")
    await until(lambda: server.relay.open_count == 0, "no endpoint is left")


async def test_media_reconnection_keeps_subscribers(join: Joiner, media: Wrap) -> None:
    """A publisher that comes back on a new peer is seen on the old subscription, in time order."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish(Tone(), Shade(40))
    received = await bo.subscribe(ada.stream_id)
    await received.picture()
    assert ada.publisher is not None
    await ada.publisher.close()
    ada.publisher = again = peer()
    again.addTransceiver(Tone(), direction="sendonly")
    again.addTransceiver(Shade(220), direction="sendonly")
    offer = await ada.offer(again)
    result = await ada.wire.call("reconnectStream", {"stream": ada.stream_id, "sdpString": offer})
    assert result["id"] == ada.stream_id
    description = type(again.localDescription)(sdp=result["sdpAnswer"], type="answer")
    await again.setRemoteDescription(description)
    await ada.add_candidates(again, ada.wire.connection_id)

    def bright() -> bool:
        return brightness(received.pictures[-1]) > 180

    await until(bright, "the new picture is seen")
    times = [frame.pts for frame in received.pictures if frame.pts is not None]
    assert times == sorted(times)
    assert bo.wire.notifications() == ["participantPublished"], "nobody was told"


async def test_a_new_subscription_after_a_broken_one(join: Joiner, media: Wrap) -> None:
    """`reconnectStream` with an offer replaces a subscriber's endpoint."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    first = await bo.subscribe(ada.stream_id)
    await first.picture()
    second = Received(peer())
    bo.received["again"] = second
    second.peer.on("track", second.drain)
    second.peer.addTransceiver("video", direction="recvonly")
    offer = await bo.offer(second.peer)
    params = {"stream": ada.stream_id, "sdpOffer": offer, "forciblyReconnect": False}
    result = await bo.wire.call("reconnectStream", params)
    description = type(second.peer.localDescription)(sdp=result["sdpAnswer"], type="answer")
    await second.peer.setRemoteDescription(description)
    await second.picture()
    await until(lambda: first.peer.connectionState == "closed", "the old endpoint is gone")


async def test_stalled_media_keeps_connections(server: OpenViduServer, join: Joiner, media: Wrap) -> None:
    """The switch `stall-media`: connected without media, as when a publisher's endpoint is released."""
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    received = await bo.subscribe(ada.stream_id)
    await received.picture()
    fanout = server.rooms.sessions["room"].connections[ada.wire.connection_id].stream
    assert fanout is not None
    server.faults.set("stall-media")
    packets = record(receivers(received)["video"])
    pushed: list[None] = []
    push = fanout.media.fanouts["video"].push

    def counting(payloads: tuple[bytes, ...], *, ssrc: int, timestamp: int, is_key: bool) -> None:
        pushed.append(None)
        push(payloads, ssrc=ssrc, timestamp=timestamp, is_key=is_key)

    fanout.media.fanouts["video"].push = counting  # type: ignore[method-assign]
    await until(lambda: len(pushed) >= FRAME_RATE, "the publisher goes on")
    assert not packets
    assert received.peer.connectionState == "connected"
    server.faults.clear()
    await until(lambda: packets, "media flows again")


async def test_the_server_offers_in_mediasoup_mode() -> None:
    """`prepareReceiveVideoFrom` and the client's answer; candidates are inside the SDP."""
    async with openvidu_server(mode="mediasoup") as server, OpenViduRest(server.url) as rest:
        await rest.create_session("room")
        async with await WireClient.open(server.url) as a, await WireClient.open(server.url) as b:
            result = await a.join(await rest.token("room"))
            assert result["mediaServer"] == "mediasoup"
            await b.join(await rest.token("room"))
            ada, bo = MediaClient(a), MediaClient(b)
            try:
                published = await ada.publish()
                assert "a=candidate:" in published["sdpAnswer"]
                received = await bo.subscribe_to_offer(ada.stream_id)
                await received.picture()
                await received.sound(1)
                assert not [frame for frame in a.frames + b.frames if frame.get("method") == "iceCandidate"]
            finally:
                await ada.close()
                await bo.close()


async def test_h264_passes_when_the_session_asks_for_it(
    rest: OpenViduRest, join: Joiner, media: Wrap
) -> None:
    await rest.create_session("room", forcedVideoCodec="H264")
    ada, bo = media(await join("MODERATOR")), media(await join())
    result = await ada.publish(Shade(90))
    assert "H264/90000" in result["sdpAnswer"]
    assert "VP8" not in result["sdpAnswer"]
    received = await bo.subscribe(ada.stream_id, kinds=("video",))
    picture = await received.picture()
    assert abs(brightness(picture) - 90) < 8


async def test_nothing_is_left_after_the_last_leave(
    server: OpenViduServer, rest: OpenViduRest, join: Joiner, media: Wrap
) -> None:
    """No endpoint, session, socket or task stays behind."""
    await rest.create_session("warm-up")  # its kept-alive connection has a task of its own
    await rest.http.delete("/sessions/warm-up")
    before = asyncio.all_tasks()
    ada, bo = media(await join("MODERATOR")), media(await join())
    await ada.publish()
    await bo.publish()
    await (await bo.subscribe(ada.stream_id)).picture()
    await (await ada.subscribe(bo.stream_id)).picture()
    for client in (ada, bo):
        await client.wire.call("leaveRoom")
        await client.close()
        await client.wire.close()
    await until(lambda: server.relay.open_count == 0, "no endpoint is left")
    assert not server.rooms.sessions
    await until(lambda: not asyncio.all_tasks() - before, "no task is left")


async def test_closing_half_way_ends_what_was_connecting(
    server: OpenViduServer, join: Joiner, media: Wrap
) -> None:
    """A client goes between ICE and DTLS: the task that was connecting is not left behind to fail."""
    client = media(await join())
    connection = peer()
    own_tasks = ConnectTasks(connection)
    for track in (Tone(), Shade(128)):
        connection.addTransceiver(track, direction="sendonly")
    params = {"doLoopback": False, "hasAudio": True, "hasVideo": True, "typeOfVideo": "CAMERA"}
    offer = await client.offer(connection)

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    for transceiver in connection.getTransceivers():
        transceiver.receiver.transport.start = never  # type: ignore[assignment,method-assign]
    result = await client.wire.call("publishVideo", {"sdpOffer": offer, **params})
    await connection.setRemoteDescription(RTCSessionDescription(sdp=result["sdpAnswer"], type="answer"))
    await client.add_candidates(connection, client.wire.connection_id)
    (endpoint,) = server.relay._open
    await until(lambda: endpoint._peer.iceConnectionState == "completed", "ICE")
    (connecting,) = endpoint._connecting._running
    await client.wire.call("leaveRoom")
    await until(lambda: server.relay.open_count == 0, "the end of the endpoint")
    assert connecting.cancelled()
    await own_tasks.end()
    await connection.close()


@pytest.mark.parametrize("fault", ["reject-video", "bandwidth-line"])
async def test_answers_with_faults(server: OpenViduServer, join: Joiner, media: Wrap, fault: str) -> None:
    server.faults.set(fault)
    wire = await join()
    publisher = peer()
    try:
        publisher.addTransceiver(Shade(0), direction="sendonly")
        offer = await media(wire).offer(publisher)
        params = {"doLoopback": False, "hasAudio": False, "hasVideo": True, "typeOfVideo": "CAMERA"}
        result = await wire.call("publishVideo", {"sdpOffer": offer, **params})
    finally:
        await publisher.close()
    wanted = {"reject-video": "m=video 0 ", "bandwidth-line": "b=AS:1000"}[fault]
    assert wanted in result["sdpAnswer"]
