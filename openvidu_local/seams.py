"""The one file that reaches into aiortc and aioice, and what it does there.

aiortc offers no way to receive *encoded* frames, to send packets without a task and two coroutines
for each, to bound its REMB, to ask a publisher for a key frame, to hear a subscriber's request for one
or its REMB, to name the candidates in use, to gather on a machine that only has a loopback interface,
or to end what it started towards a peer that went away before it was connected. Each function here
changes one *instance* that this server owns. No class or module is patched, so other users of aiortc in
the same process are not concerned. Every private name is looked for before it is replaced: a version of
aiortc that dropped one fails loudly, at the first publication.
"""

# Private members are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from aioice import Candidate
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs import is_rtx
from aiortc.rate import RemoteBitrateEstimator
from aiortc.rtcdtlstransport import State
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    HeaderExtensions,
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtpPacket,
    unpack_remb_fci,
)

from openvidu_local.fanout import RelayTrack
from openvidu_local.options import Bandwidth
from openvidu_local.outlet import RtpForm, RtpOutlet
from openvidu_local.rates import SlidingRate

log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"
_CONNECT = "_RTCPeerConnection__connect"
_UNSENT_LIMIT_BYTES = 256_000
"""What may wait for a full socket: the largest pictures, not seconds of them."""
_MAX_SEND_TIME = 0xFF_FFFF
_RTP_STARTED, _RTP_EXITED, _EXTENSIONS, _MID, _RTX_PAYLOAD_TYPE, *_ = _SENDER_MEMBERS = tuple(
    f"_RTCRtpSender__{name}"
    for name in (
        "rtp_started",
        "rtp_exited",
        "rtp_header_extensions_map",
        "mid",
        "rtx_payload_type",
        "ntp_timestamp",
        "rtp_timestamp",
        "packet_count",
        "octet_count",
    )
)


class FrameTap(Protocol):
    """What takes the place of a receiver's jitter buffer."""

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take one packet.

        Returns:
            Whether a picture was lost, so that the receiver asks for a key frame; and no frame:
            aiortc's own decoder never gets one.
        """


def tap_receiver(receiver: RTCRtpReceiver, tap: FrameTap) -> None:
    """Give `receiver` a buffer that hands encoded frames to us and none to its decoder.

    Everything else of the receiver goes on: SRTP, NACK, RTX, receiver reports and REMB. Its decoder
    thread starts, waits, and ends with the receiver.
    """
    _replace(receiver, _JITTER_BUFFER, tap)


def bound_estimate(
    receiver: RTCRtpReceiver, bandwidth: Bandwidth, ceiling_bps: Callable[[], int | None]
) -> None:
    """Keep what a video receiver announces in REMB below the ceiling, and within `bandwidth` first of all.

    Args:
        receiver: of the publisher's video.
        bandwidth: the bounds that always hold.
        ceiling_bps: what the slowest subscriber can take, None while nobody has said.
    """
    _replace(receiver, _ESTIMATOR, _BoundedEstimator(bandwidth, ceiling_bps))


async def ask_for_key_frame(receiver: RTCRtpReceiver, ssrc: int) -> None:
    """Send the publisher one picture loss indication (RFC 4585 §6.3.1)."""
    await receiver._send_rtcp_pli(ssrc)


def hear_key_frame_requests(sender: RTCRtpSender, asked: Callable[[], None]) -> None:
    """Call `asked` whenever the subscriber sends PLI or FIR, instead of aiortc's encoder."""
    _replace(sender, "_send_keyframe", asked)


def hear_estimates(sender: RTCRtpSender, heard: Callable[[int], None]) -> None:
    """Call `heard` with the bits per second of every REMB of the subscriber."""
    handle = sender._handle_rtcp_packet

    async def listen(packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                bitrate_bps, ssrcs = unpack_remb_fci(packet.fci)
            except ValueError:
                log.debug("application feedback of a subscriber is no REMB")
            else:
                if sender._ssrc in ssrcs:
                    heard(bitrate_bps)
        await handle(packet)

    _replace(sender, "_handle_rtcp_packet", listen)


def take_over_sending(sender: RTCRtpSender, track: RelayTrack) -> None:
    """Let an outlet write what `track` gets, in place of the sender's own task, encoder and history.

    Its RTCP goes on: sender reports, and what the subscriber says about loss.
    """
    outlet = RtpOutlet(track)

    async def run(codec: RTCRtpCodecParameters) -> None:
        getattr(sender, _RTP_STARTED).set()
        try:
            outlet.open(_rtp_form(sender, codec), SenderLink(sender))
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass  # by `RTCRtpSender.stop`, which waits for the event below and not for this task
        finally:
            outlet.close()
            sender.replaceTrack(None)
            getattr(sender, _RTP_EXITED).set()

    async def repeat(number: int) -> None:
        outlet.repeat(number)

    for name in _SENDER_MEMBERS:
        _need(sender, name)
    _replace(sender, "_run_rtp", run)
    _replace(sender, "_retransmit", repeat)


class _Socket(Protocol):
    """What asyncio's and uvloop's datagram transports have in common, beyond what typeshed knows."""

    def is_closing(self) -> bool: ...

    def get_write_buffer_size(self) -> int: ...

    def sendto(self, data: bytes, address: tuple[str, int]) -> None: ...


class SenderLink:
    """The way to one subscriber; see `openvidu_local.outlet.Link`."""

    def __init__(self, sender: RTCRtpSender) -> None:
        self._sender: Any = sender
        self._dtls = sender.transport
        self._ice = sender.transport.transport.iceGatherer._connection

    def write(self, packets: list[bytes]) -> bool:
        """Protect and send RTP packets, straight to the socket of the nominated pair."""
        pair = self._ice._nominated.get(1)
        if pair is None or self._dtls._state is not State.CONNECTED:
            raise ConnectionError("the subscriber is not connected")
        transport, address = cast("_Socket", pair.protocol.transport), pair.remote_addr
        if transport.is_closing():
            raise ConnectionError("the socket is closed")  # and asyncio's fails when it is used
        if transport.get_write_buffer_size() > _UNSENT_LIMIT_BYTES:
            return False
        protect = self._dtls._tx_srtp.protect
        for packet in packets:
            transport.sendto(protect(packet), address)
        return True

    def report(self, *, ntp: int, timestamp: int, packets: int, octets: int) -> None:
        """Fill in what aiortc's sender reports say."""
        sender = self._sender
        sender._RTCRtpSender__ntp_timestamp = ntp
        sender._RTCRtpSender__rtp_timestamp = timestamp
        sender._RTCRtpSender__packet_count += packets
        sender._RTCRtpSender__octet_count += octets


def primary_codec(transceiver: RTCRtpTransceiver) -> str:
    """Encoding name of the codec that was negotiated first."""
    return next(codec.name for codec in transceiver._codecs if not is_rtx(codec))


def gather_on_loopback_when_alone(peer: RTCPeerConnection) -> None:
    """Let `peer` gather on 127.0.0.1 when the machine has no other address.

    aioice leaves loopback out; on an isolated machine it would gather nothing and never connect.
    """
    for transceiver in peer.getTransceivers():
        connection = transceiver.receiver.transport.transport.iceGatherer._connection
        _replace(connection, "get_component_candidates", _somewhere(connection.get_component_candidates))


def selected_candidates(peer: RTCPeerConnection) -> tuple[str | None, str | None]:
    """Our candidate and the other side's in the nominated pair, as SDP text; None before there is one."""
    for transceiver in peer.getTransceivers():
        pair = transceiver.receiver.transport.transport.iceGatherer._connection._nominated.get(1)
        if pair is not None:
            return pair.local_candidate.to_sdp(), pair.remote_candidate.to_sdp()
    return None, None


class ConnectTasks:
    """The tasks in which one peer connection goes through ICE and DTLS, so that they can be ended.

    aiortc starts them when a description is set and keeps no reference. One that is still running
    when the connection is closed fails, and nobody is there to hear it.
    """

    def __init__(self, peer: RTCPeerConnection) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        connect = cast("Callable[[], Awaitable[None]]", getattr(peer, _CONNECT, None))

        async def run() -> None:
            task = cast("asyncio.Task[Any]", asyncio.current_task())
            self._running.add(task)
            try:
                await connect()
            finally:
                self._running.discard(task)

        _replace(peer, _CONNECT, run)

    async def end(self) -> None:
        """Cancel what is under way and wait for it; the peer connection is to be closed right after."""
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


def _rtp_form(sender: RTCRtpSender, codec: RTCRtpCodecParameters) -> RtpForm:
    """What was negotiated for a sender that is about to start."""
    extensions_map = cast("HeaderExtensionsMap", getattr(sender, _EXTENSIONS))
    mid = getattr(sender, _MID)
    # abs-send-time stands where two packets of different times differ.
    profile, early = extensions_map.set(HeaderExtensions(mid=mid, abs_send_time=0))
    _, late = extensions_map.set(HeaderExtensions(mid=mid, abs_send_time=_MAX_SEND_TIME))
    stamp_at = next((at for at, pair in enumerate(zip(early, late, strict=True)) if pair[0] != pair[1]), None)
    head = profile.to_bytes(2, "big") + (len(early) // 4).to_bytes(2, "big")
    return RtpForm(
        ssrc=sender._ssrc,
        payload_type=cast("int", codec.payloadType),
        rtx_ssrc=sender._rtx_ssrc,
        rtx_payload_type=getattr(sender, _RTX_PAYLOAD_TYPE),
        extensions=head + early if early else b"",
        send_time_at=None if stamp_at is None else stamp_at + len(head),
    )


def _somewhere(
    gather: Callable[..., Awaitable[list[Candidate]]],
) -> Callable[..., Awaitable[list[Candidate]]]:
    async def gather_somewhere(component: int, addresses: list[str]) -> list[Candidate]:
        return await gather(component=component, addresses=addresses or [_LOOPBACK])

    return gather_somewhere


class _BoundedEstimator(RemoteBitrateEstimator):
    def __init__(self, bandwidth: Bandwidth, ceiling_bps: Callable[[], int | None]) -> None:
        super().__init__()
        _replace(self, "incoming_bitrate", SlidingRate())
        self._bandwidth = bandwidth
        self._ceiling_bps = ceiling_bps

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        estimate = super().add(arrival_time_ms, abs_send_time, payload_size, ssrc)
        if estimate is None:
            return None
        bitrate_bps, ssrcs = estimate
        ceiling_bps = self._ceiling_bps()
        if ceiling_bps is not None:
            bitrate_bps = min(bitrate_bps, ceiling_bps)
        return min(max(bitrate_bps, self._bandwidth.min_bps), self._bandwidth.max_bps), ssrcs


def _need(owner: object, name: str) -> None:
    if not hasattr(owner, name):
        message = f"{type(owner).__name__} has no {name}: this version of aiortc is not supported"
        raise RuntimeError(message)


def _replace(owner: object, name: str, value: object) -> None:
    _need(owner, name)
    setattr(owner, name, value)
