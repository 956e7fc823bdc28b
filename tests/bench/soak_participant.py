"""One participant under soak: `python -m tests.bench.soak_participant URL NAME SOURCE_ID [STAY_S]`.

Our own room with the generated camera and tone, on a loop like the media thread's. It mutes, switches its
camera and shares a generated screen all the time; with STAY_S it leaves after so long and comes back, else
it stays.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

from desktop.app.media_thread import new_media_loop
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.errors import RtcError
from desktop.rtc.room import Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomState
from tests.bench.soak_report import parent_is_done, report, tell, tell_the_last
from tests.support.openvidu import OpenViduRest

Token: TypeAlias = Callable[[], Awaitable[str]]
"""Asks the server for one more token."""
BUSY = (RtcError, httpx.HTTPError)
"""What a machine that is too busy makes of a join or a request."""
SESSION = "soak"
SCREEN_SOURCE_ID = 9
WIDTH_PX, HEIGHT_PX, FRAME_RATE = 320, 240, 15
AWAY_S = 3.0
"""Between leaving and coming back."""
CALM_S = (2.0, 6.0)
"""Least and longest time between two things somebody does."""


class Account:
    """What happened so far.

    Attributes:
        joins: how often this one joined.
        switches: how often it muted, unmuted or switched its camera.
        shares: how often it shared its screen.
        pictures: how many pictures of the other one came.
        recoveries: how often the room had to be repaired.
        failures: how often something was refused or not answered in time.
    """

    def __init__(self) -> None:
        self.joins = self.switches = self.shares = self.pictures = self.recoveries = self.failures = 0
        self._phase = ""
        self._counts: dict[str, int] = {}

    def take_state(self, state: RoomState) -> None:
        """Note a new state of the room."""
        phase = state.phase.value
        if phase != self._phase:
            self._phase = phase
            self.recoveries += phase == "reconnecting"

    def begin(self) -> None:
        """A visit begins: a room counts its pictures from nothing."""
        self.joins += 1
        self._counts = {}

    def look(self, room: Room) -> None:
        """Add up the pictures that came since the last look."""
        counts = {
            stream.stream_id: room.picture(stream.stream_id).count
            for person in room.state.participants
            for stream in person.streams
        }
        self.pictures += sum(count - self._counts.get(stream, 0) for stream, count in counts.items())
        self._counts = counts

    def to_json(self) -> dict[str, int]:
        """As it is told."""
        return {
            name: getattr(self, name)
            for name in ("joins", "switches", "shares", "pictures", "recoveries", "failures")
        }


def picture_of(source_id: int) -> TestPicture:
    """A generated camera or screen."""
    return TestPicture(source_id, width_px=WIDTH_PX, height_px=HEIGHT_PX, frame_rate=FRAME_RATE)


async def fidget(room: Room, account: Account, chance: random.Random, token: Token) -> None:
    """Mute, unmute, switch the camera off and on, share a screen and stop, for ever."""
    sharing = False
    while True:
        await asyncio.sleep(chance.uniform(*CALM_S))
        account.look(room)
        what = chance.random()
        try:
            if what < 0.4:
                await room.set_microphone(not room.state.microphone_on)
                account.switches += 1
            elif what < 0.8:
                await room.set_camera(not room.state.camera_on)
                account.switches += 1
            elif sharing:
                await room.stop_sharing()
                sharing = False
            else:
                await room.share_screen(await token(), picture_of(SCREEN_SOURCE_ID))
                sharing = True
                account.shares += 1
        except BUSY:
            # A machine that is too busy answers late; what is measured is that nothing is left of it.
            account.failures += 1


async def visit(
    rest: OpenViduRest, name: str, source_id: int, account: Account, stay_s: float | None
) -> None:
    """Join, stay, leave."""

    async def token() -> str:
        await rest.create_session(SESSION)
        return await rest.token(SESSION)

    devices = RoomDevices(picture_of(source_id), TestTone(source_id), SilentSpeaker())
    try:
        request = RoomRequest(await token(), name, renew_token=token)
        room = open_room(request, devices, account.take_state)
        await room.join()
    except BUSY:
        account.failures += 1
        return
    account.begin()
    try:
        async with asyncio.timeout(stay_s):
            await fidget(room, account, random.Random(account.joins), token)
    except TimeoutError:
        pass  # the visit is over
    finally:
        account.look(room)
        await room.leave()


async def take_part(url: str, name: str, source_id: int, stay_s: float | None) -> None:
    """Visit again and again until our standard input ends."""
    account = Account()

    async def visits() -> None:
        async with OpenViduRest(url) as rest:
            while True:
                await visit(rest, name, source_id, account, stay_s)
                await asyncio.sleep(AWAY_S)

    tell({"ready": True})
    parent = asyncio.create_task(parent_is_done())
    working = {asyncio.create_task(visits()), asyncio.create_task(report(account.to_json))}
    try:
        done, _ = await asyncio.wait({parent, *working}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        tell_the_last(account.to_json())
    finally:
        for task in working:
            task.cancel()
        await asyncio.wait(working)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    with asyncio.Runner(loop_factory=new_media_loop) as runner:
        runner.run(
            take_part(
                sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) if sys.argv[4:] else None
            )
        )
