"""One stream's peer connection: offer, answer, candidates, state, end.

Written for Kurento with aiortc, where each of these matters: everything bundled on one transport,
offers keep `actpass`, success is `connectionState` (ICE may read completed while DTLS never ends),
and ICE only fails once it was told that no more candidates follow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamTrack

from desktop.rtc.aiortc_internals import (
    Connecting,
    IceAgent,
    close_relays,
    gather_on_loopback_when_alone,
    negotiated_codec,
    path_answers,
    use_encoder,
)
from desktop.rtc.aiortc_taps import FrameSink, ReceiverTap, SenderTap
from desktop.rtc.arrival import PictureRepair, is_picture
from desktop.rtc.dismantling import close_for_good
from desktop.rtc.encoder import PEOPLE, LeanVp8Encoder, VoiceEncoder
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.gathering import Gathering
from desktop.rtc.ice_servers import IceServers
from desktop.rtc.native_memory import NATIVE_MEMORY
from desktop.rtc.packet_path import PacketPath, Reception
from desktop.rtc.sdp import MAX_CANDIDATES, parse_candidate, sanitise
from desktop.rtc.sending import Sending
from desktop.rtc.sound_inlet import SoundInlet
from desktop.rtc.tasks import OwnedTasks, finish

log = logging.getLogger(__name__)

CANDIDATES_END_S = 15.0
"""Seconds after the descriptions until no more candidates are expected; OpenVidu never says so."""

CLOSE_LIMIT_S = 2.0

RELAY_CLOSE_LIMIT_S = 0.5
"""How long a TURN server may take to give an allocation back; it expires by itself anyway."""

SendCandidate = Callable[[str, str], Awaitable[None]]
"""Sends a candidate of ours, `candidate:…`, and the `mid` of the m-line whose transport it is."""

NO_SERVERS = IceServers()

_CLOSING: set[asyncio.Future[None]] = set()
"""Connections that are being closed; one whose other side is dead may outlive its peer by seconds."""

_POLICIES = {False: RTCIceTransportPolicy.ALL, True: RTCIceTransportPolicy.RELAY}
_END_OF_CANDIDATES = "a=end-of-candidates\r\n"

# What aiortc raises, from its own checks and from those it leaves to Python.
_AIORTC_ERRORS = (
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
    AssertionError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


class Peer:
    """The connection to the media server for one stream, ours or somebody's.

    Args:
        ice_servers: the servers that may be asked, and whether media must be relayed.
        send_candidate: takes each candidate of ours that a server found after the description was
            made, to its end; called once the other side's description is there.
        on_track: told about each remote track; no picture comes out of it when there is a sink.
        sink: takes what pictures are received, decoded.
        on_sound: given the packets of each remote sound, which then do not reach its track.
        on_lost: told once when a connection that stood is gone without our doing.
    """

    def __init__(
        self,
        ice_servers: IceServers = NO_SERVERS,
        *,
        send_candidate: SendCandidate | None = None,
        on_track: Callable[[MediaStreamTrack], None] | None = None,
        sink: FrameSink | None = None,
        on_sound: Callable[[SoundInlet], None] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self._ice_servers = ice_servers
        self._send_candidate = send_candidate
        # Without servers, which aiortc would wait for before it gives out a description.
        self._connection = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[],
                iceTransportPolicy=_POLICIES[ice_servers.relay_only],
                bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            )
        )
        self._connecting = Connecting(self._connection)
        self._on_lost = on_lost
        self._on_sound = on_sound
        self._sink = sink
        self._receptions: dict[RTCRtpReceiver, Reception] = {}
        self._tasks = OwnedTasks()
        self._waiting_candidates: list[str] = []
        self._candidates_taken = 0
        self._described = asyncio.Event()
        self._agent: IceAgent | None = None
        self._gathering: asyncio.Task[None] | None = None
        self._taps: list[SenderTap | ReceiverTap] = []
        self._closed = False
        self._settled = asyncio.Event()
        self._connection.on("connectionstatechange", self._state_changed)
        if on_track is not None:
            self._connection.on("track", on_track)

    @property
    def connected(self) -> bool:
        """ICE and DTLS stand, as far as is known."""
        return self._connection.connectionState == "connected"

    async def answers(self) -> bool:
        """Ask whether the other side is still there; False after 1.5 s of silence."""
        answered = False

        async def ask() -> None:
            nonlocal answered
            answered = await path_answers(self._connection)

        # Owned by the peer: a question that outlived the connection would fail in its sockets.
        if self.connected and (task := self._tasks.start(ask(), name="sign of life")) is not None:
            await asyncio.wait([task])
        return answered

    def send(self, track: MediaStreamTrack) -> None:
        """Add a track to send; before the offer."""
        self._taps.append(SenderTap(self._connection.addTransceiver(track, direction="sendonly").sender))

    def receive(self, kind: str) -> None:
        """Ask for `"audio"` or `"video"`; before the offer."""
        self._take_receiver(self._connection.addTransceiver(kind, direction="recvonly").receiver)

    @property
    def taps(self) -> tuple[SenderTap | ReceiverTap, ...]:
        """Counters of what is sent and received, for the statistics."""
        return tuple(self._taps)

    @property
    def gathering(self) -> bool:
        """A STUN or TURN server is still being asked."""
        return self._gathering is not None and not self._gathering.done()

    @property
    def selected_candidates(self) -> tuple[str, str] | None:
        """Types (`host`, `srflx`, `prflx`, `relay`) of the candidates in use, ours first."""
        return self._agent.selected if self._agent is not None else None

    async def make_offer(self) -> str:
        """Return the offer at once, with our own addresses; what servers find is told afterwards.

        Raises:
            RtcError: `media-failed` when the peer was closed meanwhile, or must be relayed without
                a TURN server.
        """
        return await self._describe("offer")

    async def take_answer(self, text: str) -> None:
        """Apply the server's answer and the candidates that came before it.

        Raises:
            RtcError: `media-failed` when it cannot be used.
        """
        await self._set_remote(text, "answer")
        for transceiver in self._connection.getTransceivers():
            if transceiver.sender.track is not None:
                codec = negotiated_codec(transceiver)
                if codec == "VP8":
                    kind = getattr(transceiver.sender.track, "picture_kind", PEOPLE)
                    self._encode_with(transceiver.sender, LeanVp8Encoder(kind))
                elif codec == "opus":
                    self._encode_with(transceiver.sender, VoiceEncoder())

    @staticmethod
    def _encode_with(sender: RTCRtpSender, encoder: LeanVp8Encoder | VoiceEncoder) -> None:
        use_encoder(sender, encoder)
        Sending(sender, encoder)

    async def answer_offer(self, text: str) -> str:
        """Apply the server's offer and return our answer, at once as `make_offer` does.

        Raises:
            RtcError: `media-failed` when it cannot be used, or as `make_offer`.
        """
        await self._set_remote(text, "offer")
        for transceiver in self._connection.getTransceivers():
            self._take_receiver(transceiver.receiver)
        return await self._describe("answer")

    def add_candidate(self, text: str) -> None:
        """Take a remote candidate; kept until the remote description is there."""
        if self._closed or self._candidates_taken >= MAX_CANDIDATES:
            return
        self._candidates_taken += 1
        self._waiting_candidates.append(text)
        if self._described.is_set():
            self._tasks.start(self._use_candidates(), name="candidates")

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait until media can flow.

        Raises:
            RtcError: `media-failed` when it failed or took too long.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        except TimeoutError:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, "no connection in time") from None
        if not self.connected:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, "the connection failed")

    async def close(self) -> None:
        """End the connection and the tracks given to it. Safe more than once."""
        self._closed = True
        await self._tasks.close()
        await self._connecting.stop()
        relays = self._agent.take_relays() if self._agent is not None else []
        closing = asyncio.ensure_future(self._end())
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)
        # Not cancelled when it takes too long: aiortc would then finish what is finished already.
        done, _ = await asyncio.wait([closing], timeout=CLOSE_LIMIT_S)
        if done:
            closing.result()
        else:
            log.warning("a peer connection did not close in time")
        # After the connection, whose farewell may go through them.
        await close_relays(relays, RELAY_CLOSE_LIMIT_S)
        self._settled.set()
        await NATIVE_MEMORY.give_back()

    async def _end(self) -> None:
        """Close the connection and let go of everything that it kept."""
        await close_for_good(self._connection)
        for tap in self._taps:
            tap.release()
        self._taps.clear()
        self._receptions.clear()
        self._sink = self._on_sound = self._on_lost = self._send_candidate = self._agent = None

    async def _describe(self, kind: str) -> str:
        """Make our description, and start to ask the servers for more candidates."""
        servers = self._ice_servers
        if servers.relay_only and not servers.used:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, "relay only, but the room names no TURN server")
        if not servers.relay_only:
            gather_on_loopback_when_alone(self._connection)
        try:
            # Cancelled in the middle, aioice would forget the sockets it has just opened.
            await finish(self._connection.setLocalDescription())
        except _AIORTC_ERRORS as error:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, f"no {kind}") from error
        text = str(self._connection.localDescription.sdp)
        self._agent = IceAgent(self._connection)
        if not servers.used:
            return text
        self._gathering = self._tasks.start(self._gather(self._agent), name="gathering")
        # aiortc believes that it has gathered everything; the other side must not.
        return text.replace(_END_OF_CANDIDATES, "")

    async def _gather(self, agent: IceAgent) -> None:
        await Gathering(agent, self._ice_servers, self._found).run()
        if not agent.candidates:
            log.warning("no way to the media server: none of the room's TURN servers is of use")
            self._settled.set()

    def _take_receiver(self, receiver: RTCRtpReceiver) -> None:
        """Count what comes, and receive in spite of losses; before the first packet."""
        tap = ReceiverTap(receiver, self._sink)
        self._taps.append(tap)
        if is_picture(receiver):
            repair = PictureRepair(receiver)
            self._receptions[receiver] = Reception(receiver, self._send_back, repair.begin)
            self._tasks.start(repair.run(), name="picture repair")
            return
        self._receptions[receiver] = Reception(receiver, self._send_back)
        if self._on_sound is not None:
            self._on_sound(SoundInlet(receiver, tap))

    def _send_back(self, sending: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(sending, name="feedback")

    def _found(self, text: str) -> None:
        self._tasks.start(self._tell_candidate(text), name="own candidate")

    async def _tell_candidate(self, text: str) -> None:
        """Send a candidate of ours, once the other side has a place for it.

        Before that, a renewed stream's candidate would go to the endpoint it replaces, and that of
        a refused stream to none; and no check of ours can start before the description is there.
        """
        await self._described.wait()
        if self._send_candidate is not None:
            await self._send_candidate(text, str(self._connection.getTransceivers()[0].mid))

    async def _set_remote(self, text: str, kind: str) -> None:
        description = RTCSessionDescription(sdp=sanitise(text), type=kind)
        try:
            await self._connection.setRemoteDescription(description)
        except _AIORTC_ERRORS as error:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, f"the server's {kind} does not fit") from error
        self._described.set()
        await self._use_candidates()
        self._tasks.start(self._end_candidates(), name="end of candidates")

    async def _use_candidates(self) -> None:
        texts, self._waiting_candidates = self._waiting_candidates, []
        for text in texts:
            candidate = parse_candidate(text)
            if candidate is not None:
                await self._connection.addIceCandidate(candidate)

    async def _end_candidates(self) -> None:
        await asyncio.sleep(CANDIDATES_END_S)
        await self._connection.addIceCandidate(None)

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        log.debug("peer is %s", state)
        if state in {"connected", "failed", "closed"}:
            first = not self._settled.is_set()
            if state == "connected" and first:
                self._shorten()
            self._settled.set()
            if state != "connected" and not self._closed and not first and self._on_lost is not None:
                on_lost, self._on_lost = self._on_lost, None
                on_lost()

    def _shorten(self) -> None:
        """From now on packets go straight to their receivers."""
        for transport in {receiver.transport for receiver in self._receptions}:
            PacketPath(transport, self._receptions)
