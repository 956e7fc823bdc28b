"""Rooms against the local server, in one loop, with a check that nothing of theirs is left."""

from __future__ import annotations

import asyncio
import gc
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from desktop.rtc.media import PictureSlot
from desktop.rtc.room import (
    DEFAULT_OPTIONS,
    RenewToken,
    Room,
    RoomDevices,
    RoomOptions,
    RoomRequest,
)
from desktop.rtc.rooms import open_room
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.signals import Signal
from desktop.rtc.state import ParticipantState, RoomState
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.sources import RED, BlocksCamera, Colour, RecordingOutput, ToneMicrophone
from tests.support.waiting import until

QUICK = SignallingTimes(open_s=3.0, reply_s=5.0, ping_interval_s=0.2, ping_reply_s=1.0, resume_limit_s=8.0)
"""Limits that let a test see a line lost and found without waiting for OpenVidu's own."""


class Guest:
    """Somebody with a room, and everything a test wants to look at."""

    def __init__(
        self,
        token: str,
        name: str = "Ada",
        *,
        colour: Colour = RED,
        frequency_hz: float = 450.0,
        camera: BlocksCamera | None = None,
        microphone: ToneMicrophone | None = None,
        microphone_on: bool = True,
        camera_on: bool = True,
        times: SignallingTimes = QUICK,
        renew_token: RenewToken | None = None,
        renew_screen_token: RenewToken | None = None,
        options: RoomOptions = DEFAULT_OPTIONS,
    ) -> None:
        self.camera = camera or BlocksCamera(colour)
        self.microphone = microphone or ToneMicrophone(frequency_hz)
        self.output = RecordingOutput()
        self.states: list[RoomState] = []
        self.signals: list[Signal] = []
        request = RoomRequest(
            token,
            name,
            microphone_on=microphone_on,
            camera_on=camera_on,
            renew_token=renew_token,
            renew_screen_token=renew_screen_token,
        )
        devices = RoomDevices(self.camera, self.microphone, self.output)
        self.room: Room = open_room(
            request,
            devices,
            self.states.append,
            ssl_context=options.ssl_context,
            relay_only=options.relay_only,
            on_signal=self.signals.append,
            times=times,
        )

    @property
    def state(self) -> RoomState:
        """The room's snapshot."""
        return self.room.state

    @property
    def others(self) -> tuple[ParticipantState, ...]:
        """Everybody else."""
        return self.room.state.participants

    def picture_of(self, place: int = 0) -> PictureSlot:
        """The slot of somebody's first stream; an empty one while there is none."""
        if len(self.others) <= place or not self.others[place].streams:
            return PictureSlot()
        return self.room.picture(self.others[place].streams[0].stream_id)


class House:
    """A session of a local server, and the guests in it."""

    def __init__(self, url: str, rest: OpenViduRest) -> None:
        self.url = url
        self.rest = rest
        self.session_id = f"mtg_{secrets.token_hex(8)}"
        self.guests: list[Guest] = []

    async def faults(self, *switches: str) -> None:
        """Let the server misbehave; none is none."""
        answer = await self.rest.http.put(f"{self.url}/openvidu-local/faults", json={"faults": switches})
        answer.raise_for_status()

    async def drop_socket(self, guest: Guest) -> None:
        """Cut somebody's socket without a close frame."""
        body = {"connection": guest.state.own_connection_id}
        answer = await self.rest.http.post(f"{self.url}/openvidu-local/drop-sockets", json=body)
        assert answer.json() == {"dropped": 1}

    async def delete(self, path: str = "") -> None:
        """End the session, or what `path` names in it, as the service would."""
        answer = await self.rest.http.delete(f"/sessions/{self.session_id}{path}")
        answer.raise_for_status()

    async def token(self, *, role: str = "PUBLISHER", data: str = "") -> str:
        """A token for one join."""
        await self.rest.create_session(self.session_id)
        return await self.rest.token(self.session_id, role=role, data=data)

    async def guest(
        self, name: str = "Ada", *, role: str = "PUBLISHER", data: str = "", **options: Any
    ) -> Guest:
        """Somebody with a token, not joined yet."""
        guest = Guest(await self.token(role=role, data=data), name, **options)
        self.guests.append(guest)
        return guest

    async def joined(self, name: str = "Ada", **options: Any) -> Guest:
        """Somebody in the room."""
        guest = await self.guest(name, **options)
        await guest.room.join()
        return guest


@pytest.fixture(scope="session")
def kurento() -> Iterator[RunningOpenVidu]:
    """A server that imitates Kurento, in a process of its own: what is left in ours is ours."""
    with openvidu_process("--log-level", "WARNING", "--grace", "3") as running:
        yield running


@pytest.fixture(scope="session")
def mediasoup() -> Iterator[RunningOpenVidu]:
    """A server that imitates mediasoup, which offers to its subscribers."""
    with openvidu_process("--log-level", "WARNING", "--grace", "3", mode="mediasoup") as running:
        yield running


@pytest.fixture
async def house(kurento: RunningOpenVidu) -> AsyncIterator[House]:
    """A session with Kurento's manners."""
    async with open_house(kurento) as house:
        yield house


@pytest.fixture
async def mediasoup_house(mediasoup: RunningOpenVidu) -> AsyncIterator[House]:
    """A session with mediasoup's manners."""
    async with open_house(mediasoup) as house:
        yield house


@asynccontextmanager
async def open_house(running: RunningOpenVidu) -> AsyncIterator[House]:
    """A session to join; everybody leaves at the end, and nothing of theirs may be left."""
    tasks = asyncio.all_tasks()
    sockets = open_sockets()
    async with OpenViduRest(running.url, running.secret) as rest:
        house = House(running.url, rest)
        yield house
        await house.faults()
        await asyncio.gather(*(guest.room.leave() for guest in house.guests))
    for guest in house.guests:
        assert not guest.camera.is_open
        assert not guest.microphone.is_open
        assert not guest.output.is_open
    left = asyncio.all_tasks() - tasks - {asyncio.current_task()}
    if left:
        # Those that aiortc has woken to end need a turn of the loop; none may wait for anything else.
        await asyncio.wait(left, timeout=0.2)
    assert not [task for task in left if not task.done()]
    await until(lambda: not open_sockets() - sockets, "the end of all sockets")


def open_sockets() -> set[int]:
    """Sockets of this process that Python knows, by number."""
    # By type and not by isinstance(), which would look behind weak references to what is gone.
    found = [thing for thing in gc.get_objects() if issubclass(type(thing), socket.socket)]
    return {thing.fileno() for thing in found} - {-1}
