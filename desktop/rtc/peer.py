"""One stream's peer connection: offer, answer, candidates, state, end.

Written for Kurento with aiortc, where each of these matters: everything bundled on one transport,
offers keep `actpass`, success is `connectionState` (ICE may read completed while DTLS never ends),
and ICE only fails once it was told that no more candidates follow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamTrack

from desktop.rtc.aiortc_internals import (
    Connecting,
    gather_on_loopback_when_alone,
    negotiated_codec,
    use_encoder,
)
from desktop.rtc.encoder import LeanVp8Encoder
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.sdp import parse_candidate, sanitise
from desktop.rtc.tasks import OwnedTasks, finish

log = logging.getLogger(__name__)

CANDIDATES_END_S = 15.0
"""Seconds after the descriptions until no more candidates are expected; OpenVidu never says so."""

CLOSE_LIMIT_S = 2.0

MAX_WAITING_CANDIDATES = 200
"""A real server sends about 40 for a connection."""

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
        ice_servers: at most one STUN and one TURN server; empty contacts none.
        on_track: told about each remote track.
        on_lost: told once when a connection that stood is gone without our doing.
    """

    def __init__(
        self,
        ice_servers: Sequence[RTCIceServer] = (),
        *,
        on_track: Callable[[MediaStreamTrack], None] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self._connection = RTCPeerConnection(
            RTCConfiguration(iceServers=list(ice_servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self._connecting = Connecting(self._connection)
        self._on_lost = on_lost
        self._tasks = OwnedTasks()
        self._waiting_candidates: list[str] = []
        self._described = False
        self._closed = False
        self._settled = asyncio.Event()
        self._connection.on("connectionstatechange", self._state_changed)
        if on_track is not None:
            self._connection.on("track", on_track)

    @property
    def connected(self) -> bool:
        """ICE and DTLS stand, as far as is known."""
        return self._connection.connectionState == "connected"

    def send(self, track: MediaStreamTrack) -> None:
        """Add a track to send; before the offer."""
        self._connection.addTransceiver(track, direction="sendonly")

    def receive(self, kind: str) -> None:
        """Ask for `"audio"` or `"video"`; before the offer."""
        self._connection.addTransceiver(kind, direction="recvonly")

    async def make_offer(self) -> str:
        """Gather candidates and return the offer, with all of them in it.

        Takes up to 5 s when a STUN or TURN server does not answer.

        Raises:
            RtcError: `media-failed` when the peer was closed meanwhile.
        """
        gather_on_loopback_when_alone(self._connection)
        try:
            # Cancelled in the middle, aioice would forget the sockets it has just opened.
            await finish(self._connection.setLocalDescription())
        except _AIORTC_ERRORS as error:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, "no offer") from error
        return str(self._connection.localDescription.sdp)

    async def take_answer(self, text: str) -> None:
        """Apply the server's answer and the candidates that came before it.

        Raises:
            RtcError: `media-failed` when it cannot be used.
        """
        await self._set_remote(text, "answer")
        for transceiver in self._connection.getTransceivers():
            if transceiver.sender.track is not None and negotiated_codec(transceiver) == "VP8":
                use_encoder(transceiver.sender, LeanVp8Encoder())

    async def answer_offer(self, text: str) -> str:
        """Apply the server's offer and return our answer.

        Raises:
            RtcError: `media-failed` when it cannot be used.
        """
        await self._set_remote(text, "offer")
        gather_on_loopback_when_alone(self._connection)
        try:
            # Cancelled in the middle, aioice would forget the sockets it has just opened.
            await finish(self._connection.setLocalDescription())
        except _AIORTC_ERRORS as error:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, "no answer") from error
        return str(self._connection.localDescription.sdp)

    def add_candidate(self, text: str) -> None:
        """Take a remote candidate; kept until the remote description is there."""
        if self._closed or len(self._waiting_candidates) >= MAX_WAITING_CANDIDATES:
            return
        self._waiting_candidates.append(text)
        if self._described:
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
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self._connection.close()
        except TimeoutError:
            # aiortc waits for ever when its own closing was cancelled, as by the end of the loop.
            log.warning("a peer connection did not close in time")
        self._settled.set()

    async def _set_remote(self, text: str, kind: str) -> None:
        description = RTCSessionDescription(sdp=sanitise(text), type=kind)
        try:
            await self._connection.setRemoteDescription(description)
        except _AIORTC_ERRORS as error:
            raise RtcError(RtcErrorCode.MEDIA_FAILED, f"the server's {kind} does not fit") from error
        self._described = True
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
            self._settled.set()
            if state != "connected" and not self._closed and not first and self._on_lost is not None:
                on_lost, self._on_lost = self._on_lost, None
                on_lost()
