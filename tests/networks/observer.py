"""Our client, run inside a namespace: `python -m tests.networks.observer URL SESSION NAME SEES…`.

Prints `{"ready": true}` once it sees and hears everybody it is to see, then, when its standard input
ends, its `Account`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from types import FrameType

import httpx
import numpy as np

from desktop.devices.frame_code import read_frame_code
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import Picture, Samples
from desktop.rtc.room import Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomState
from tests.networks.people import (
    FRAME_RATE,
    HEARD_RMS,
    HEIGHT_PX,
    SOURCE_IDS,
    WIDTH_PX,
    tone_hz,
)
from tests.networks.timeline import UNREADABLE, Account, Sight
from tests.support.openvidu import OpenViduRest
from tests.support.sources import tone_strength
from tests.support.waiting import until

LOOK_S = 0.01
"""Between two looks for new pictures; at 15 a second one stays for 0.067 s."""
READY_LIMIT_S = 60.0
"""Chromium's start is in it."""


class Ear:
    """A loudspeaker that notes for each 20 ms whose tones are in them."""

    def __init__(self, sights: dict[str, Sight]) -> None:
        self._sights = {tone_hz(name): sight for name, sight in sights.items()}

    def open(self) -> None:
        """Nothing to open."""

    def write(self, samples: Samples) -> None:
        """Listen to 20 ms."""
        now_s = time.monotonic()
        for frequency_hz, sight in self._sights.items():
            sight.heard(now_s, tone_strength(samples, frequency_hz) / 2**0.5 > HEARD_RMS)

    def close(self) -> None:
        """Nothing to close."""


class Observer:
    """A participant that notes what it sees, hears and is told."""

    def __init__(self, name: str, sees: list[str]) -> None:
        self.account = Account(name, seen={other: Sight() for other in sees})
        self._numbers: dict[str, tuple[str, int]] = {}

    def devices(self) -> RoomDevices:
        """Its camera, its microphone, and the ear."""
        source_id = SOURCE_IDS[self.account.name]
        camera = TestPicture(source_id, width_px=WIDTH_PX, height_px=HEIGHT_PX, frame_rate=FRAME_RATE)
        return RoomDevices(camera, TestTone(source_id), Ear(self.account.seen))

    def take_state(self, state: RoomState) -> None:
        """Note what is new in a state of the room."""
        now_s = time.monotonic()
        phases, own = self.account.phases, self.account.own
        if not phases or phases[-1][1] != state.phase.value:
            phases.append((now_s, state.phase.value))
        if state.own_connection_id and (not own or own[-1][1] != state.own_connection_id):
            own.append((now_s, state.own_connection_id))
        # The newest of a name: somebody who came anew may still be there a second time.
        ids = {person.name: person.connection_id for person in state.participants}
        for name, sight in self.account.seen.items():
            sight.is_there(now_s, ids.get(name, ""))

    def look(self, room: Room) -> None:
        """Note the pictures that are new since the last look."""
        for person in room.state.participants:
            sight = self.account.seen.get(person.name)
            for stream in person.streams[:1] if sight else ():
                picture = room.picture(stream.stream_id).picture
                if picture is None:
                    continue
                key = stream.stream_id, picture.number
                if self._numbers.get(person.name) != key:
                    self._numbers[person.name] = key
                    assert sight is not None
                    sight.saw(time.monotonic(), number_of(picture, SOURCE_IDS[person.name]))

    def has_everybody(self) -> bool:
        """Everybody was seen and heard."""
        return all(
            sight.pictures and sight.pictures[-1][1] != UNREADABLE and sight.sounds and sight.sounds[-1][1]
            for sight in self.account.seen.values()
        )


def number_of(picture: Picture, source_id: int) -> int:
    """The frame number in a picture, `UNREADABLE` without one of that source."""
    rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
    # Rows may be longer than the picture is wide.
    image = rows[:, : picture.width_px * 4].reshape(picture.height_px, picture.width_px, 4)
    code = read_frame_code(image)
    return code.number if code is not None and code.source_id == source_id else UNREADABLE


async def observe(url: str, session_id: str, name: str, *sees: str) -> None:
    """Join, watch until standard input ends, tell, leave."""
    observer = Observer(name, list(sees))
    async with OpenViduRest(url) as rest:

        async def token() -> str:
            try:
                await rest.create_session(session_id)
                return await rest.token(session_id)
            except httpx.TransportError as error:
                raise RtcError(RtcErrorCode.UNREACHABLE, type(error).__name__) from None

        request = RoomRequest(await token(), name, renew_token=token)
        room = open_room(request, observer.devices(), observer.take_state)
        await room.join()
        try:

            def sees_everybody() -> bool:
                observer.look(room)
                return observer.has_everybody()

            await until(sees_everybody, "everybody's picture and sound", READY_LIMIT_S)
            print(json.dumps({"ready": True}), flush=True)  # noqa: T201  (what its parent waits for)
            ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            while not ended.done():
                observer.look(room)
                await asyncio.sleep(LOOK_S)
            print(json.dumps(observer.account.to_json()), flush=True)  # noqa: T201  (the result)
        finally:
            await room.leave()


def end(_: int, __: FrameType | None) -> None:
    """End in order when asked to by signal: what was started here ends as well."""
    raise SystemExit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    asyncio.run(observe(*sys.argv[1:]))
