"""Other participants for a bench: `python -m tests.bench.feeders URL SESSION COUNT WIDTH HEIGHT`.

Each joins the session, publishes a prepared clip at 30 pictures a second and a quiet hum, and receives
nobody. Pictures and sound were encoded beforehand, so that as little as possible of the machine goes to
those who are not measured. The local server's secret is the one of the tests.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import sys
import time
from contextlib import AsyncExitStack
from fractions import Fraction

import av
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.codecs.vpx import Vp8Encoder

from desktop.app.media_thread import new_media_loop
from openvidu_local import seams
from openvidu_local.fanout import Fanout
from tests.bench.clips import FRAME_RATE, encoded, talking_head
from tests.bench.soak_report import parent_is_done
from tests.openvidu_local.media_client import peer
from tests.openvidu_local.wire_client import WireClient
from tests.support.openvidu import OpenViduRest

PICTURES = 90
BIT_RATE_BPS = {640 * 480: 700_000, 1280 * 720: 1_500_000}
"""By size: what a video call of that size is given."""
_SOUND_S = 0.02


def payloads_of(frames: list[bytes]) -> list[tuple[bytes, ...]]:
    """RTP payloads of each encoded picture."""
    packer = Vp8Encoder()
    return [tuple(packer._packetize(data, number & 0x7FFF)) for number, data in enumerate(frames)]


def hum(seconds: float = 1.0) -> list[bytes]:
    """A quiet hum as Opus packets of 20 ms."""
    codec = av.AudioCodecContext.create("libopus", "w")
    codec.format, codec.layout, codec.sample_rate, codec.bit_rate = "s16", "stereo", 48_000, 32_000
    packets: list[bytes] = []
    for number in range(int(seconds / _SOUND_S)):
        at = np.arange(960) + number * 960
        tone = (1500 * np.sin(2 * np.pi * 200 * at / 48_000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


class Feeder:
    """One participant that only publishes."""

    def __init__(self, wire: WireClient, pictures: list[tuple[bytes, ...]], sound: list[bytes]) -> None:
        self._wire = wire
        self._pictures, self._sound = pictures, sound
        self._connection: RTCPeerConnection = peer()
        self._tasks: list[asyncio.Task[None]] = []
        self._key_wanted = False

    def _want_key(self) -> None:
        """Somebody came or lost a picture: the clip begins anew, with its key frame."""
        self._key_wanted = True

    async def publish(self, number: int) -> None:
        """Publish; `number` spreads the feeders' pictures over the time of one picture."""
        outlets = {kind: Fanout(kind) for kind in ("audio", "video")}
        for kind, outlet in outlets.items():
            track = outlet.track()
            sender = self._connection.addTransceiver(track, direction="sendonly").sender
            seams.take_over_sending(sender, track)
            if kind == "video":
                sender._send_keyframe = self._want_key  # type: ignore[method-assign]
        seams.gather_on_loopback_when_alone(self._connection)
        await self._connection.setLocalDescription()
        params = {
            "sdpOffer": self._connection.localDescription.sdp,
            "doLoopback": False,
            "hasAudio": True,
            "audioActive": True,
            "hasVideo": True,
            "videoActive": True,
            "typeOfVideo": "CAMERA",
            "frameRate": FRAME_RATE,
        }
        result = await self._wire.call("publishVideo", params)
        await self._connection.setRemoteDescription(RTCSessionDescription(result["sdpAnswer"], "answer"))
        self._tasks = [
            asyncio.create_task(self._film(outlets["video"], number)),
            asyncio.create_task(self._speak(outlets["audio"])),
        ]

    async def _film(self, outlet: Fanout, number: int) -> None:
        start_s = time.monotonic() + number / (7 * FRAME_RATE)
        place = 0
        for count in itertools.count():
            await asyncio.sleep(max(0.0, start_s + count / FRAME_RATE - time.monotonic()))
            if self._key_wanted:
                place, self._key_wanted = 0, False
            timestamp = count * 90_000 // FRAME_RATE & 0xFFFF_FFFF
            outlet.push(self._pictures[place], ssrc=1, timestamp=timestamp, is_key=place == 0)
            place = (place + 1) % len(self._pictures)

    async def _speak(self, outlet: Fanout) -> None:
        start_s = time.monotonic()
        for count, packet in enumerate(itertools.cycle(self._sound)):
            await asyncio.sleep(max(0.0, start_s + count * _SOUND_S - time.monotonic()))
            outlet.push((packet,), ssrc=2, timestamp=count * 960 & 0xFFFF_FFFF, is_key=True)

    async def close(self) -> None:
        """Stop and close."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._connection.close()


async def feed(url: str, session: str, count: int, width_px: int, height_px: int) -> None:
    """Publish until our standard input ends."""
    rate = BIT_RATE_BPS.get(width_px * height_px, 700_000)
    clips = [
        payloads_of(encoded(talking_head(seed, width_px, height_px, PICTURES), rate))
        for seed in range(min(count, 3))
    ]
    sound = hum()
    async with OpenViduRest(url) as rest, AsyncExitStack() as stack:
        await rest.create_session(session)
        for number in range(count):
            wire = await stack.enter_async_context(await WireClient.open(url))
            await wire.join(await rest.token(session, data=json.dumps({"name": f"Feeder {number}"})))
            feeder = Feeder(wire, clips[number % len(clips)], sound)
            stack.push_async_callback(feeder.close)
            await feeder.publish(number)
        sys.stdout.write(json.dumps({"ready": True}) + "\n")
        sys.stdout.flush()
        await parent_is_done()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    with asyncio.Runner(loop_factory=new_media_loop) as runner:
        runner.run(feed(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])))
