"""From pressing *Join* to the first picture of somebody else, with and without a dead STUN server.

Our side is the participant's real app on its preview screen, where the devices are open already, as
people meet it; beside it, by turns, a page with openvidu-browser that calls `connect` in the same session
and publishes its camera. Both end with the first picture of a prepared participant that is painted.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.app_in_room import (
    a_meeting,
    alice_signed_in,
    end_meeting,
    feeding,
    join,
    load,
    servers,
)
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.bench.web_client import joining_web_participant
from tests.end_to_end.stack import Stack
from tests.official_clients.packages import UnavailableError
from tests.support.app_process import ProgramError
from tests.support.openvidu import OpenViduRest, RunningOpenVidu

SIZE_PX = (640, 480)


async def of_the_app(stack: Stack, openvidu: RunningOpenVidu, folder: Path, number: int) -> float:
    """Milliseconds that Alice waits for a picture."""
    meeting = await a_meeting(stack, started=True)
    try:
        async with (
            feeding(openvidu, f"mtg_{meeting.id.hex}", 1, SIZE_PX),
            alice_signed_in(stack, folder, None, f"joins{number}") as app,
        ):
            clicked_s = await join(app, meeting)
            room = (await app.do("room", phase="connected", tiles=1, painted=1, timeout_s=30))["room"]
            return float(room["tiles"][0]["first_painted_at"] - clicked_s) * 1000
    finally:
        await end_meeting(stack, meeting)


async def of_the_web(openvidu: RunningOpenVidu, number: int) -> float:
    """Milliseconds that a page waits for the same.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    session = f"join_{number}"
    async with OpenViduRest(openvidu.url) as rest:
        await rest.create_session(session)
        async with feeding(openvidu, session, 1, SIZE_PX), joining_web_participant() as web:
            return float(await web.call("joinAndWatch", await rest.token(session)))


async def measure(rounds: int) -> list[Row]:
    """All rounds."""
    ours: list[float] = []
    web: list[float] = []
    with_web = True
    async with AsyncExitStack() as exits:
        stack, openvidu, folder = await exits.enter_async_context(servers())
        for number in range(rounds):
            try:
                ours.append(await of_the_app(stack, openvidu, folder, number))
            except ProgramError as error:
                raise BenchError(str(error)) from error
            if with_web:
                try:
                    web.append(await of_the_web(openvidu, number))
                except UnavailableError as reason:
                    sys.stderr.write(f"  without the web client: {reason}\n")
                    with_web = False
            sys.stderr.write(
                f"  round {number + 1}: app {ours[-1]:.0f} ms, web {web[-1] if web else 0:.0f} ms; "
                f"load {load()}\n"
            )
    return [row_of("join/first-picture", ours, web or None, unit="ms", aim=1.0)]


def run(options: Options) -> list[Row]:
    """Measure.

    Raises:
        BenchError: no picture came.
    """
    return asyncio.run(measure(options.rounds or LEAST_ROUNDS))
