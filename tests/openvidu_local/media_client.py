"""Real aiortc peers on top of the wire client: publish, subscribe, and look at what arrives."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.sdp import candidate_from_sdp

from openvidu_local.seams import gather_on_loopback_when_alone
from tests.openvidu_local.wire_client import LIMIT_S, WireClient, until

FRAME_RATE = 15
WIDTH, HEIGHT = 160, 120


def peer() -> RTCPeerConnection:
    """A peer connection as OpenVidu's clients need it."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


class Shade(MediaStreamTrack):
    """A grey picture whose shade is `shade`, at `FRAME_RATE`."""

    kind = "video"

    def __init__(self, shade: int) -> None:
        super().__init__()
        self.shade = shade
        self._count = 0
        self._start_s = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._count += 1
        await asyncio.sleep(max(0.0, self._start_s + self._count / FRAME_RATE - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(
            np.full((HEIGHT * 3 // 2, WIDTH), self.shade, dtype=np.uint8), format="yuv420p"
        )
        frame.pts, frame.time_base = self._count * 90_000 // FRAME_RATE, Fraction(1, 90_000)
        return frame


class Tone(MediaStreamTrack):
    """A 440 Hz tone in 20 ms frames."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._start_s = time.monotonic()

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        self._count += 1
        await asyncio.sleep(max(0.0, self._start_s + self._count / 50 - time.monotonic()))
        places = np.arange(960) + self._count * 960
        samples = (np.sin(places * 2 * np.pi * 440 / 48_000) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._count * 960, Fraction(1, 48_000)
        return frame


class Received:
    """What one subscription delivers.

    Attributes:
        pictures: the last decoded pictures.
        sounds: the last decoded audio frames.
        packets: RTP payloads by kind, in the order of arrival.
    """

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.peer = connection
        self.pictures: deque[av.VideoFrame] = deque(maxlen=200)
        self.sounds: deque[av.AudioFrame] = deque(maxlen=500)
        self.tasks: list[asyncio.Task[None]] = []
        self.made_at_s = time.monotonic()
        self.first_picture_s: float | None = None

    def drain(self, track: MediaStreamTrack) -> None:
        """Read a track to its end."""
        self.tasks.append(asyncio.create_task(self._drain(track)))

    async def _drain(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                self.first_picture_s = self.first_picture_s or time.monotonic() - self.made_at_s
                self.pictures.append(frame)
            elif isinstance(frame, av.AudioFrame):
                self.sounds.append(frame)

    async def picture(self) -> av.VideoFrame:
        """Wait for one picture."""
        await until(lambda: bool(self.pictures), "a picture arrives")
        return self.pictures[-1]

    async def sound(self, count: int) -> None:
        """Wait for `count` audio frames of 20 ms."""
        await until(lambda: len(self.sounds) >= count, "sound arrives")

    async def close(self) -> None:
        """Close the peer and wait for the readers."""
        await self.peer.close()
        await asyncio.wait_for(asyncio.gather(*self.tasks), LIMIT_S)


class MediaClient:
    """One joined client that publishes and subscribes with real peers."""

    def __init__(self, wire: WireClient) -> None:
        self.wire = wire
        self.publisher: RTCPeerConnection | None = None
        self.stream_id = ""
        self.received: dict[str, Received] = {}

    async def publish(
        self,
        *tracks: MediaStreamTrack,
        loopback: bool = False,
        trickle_only: bool = False,
        **members: Any,
    ) -> dict[str, Any]:
        """Publish tracks (a picture and a tone when none are given); returns the result."""
        chosen = tracks or (Tone(), Shade(128))
        self.publisher = connection = peer()
        received = Received(connection)
        connection.on("track", received.drain)
        if loopback:
            self.received["loopback"] = received
        for track in chosen:
            connection.addTransceiver(track, direction="sendrecv" if loopback else "sendonly")
        offer = await self.offer(connection)
        kinds = {track.kind for track in chosen}
        params = {
            "sdpOffer": without_candidates(offer) if trickle_only else offer,
            "doLoopback": loopback,
            "hasAudio": "audio" in kinds,
            "hasVideo": "video" in kinds,
            "audioActive": True,
            "videoActive": True,
            "typeOfVideo": "CAMERA",
            "frameRate": FRAME_RATE,
            "videoDimensions": json.dumps({"width": WIDTH, "height": HEIGHT}, separators=(",", ":")),
            **members,
        }
        result = await self.wire.call("publishVideo", {k: v for k, v in params.items() if v is not None})
        self.stream_id = result["id"]
        await connection.setRemoteDescription(RTCSessionDescription(sdp=result["sdpAnswer"], type="answer"))
        await self.add_candidates(connection, self.wire.connection_id)
        return result

    async def subscribe(self, stream_id: str, kinds: tuple[str, ...] = ("audio", "video")) -> Received:
        """Subscribe in Kurento's way: we offer."""
        connection = peer()
        received = self.received[stream_id] = Received(connection)
        connection.on("track", received.drain)
        for kind in kinds:
            connection.addTransceiver(kind, direction="recvonly")
        result = await self.wire.call(
            "receiveVideoFrom", {"sender": stream_id, "sdpOffer": await self.offer(connection)}
        )
        await connection.setRemoteDescription(RTCSessionDescription(sdp=result["sdpAnswer"], type="answer"))
        await self.add_candidates(connection, stream_id[stream_id.rfind("con_") :])
        return received

    async def subscribe_to_offer(self, stream_id: str) -> Received:
        """Subscribe in mediasoup's way: the server offers."""
        connection = peer()
        received = self.received[stream_id] = Received(connection)
        connection.on("track", received.drain)
        prepared = await self.wire.call("prepareReceiveVideoFrom", {"sender": stream_id, "reconnect": False})
        await connection.setRemoteDescription(RTCSessionDescription(sdp=prepared["sdpOffer"], type="offer"))
        gather_on_loopback_when_alone(connection)
        await connection.setLocalDescription()
        answer = connection.localDescription.sdp
        result = await self.wire.call("receiveVideoFrom", {"sender": stream_id, "sdpAnswer": answer})
        assert set(result) == {"sessionId"}
        return received

    async def offer(self, connection: RTCPeerConnection) -> str:
        """Our offer with every candidate in it."""
        gather_on_loopback_when_alone(connection)
        await connection.setLocalDescription()
        return connection.localDescription.sdp

    async def add_candidates(self, connection: RTCPeerConnection, owner: str) -> None:
        """Give the peer what the server trickled for `owner`'s stream so far."""
        await self.wire.call("ping")  # everything sent with the reply is here now
        for frame in list(self.wire.frames):
            if frame.get("method") == "iceCandidate" and frame["params"]["senderConnectionId"] == owner:
                params = frame["params"]
                candidate = candidate_from_sdp(cast("str", params["candidate"]).removeprefix("candidate:"))
                candidate.sdpMid, candidate.sdpMLineIndex = params["sdpMid"], params["sdpMLineIndex"]
                await connection.addIceCandidate(candidate)

    async def close(self) -> None:
        """Close every peer."""
        for received in self.received.values():
            await received.close()
        if self.publisher is not None:
            await self.publisher.close()


def without_candidates(sdp: str) -> str:
    """The description as a browser sends it, before it gathered anything."""
    dropped = ("a=candidate:", "a=end-of-candidates")
    return "".join(line for line in sdp.splitlines(keepends=True) if not line.startswith(dropped))
