"""A real room under a hostile server: it stays a room, stays small, and can be left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from desktop.rtc import roster
from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomPhase, RoomState
from tests.hostile.descriptions import candidates, damaged
from tests.hostile.frames import FRAMES, Generator
from tests.support.waiting import until

OWN_ID = "con_ZZZZZZZZZZ"
"""None of the generator's, which would put us out: for that a server needs no hostility."""

MEMBERS = 5
COUNT = max(200, FRAMES // 20)


class HostileRoom:
    """A server that takes everybody in, answers every call, and is not to be trusted with anything.

    Attributes:
        socket: of the client, once it has joined.
        negotiated: how many descriptions went out.
    """

    def __init__(self, media_server: str) -> None:
        self.socket: ServerConnection | None = None
        self.negotiated = 0
        self._media_server = media_server
        self._answers = _endless("answer")
        self._offers = _endless("offer")

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one socket."""
        try:
            async for text in socket:
                message: dict[str, Any] = json.loads(text)
                reply = {"id": message["id"], "result": self._result(message["method"]), "jsonrpc": "2.0"}
                await socket.send(json.dumps(reply))
                if message["method"] == "joinRoom":
                    self.socket = socket
        except ConnectionClosed:
            return  # the client left

    async def send(self, text: str) -> None:
        """One frame to the client."""
        assert self.socket is not None
        await self.socket.send(text.encode("utf-8", "replace").decode())

    async def tell(self, method: str, **params: Any) -> None:
        """One well-formed notification."""
        await self.send(json.dumps({"method": method, "params": params, "jsonrpc": "2.0"}))

    def _result(self, method: str) -> dict[str, Any]:
        match method:
            case "joinRoom":
                return {"id": OWN_ID, "sessionId": "rpc", "value": [], "mediaServer": self._media_server}
            case "receiveVideoFrom":
                self.negotiated += 1
                return {"sdpAnswer": next(self._answers)}
            case "prepareReceiveVideoFrom":
                self.negotiated += 1
                return {"sdpOffer": next(self._offers)}
            case _:
                return {}


def _endless(kind: str) -> Iterator[str]:
    while True:
        yield from damaged(kind, 1_000)


@asynccontextmanager
async def hostile_room(media_server: str) -> AsyncIterator[tuple[HostileRoom, list[RoomState]]]:
    """A room without devices that has joined the hostile server, and its states; left at the end."""
    tasks = asyncio.all_tasks()
    server, states = HostileRoom(media_server), list[RoomState]()
    async with serve(server.handle, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        token = f"ws://127.0.0.1:{port}?sessionId=room&token=tok_1"
        room = open_room(RoomRequest(token, "Ada"), RoomDevices(None, None, None), states.append)
        await room.join()
        yield server, states
        await room.leave()
    await until(lambda: asyncio.all_tasks() <= tasks, "no task is left")


@pytest.fixture(autouse=True)
def few_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer peer connections than the limit allows: what is tested is that there is one."""
    monkeypatch.setattr(roster, "MAX_MEMBERS", MEMBERS)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("media_server", ["kurento", "mediasoup"])
async def test_a_hostile_server_cannot_break_a_room(
    media_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Damaged frames, descriptions and candidates: nothing unheard, no error, still there, then left."""
    caplog.set_level("ERROR")
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    async with hostile_room(media_server) as (server, states):
        for number in range(4):
            person = f"con_{number:010d}"
            stream = {"id": f"str_CAM_AAAA_{person}", "hasAudio": True, "hasVideo": True}
            await server.tell("participantJoined", id=person, metadata="{}")
            await server.tell("participantPublished", id=person, streams=[stream])
        for candidate in candidates(COUNT):
            await server.tell("iceCandidate", senderConnectionId="con_0000000000", candidate=candidate)
        for frame in Generator().announcements(COUNT):
            # A crashed node means what it says: the room would be joined anew.
            if "masterNodeCrashed" not in frame:
                await server.send(frame)
        await server.tell("participantJoined", id="con_honest", metadata='{"name":"Bo"}')
        await server.tell("participantLeft", connectionId="con_0000000000")
        await until(lambda: server.negotiated >= 4, "descriptions for everybody", 60)
        await until(
            lambda: not any(one.connection_id == "con_0000000000" for one in states[-1].participants),
            "the last word is heard",
            60,
        )
        assert states[-1].phase is RoomPhase.CONNECTED
        assert len(states[-1].participants) <= MEMBERS
    assert not unheard
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_endless_participants_are_not_followed() -> None:
    """People and streams without end: some are taken in, and only these are asked for."""
    async with hostile_room("kurento") as (server, states):
        for number in range(40 * MEMBERS):
            person = f"con_{number:010d}"
            streams = [{"id": f"str_CAM_{part:04d}_{person}"} for part in range(20)]
            await server.tell("participantJoined", id=person, metadata="")
            await server.tell("participantPublished", id=person, streams=streams if number < 1 else [])
        await server.tell("participantLeft", connectionId="con_0000000001")
        await until(lambda: len(states[-1].participants) == MEMBERS - 1, "the last word is heard", 60)
        assert sum(len(one.streams) for one in states[-1].participants) <= roster.MAX_STREAMS_EACH
