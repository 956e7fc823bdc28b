"""The local server under hostile clients, over a real socket: it serves the others and keeps nothing."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
import zlib
from typing import Any

import aiohttp
import httpx
import pytest

from openvidu_local.options import Timing
from openvidu_local.server import OpenViduServer
from tests.hostile.frames import FRAMES, USUAL_FRAMES, Generator
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import OpenViduRest, openvidu_server

ROUNDS = 8
"""The frames are sent by so many clients, one after the other."""
MAX_GROWTH_BYTES = 3_000_000
"""What the second half of the rounds may add; the frames themselves are far more."""


class Attack:
    """Clients that send whatever they like, and the loop's unheard failures meanwhile."""

    def __init__(self, server: OpenViduServer, rest: OpenViduRest) -> None:
        self.server = server
        self.unheard: list[dict[str, Any]] = []
        self._rest = rest
        self._generator = Generator()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.unheard.append(context))

    async def round(self, count: int) -> None:
        """One hostile client after another until `count` frames are sent."""
        frames = list(self._generator.requests(count))
        while frames:
            token = await self._new_token()
            async with aiohttp.ClientSession() as http:
                url = f"{self.server.url.replace('http', 'ws', 1)}/openvidu"
                async with http.ws_connect(url, max_msg_size=0) as socket:
                    await socket.send_json(_join(token))
                    reader = asyncio.create_task(_drain(socket))
                    self._name_what_exists()
                    try:
                        while frames and not socket.closed:
                            await socket.send_str(frames.pop())
                    except ConnectionError:
                        pass  # it said goodbye or was cut off: the next client goes on
                    await socket.close()
                    await reader

    async def _new_token(self) -> str:
        """A token of a session that lives: the one before may end between the two calls."""
        while True:
            await self._rest.create_session("room")
            try:
                return await self._rest.token("room", role="MODERATOR")
            except httpx.HTTPStatusError as error:
                if error.response.status_code != httpx.codes.NOT_FOUND:
                    raise

    def _name_what_exists(self) -> None:
        for session in self.server.rooms.sessions.values():
            for connection in session.connections.values():
                found = [connection.id, *([connection.stream.id] if connection.stream else [])]
                self._generator.ids = [*self._generator.ids[-20:], *found]


async def _drain(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


def _join(token: str) -> dict[str, Any]:
    params = {"token": token, "session": "room", "platform": "", "metadata": "", "secret": ""}
    return {"jsonrpc": "2.0", "id": 0, "method": "joinRoom", "params": params}


@pytest.mark.timeout(max(300, FRAMES // 10))
@pytest.mark.parametrize("mode", ["kurento", "mediasoup"])
async def test_generated_frames_harm_nobody(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing unheard or logged as an error, no task and no memory kept, and an honest client is served."""
    caplog.set_level("ERROR")
    # The campaign sends all of them in both modes; every test run, a few in the second.
    share = FRAMES if mode == "kurento" or FRAMES > USUAL_FRAMES else FRAMES // 4
    async with (
        openvidu_server(mode=mode, timing=Timing(grace_s=0.05, farewell_s=0.05)) as server,
        OpenViduRest(server.url, server.secret) as rest,
    ):
        attack = Attack(server, rest)
        await attack.round(share // ROUNDS)
        await until(lambda: server.relay.open_count == 0, "the endpoints are closed")
        tasks = len(asyncio.all_tasks())
        sizes: list[int] = []
        tracemalloc.start()
        try:
            for _ in range(ROUNDS - 1):
                await attack.round(share // ROUNDS)
                await until(lambda: not server.rooms.sessions.get("room"), "everybody is gone")
                await until(lambda: server.relay.open_count == 0, "the endpoints are closed")
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        await until(lambda: len(asyncio.all_tasks()) <= tasks, "no task is kept")
        assert sizes[-1] - sizes[len(sizes) // 2] < MAX_GROWTH_BYTES, sizes
        assert server.rpc.session_count <= 1
        await rest.create_session("honest")
        async with await WireClient.open(server.url) as honest:
            await honest.join(await rest.token("honest"))
            assert await honest.call("echo")
        assert not attack.unheard
        assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_honest_client_is_served_meanwhile() -> None:
    """A flood on one socket does not make another one wait for a second."""
    async with openvidu_server() as server, OpenViduRest(server.url, server.secret) as rest:
        await rest.create_session("honest")
        async with await WireClient.open(server.url) as honest:
            await honest.join(await rest.token("honest"))
            attack = Attack(server, rest)
            flood = asyncio.create_task(attack.round(300))
            waits_s: list[float] = []
            loop = asyncio.get_running_loop()
            while not flood.done():
                asked_s = loop.time()
                await honest.call("echo")
                waits_s.append(loop.time() - asked_s)
            await flood
            assert max(waits_s) < 1.0
            assert not attack.unheard


async def test_compression_is_not_agreed_to_and_not_inflated() -> None:
    """A client that offers it gets none; what it compresses all the same ends its socket."""
    bomb = zlib.compress(b" " * 40_000_000, 9)[2:-4]
    masked = b"\xc1" + bytes([0x80 | 126]) + len(bomb).to_bytes(2, "big") + bytes(4) + bomb
    async with openvidu_server() as server, aiohttp.ClientSession() as http:
        url = f"{server.url.replace('http', 'ws', 1)}/openvidu"
        async with http.ws_connect(url, compress=15) as socket:
            assert socket.compress == 0
            transport = socket.get_extra_info("socket")
            assert transport is not None
            await asyncio.get_running_loop().sock_sendall(transport._sock, masked)
            message = await socket.receive(timeout=20)
            assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        async with await WireClient.open(server.url) as honest:
            assert await honest.call("ping") == {"value": "pong"}
