"""From drawing a picture at one side to showing it at the other, through the local server.

Both sides are the real apps with the generated camera, whose pictures carry their number; beside it, by
turns, openvidu-browser publishes a canvas with the same numbers to openvidu-browser in another page. Our
end is the moment after painting, the browser's the one that it gives for a shown frame. Both looks read
the number out of the picture itself.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.app_in_room import alice_signed_in, hub_signed_in, join, load, servers
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.bench.web_client import two_web_participants
from tests.end_to_end.stack import Stack
from tests.official_clients.packages import UnavailableError
from tests.support.app_process import ProgramError
from tests.support.openvidu import RunningOpenVidu

SETTLE_S = 4.0
WATCH_S = 6.0


def delays_ms(drawn: dict[str, float], shown: dict[str, float], unit_ms: float) -> list[float]:
    """How long each picture that was seen at both ends took.

    Raises:
        BenchError: none was.
    """
    both = [(moment - drawn[number]) * unit_ms for number, moment in shown.items() if number in drawn]
    if len(both) < 30:
        raise BenchError(f"only {len(both)} pictures were seen at both ends")
    return both


def percentile(values: list[float], share: int) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) * share // 100]


async def of_the_apps(stack: Stack, folder: Path, number: int) -> list[float]:
    """Milliseconds from the Hub's camera to the client's screen."""
    async with (
        hub_signed_in(stack, folder, f"hub{number}") as (hub, meeting),
        alice_signed_in(stack, folder, None, f"alice{number}") as alice,
    ):
        await join(alice, meeting)
        for app in (hub, alice):
            await app.do("room", phase="connected", tiles=1, painted=10, timeout_s=60)
        await asyncio.sleep(SETTLE_S)
        sent, seen = await asyncio.gather(
            hub.do("watch_pictures", seconds=WATCH_S), alice.do("watch_pictures", seconds=WATCH_S)
        )
    return delays_ms(sent["drawn"], seen["painted"], 1000)


async def of_the_web(openvidu: RunningOpenVidu) -> list[float]:
    """Milliseconds from one page's canvas to another page's video.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    async with two_web_participants(openvidu) as (sender, viewer):
        await viewer.sees(sender.connection_id, sender.source_id)
        await asyncio.sleep(SETTLE_S)
        await viewer.call("watchPictures", sender.connection_id)
        await asyncio.sleep(WATCH_S)
        sent, seen = await sender.call("moments"), await viewer.call("moments")
    return delays_ms(sent["drawn"], seen["shown"], 1)


async def measure(rounds: int) -> list[Row]:
    """All rounds."""
    ours: list[list[float]] = []
    web: list[list[float]] = []
    with_web = True
    async with AsyncExitStack() as exits:
        stack, openvidu, folder = await exits.enter_async_context(servers())
        for number in range(rounds):
            try:
                ours.append(await of_the_apps(stack, folder, number))
            except ProgramError as error:
                raise BenchError(str(error)) from error
            if with_web:
                try:
                    web.append(await of_the_web(openvidu))
                except UnavailableError as reason:
                    sys.stderr.write(f"  without the web client: {reason}\n")
                    with_web = False
            sys.stderr.write(
                f"  round {number + 1}: apps {statistics.median(ours[-1]):.0f} ms, web "
                f"{statistics.median(web[-1]) if web else 0:.0f} ms; load {load()}\n"
            )
    medians = [statistics.median(each) for each in ours]
    late = [percentile(each, 95) for each in ours]
    return [
        row_of(
            "latency/median",
            medians,
            [statistics.median(each) for each in web] if web else None,
            unit="ms",
            aim=1.0,
            pictures=[len(each) for each in ours],
        ),
        row_of(
            "latency/p95", late, [percentile(each, 95) for each in web] if web else None, unit="ms", aim=1.0
        ),
    ]


def run(options: Options) -> list[Row]:
    """Measure.

    Raises:
        BenchError: pictures were not seen.
    """
    return asyncio.run(measure(options.rounds or LEAST_ROUNDS))
