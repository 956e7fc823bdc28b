"""Somebody in a room, in a process of their own that a test can stop and continue: a machine asleep.

    python -m tests.desktop.rtc.guest_process REST_URL SECRET SESSION

Prints one line of JSON for every new state (`phase`, `connection`, `others`) and for every time it
wakes; leaves at the end of its standard input. Times are short, so that a test need not wait for a
minute of sleep.
"""

from __future__ import annotations

import asyncio
import json
import sys

from desktop.rtc import place, recovery_watch, signalling
from desktop.rtc.recovery import Recovery, RecoveryEvent, RecoveryState
from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import RoomState
from tests.support.openvidu import OpenViduRest
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone

PING_INTERVAL_S = 1.0
"""The server gives a silent socket up after three of them."""

SLEEP_GAP_S = 0.3


def say(**members: object) -> None:
    """One line to the test."""
    sys.stdout.write(json.dumps(members) + "\n")
    sys.stdout.flush()


class TalkingRecovery(Recovery):
    """The recovery, which also says when it hears of a sleep."""

    def happened(self, event: RecoveryEvent) -> None:
        """Say it, then do it."""
        before = self.state
        super().happened(event)
        if event is RecoveryEvent.WOKE:
            say(woke=True, asks=before is RecoveryState.STEADY and self.state is RecoveryState.SUSPECTING)


async def run(url: str, secret: str, session_id: str) -> None:
    """Join, stay until standard input ends, leave."""
    async with OpenViduRest(url, secret) as rest:

        async def token() -> str:
            await rest.create_session(session_id)
            return await rest.token(session_id)

        def told(state: RoomState) -> None:
            say(phase=state.phase.value, connection=state.own_connection_id, others=len(state.participants))

        request = RoomRequest(await token(), "Bo", microphone_on=False, camera_on=True, renew_token=token)
        devices = RoomDevices(BlocksCamera(GREEN), ToneMicrophone(450.0), None)
        room = open_room(request, devices, told, times=SignallingTimes(ping_interval_s=PING_INTERVAL_S))
        await room.join()
        say(joined=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await room.leave()


def main() -> None:
    """Shorten the times and run."""
    recovery_watch.WATCH_INTERVAL_S = 0.1
    recovery_watch.SLEEP_GAP_S = SLEEP_GAP_S
    vars(signalling)["PING_INTERVAL_MS"] = int(PING_INTERVAL_S * 1000)
    vars(place)["Recovery"] = TalkingRecovery
    asyncio.run(run(*sys.argv[1:]))


if __name__ == "__main__":
    main()
