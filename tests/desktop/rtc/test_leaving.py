"""Leaving takes no longer than the slowest single step of it, whatever the server and the system do."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aioice.ice import StunProtocol

from desktop.rtc import connection, peer
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import EndReason, RoomPhase
from tests.desktop.rtc.conftest import Guest, open_house
from tests.support.openvidu import openvidu_process
from tests.support.sources import GREEN, RED, BlocksCamera, shows
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="a process cannot be stopped and continued there"
)

LIMIT_S = 30.0
STEP_S = 4.0
"""For each step of leaving; long, so that a slow machine does not look like another step."""


@asynccontextmanager
async def sharing_with_a_server_that_stops() -> AsyncIterator[Guest]:
    """Ada, who sees Bo and shares her screen; nothing answers any more, until the end."""
    with openvidu_process("--log-level", "WARNING") as running:
        async with open_house(running) as house:
            ada = await house.joined("Ada", colour=RED, times=SignallingTimes())
            await house.joined("Bo", colour=GREEN)
            await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture", LIMIT_S)
            await ada.room.share_screen(await house.token(), BlocksCamera(RED))
            running.process.send_signal(signal.SIGSTOP)
            try:
                yield ada
            finally:
                running.process.send_signal(signal.SIGCONT)


async def test_the_steps_of_leaving_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The goodbye, our own path, the screen's and Bo's each take their whole limit: together no longer."""
    monkeypatch.setattr(connection, "LEAVE_REPLY_S", STEP_S)
    monkeypatch.setattr(peer, "CLOSE_LIMIT_S", STEP_S)
    may_close = asyncio.Event()
    close = StunProtocol.close

    async def closes_late(protocol: StunProtocol) -> None:
        await may_close.wait()
        await close(protocol)

    async with sharing_with_a_server_that_stops() as ada:
        monkeypatch.setattr(StunProtocol, "close", closes_late)
        started_s = time.monotonic()
        leaving = asyncio.create_task(ada.room.leave())
        await until(lambda: ada.state.phase is RoomPhase.LEFT, "being told at once", STEP_S / 2)
        await until(lambda: not ada.camera.is_open, "the camera's light", STEP_S / 2)
        await leaving
        took_s = time.monotonic() - started_s
        may_close.set()
    assert ada.state.end_reason is EndReason.LEFT
    assert STEP_S * 0.9 < took_s < STEP_S * 2, "the limits were met, and side by side"


def test_the_limits_of_the_steps() -> None:
    """Side by side they let nobody wait for longer than this for the list."""
    assert connection.LEAVE_REPLY_S + SignallingTimes().close_s <= 2.5
    assert peer.CLOSE_LIMIT_S + peer.RELAY_CLOSE_LIMIT_S <= 2.5
