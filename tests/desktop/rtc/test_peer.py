"""One peer connection against a bare aiortc one: offers, answers, candidates, encoder, end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from unittest.mock import patch

import av
import pytest
from aioice import ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from desktop.rtc import peer as peer_module
from desktop.rtc.camera import Camera
from desktop.rtc.encoder import LeanVp8Encoder
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.microphone import Microphone
from desktop.rtc.peer import Peer
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone
from tests.support.waiting import until


@pytest.fixture
async def camera() -> AsyncIterator[Camera]:
    """A camera that is on."""
    camera = Camera(BlocksCamera(GREEN), PictureSlot())
    await camera.switch_on()
    yield camera
    await camera.switch_off()


@pytest.fixture
async def remote() -> AsyncIterator[RTCPeerConnection]:
    """The other end, without any of our code."""
    connection = RTCPeerConnection()
    yield connection
    await connection.close()


async def answered(remote: RTCPeerConnection, offer: str) -> str:
    """The other end's answer."""
    await remote.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await remote.setLocalDescription()
    return str(remote.localDescription.sdp)


def without_candidates(sdp: str) -> tuple[str, list[str]]:
    """A description as Kurento writes it, and the candidates that follow it."""
    candidates = re.findall(r"a=(candidate:.*)\r\n", sdp)
    return re.sub(r"a=(candidate:.*|end-of-candidates)\r\n", "", sdp), candidates


async def test_the_offer_is_one_that_kurento_takes(camera: Camera) -> None:
    """One transport and one set of credentials for all, and the server chooses the DTLS role."""
    peer = Peer()
    peer.send(Microphone(ToneMicrophone(), AudioLevel()).make_track())
    peer.send(camera.make_track())
    offer = await peer.make_offer()
    await peer.close()
    assert offer.count("a=setup:actpass") == 2
    assert len(set(re.findall("a=ice-ufrag:.*", offer))) == 1
    assert len(set(re.findall("a=ice-pwd:.*", offer))) == 1
    assert "a=group:BUNDLE 0 1" in offer
    assert offer.count("a=sendonly") == 2
    assert "VP8/90000" in offer


async def test_media_flows_with_candidates_in_any_order(camera: Camera, remote: RTCPeerConnection) -> None:
    """Those that overtake the answer are kept, those for the second m-line are used all the same."""
    tracks: list[MediaStreamTrack] = []
    remote.on("track", tracks.append)
    peer = Peer()
    peer.send(camera.make_track())
    answer, candidates = without_candidates(await answered(remote, await peer.make_offer()))
    for candidate in ["", "candidate:nonsense", *candidates[:1]]:
        peer.add_candidate(candidate)
    await peer.take_answer(answer)
    for candidate in candidates[1:]:
        peer.add_candidate(candidate)
    await peer.wait_connected(5)
    assert peer.connected
    assert isinstance(await tracks[0].recv(), av.VideoFrame)
    await peer.close()
    assert not peer.connected


async def test_our_encoder_is_the_one_that_runs(camera: Camera, remote: RTCPeerConnection) -> None:
    """Fails when aiortc keeps its encoder elsewhere."""
    encoded = []
    original = LeanVp8Encoder.encode

    def encode(encoder: LeanVp8Encoder, frame: av.VideoFrame, force_keyframe: bool = False) -> object:
        encoded.append(frame)
        return original(encoder, frame, force_keyframe)

    with patch.object(LeanVp8Encoder, "encode", encode):
        peer = Peer()
        peer.send(camera.make_track())
        await peer.take_answer(await answered(remote, await peer.make_offer()))
        await until(lambda: len(encoded) > 3, "some frames")
        await peer.close()


async def test_the_server_may_offer(camera: Camera, remote: RTCPeerConnection) -> None:
    """As mediasoup does to its subscribers."""
    tracks: list[MediaStreamTrack] = []
    peer = Peer(on_track=tracks.append)
    remote.addTransceiver(camera.make_track(), direction="sendonly")
    await remote.setLocalDescription()
    answer = await peer.answer_offer(remote.localDescription.sdp)
    await remote.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await peer.wait_connected(5)
    assert isinstance(await tracks[0].recv(), av.VideoFrame)
    await peer.close()


@pytest.mark.parametrize("answer", ["", "v=0", "nonsense"])
async def test_answers_that_are_none(camera: Camera, answer: str) -> None:
    peer = Peer()
    peer.send(camera.make_track())
    await peer.make_offer()
    with pytest.raises(RtcError) as caught:
        await peer.take_answer(answer)
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    await peer.close()


async def test_an_answer_to_another_offer(camera: Camera, remote: RTCPeerConnection) -> None:
    """Other m-lines than ours: refused, not half applied."""
    other = Peer()
    other.receive("audio")
    answer = await answered(remote, await other.make_offer())
    await other.close()
    peer = Peer()
    peer.send(camera.make_track())
    await peer.make_offer()
    with pytest.raises(RtcError) as caught:
        await peer.take_answer(answer)
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    await peer.close()


async def test_no_connection_in_time(camera: Camera, remote: RTCPeerConnection) -> None:
    """An answer whose candidates never come."""
    peer = Peer()
    peer.send(camera.make_track())
    answer, _ = without_candidates(await answered(remote, await peer.make_offer()))
    await remote.close()
    await peer.take_answer(answer)
    with pytest.raises(RtcError) as caught:
        await peer.wait_connected(0.3)
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    await peer.close()


async def test_the_other_side_going_away_is_told_once(camera: Camera, remote: RTCPeerConnection) -> None:
    lost = []
    peer = Peer(on_lost=lambda: lost.append(True))
    peer.send(camera.make_track())
    await peer.take_answer(await answered(remote, await peer.make_offer()))
    await peer.wait_connected(5)
    await until(lambda: remote.connectionState == "connected", "the other end's connection")
    await remote.close()
    await until(lambda: lost, "the loss")
    await peer.close()
    assert lost == [True]


async def test_our_own_end_is_not_a_loss(camera: Camera, remote: RTCPeerConnection) -> None:
    lost = []
    peer = Peer(on_lost=lambda: lost.append(True))
    peer.send(camera.make_track())
    await peer.take_answer(await answered(remote, await peer.make_offer()))
    await peer.wait_connected(5)
    await asyncio.gather(peer.close(), peer.close())
    peer.add_candidate("candidate:1 1 udp 1 192.0.2.1 5000 typ host")
    assert lost == []


async def test_closing_in_the_middle_leaves_nothing(camera: Camera) -> None:
    """At any step of the way to a connection; aiortc alone leaves tasks and sockets behind here."""
    for turns in (0, 1, 2, 5, 20, 60):
        before = asyncio.all_tasks()
        other = RTCPeerConnection()
        peer = Peer()
        peer.send(camera.make_track())
        await peer.take_answer(await answered(other, await peer.make_offer()))
        for _ in range(turns):
            await asyncio.sleep(0.001)
        await peer.close()
        ours = {task for task in asyncio.all_tasks() - before if "RTCRtpSender" in repr(task.get_coro())}
        await other.close()
        assert not [task for task in ours if not task.done()]


async def test_a_machine_with_a_loopback_only(camera: Camera) -> None:
    """The ICE library leaves 127.0.0.1 out; without another address we put it back."""
    with patch.object(ice, "get_host_addresses", lambda use_ipv4, use_ipv6: []):
        peer = Peer()
        peer.send(camera.make_track())
        offer = await peer.make_offer()
    assert re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) ", offer) == ["127.0.0.1"]
    await peer.close()


async def test_elsewhere_the_loopback_stays_out(camera: Camera) -> None:
    with patch.object(ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.2"]):
        peer = Peer()
        peer.send(camera.make_track())
        offer = await peer.make_offer()
    assert re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) ", offer) == ["127.0.0.2"]
    await peer.close()


async def test_closing_is_bounded(
    camera: Camera, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection whose own closing was cut off would be waited for for ever, and the app with it."""
    monkeypatch.setattr(peer_module, "CLOSE_LIMIT_S", 0.05)
    peer = Peer()
    peer.send(camera.make_track())
    with patch.object(peer._connection, "close", asyncio.Event().wait):
        await peer.close()
    assert "did not close in time" in caplog.text
    await peer._connection.close()
