"""Processor time and memory of the app in a room, beside bare libvpx and beside openvidu-browser.

The participant's real app publishes a clip of 640×480 at 30 and shows the others in a 1280×720 window.
Beside it, in the same run: (a) the floor, libvpx alone, one encode and as many decodes of the same pictures
on one thread; (b) headless Chromium with openvidu-browser, which publishes the same clip and shows the same
others. The three take turns. Processor seconds hardly depend on what else the machine does.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from backend_client.models import Meeting
from tests.bench.app_in_room import (
    a_meeting,
    alice_signed_in,
    cpu_s,
    end_meeting,
    feeding,
    join,
    load,
    memory_mb,
    servers,
    tree,
)
from tests.bench.clips import FRAME_RATE, encoded, talking_head, video_frame, vp8_encoder, write_y4m
from tests.bench.feeders import BIT_RATE_BPS, PICTURES
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.bench.web_client import web_participant
from tests.official_clients.packages import UnavailableError
from tests.support.app_process import AppProcess, ProgramError
from tests.support.openvidu import OpenViduRest, RunningOpenVidu

SETTLE_S = 4.0
"""The bit rate climbs, caches fill."""
MEASURE_S = 8.0
LAG_S = 4.0
OWN_SIZE_PX = (640, 480)


@dataclass(frozen=True, slots=True)
class Scene:
    """How many others there are, and how large their pictures."""

    name: str
    remotes: int
    size_px: tuple[int, int]


SCENES = (
    Scene("4", 4, (640, 480)),
    Scene("1", 1, (640, 480)),
    Scene("9", 9, (640, 480)),
    Scene("2-hd", 2, (1280, 720)),
)


@dataclass(slots=True)
class Measured:
    """What the rounds of one scene gave, one figure each; shares of a core, megabytes, milliseconds."""

    app: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    app_mb: list[float] = field(default_factory=list)
    web_mb: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    web_pictures: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)


def floor(scene: Scene, count: int = PICTURES) -> float:
    """Share of a core that bare libvpx takes: one encode of our clip, a decode of everybody else's.

    Args:
        scene: who else is there.
        count: pictures to take it from.
    """
    own = [video_frame(planes) for planes in talking_head(99, *OWN_SIZE_PX, count)]
    others = encoded(
        talking_head(0, *scene.size_px, count), BIT_RATE_BPS[scene.size_px[0] * scene.size_px[1]]
    )
    encoder = vp8_encoder(*OWN_SIZE_PX, BIT_RATE_BPS[OWN_SIZE_PX[0] * OWN_SIZE_PX[1]])
    seconds = count / FRAME_RATE
    started_s = time.process_time()
    for number, frame in enumerate(own):
        frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
        encoder.encode(frame)
    encode_s = time.process_time() - started_s
    decoder = av.VideoCodecContext.create("libvpx", "r")
    decoder.thread_count = 1
    started_s = time.process_time()
    for data in others:
        decoder.decode(av.Packet(data))
    decode_s = time.process_time() - started_s
    return (encode_s + scene.remotes * decode_s) / seconds


async def _counts(app: AppProcess, scene: Scene) -> tuple[int, int]:
    """Pictures painted and received so far, of everybody else."""
    room = (await app.do("room", tiles=scene.remotes))["room"]
    return (
        sum(tile["painted"] for tile in room["tiles"]),
        sum(tile["received"] for tile in room["tiles"]),
    )


async def measure_app(app: AppProcess, scene: Scene, result: Measured) -> None:
    """One round of our app, in the room already.

    Raises:
        ProgramError: a picture did not come.
    """
    await app.do("room", phase="connected", tiles=scene.remotes, painted=10, timeout_s=60)
    await app.do("resize_room", width=1280, height=720)
    await asyncio.sleep(SETTLE_S)
    pids = tree(app.process.pid)
    painted, received = await _counts(app, scene)
    used_s, began_s = cpu_s(pids), time.monotonic()
    await asyncio.sleep(MEASURE_S)
    share = (cpu_s(pids) - used_s) / (time.monotonic() - began_s)
    painted_after, received_after = await _counts(app, scene)
    lag = await app.do("watch_lag", seconds=LAG_S)
    result.app.append(share)
    result.app_mb.append(memory_mb(pids))
    result.painted.append((painted_after - painted) / max(1, received_after - received))
    result.received.append((received_after - received) / MEASURE_S / scene.remotes)
    result.lag_ms.append(float(lag["p99"]))
    result.load.append(load())


async def measure_web(
    openvidu: RunningOpenVidu, session: str, clip: Path, scene: Scene, result: Measured
) -> None:
    """One round of openvidu-browser in Chromium, with the same others.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    async with (
        OpenViduRest(openvidu.url) as rest,
        web_participant(await rest.token(session), clip, OWN_SIZE_PX) as web,
    ):
        await web.sees_pictures(scene.remotes)
        await asyncio.sleep(SETTLE_S)
        pids, pictures = tree(web.pid), await web.pictures()
        used_s, began_s = cpu_s(pids), time.monotonic()
        await asyncio.sleep(MEASURE_S)
        seconds = time.monotonic() - began_s
        result.web.append((cpu_s(pids) - used_s) / seconds)
        result.web_pictures.append((await web.pictures() - pictures) / seconds / scene.remotes)
        result.web_mb.append(memory_mb(pids))


@asynccontextmanager
async def a_room(stack: Any, openvidu: RunningOpenVidu, scene: Scene) -> AsyncIterator[tuple[Meeting, str]]:
    """A running meeting with everybody else in its session."""
    meeting = await a_meeting(stack, started=True)
    session = f"mtg_{meeting.id.hex}"
    try:
        async with feeding(openvidu, session, scene.remotes, scene.size_px):
            yield meeting, session
    finally:
        await end_meeting(stack, meeting)


async def measure(scene: Scene, rounds: int) -> Measured:
    """All rounds of one scene.

    Raises:
        BenchError: the app did not get its pictures.
    """
    result = Measured()
    with_web = True
    with tempfile.TemporaryDirectory(prefix="clip-") as folder:
        clip = Path(folder) / "clip.y4m"
        write_y4m(clip, talking_head(99, *OWN_SIZE_PX, PICTURES))
        async with servers() as (stack, openvidu, work):
            for number in range(rounds):
                result.floor.append(floor(scene))
                async with a_room(stack, openvidu, scene) as (meeting, session):
                    try:
                        async with alice_signed_in(stack, work, clip, f"alice{number}") as app:
                            await join(app, meeting)
                            await measure_app(app, scene, result)
                    except ProgramError as error:
                        raise BenchError(str(error)) from error
                    if with_web:
                        try:
                            await measure_web(openvidu, session, clip, scene, result)
                        except UnavailableError as reason:
                            sys.stderr.write(f"  without the web client: {reason}\n")
                            with_web = False
                sys.stderr.write(
                    f"  {scene.name}, round {number + 1}: app {result.app[-1]:.1%} of a core, floor "
                    f"{result.floor[-1]:.1%}, web {result.web[-1] if result.web else 0:.1%}; lag p99 "
                    f"{result.lag_ms[-1]:.1f} ms; painted {result.painted[-1]:.3f}; load {load()}\n"
                )
    return result


def rows(scene: Scene, measured: Measured) -> list[Row]:
    """The rows of one scene."""
    name = f"room/{scene.name}"
    percent = [100 * share for share in measured.app]
    more = {
        "remotes": scene.remotes,
        "size_px": scene.size_px,
        "pictures_per_s": measured.received,
        "load": measured.load,
    }
    result = [
        row_of(
            f"{name}/floor",
            percent,
            [100 * share for share in measured.floor],
            unit="% of a core",
            aim=2.0,
            **more,
        ),
        row_of(f"{name}/lag", measured.lag_ms, 8.0, unit="ms p99"),
        row_of(f"{name}/painted", measured.painted, 1.0, unit="painted/received", aim=0.99),
    ]
    if measured.web:
        result += [
            row_of(
                f"{name}/web",
                percent,
                [100 * share for share in measured.web],
                unit="% of a core",
                aim=0.6,
                web_pictures_per_s=measured.web_pictures,
            ),
            row_of(f"{name}/memory", measured.app_mb, measured.web_mb, unit="MB", aim=0.5),
        ]
    return result


def run(options: Options) -> list[Row]:
    """Measure every scene, or the one that `--scene` names.

    Raises:
        BenchError: the app did not get its pictures.
    """
    wanted = [scene for scene in SCENES if options.scene in {"", scene.name}]
    if not wanted:
        raise BenchError(f"no scene {options.scene}; there are {', '.join(each.name for each in SCENES)}")
    result: list[Row] = []
    for scene in wanted:
        result += rows(scene, asyncio.run(measure(scene, options.rounds or LEAST_ROUNDS)))
    return result
