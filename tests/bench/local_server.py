"""How many participants of 320×240 at 15 pictures a second the local server serves until the first late one.

Everybody publishes and receives everybody else. The server is a process of its own, as users start it; all
participants share a second one. They send prepared pictures of a usual size that carry the time they were
made at, and look at that time when the picture comes out of the last receiver, so nothing is encoded or
decoded and one clock measures. A picture is late when it takes longer than `LATE_S`, or is missing.

    python -m tests.bench.local_server [--rounds N] [--most N]

prints one JSON row. `reference` is the number aimed at on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import statistics
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from fractions import Fraction
from functools import partial
from pathlib import Path

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.packet import Packet

from openvidu_local import seams
from openvidu_local.fanout import EncodedFrame, Fanout, VideoTap
from tests.openvidu_local.media_client import peer
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process

FRAME_RATE = 15
LATE_S = 0.2
"""Three pictures' time: a picture that comes after its two successors were due."""
REFERENCE = 10
SETTLE_S = 2.5
"""Time for key frames to reach whoever came last, before it counts."""
MEASURE_S = 5.0
KEY_INTERVAL = 30
"""Pictures from one key frame to the next."""
KEY_BYTES, OTHER_BYTES = 8_000, 2_000
"""At 15 pictures a second some 260 kbit/s, what VP8 needs for a talking head of that size."""

_VP8_KEY, _VP8_OTHER = b"\x10", b"\x11"
_TIME = struct.Struct("<d")


class Prepared(MediaStreamTrack):
    """Pictures of the right size at the right time; the last eight bytes say when each was made."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._start_s = time.monotonic()

    async def recv(self) -> EncodedFrame:
        """The next picture."""
        if self.readyState != "live":
            raise MediaStreamError
        self._count += 1
        await asyncio.sleep(max(0.0, self._start_s + self._count / FRAME_RATE - time.monotonic()))
        is_key = self._count % KEY_INTERVAL == 1
        start, size = (_VP8_KEY, KEY_BYTES) if is_key else (_VP8_OTHER, OTHER_BYTES)
        packet = Packet(start + bytes(size - 1 - _TIME.size) + _TIME.pack(time.monotonic()))
        packet.pts, packet.time_base = self._count * 90_000 // FRAME_RATE, Fraction(1, 90_000)
        return packet


class Watch(Fanout):
    """Looks at every picture that one subscription delivers.

    Attributes:
        delays_s: from making to arrival, since `reset`.
    """

    def __init__(self) -> None:
        super().__init__("video")
        self.codec = "VP8"
        self.delays_s: list[float] = []
        self.lost = 0

    def push(self, data: bytes, *, ssrc: int, timestamp: int) -> None:
        """Take one picture."""
        del ssrc, timestamp
        self.delays_s.append(time.monotonic() - _TIME.unpack(data[-_TIME.size :])[0])

    def lose(self) -> None:
        """A picture went missing."""
        self.lost += 1

    def reset(self) -> None:
        """Begin to count."""
        self.delays_s.clear()
        self.lost = 0


class Participant:
    """Somebody who publishes and receives everybody."""

    def __init__(self, wire: WireClient) -> None:
        self.wire = wire
        self.stream = ""
        self.watches: list[Watch] = []
        self._peers: list[RTCPeerConnection] = []

    async def publish(self) -> None:
        """Offer the prepared pictures."""
        connection = self._new_peer()
        connection.addTransceiver(Prepared(), direction="sendonly")
        params = {
            "sdpOffer": await _offer(connection),
            "doLoopback": False,
            "hasAudio": False,
            "hasVideo": True,
            "typeOfVideo": "CAMERA",
            "frameRate": FRAME_RATE,
        }
        result = await self.wire.call("publishVideo", params)
        self.stream = result["id"]
        await connection.setRemoteDescription(RTCSessionDescription(result["sdpAnswer"], "answer"))

    async def receive(self, stream: str) -> None:
        """Subscribe to somebody."""
        connection = self._new_peer()
        transceiver = connection.addTransceiver("video", direction="recvonly")
        watch = Watch()
        seams.tap_receiver(transceiver.receiver, VideoTap(watch))
        self.watches.append(watch)
        params = {"sender": stream, "sdpOffer": await _offer(connection)}
        result = await self.wire.call("receiveVideoFrom", params)
        await connection.setRemoteDescription(RTCSessionDescription(result["sdpAnswer"], "answer"))

    async def close(self) -> None:
        """Close every peer connection."""
        await asyncio.gather(*(connection.close() for connection in self._peers))

    def _new_peer(self) -> RTCPeerConnection:
        connection = peer()
        self._peers.append(connection)
        return connection


async def _offer(connection: RTCPeerConnection) -> str:
    seams.gather_on_loopback_when_alone(connection)
    await connection.setLocalDescription()
    return str(connection.localDescription.sdp)


def all_seen(watches: Sequence[Watch]) -> bool:
    """Whether a picture came out of every receiver."""
    return all(watch.delays_s for watch in watches)


def late_pictures(watches: Sequence[Watch], measured_s: float) -> int:
    """How many pictures came too late, or, beyond one at either edge of the time measured, not at all."""
    due = int(measured_s * FRAME_RATE) - 2
    late = sum(sum(delay_s > LATE_S for delay_s in watch.delays_s) for watch in watches)
    return late + sum(max(0, due - len(watch.delays_s)) for watch in watches)


def server_cpu_s(process_id: int) -> float:
    """Processor time the server has used, where the system tells (Linux); else 0."""
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def most_participants(running: RunningOpenVidu, most: int) -> int:
    """Fill one room until the first late picture; how many there were before."""
    url, server = running.url, running.process.pid
    async with OpenViduRest(url, running.secret) as rest, AsyncExitStack() as stack:
        await rest.create_session("bench")
        people: list[Participant] = []
        for number in range(1, most + 1):
            wire = await stack.enter_async_context(await WireClient.open(url))
            await wire.join(await rest.token("bench"))
            newest = Participant(wire)
            stack.push_async_callback(newest.close)
            await newest.publish()
            for other in people:
                await newest.receive(other.stream)
                await other.receive(newest.stream)
            people.append(newest)
            watches = [watch for person in people for watch in person.watches]
            await until(partial(all_seen, watches), "everybody sees everybody")
            await asyncio.sleep(SETTLE_S)
            for watch in watches:
                watch.reset()
            start_s, server_start_s, own_start_s = time.monotonic(), server_cpu_s(server), time.process_time()
            await asyncio.sleep(MEASURE_S)
            measured_s = time.monotonic() - start_s
            late = late_pictures(watches, measured_s)
            server_share = (server_cpu_s(server) - server_start_s) / measured_s
            own_share = (time.process_time() - own_start_s) / measured_s
            delays_s = [delay_s for watch in watches for delay_s in watch.delays_s]
            worst_ms = round(max(delays_s, default=0) * 1000)
            sys.stderr.write(
                f"{number} participants: {late} late, worst {worst_ms} ms; of a core the server took "
                f"{server_share:.0%}, the participants {own_share:.0%}\n"
            )
            if late:
                return number - 1
        return most


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the row; the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--most", type=int, default=20, help="stop at so many participants")
    parsed = options.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    counts: list[int] = []
    for _ in range(parsed.rounds):
        with openvidu_process("--log-level", "ERROR") as running:
            counts.append(asyncio.run(most_participants(running, parsed.most)))
    ours = statistics.median(counts)
    row = {
        "name": "local_server_participants",
        "ours": ours,
        "reference": REFERENCE,
        "ratio": round(ours / REFERENCE, 2),
        "rounds": parsed.rounds,
        "spread": max(counts) - min(counts),
    }
    sys.stdout.write(json.dumps(row) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
