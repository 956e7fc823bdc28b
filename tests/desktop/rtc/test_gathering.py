"""Candidates found by STUN and TURN servers behind an offer that waits for none of them."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import pytest
from aioice.ice import StunProtocol
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from desktop.rtc import aiortc_internals, gathering
from desktop.rtc import peer as peer_module
from desktop.rtc.camera import Camera
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import IceServers, StunServer, TurnServer
from desktop.rtc.media import PictureSlot
from desktop.rtc.peer import Peer
from tests.desktop.rtc.conftest import open_sockets
from tests.desktop.rtc.ice_peers import (
    OUTSIDE,
    Certificate,
    Coturn,
    StunResponder,
    coturn,
    free_port,
    make_certificate,
    needs_coturn,
    silent_tcp,
    stun_server,
)
from tests.support.sources import GREEN, BlocksCamera
from tests.support.waiting import until

FOR_EVER_S = 3600.0


@pytest.fixture
async def camera() -> AsyncIterator[Camera]:
    """A camera that is on."""
    camera = Camera(BlocksCamera(GREEN), PictureSlot())
    await camera.switch_on()
    yield camera
    await camera.switch_off()


@pytest.fixture
async def remote() -> AsyncIterator[RTCPeerConnection]:
    """The media server's end, without any of our code."""
    connection = RTCPeerConnection()
    yield connection
    await connection.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """A certificate that no system trusts."""
    return make_certificate(tmp_path)


@pytest.fixture
async def turn(certificate: Certificate, tmp_path: Path) -> AsyncIterator[Coturn]:
    """A real TURN server."""
    async with coturn(certificate, tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    """Every socket and task of the peers is gone at the end of a test."""
    tasks, sockets = asyncio.all_tasks(), open_sockets()
    yield
    await until(lambda: not open_sockets() - sockets, "the end of all sockets")
    await until(lambda: not asyncio.all_tasks() - tasks - {asyncio.current_task()}, "the end of all tasks")


class Told:
    """Collects the candidates that a peer sends."""

    def __init__(self) -> None:
        self.candidates: list[tuple[str, str]] = []

    async def __call__(self, candidate: str, mid: str) -> None:
        """Take one."""
        self.candidates.append((candidate, mid))

    @property
    def texts(self) -> list[str]:
        """Without their m-line."""
        return [text for text, _ in self.candidates]


async def answered(remote: RTCPeerConnection, offer: str) -> str:
    """The other end's answer."""
    await remote.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await remote.setLocalDescription()
    return str(remote.localDescription.sdp)


def host_addresses(offer: str) -> set[str]:
    """Addresses of the host candidates in a description."""
    return set(re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) \d+ typ host", offer))


async def test_dead_servers_do_not_delay_anything(
    camera: Camera, remote: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Media flows while a STUN and three TURN servers are still being asked, with no end in sight."""
    monkeypatch.setattr(gathering, "GATHERING_LIMIT_S", FOR_EVER_S)
    tracks: list[MediaStreamTrack] = []
    remote.on("track", tracks.append)
    async with stun_server(StunResponder(silent=True)) as dead, silent_tcp() as dead_tcp:
        servers = (
            StunServer("127.0.0.1", dead.port),
            TurnServer("127.0.0.1", dead.port, "udp", False, "u", "c"),
            TurnServer("127.0.0.1", dead_tcp, "tcp", False, "u", "c"),
            TurnServer("127.0.0.1", dead_tcp, "tcp", True, "u", "c"),
        )
        peer = Peer(IceServers(servers))
        peer.send(camera.make_track())
        offer = await peer.make_offer()
        assert host_addresses(offer)
        assert "end-of-candidates" not in offer
        await until(lambda: len(dead.requests) > 1, "requests at the dead servers")
        assert peer.gathering
        await peer.take_answer(await answered(remote, offer))
        await peer.wait_connected(5)
        assert isinstance(await tracks[0].recv(), av.VideoFrame)
        assert peer.gathering
        await peer.close()
        assert not peer.gathering


async def test_without_servers_the_offer_says_that_it_is_complete(camera: Camera) -> None:
    """Then the other side need not wait for more."""
    peer = Peer()
    peer.send(camera.make_track())
    assert "a=end-of-candidates" in await peer.make_offer()
    assert not peer.gathering
    await peer.close()


async def test_closing_while_servers_are_asked(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and nothing stays open."""
    monkeypatch.setattr(gathering, "GATHERING_LIMIT_S", FOR_EVER_S)
    async with stun_server(StunResponder(silent=True)) as dead, silent_tcp() as dead_tcp:
        servers = (
            StunServer("127.0.0.1", dead.port),
            TurnServer("127.0.0.1", dead_tcp, "tcp", True, "u", "c"),
        )
        peer = Peer(IceServers(servers))
        peer.send(camera.make_track())
        await peer.make_offer()
        await until(lambda: dead.requests, "a request")
        await peer.close()
        assert not peer.gathering


async def test_what_stun_finds_is_told_after_the_answer(camera: Camera, remote: RTCPeerConnection) -> None:
    """One candidate for each IPv4 address, each with the first m-line's mid; not a word before."""
    told = Told()
    async with stun_server() as responder:
        peer = Peer(IceServers((StunServer("localhost", responder.port),)), send_candidate=told)
        peer.send(camera.make_track())
        offer = await peer.make_offer()
        await until(lambda: not peer.gathering, "the STUN server's answers")
        assert told.candidates == []
        await peer.take_answer(await answered(remote, offer))
        addresses = {address for address in host_addresses(offer) if ":" not in address}
        await until(lambda: len(told.candidates) == len(addresses), "the candidates")
        for text, mid in told.candidates:
            assert re.fullmatch(rf"candidate:\S+ 1 udp \d+ {OUTSIDE} \d+ typ srflx raddr \S+ rport \d+", text)
            assert mid == "0"
        assert {text.split()[9] for text in told.texts} == addresses
        await peer.wait_connected(5)
        await peer.close()


async def test_an_address_that_is_known_is_not_told(camera: Camera, remote: RTCPeerConnection) -> None:
    """A computer without address translation has nothing to add."""
    told = Told()
    async with stun_server(StunResponder(outside=None)) as responder:
        peer = Peer(IceServers((StunServer("127.0.0.1", responder.port),)), send_candidate=told)
        peer.send(camera.make_track())
        offer = await peer.make_offer()
        await until(lambda: responder.requests and not peer.gathering, "the STUN server's answer")
        await peer.take_answer(await answered(remote, offer))
        await peer.wait_connected(5)
        assert [text for text in told.texts if OUTSIDE in text] == []
        # Asked over the loopback from another address, the responder sees that other address.
        assert {text.split()[4] for text in told.texts} <= host_addresses(offer)
        await peer.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"nonsense",
        b"\x01\x01\x00\x00\x21\x12\xa4\x42<transaction>",  # a success without an address
        b"\x01\x11\x00\x00\x21\x12\xa4\x42<transaction>",  # an error without a code
    ],
)
async def test_nonsense_harms_nobody(
    camera: Camera, remote: RTCPeerConnection, garbage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a server makes up is one candidate less, and no more."""
    monkeypatch.setattr(gathering, "GATHERING_LIMIT_S", 0.2)
    async with stun_server(StunResponder(garbage=garbage)) as responder, stun_server() as good:
        servers = (
            StunServer("127.0.0.1", responder.port),
            TurnServer("127.0.0.1", responder.port, "udp", False, "u", "c"),
            TurnServer("127.0.0.1", free_port(), "tcp", False, "u", "c"),
            StunServer(f"{'x' * 70}.example.org", 3478),
            StunServer("127.0.0.1", good.port),
        )
        told = Told()
        peer = Peer(IceServers(servers), send_candidate=told)
        peer.send(camera.make_track())
        offer = await peer.make_offer()
        await until(lambda: not peer.gathering, "the end of all questions")
        await peer.take_answer(await answered(remote, offer))
        await until(lambda: any(OUTSIDE in text for text in told.texts), "the good server's candidate")
        await peer.wait_connected(5)
        await peer.close()


@needs_coturn
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_relayed_and_nothing_else(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, certificate: Certificate, transport: str
) -> None:
    """The offer names no address of ours; the picture goes through the TURN server."""
    tracks: list[MediaStreamTrack] = []
    remote.on("track", tracks.append)
    told = Told()
    servers = IceServers((turn.server(transport),), relay_only=True, ssl_context=certificate.trusting())
    peer = Peer(servers, send_candidate=told)
    peer.send(camera.make_track())
    offer = await peer.make_offer()
    assert "a=candidate" not in offer
    await peer.take_answer(await answered(remote, offer))
    await peer.wait_connected(5)
    assert peer.selected_candidates is not None
    assert peer.selected_candidates[0] == "relay"
    assert isinstance(await tracks[0].recv(), av.VideoFrame)
    assert len(told.texts) == 1
    assert re.search(r" 127\.0\.0\.1 \d+ typ relay raddr 0\.0\.0\.0 rport 9$", told.texts[0])
    await peer.close()


@needs_coturn
@pytest.mark.parametrize("answer_first", [True, False])
async def test_relay_and_answer_in_either_order(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, answer_first: bool
) -> None:
    """Whichever comes last sets off the connection."""
    turn.process.send_signal(signal.SIGSTOP)
    peer = Peer(IceServers((turn.server("tcp"),), relay_only=True))
    peer.send(camera.make_track())
    answer = await answered(remote, await peer.make_offer())
    if answer_first:
        await peer.take_answer(answer)
    assert peer.gathering
    turn.process.send_signal(signal.SIGCONT)
    if not answer_first:
        await until(lambda: not peer.gathering, "the relay")
        await peer.take_answer(answer)
    await peer.wait_connected(5)
    assert peer.selected_candidates is not None
    assert peer.selected_candidates[0] == "relay"
    await peer.close()


@needs_coturn
async def test_relayed_where_the_server_offers(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn
) -> None:
    """As mediasoup does to its subscribers: the answer names no address of ours either."""
    tracks: list[MediaStreamTrack] = []
    peer = Peer(IceServers((turn.server(),), relay_only=True), on_track=tracks.append)
    remote.addTransceiver(camera.make_track(), direction="sendonly")
    await remote.setLocalDescription()
    answer = await peer.answer_offer(remote.localDescription.sdp)
    assert "a=candidate" not in answer
    await remote.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await peer.wait_connected(5)
    assert peer.selected_candidates is not None
    assert peer.selected_candidates[0] == "relay"
    assert isinstance(await tracks[0].recv(), av.VideoFrame)
    await peer.close()


@needs_coturn
async def test_the_relay_that_works_is_found_among_dead_ones(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are asked at once: a firewall that swallows UDP costs nothing where TCP passes."""
    monkeypatch.setattr(gathering, "GATHERING_LIMIT_S", FOR_EVER_S)
    async with stun_server(StunResponder(silent=True)) as dead:
        servers = (TurnServer("127.0.0.1", dead.port, "udp", False, "u", "c"), turn.server("tcp"))
        peer = Peer(IceServers(servers, relay_only=True))
        peer.send(camera.make_track())
        await peer.take_answer(await answered(remote, await peer.make_offer()))
        await peer.wait_connected(5)
        assert peer.selected_candidates is not None
        assert peer.selected_candidates[0] == "relay"
        await peer.close()


@needs_coturn
async def test_direct_where_it_can_be(camera: Camera, remote: RTCPeerConnection, turn: Coturn) -> None:
    """A relay in reserve is told, and given back at the end."""
    peer = Peer(IceServers((turn.server(),)))
    peer.send(camera.make_track())
    offer = await peer.make_offer()
    await until(lambda: not peer.gathering, "the relay")
    await peer.take_answer(await answered(remote, offer))
    await peer.wait_connected(5)
    assert peer.selected_candidates is not None
    assert peer.selected_candidates[0] == "host"
    await peer.close()


@needs_coturn
async def test_a_relay_that_comes_too_late_is_given_back(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way is chosen by then: it is not told, and not kept."""
    told = Told()
    closed: list[int] = []
    original = aiortc_internals.close_relays

    async def close_relays(relays: list[StunProtocol], limit_s: float) -> None:
        await original(relays, limit_s)
        closed.append(len(relays))

    monkeypatch.setattr(aiortc_internals, "close_relays", close_relays)
    turn.process.send_signal(signal.SIGSTOP)
    peer = Peer(IceServers((turn.server("tcp"),)), send_candidate=told)
    peer.send(camera.make_track())
    await peer.take_answer(await answered(remote, await peer.make_offer()))
    await peer.wait_connected(5)
    turn.process.send_signal(signal.SIGCONT)
    await until(lambda: not peer.gathering, "the TURN server's answer")
    assert closed == [1]
    assert told.candidates == []
    await peer.close()


def wrong_password(turn: Coturn) -> TurnServer:
    """Refused with 401."""
    return turn.server(credential="wrong")


def untrusted(turn: Coturn) -> TurnServer:
    """Its certificate is of its own making, and nobody said to trust it."""
    return turn.server("tls")


@needs_coturn
@pytest.mark.parametrize("useless", [wrong_password, untrusted])
async def test_relay_only_without_a_useful_server_fails_at_once(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, useless: Callable[[Coturn], TurnServer]
) -> None:
    """Rather than at the limit for connecting, and never by another way."""
    peer = Peer(IceServers((useless(turn),), relay_only=True))
    peer.send(camera.make_track())
    await peer.take_answer(await answered(remote, await peer.make_offer()))
    with pytest.raises(RtcError) as caught:
        await peer.wait_connected(FOR_EVER_S)
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    await peer.close()


async def test_relay_only_in_a_room_without_turn(camera: Camera) -> None:
    """Refused before anything is told to anybody; a STUN server is no way."""
    peer = Peer(IceServers((StunServer("127.0.0.1", 9),), relay_only=True))
    peer.send(camera.make_track())
    with pytest.raises(RtcError) as caught:
        await peer.make_offer()
    assert caught.value.code is RtcErrorCode.MEDIA_FAILED
    await peer.close()


@needs_coturn
async def test_leaving_is_quick_when_the_relay_died(
    camera: Camera, remote: RTCPeerConnection, turn: Coturn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A TURN server that answers no more is not waited for, and nothing of it stays open."""
    monkeypatch.setattr(peer_module, "RELAY_CLOSE_LIMIT_S", 0.05)
    peer = Peer(IceServers((turn.server(),), relay_only=True))
    peer.send(camera.make_track())
    await peer.take_answer(await answered(remote, await peer.make_offer()))
    await peer.wait_connected(5)
    turn.process.send_signal(signal.SIGSTOP)
    await peer.close()
    assert not peer.connected
