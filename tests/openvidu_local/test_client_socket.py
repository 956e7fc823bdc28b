"""Sockets of clients that do not read, stop in the middle, or send what nobody asked for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
import pytest_asyncio

from openvidu_local import client_socket
from openvidu_local.options import Timing
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest, openvidu_server

BIG_SIGNAL = {"message": json.dumps({"data": "x" * 40_000, "type": "signal:x", "to": []})}


class StoppedClient:
    """Joined by hand over TCP; it reads nothing until it is told to."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    @classmethod
    async def join(cls, url: str, token: str) -> StoppedClient:
        """Join the token's session; the replies stay unread."""
        host, _, port = url.removeprefix("http://").partition(":")
        raw = socket.create_connection((host, int(port)))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        _, writer = await asyncio.open_connection(sock=raw, limit=1024)
        writer.write(
            b"GET /openvidu HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        stopped = cls(writer)
        session = token.split("sessionId=")[1].split("&", maxsplit=1)[0]
        params = {"session": session, "token": token, "platform": "", "metadata": "", "secret": ""}
        stopped.send("joinRoom", params)
        return stopped

    def send(self, method: str, params: Mapping[str, object]) -> None:
        """Send one request in one masked frame, the mask being nothing."""
        text = json.dumps({"jsonrpc": "2.0", "id": 0, "method": method, "params": params}).encode()
        length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self._writer.write(b"\x81" + length + bytes(4) + text)

    async def close(self) -> None:
        """Give up the connection."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


@pytest_asyncio.fixture
async def stopped(server: OpenViduServer, rest: OpenViduRest, join: Joiner) -> AsyncIterator[StoppedClient]:
    """A client that reads nothing, in session `room`."""
    await rest.create_session("room")
    client = await StoppedClient.join(server.url, await rest.token("room"))
    yield client
    await client.close()


async def test_what_a_client_leaves_unread_is_bounded_in_bytes(
    join: Joiner, stopped: StoppedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before two thousand messages of fifty kilobytes each wait for it."""
    monkeypatch.setattr(client_socket, "_OUTBOX_CHARS", 400_000)
    ada = await join("MODERATOR")
    await until(lambda: len(ada.frames[0]["result"]["value"]) == 1, "the stopped client is listed")
    for _ in range(400):
        await ada.call("sendMessage", BIG_SIGNAL)
        if "participantLeft" in ada.notifications():
            break
    assert (await ada.notification("participantLeft"))["reason"] == "networkDisconnect"


async def test_a_stopped_client_is_closed_by_the_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its full buffers do not hold up the close: the others hear of its end."""
    monkeypatch.setattr(client_socket, "_CLOSE_LIMIT_S", 0.2)
    timing = Timing(grace_s=0.1, farewell_s=0.1, ping_interval_s=60.0)
    async with openvidu_server(timing=timing) as server, OpenViduRest(server.url) as rest:
        await rest.create_session("room")
        stopped = await StoppedClient.join(server.url, await rest.token("room"))
        async with await WireClient.open(server.url) as ada:
            await until(lambda: server.rooms.sessions["room"].connections, "the stopped client has joined")
            await ada.join(await rest.token("room"))
            for _ in range(150):
                await ada.call("sendMessage", BIG_SIGNAL)
            assert "participantLeft" not in ada.notifications()
            stopped.send("ping", {"interval": 10})
            left = await ada.notification("participantLeft")
            assert left["reason"] == "networkDisconnect"
        await stopped.close()


async def test_a_binary_message_closes_the_socket(server: OpenViduServer) -> None:
    """1003, as of OpenVidu's text handler."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url.replace('http', 'ws', 1)}/openvidu") as websocket,
    ):
        await websocket.send_bytes(b"\x00\x01")
        message = await websocket.receive()
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1003)


async def test_half_a_surrogate_pair_stops_nobody(join: Joiner) -> None:
    """One client's broken text must not end what the others are sent."""
    ada = await join("MODERATOR")
    bo = await join(metadata="half \ud83d")
    assert (await ada.notification("participantJoined"))["metadata"] == "half ?"
    await bo.call("leaveRoom")
    assert await ada.notification("participantLeft")
    assert await ada.call("echo")


async def test_an_id_is_a_number(join: Joiner) -> None:
    """A truth value is none, although Python takes it for one."""
    ada = await join()
    await ada.send_text('{"jsonrpc":"2.0","id":true,"method":"echo"}')
    await ada.call("ping")
    assert all(frame.get("id") is not True for frame in ada.frames)


async def test_many_sockets_that_never_join_leave_nothing(server: OpenViduServer) -> None:
    """Opened and closed, politely or not: no RPC session stays."""
    async with aiohttp.ClientSession() as http:
        for polite in [True, False] * 20:
            websocket = await http.ws_connect(f"{server.url.replace('http', 'ws', 1)}/openvidu")
            await websocket.send_str('{"jsonrpc":"2.0","id":1,"method":"ping"}')
            await websocket.receive()
            if polite:
                await websocket.close()
            else:
                websocket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
                await websocket.close()
    await until(lambda: server.rpc.session_count == 0, "every RPC session is forgotten")
