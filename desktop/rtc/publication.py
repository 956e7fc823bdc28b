"""Our own stream: published, kept alive, and told about when it is muted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop.rtc.camera import Camera
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import IceServers
from desktop.rtc.messages import (
    ChangeStreamProperty,
    OnIceCandidate,
    PublishResult,
    PublishVideo,
    ReconnectStream,
    UnpublishVideo,
    encode_dimensions,
    read,
)
from desktop.rtc.microphone import Microphone
from desktop.rtc.peer import NO_SERVERS, Peer
from desktop.rtc.signalling import Signalling
from desktop.rtc.state import StreamKind
from desktop.rtc.tasks import finish

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 15.0

_TYPES_OF_VIDEO = {StreamKind.CAMERA: "CAMERA", StreamKind.SCREEN: "SCREEN"}


class Publication:
    """The one stream a connection may publish.

    Both kinds are published as long as there is a source for them, open or not: one that is off is
    black or silent, and can be switched on later without negotiating again.

    Args:
        signalling: the line to the server.
        camera: what is seen of us; None publishes no video.
        microphone: what is heard of us; None publishes no audio.
        on_lost: told when the connection that carried it is gone.
        kind: what the pictures are, as the others are told. The size of a screen may change at any
            time, and they are told that as well.
    """

    def __init__(
        self,
        signalling: Signalling,
        camera: Camera | None,
        microphone: Microphone | None,
        on_lost: Callable[[], None],
        kind: StreamKind = StreamKind.CAMERA,
    ) -> None:
        self._signalling = signalling
        self._camera = camera
        self._microphone = microphone
        self._on_lost = on_lost
        self._kind = kind
        self._ice_servers = NO_SERVERS
        self._connection_id = ""
        self._peer: Peer | None = None
        self._stream_id = ""
        self._distrusted = False
        self._unsure = False
        self._told: dict[str, bool] = {}
        self._told_size_px: tuple[int, int] | None = None
        self._replaced: set[str] = set()
        self._telling = asyncio.Lock()

    @property
    def stream_id(self) -> str:
        """The stream's id; "" while nothing is published."""
        return self._stream_id

    @property
    def peer(self) -> Peer | None:
        """What carries it, for the statistics."""
        return self._peer

    @property
    def wanted(self) -> bool:
        """There is something to publish."""
        return self._camera is not None or self._microphone is not None

    @property
    def connected(self) -> bool:
        """Our media flows to the server, as far as is known."""
        return self._peer is not None and self._peer.connected and not self._distrusted

    async def answers(self) -> bool:
        """The media server answers on our media's path; takes up to 1.5 s to say no."""
        return self._peer is not None and self.connected and await self._peer.answers()

    def distrust(self) -> None:
        """Take the connection for lost although it looks sound: its address is gone."""
        self._distrusted = True

    def forget(self) -> None:
        """The server has taken the stream down, and will take a new one."""
        self._stream_id = ""
        self._distrusted = True

    def add_candidate(self, text: str) -> None:
        """Take a candidate of the server."""
        if self._peer is not None:
            self._peer.add_candidate(text)

    async def publish(self, ice_servers: IceServers, connection_id: str) -> None:
        """Publish and wait until media flows.

        Args:
            ice_servers: for the peer connection.
            connection_id: our own, by which the server knows whose candidates they are.

        Raises:
            RtcError: `media-failed`, `not-allowed`, `no-reply` or `closed`.
        """
        self._ice_servers, self._connection_id = ice_servers, connection_id
        peer = await self._new_peer()
        offer = await peer.make_offer()
        active = self._active()
        size_px = self._camera.size_px if self._camera is not None else None
        request = PublishVideo(
            sdp_offer=offer,
            has_audio=self._microphone is not None,
            has_video=self._camera is not None,
            audio_active=active.get("audioActive", False),
            video_active=active.get("videoActive", False),
            type_of_video=_TYPES_OF_VIDEO[self._kind] if size_px else None,
            frame_rate=self._camera.frame_rate if self._camera is not None else None,
            video_dimensions=encode_dimensions(*size_px) if size_px else None,
        )
        self._unsure = True
        result = read(PublishResult, await self._signalling.request(request), what=request.method)
        self._unsure = False
        self._told, self._told_size_px = active, size_px
        await self._connect(peer, result)

    async def renew(self) -> None:
        """Carry the stream over a new connection: under its old id, or failing that as a new one.

        Raises:
            RtcError: as `publish`.
        """
        if not self._stream_id:
            if self._unsure:  # the reply was lost with the line: a second stream would be refused
                await self._unpublish()
            await self.publish(self._ice_servers, self._connection_id)
            return
        peer = await self._new_peer()
        request = ReconnectStream(stream=self._stream_id, sdp_string=await peer.make_offer())
        try:
            reply = await self._signalling.request(request)
            await self._connect(peer, read(PublishResult, reply, what=request.method))
        except RtcError as error:
            if error.code is RtcErrorCode.CLOSED:
                raise
            log.warning("own stream: %s; publishing anew", error)
            await self._unpublish()
            await self.publish(self._ice_servers, self._connection_id)

    async def tell(self) -> None:
        """Tell the others what is on and off, and a screen's new size, as far as they do not know.

        Raises:
            RtcError: it could not be told.
        """
        async with self._telling:
            await self._tell_replaced()
            await self._tell_size()
            for name, on in self._active().items():
                if not self._stream_id or self._told.get(name) is on:
                    continue
                reason = "publishVideo" if name == "videoActive" else "publishAudio"
                await self._signalling.request(
                    ChangeStreamProperty(
                        stream_id=self._stream_id, property=name, new_value=on, reason=reason
                    )
                )
                self._told[name] = on

    def replaced(self, kind: str) -> None:
        """Remember to tell the others that a track is another one now, and its size with it.

        Args:
            kind: `audio` or `video`.
        """
        self._replaced.add(kind)

    async def _tell_replaced(self) -> None:
        """As openvidu-browser 2.32 does after `replaceTrack`: the track's label, then its size.

        The label names the kind and not the device, whose name is nobody's business.
        """
        while self._stream_id and self._replaced:
            kind = min(self._replaced)
            changes: list[tuple[str, str | dict[str, str]]] = [(f"{kind}Track", {"label": kind})]
            if kind == "video" and self._camera is not None:
                changes.append(("videoDimensions", encode_dimensions(*self._camera.size_px)))
                self._told_size_px = self._camera.size_px
            for name, value in changes:
                await self._signalling.request(
                    ChangeStreamProperty(
                        stream_id=self._stream_id, property=name, new_value=value, reason="trackReplaced"
                    )
                )
            self._replaced.discard(kind)

    async def _tell_size(self) -> None:
        size_px = self._camera.size_px if self._camera is not None else None
        if (
            not self._stream_id
            or self._kind is not StreamKind.SCREEN
            or size_px in {None, self._told_size_px}
        ):
            return
        assert size_px is not None
        await self._signalling.request(
            ChangeStreamProperty(
                stream_id=self._stream_id,
                property="videoDimensions",
                new_value=encode_dimensions(*size_px),
                reason="screenResized",
            )
        )
        self._told_size_px = size_px

    async def withdraw(self) -> None:
        """End our side of a stream that the server has taken down."""
        self._stream_id = ""
        await self.close()

    async def close(self) -> None:
        """Close the connection; the devices are somebody else's. Safe more than once."""
        peer, self._peer = self._peer, None
        if peer is not None:
            await finish(peer.close())

    def _active(self) -> dict[str, bool]:
        """What is on, by the wire's name of the property."""
        active = {}
        if self._microphone is not None:
            active["audioActive"] = self._microphone.on
        if self._camera is not None:
            active["videoActive"] = self._camera.on
        return active

    async def _new_peer(self) -> Peer:
        await self.close()
        self._distrusted = False
        peer = self._peer = Peer(
            self._ice_servers, send_candidate=self._send_candidate, on_lost=self._on_lost
        )
        if self._microphone is not None:
            peer.send(self._microphone.make_track())
        if self._camera is not None:
            peer.send(self._camera.make_track())
        return peer

    async def _send_candidate(self, candidate: str, mid: str) -> None:
        request = OnIceCandidate(endpoint_name=self._connection_id, candidate=candidate, sdp_mid=mid)
        try:
            await self._signalling.request(request)
        except RtcError as error:
            log.debug("own stream: a candidate was not taken: %s", error)  # another may do

    async def _connect(self, peer: Peer, result: PublishResult) -> None:
        self._stream_id = result.id
        await peer.take_answer(result.sdp_answer)
        await peer.wait_connected(CONNECT_LIMIT_S)

    async def _unpublish(self) -> None:
        self._stream_id = ""
        try:
            await self._signalling.request(UnpublishVideo())
        except RtcError as error:
            log.debug("own stream: %s", error)  # it may be gone already; publishing will tell
