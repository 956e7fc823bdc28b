"""One remote stream, from asking for it until it is gone: negotiated, watched, negotiated again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop.meeting.reconnect import STREAM_DELAYS_S, delays_s
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import IceServers
from desktop.rtc.incoming import IncomingMedia
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.messages import (
    NOT_THERE,
    AnswerResult,
    OfferResult,
    OnIceCandidate,
    PrepareReceiveVideoFrom,
    ReceiveVideoFrom,
    ReconnectStream,
    UnsubscribeFromVideo,
    read,
)
from desktop.rtc.mixer import Mixer
from desktop.rtc.peer import Peer
from desktop.rtc.signalling import Signalling
from desktop.rtc.state import StreamPhase, StreamState
from desktop.rtc.tasks import finish

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 15.0

WATCH_INTERVAL_S = 1.0
SILENT_LIMIT = 6
"""Looks in a row without anything new from a kind that should flow, before the stream is taken for
lost. Looks and not seconds: a loop that was held up must not look like a dead line. A media server
keeps its connection when the publisher is gone, so the connection's state says nothing."""


OnPhase = Callable[[str, StreamPhase], None]
"""Told that the stream of this id connects, fails, or is tried again."""


class Subscription:
    """Our end of somebody's stream.

    Args:
        signalling: the line to the server.
        connection_id: whose stream it is.
        stream: what it has.
        current: the stream's state of the moment; None when it is gone.
        ice_servers: for the peer connection.
        server_offers: True where the media server makes the offer.
        slot: where its pictures go.
        level: loudness of its sound.
        mixer: where it is heard.
        on_phase: told when it connects, fails, or is tried again.
        wants_pictures: whether anybody looks at them; they are not decoded otherwise.
    """

    def __init__(
        self,
        signalling: Signalling,
        connection_id: str,
        stream: StreamState,
        *,
        current: Callable[[str], StreamState | None],
        ice_servers: IceServers,
        server_offers: bool,
        slot: PictureSlot,
        level: AudioLevel,
        mixer: Mixer,
        on_phase: OnPhase,
        wants_pictures: Callable[[], bool] = lambda: True,
    ) -> None:
        self.connection_id = connection_id
        self._signalling = signalling
        self._stream = stream
        self._current = current
        self._ice_servers = ice_servers
        self._server_offers = server_offers
        self._slot = slot
        self._level = level
        self._mixer = mixer
        self._on_phase = on_phase
        self._wants_pictures = wants_pictures
        self._peer: Peer | None = None
        self._lost: asyncio.Event | None = None
        self._media: IncomingMedia | None = None
        self._offer = ""

    def restart(self) -> None:
        """Negotiate anew: the path in use is known to be dead."""
        if self._lost is not None:
            self._lost.set()

    @property
    def peer(self) -> Peer | None:
        """What it comes over, for the statistics."""
        return self._peer

    @property
    def stream_id(self) -> str:
        """Of the stream that is received."""
        return self._stream.stream_id

    @property
    def frames_received(self) -> int:
        """Pictures and pieces of sound that came over the path in use."""
        media = self._media
        return media.video_frames + media.audio_frames if media is not None else 0

    def renew(self, offer: str) -> None:
        """Receive anew from an offer that the server makes by itself: its media node has gone.

        An attempt to connect that is under way is ended by its own limit first.
        """
        self._offer = offer
        self.restart()

    def add_candidate(self, text: str) -> None:
        """Take a candidate of the server."""
        if self._peer is not None:
            self._peer.add_candidate(text)

    async def run(self) -> None:
        """Receive until cancelled, or until the server says that the stream is gone."""
        try:
            await self._keep_receiving()
        finally:
            self._slot.clear()  # after the last frame that was under way

    async def _keep_receiving(self) -> None:
        stream_id = self._stream.stream_id
        waits = delays_s(STREAM_DELAYS_S)
        while True:
            try:
                if await self._receive():
                    waits = delays_s(STREAM_DELAYS_S)
                self._on_phase(stream_id, StreamPhase.CONNECTING)
            except RtcError as error:
                if error.code is RtcErrorCode.CLOSED or error.wire_code in NOT_THERE:
                    return  # its notification is on the way, or was missed while the line was down
                log.warning("stream %s: %s; trying again", stream_id, error)
                self._on_phase(stream_id, StreamPhase.FAILED)
            if not self._offer:
                await asyncio.sleep(next(waits))
            if not self._offer:  # with an offer the server has subscribed us anew already
                await self._unsubscribe()

    async def _receive(self) -> bool:
        """Negotiate and receive until nothing comes any more; True when something came.

        Raises:
            RtcError: it could not be negotiated.
        """
        lost = self._lost = asyncio.Event()
        playout = self._mixer.add_stream(self._level)
        media = self._media = IncomingMedia(self._slot, playout, self._media_came, self._wants_pictures)
        peer = self._peer = Peer(
            self._ice_servers,
            send_candidate=self._send_candidate,
            sink=media,
            on_sound=media.take_sound,
            on_lost=lost.set,
        )
        try:
            await self._negotiate(peer)
            await peer.wait_connected(CONNECT_LIMIT_S)
            await self._watch(media, lost)
            return media.video_frames + media.audio_frames > 0
        finally:
            self._peer = None
            self._mixer.remove_stream(playout)
            await finish(self._close(media, peer))

    @staticmethod
    async def _close(media: IncomingMedia, peer: Peer) -> None:
        media.close()
        await peer.close()

    async def _negotiate(self, peer: Peer) -> None:
        stream_id = self._stream.stream_id
        if self._offer:
            forced, self._offer = self._offer, ""
            answer = await peer.answer_offer(forced)
            await self._signalling.request(
                ReconnectStream(stream=stream_id, sdp_string=answer, forcibly_reconnect=True)
            )
            return
        if self._server_offers:
            prepared = await self._signalling.request(PrepareReceiveVideoFrom(sender=stream_id))
            offer = read(OfferResult, prepared, what="prepareReceiveVideoFrom")
            answer = await peer.answer_offer(offer.sdp_offer)
            await self._signalling.request(ReceiveVideoFrom(sender=stream_id, sdp_answer=answer))
            return
        # Only the kinds there are: a refused m-line cannot be used.
        if self._stream.has_audio:
            peer.receive("audio")
        if self._stream.has_video:
            peer.receive("video")
        own_offer = await peer.make_offer()
        reply = await self._signalling.request(ReceiveVideoFrom(sender=stream_id, sdp_offer=own_offer))
        await peer.take_answer(read(AnswerResult, reply, what="receiveVideoFrom").sdp_answer)

    async def _send_candidate(self, candidate: str, mid: str) -> None:
        request = OnIceCandidate(endpoint_name=self.connection_id, candidate=candidate, sdp_mid=mid)
        try:
            await self._signalling.request(request)
        except RtcError as error:
            log.debug("stream %s: a candidate was not taken: %s", self._stream.stream_id, error)

    async def _watch(self, media: IncomingMedia, lost: asyncio.Event) -> None:
        """Return when the connection ends or something that should flow does not."""
        seen = {"audio": -1, "video": -1}
        silent = {"audio": 0, "video": 0}
        while True:
            try:
                async with asyncio.timeout(WATCH_INTERVAL_S):
                    await lost.wait()
                return
            except TimeoutError:
                pass  # the connection stands: look what it brings
            state = self._current(self._stream.stream_id)
            counts = {"audio": media.audio_frames, "video": media.video_frames}
            flows = {
                "audio": state is not None and state.has_audio and state.microphone_on,
                "video": state is not None and state.has_video and state.camera_on,
            }
            for kind, count in counts.items():
                silent[kind] = silent[kind] + 1 if flows[kind] and count == seen[kind] else 0
                seen[kind] = count
                if silent[kind] >= SILENT_LIMIT:
                    log.warning("stream %s: no %s any more", self._stream.stream_id, kind)
                    return

    async def _unsubscribe(self) -> None:
        """Give the old subscription up, so that the server accepts a new one."""
        try:
            await self._signalling.request(UnsubscribeFromVideo(sender=self.connection_id))
        except RtcError as error:
            # It may have gone by itself; the new request will tell.
            log.debug("stream %s: %s", self._stream.stream_id, error)

    def _media_came(self) -> None:
        self._on_phase(self._stream.stream_id, StreamPhase.CONNECTED)
