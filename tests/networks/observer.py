"""One participant, run inside a namespace: `python -m tests.networks.observer URL SESSION NAME`.

Prints `{"ready": true}` once it is joined and sees the other, then, when its standard input ends, what
its user saw: phases with their seconds, the longest still picture, the longest silence.
"""

from __future__ import annotations

import asyncio
import json
import sys

from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomPhase, RoomState
from tests.support.openvidu import OpenViduRest
from tests.support.sources import BlocksCamera, RecordingOutput, ToneMicrophone
from tests.support.waiting import until

LOOK_S = 0.05

SEES_S = 2.0
"""A picture that moved within this time is one that is seen."""


class Stillness:
    """The longest time for which a counter did not move."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.now_s = 0.0
        self._last: object = None
        self._since_s = 0.0

    def look(self, value: object, now_s: float) -> None:
        """Take one look."""
        if value != self._last:
            self._last, self._since_s = value, now_s
        self.now_s = now_s - self._since_s
        self.longest_s = max(self.longest_s, self.now_s)


async def observe(url: str, session_id: str, name: str) -> None:
    """Join, watch until standard input ends, tell, leave."""
    loop = asyncio.get_running_loop()
    phases: list[tuple[float, str]] = []
    connections: set[str] = set()
    started_s = loop.time()

    def on_state(state: RoomState) -> None:
        if not phases or phases[-1][1] != state.phase.value:
            phases.append((loop.time(), state.phase.value))
        if state.own_connection_id:
            connections.add(state.own_connection_id)

    async with OpenViduRest(url) as rest:

        async def token() -> str:
            await rest.create_session(session_id)
            return await rest.token(session_id)

        devices = RoomDevices(BlocksCamera(), ToneMicrophone(), RecordingOutput())
        room = open_room(RoomRequest(await token(), name, renew_token=token), devices, on_state)
        await room.join()

        def seen() -> tuple[object, object]:
            streams = [stream for person in room.state.participants for stream in person.streams]
            if not streams:
                return None, None
            key = streams[0].stream_id
            return (key, room.picture(key).count), (key, room.audio_level(key).frames)

        await until(lambda: room.picture(_first(room.state)).picture, "the other's picture", timeout_s=30)
        started_s = loop.time()
        print(json.dumps({"ready": True}), flush=True)  # noqa: T201  (what its parent waits for)
        ended = loop.run_in_executor(None, sys.stdin.read)
        picture, sound = Stillness(), Stillness()
        while not ended.done():
            now_s = loop.time()
            frames, samples = seen()
            picture.look(frames, now_s)
            sound.look(samples, now_s)
            await asyncio.sleep(LOOK_S)
        phases.append((loop.time(), "end"))
        told = {
            "phases": [(round(max(0.0, at_s - started_s), 1), phase) for at_s, phase in phases],
            "longest_still_s": round(picture.longest_s, 1),
            "longest_silence_s": round(sound.longest_s, 1),
            "sees": picture.now_s < SEES_S and room.state.phase is RoomPhase.CONNECTED,
            "connections": len(connections),
        }
        print(json.dumps(told), flush=True)  # noqa: T201  (the result)
        await room.leave()


def _first(state: RoomState) -> str:
    streams = [stream for person in state.participants for stream in person.streams]
    return streams[0].stream_id if streams else "nobody"


if __name__ == "__main__":
    asyncio.run(observe(*sys.argv[1:4]))
