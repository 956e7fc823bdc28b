"""How many participants of 320×240 at 15 pictures a second the local server serves until the first late one.

Everybody publishes and receives everybody else. The server is a process of its own, as users start it; all
participants share a second one. They send prepared pictures of a usual size that carry the time they were
made at, and look at that time when the last packet of the picture arrives, so nothing is encoded or decoded
and one clock measures. A picture is late when it takes longer than `LATE_S`, or is missing. The room is
filled up to `REFERENCE` whatever happens, for the processor time of a forwarded stream depends least on what
else the machine does. The participants' own garbage is not collected while pictures count, and `own_late_ms`
says how long their loop was held up: what is late by that much was not late at the server.
"""

from __future__ import annotations

import asyncio
import gc
import os
import struct
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import psutil
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    pack_remb_fci,
)

from desktop.app.media_thread import new_media_loop
from openvidu_local import seams
from openvidu_local.fanout import Fanout
from openvidu_local.heap import set_start_apart
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.openvidu_local.media_client import peer
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process

FRAME_RATE = 15
LATE_S = 0.2
"""Three pictures' time: a picture that comes after its two successors were due."""
REFERENCE = 10
"""Participants aimed at, on two cores."""
MOST = 16
"""No more are tried."""
SETTLE_S = 1.5
"""Time for key frames to reach whoever came last, before it counts."""
MEASURE_S = 4.0
CALM_S = 0.3
"""Between the collection of our own garbage, during which nothing is received, and counting."""
LOOK_S = 0.02
"""How often our own loop is looked at."""
KEY_INTERVAL = 30
"""Pictures from one key frame to the next."""
KEY_BYTES, OTHER_BYTES, PACKET_BYTES = 8_000, 2_000, 1_180
"""At 15 pictures a second some 260 kbit/s, what VP8 needs for a talking head of that size."""

_ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"
_FEEDBACK_S = 1.0
"""Between two reports of a receiver, as browsers send them."""
_BIT_RATE_BPS = 900_000
_VP8_START, _VP8_CONTINUED = b"\x10", b"\x00"
_VP8_KEY, _VP8_OTHER = b"\x10", b"\x11"
_TIME = struct.Struct("<d")
_MARKER = 0x80


def picture(*, is_key: bool, made_at_s: float) -> tuple[bytes, ...]:
    """Payloads of one prepared picture; the last eight bytes say when it was made."""
    start, size = (_VP8_KEY, KEY_BYTES) if is_key else (_VP8_OTHER, OTHER_BYTES)
    data = start + bytes(size - 1 - _TIME.size) + _TIME.pack(made_at_s)
    parts = [data[at : at + PACKET_BYTES] for at in range(0, size, PACKET_BYTES)]
    return tuple((_VP8_CONTINUED if number else _VP8_START) + part for number, part in enumerate(parts))


class Watch:
    """Looks at every packet that one subscription delivers.

    Attributes:
        delays_s: from making to arrival, since `reset`.
        lost: packets that never came, since `reset`.
    """

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.delays_s: list[float] = []
        self.lost = 0
        self._newest: int | None = None
        self._ssrc = 0
        receiver = connection.getTransceivers()[0].receiver
        self._dtls: Any = receiver.transport
        # The rest of aiortc's receiver would cost as much as the server that is measured, and each of its
        # estimators is a thousand objects for our collector.
        vars(receiver)[_ESTIMATOR] = None
        self._dtls._handle_rtp_data = self._take  # type: ignore[method-assign]

    async def _take(self, data: bytes, arrival_time_ms: int) -> None:
        del arrival_time_ms
        number = int.from_bytes(data[2:4], "big")
        self._ssrc = int.from_bytes(data[8:12], "big")
        if self._newest is not None:
            self.lost += (number - self._newest - 1) % 0x1_0000
        self._newest = number
        if data[1] & _MARKER:
            self.delays_s.append(time.monotonic() - _TIME.unpack(data[-_TIME.size :])[0])

    async def feedback(self) -> None:
        """Send what a browser sends about a stream, for ever: a report and an estimate."""
        while True:
            await asyncio.sleep(_FEEDBACK_S)
            if self._newest is None:
                continue
            info = RtcpReceiverInfo(
                ssrc=self._ssrc,
                fraction_lost=0,
                packets_lost=0,
                highest_sequence=self._newest,
                jitter=0,
                lsr=0,
                dlsr=0,
            )
            estimate = RtcpPsfbPacket(
                fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=pack_remb_fci(_BIT_RATE_BPS, [self._ssrc])
            )
            await self._dtls._send_rtp(bytes(RtcpRrPacket(ssrc=1, reports=[info])) + bytes(estimate))

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
        self._tasks: list[asyncio.Task[None]] = []

    async def publish(self) -> None:
        """Offer the prepared pictures."""
        connection, pictures = self._new_peer(), Fanout("video")
        track = pictures.track()
        transceiver = connection.addTransceiver(track, direction="sendonly")
        seams.take_over_sending(transceiver.sender, track)
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
        self._tasks.append(asyncio.create_task(_film(pictures)))

    async def receive(self, stream: str) -> None:
        """Subscribe to somebody."""
        connection = self._new_peer()
        connection.addTransceiver("video", direction="recvonly")
        params = {"sender": stream, "sdpOffer": await _offer(connection)}
        watch = Watch(connection)
        self.watches.append(watch)
        result = await self.wire.call("receiveVideoFrom", params)
        await connection.setRemoteDescription(RTCSessionDescription(result["sdpAnswer"], "answer"))
        self._tasks.append(asyncio.create_task(_until_closed(watch)))

    async def close(self) -> None:
        """Close every peer connection and end every task."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.gather(*(connection.close() for connection in self._peers))

    def _new_peer(self) -> RTCPeerConnection:
        connection = peer()
        self._peers.append(connection)
        return connection


async def _offer(connection: RTCPeerConnection) -> str:
    seams.gather_on_loopback_when_alone(connection)
    await connection.setLocalDescription()
    return str(connection.localDescription.sdp)


async def _film(pictures: Fanout) -> None:
    """Push a picture at every interval."""
    start_s, count = time.monotonic(), 0
    while True:
        await asyncio.sleep(max(0.0, start_s + count / FRAME_RATE - time.monotonic()))
        is_key = count % KEY_INTERVAL == 0
        payloads = picture(is_key=is_key, made_at_s=time.monotonic())
        timestamp = count * 90_000 // FRAME_RATE & 0xFFFF_FFFF
        pictures.push(payloads, ssrc=1, timestamp=timestamp, is_key=is_key)
        count += 1


async def _until_closed(watch: Watch) -> None:
    try:
        await watch.feedback()
    except ConnectionError:
        return  # the server closed it


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen with so many participants.

    Attributes:
        participants: in the room.
        late: pictures that came too late, or, beyond one at either edge of the time measured, never.
        lost: packets among them that never came.
        worst_ms: the longest way of a picture.
        own_late_ms: the longest that the participants' own loop was held up.
        server_core: share of a core that the server used.
        participants_core: share of a core that all participants used.
        load: processes that wanted a processor (mean of a minute), those of others included.
    """

    participants: int
    late: int
    lost: int
    worst_ms: int
    own_late_ms: int
    server_core: float
    participants_core: float
    load: float

    @property
    def streams(self) -> int:
        """How many the server forwarded."""
        return self.participants * (self.participants - 1)


def late_pictures(delays_s: Sequence[float], measured_s: float) -> int:
    """How many pictures of one subscription came too late or not at all."""
    due = int(measured_s * FRAME_RATE) - 2
    return sum(delay_s > LATE_S for delay_s in delays_s) + max(0, due - len(delays_s))


def _cpu_s(process_id: int) -> float:
    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)


async def _longest_hold_up(for_s: float) -> float:
    """Wait so long; by how much our loop was ever late meanwhile, in seconds."""
    longest_s, end_s = 0.0, time.monotonic() + for_s
    while (due_s := time.monotonic() + LOOK_S) < end_s:
        await asyncio.sleep(LOOK_S)
        longest_s = max(longest_s, time.monotonic() - due_s)
    return longest_s


async def measure(watches: Sequence[Watch], participants: int, server: int) -> Step:
    """Count for `MEASURE_S`; `server` is its process id."""
    gc.collect()
    gc.disable()
    try:
        await asyncio.sleep(CALM_S)
        for watch in watches:
            watch.reset()
        start_s, server_start_s, own_start_s = time.monotonic(), _cpu_s(server), time.process_time()
        own_late_s = await _longest_hold_up(MEASURE_S)
        measured_s = time.monotonic() - start_s
    finally:
        gc.enable()
    return Step(
        participants=participants,
        late=sum(late_pictures(watch.delays_s, measured_s) for watch in watches),
        lost=sum(watch.lost for watch in watches),
        worst_ms=round(max((delay_s for watch in watches for delay_s in watch.delays_s), default=0) * 1000),
        own_late_ms=round(own_late_s * 1000),
        server_core=round((_cpu_s(server) - server_start_s) / measured_s, 4),
        participants_core=round((time.process_time() - own_start_s) / measured_s, 4),
        load=round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0,
    )


def all_seen(watches: Sequence[Watch]) -> bool:
    """Whether a picture came out of every receiver."""
    return all(watch.delays_s for watch in watches)


async def fill(running: RunningOpenVidu, least: int = REFERENCE, most: int = MOST) -> list[Step]:
    """Fill one room one by one, up to `least`, and from there until the first late picture."""
    steps: list[Step] = []
    async with OpenViduRest(running.url, running.secret) as rest, AsyncExitStack() as stack:
        await rest.create_session("bench")
        people: list[Participant] = []
        for number in range(1, most + 1):
            wire = await stack.enter_async_context(await WireClient.open(running.url))
            await wire.join(await rest.token("bench"))
            newest = Participant(wire)
            stack.push_async_callback(newest.close)
            await newest.publish()
            for other in people:
                await newest.receive(other.stream)
                await other.receive(newest.stream)
            people.append(newest)
            watches = [watch for person in people for watch in person.watches]
            if not watches:
                continue
            await until(partial(all_seen, watches), "everybody sees everybody")
            await asyncio.sleep(SETTLE_S)
            step = await measure(watches, number, running.process.pid)
            steps.append(step)
            sys.stderr.write(
                f"  {number} participants: {step.late} late, worst {step.worst_ms} ms (our loop "
                f"{step.own_late_ms}); of a core the server "
                f"{step.server_core:.0%}, the participants {step.participants_core:.0%}; load {step.load}\n"
            )
            if number >= least and any(step.late for step in steps):
                break
    return steps


def most_without_late(steps: Sequence[Step]) -> int:
    """How many participants there were before the first late picture."""
    served = 1
    for step in steps:
        if step.late:
            break
        served = step.participants
    return served


def run(options: Options) -> list[Row]:
    """Measure: participants served, and processor time for each forwarded stream.

    Raises:
        BenchError: the participants did not see each other.
    """
    rounds: list[list[Step]] = []
    set_start_apart()
    for _ in range(options.rounds or LEAST_ROUNDS):
        with (
            openvidu_process("--log-level", "ERROR") as running,
            asyncio.Runner(loop_factory=new_media_loop) as runner,
        ):
            try:
                rounds.append(runner.run(fill(running)))
            except AssertionError as error:  # of a wait that was in vain
                raise BenchError(f"the room could not be filled: {error}") from error
    details = [[asdict(step) for step in steps] for steps in rounds]
    full = [next(step for step in steps if step.participants == REFERENCE) for steps in rounds]
    return [
        row_of(
            "local-server",
            [most_without_late(steps) for steps in rounds],
            REFERENCE,
            unit="participants",
            steps=details,
        ),
        row_of(
            "local-server/stream",
            [round(step.server_core / step.streams * 100, 4) for step in full],
            None,
            unit="% of a core",
            participants=REFERENCE,
        ),
    ]
