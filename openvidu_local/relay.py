"""The media side: one peer connection per publisher and per subscriber, nothing transcoded.

`StreamMedia` is what a publisher's endpoint fills and subscribers' endpoints empty; it belongs to
the stream, so that either side can be replaced while the other goes on. `Relay` makes endpoints,
knows which are open, and closes them in the background: signalling never waits for a socket to
close.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.sdp import SessionDescription, candidate_from_sdp

from openvidu_local import sdp, seams
from openvidu_local.errors import Code, RpcError
from openvidu_local.fanout import Fanout, RelayTrack
from openvidu_local.faults import Faults
from openvidu_local.heap import Trim
from openvidu_local.options import Bandwidth, Mode
from openvidu_local.taps import tap_for

log = logging.getLogger(__name__)

MAX_CANDIDATES = 200
"""An endpoint takes no more of a client; a machine with many addresses and TURN servers has some fifty."""
MAX_CANDIDATE_CHARS = 1000
"""A longer candidate is none."""

_KINDS = ("audio", "video")
_CANDIDATE = "candidate:"
# What aiortc's SDP reader raises on descriptions that are none.
_UNREADABLE = (ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ICE candidate for one m-line.

    Attributes:
        text: with the `candidate:` prefix.
        mid: of the m-line.
        index: of the m-line.
    """

    text: str
    mid: str
    index: int


class StreamMedia:
    """What a stream carries: one `Fanout` for each kind, silent when the kind is not published."""

    def __init__(self, faults: Faults) -> None:
        self.fanouts = {kind: Fanout(kind) for kind in _KINDS}
        for fanout in self.fanouts.values():
            fanout.stalled = lambda: faults.has("stall-media")

    def rule(self, rule: sdp.CodecRule) -> sdp.CodecRule:
        """`rule` narrowed to what the publisher sends: a relay cannot translate codecs."""
        audio, video = self.fanouts["audio"].codec, self.fanouts["video"].codec
        others = tuple(name for name in rule.audio if name != audio)
        return replace(
            rule,
            audio=(audio, *others) if audio else rule.audio,
            video=(video,) if video else rule.video,
        )


class Endpoint:
    """One peer connection of the server.

    Attributes:
        candidates: to be trickled to the client, once the answer is made.
        early_candidates: of the client, kept until its SDP is there.
        received_candidates: of the client, as they came; a bounded number.
    """

    def __init__(self, relay: Relay, media: StreamMedia) -> None:
        self.candidates: list[Candidate] = []
        self.early_candidates: list[str] = []
        self.received_candidates: list[str] = []
        self._relay = relay
        self._media = media
        self._peer = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connecting = seams.ConnectTasks(self._peer)
        self._closing = False
        # aioice leaks the sockets of a gathering that is closed half-way: closing waits for its end.
        self._busy = asyncio.Lock()
        self._described = False
        self._peer.on("connectionstatechange", self._log_state)

    @property
    def state(self) -> str:
        """The peer connection's `connectionState`."""
        return self._peer.connectionState

    @property
    def local_sdp(self) -> str:
        """Our description; empty before there is one."""
        return self._peer.localDescription.sdp if self._peer.localDescription else ""

    @property
    def remote_sdp(self) -> str:
        """The client's description, as it is used; empty before there is one."""
        return self._peer.remoteDescription.sdp if self._peer.remoteDescription else ""

    @property
    def selected_candidates(self) -> tuple[str | None, str | None]:
        """Our candidate and the client's that are in use; None before the connection is made."""
        return seams.selected_candidates(self._peer)

    async def add_candidate(self, text: str) -> None:
        """Take a candidate of the client; all m-lines share one transport, so its m-line is moot.

        Empty and unreadable candidates are passed over, as Kurento does, and those of a flood, too.
        """
        taken = self.received_candidates if self._described else self.early_candidates
        if self._closing or len(text) > MAX_CANDIDATE_CHARS or len(taken) >= MAX_CANDIDATES:
            return
        taken.append(text)
        text = text.removeprefix(_CANDIDATE)
        if not text or not self._described:
            return
        try:
            candidate = candidate_from_sdp(text)
        except (ValueError, AssertionError, IndexError):
            log.warning("a candidate of a client is unreadable")
            return
        transceivers = self._peer.getTransceivers()
        candidate.sdpMid = transceivers[0].mid if transceivers else "0"
        candidate.sdpMLineIndex = 0
        await self._peer.addIceCandidate(candidate)

    async def close(self) -> None:
        """Close the peer connection and release everything; twice is once."""
        self._closing = True
        async with self._busy:
            await self._connecting.end()
            await self._peer.close()

    async def _take(self, description: str, kind: str) -> None:
        """Set the remote description.

        Raises:
            RpcError: 302 when it is unreadable or nothing in it fits, 303 when we are closing.
        """
        try:
            SessionDescription.parse(description)
        except _UNREADABLE as error:
            raise RpcError(Code.MEDIA_SDP, "The SDP cannot be read.") from error
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(sdp=description, type=kind))
        except InvalidStateError as error:
            raise RpcError(Code.MEDIA_ENDPOINT, "The endpoint is closing or has an SDP already.") from error
        except (ValueError, AttributeError, OperationError) as error:
            # AttributeError: an m-line without ICE or DTLS attributes.
            raise RpcError(Code.MEDIA_SDP, "The SDP cannot be used.") from error
        self._described = True
        early, self.early_candidates = self.early_candidates, []
        for text in early:
            await self.add_candidate(text)

    async def _describe(self) -> str:
        """Make our own description, with every candidate gathered."""
        seams.gather_on_loopback_when_alone(self._peer)
        await self._peer.setLocalDescription()
        return self._peer.localDescription.sdp

    @asynccontextmanager
    async def _negotiation(self) -> AsyncIterator[None]:
        """One exchange of SDP, which closing waits for; the switch `delay-answer` lengthens it.

        Raises:
            RpcError: 303 when the endpoint is closing, before or afterwards.
        """
        async with self._busy:
            self._still_open()
            yield
        await asyncio.sleep(self._relay.faults.answer_delay_s)
        self._still_open()

    def _still_open(self) -> None:
        if self._closing:
            raise RpcError(Code.MEDIA_ENDPOINT, "The endpoint is closing.")

    def _dress(self, answer: str) -> str:
        """Give an answer the form of the imitated media server, and fill `candidates`."""
        faults = self._relay.faults
        if self._relay.mode is Mode.KURENTO:
            if not faults.has("no-candidates"):
                self.candidates = _trickled(sdp.Sdp.parse(answer))
            answer = sdp.like_kurento(answer)
        if faults.has("bandwidth-line"):
            answer = sdp.with_bandwidth_line(answer, self._relay.bandwidth.max_bps // 1000)
        if faults.has("reject-video"):
            answer = sdp.with_refused_video(answer)
        return answer

    def _log_state(self) -> None:
        log.debug("%s is %s", type(self).__name__, self._peer.connectionState)


class PublisherEndpoint(Endpoint):
    """Receives what one client publishes and pushes it into the stream's fan-outs."""

    async def answer(self, offer: str, rule: sdp.CodecRule, *, loopback: bool = False) -> str:
        """Answer the client's offer.

        Args:
            offer: its SDP.
            rule: the codecs it may use.
            loopback: send its own media back on the same connection.

        Raises:
            RpcError: 302, 303 or 800.
        """
        async with self._negotiation():
            await self._take(str(sdp.reduce_offer(offer, rule)), "offer")
            unused = dict(self._media.fanouts)
            for transceiver in self._peer.getTransceivers():
                fanout = unused.pop(transceiver.kind, None) or Fanout(transceiver.kind)
                receiver = transceiver.receiver
                fanout.codec = seams.primary_codec(transceiver)
                seams.tap_receiver(receiver, tap_for(fanout))
                if fanout.kind == "video":
                    seams.bound_estimate(receiver, self._relay.bandwidth, self._ceiling(fanout))
                    self._serve_key_frames(fanout, receiver)
                if loopback:
                    track = fanout.track()
                    seams.take_over_sending(self._peer.addTrack(track), track)
            description = await self._describe()
        return self._dress(description)

    @staticmethod
    def _ceiling(fanout: Fanout) -> Callable[[], int | None]:
        return lambda: fanout.ceiling_bps

    def _serve_key_frames(self, fanout: Fanout, receiver: RTCRtpReceiver) -> None:
        def ask(ssrc: int) -> None:
            if not self._closing:
                self._relay.start(seams.ask_for_key_frame(receiver, ssrc))

        fanout.on_key_frame_wanted = ask


class SubscriberEndpoint(Endpoint):
    """Sends one stream to one client."""

    async def answer(self, offer: str, rule: sdp.CodecRule) -> str:
        """Answer the client's offer (Kurento's way).

        Kinds that are asked for and not published connect and stay silent.

        Raises:
            RpcError: 302, 303 or 800.
        """
        async with self._negotiation():
            await self._take(str(sdp.reduce_offer(offer, self._media.rule(rule))), "offer")
            for transceiver in self._peer.getTransceivers():
                # A client that offers to send here is not listened to, and not decoded either.
                seams.tap_receiver(transceiver.receiver, tap_for(Fanout(transceiver.kind)))
                track = self._media.fanouts[transceiver.kind].track()
                self._send(self._peer.addTrack(track), track)
            description = await self._describe()
        return self._dress(description)

    async def offer(self, rule: sdp.CodecRule, kinds: tuple[str, ...]) -> str:
        """Make the offer (mediasoup's way); `accept` takes the client's answer.

        Raises:
            RpcError: 303 when the endpoint is closing.
        """
        narrowed = self._media.rule(rule)
        async with self._negotiation():
            for kind in kinds:
                track = self._media.fanouts[kind].track()
                transceiver = self._peer.addTransceiver(track, direction="sendonly")
                names = narrowed.audio if kind == "audio" else narrowed.video
                transceiver.setCodecPreferences(_preferences(kind, names))
                self._send(transceiver.sender, track)
            return await self._describe()

    async def accept(self, answer: str) -> None:
        """Take the client's answer to `offer`.

        Raises:
            RpcError: 302 or 303.
        """
        async with self._negotiation():
            await self._take(sdp.with_trickled_end(answer), "answer")

    def _send(self, sender: RTCRtpSender, track: RelayTrack) -> None:
        def asked() -> None:
            if not self._relay.faults.has("no-subscriber-pli"):
                track.request_key_frame()

        def estimated(bitrate_bps: int) -> None:
            track.allowed_bps = bitrate_bps

        seams.take_over_sending(sender, track)
        seams.hear_key_frame_requests(sender, asked)
        seams.hear_estimates(sender, estimated)


class Relay:
    """Makes the endpoints of one server and sees to their end.

    Attributes:
        mode: the imitated media server.
        faults: the switches.
        bandwidth: REMB bounds.
    """

    def __init__(self, mode: Mode, faults: Faults, bandwidth: Bandwidth) -> None:
        self.mode = mode
        self.faults = faults
        self.bandwidth = bandwidth
        self._open: set[Endpoint] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._trim = Trim()

    @property
    def open_count(self) -> int:
        """How many endpoints are not fully closed yet."""
        return len(self._open)

    def publisher(self, media: StreamMedia) -> PublisherEndpoint:
        """A new endpoint that fills `media`."""
        endpoint = PublisherEndpoint(self, media)
        self._open.add(endpoint)
        return endpoint

    def subscriber(self, media: StreamMedia) -> SubscriberEndpoint:
        """A new endpoint that empties `media`."""
        endpoint = SubscriberEndpoint(self, media)
        self._open.add(endpoint)
        return endpoint

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` in the background; its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def close_later(self, endpoint: Endpoint | None) -> None:
        """Close an endpoint in the background; None is allowed."""
        if endpoint is not None:
            self.start(self._close(endpoint))

    async def close(self) -> None:
        """Close every endpoint and wait for all background work."""
        for endpoint in list(self._open):
            self.close_later(endpoint)
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _close(self, endpoint: Endpoint) -> None:
        await endpoint.close()
        self._open.discard(endpoint)
        await self._trim.give_back()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed", exc_info=error)


def _preferences(kind: str, names: tuple[str, ...]) -> list[RTCRtpCodecCapability]:
    """What aiortc can do for some codecs, best first, with retransmission."""
    capabilities = RTCRtpSender.getCapabilities(kind).codecs
    return [
        capability
        for name in (*names, "rtx")
        for capability in capabilities
        if capability.name.lower() == name.lower()
    ]


def _trickled(answer: sdp.Sdp) -> list[Candidate]:
    """Every gathered candidate for every m-line, each preceded by a TCP one, in Kurento's manner."""
    first = answer.sections[0] if answer.sections else sdp.Section(["m=none"])
    texts = [line.removeprefix("a=") for line in first.lines if line.startswith("a=candidate:")]
    addresses = dict.fromkeys(text.split()[4] for text in texts)
    tcp = [
        f"{_CANDIDATE}{number} 1 TCP 1015021823 {address} 9 typ host tcptype active"
        for number, address in enumerate(addresses, start=100)
    ]
    return [
        Candidate(text=text, mid=section.mid, index=index)
        for index, section in enumerate(answer.sections)
        for text in (*tcp, *texts)
    ]
