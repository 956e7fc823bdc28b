"""A machine that sleeps: a real client process is stopped and continued, for shorter and for longer.

A stopped process is what sleep looks like to a program: its timers fire late, its sockets are full, and
the server may have given it up meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from desktop.rtc.signalling import SignallingTimes
from tests.desktop.rtc.conftest import Guest, House, open_house
from tests.desktop.rtc.guest_process import SLEEP_GAP_S
from tests.support.openvidu import openvidu_process
from tests.support.sources import GREEN, shows
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="a process cannot be stopped and continued there"
)

LIMIT_S = 60.0
"""For what must happen, on a loaded machine."""


class Sleeper:
    """The process, and what it said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []

    async def listen(self) -> None:
        """Read what it says until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(json.loads(line))

    def heard(self, member: str) -> list[Any]:
        """Every value of a member it named so far, oldest first."""
        return [line[member] for line in self.said if member in line]

    def sleep(self) -> None:
        """The lid is closed."""
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """The lid is opened."""
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def a_sleeper(house: House, secret: str) -> AsyncIterator[Sleeper]:
    """Bo, joined, in a process of his own."""
    arguments = ["-m", "tests.desktop.rtc.guest_process", house.url, secret, house.session_id]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE)
    sleeper = Sleeper(process)
    listening = asyncio.create_task(sleeper.listen())
    try:
        await until(lambda: sleeper.heard("joined"), "Bo's join", LIMIT_S)
        yield sleeper
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(LIMIT_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


async def pictures_go_on(ada: Guest) -> None:
    """Ada sees Bo's green, and it moves."""
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture", LIMIT_S)
    count = ada.picture_of().count
    await until(lambda: ada.picture_of().count > count + 5, "moving pictures", LIMIT_S)


async def test_sleeping_shorter_and_longer_than_the_server_waits() -> None:
    """A nap is unseen by everybody; after a long sleep Bo is back by himself, and there is one of him."""
    with openvidu_process("--log-level", "WARNING", "--grace", "1") as running:
        async with open_house(running) as house:
            ada = await house.joined("Ada", times=SignallingTimes())
            async with a_sleeper(house, running.secret) as bo:
                await pictures_go_on(ada)
                first = ada.others[0].connection_id

                bo.sleep()
                await asyncio.sleep(2 * SLEEP_GAP_S + 0.2)  # the length of the nap is what is tested
                bo.wake()
                await until(lambda: bo.heard("woke"), "the waking is noticed", LIMIT_S)
                await pictures_go_on(ada)
                assert [other.connection_id for other in ada.others] == [first]
                assert "reconnecting" not in bo.heard("phase")

                bo.sleep()
                await until(lambda: not ada.others, "Bo given up by the server", LIMIT_S)
                bo.wake()
                await until(lambda: bo.heard("phase")[-1] == "connected", "Bo's comeback", LIMIT_S)
                await pictures_go_on(ada)
                (again,) = ada.others
                assert again.connection_id != first
                assert (again.streams[0].microphone_on, again.streams[0].camera_on) == (False, True)
                assert bo.heard("others")[-1] == 1
                assert "reconnecting" in bo.heard("phase")
