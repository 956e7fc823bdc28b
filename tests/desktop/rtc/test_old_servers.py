"""Servers older than 2.16, whose join result says little more than the id: the token says the rest."""

from __future__ import annotations

import json

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomPhase, RoomState


async def old_server(socket: ServerConnection) -> None:
    """Knows `joinRoom` as 2.12 answers it, `ping` and `leaveRoom`; to the rest it says nothing."""
    results = {"joinRoom": {"id": "con_1", "value": []}, "ping": {"value": "pong"}, "leaveRoom": {}}
    try:
        async for text in socket:
            message = json.loads(text)
            if (result := results.get(message["method"])) is not None:
                await socket.send(json.dumps({"id": message["id"], "result": result, "jsonrpc": "2.0"}))
    except ConnectionClosed:
        return  # the client left


@pytest.mark.parametrize(("role", "moderates"), [("MODERATOR", True), ("PUBLISHER", False)])
async def test_the_role_stands_in_the_token(role: str, moderates: bool) -> None:
    """Joined, with the rights that the service gave."""
    states: list[RoomState] = []
    async with serve(old_server, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        token = f"ws://127.0.0.1:{port}?sessionId=room&token=tok_1&role={role}&version=2.12.0"
        room = open_room(RoomRequest(token, "Ada"), RoomDevices(None, None, None), states.append)
        await room.join()
        assert (room.state.phase, room.state.is_moderator) == (RoomPhase.CONNECTED, moderates)
        await room.leave()
