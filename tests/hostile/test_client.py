"""The client's signalling under a hostile server, over a real socket: it goes on and keeps nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from desktop.rtc.messages import Echo, Notification
from desktop.rtc.signalling import LineState, Signalling
from desktop.rtc.token import parse_token
from tests.hostile.frames import FRAMES, Generator
from tests.support.waiting import until

MAX_GROWTH_BYTES = 2_000_000
"""What the second half of the frames may add."""


class HostileServer:
    """Sends generated frames before it answers; each `echo` is answered after a batch of them.

    Attributes:
        batch: frames before the next answer.
        sent: how many went out.
    """

    def __init__(self, frames: Iterator[str]) -> None:
        self.batch = 100
        self.sent = 0
        self._frames = frames

    async def handle(self, socket: ServerConnection) -> None:
        """Serve one socket."""
        try:
            async for text in socket:
                message: dict[str, Any] = json.loads(text)
                if message["method"] == "echo":
                    await self._flood(socket)
                await socket.send(json.dumps({"id": message["id"], "result": {}, "jsonrpc": "2.0"}))
        except ConnectionClosed:
            return  # the client left

    async def _flood(self, socket: ServerConnection) -> None:
        for _ in range(self.batch):
            text = next(self._frames, None)
            if text is None:
                return
            await socket.send(text.encode("utf-8", "replace").decode())
            self.sent += 1


@asynccontextmanager
async def line_to(server: HostileServer, heard: Callable[[object], None]) -> AsyncIterator[Signalling]:
    """An open line of the client to the hostile server."""
    async with serve(server.handle, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        token = parse_token(f"ws://127.0.0.1:{port}?sessionId=room&token=tok_1")
        line = Signalling(token, on_notification=heard, on_line=heard)
        await line.open()
        yield line
        await line.close()


@pytest.mark.timeout(300)
async def test_generated_frames_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    """Every frame is read or skipped, each of our calls is settled, no task and no memory is kept."""
    caplog.set_level("ERROR")
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    server = HostileServer(Generator().announcements(FRAMES))
    heard: dict[str, int] = {}

    def hear(told: object) -> None:
        heard[type(told).__name__] = heard.get(type(told).__name__, 0) + 1

    async with line_to(server, hear) as line:
        await line.request(Echo())
        tasks = len(asyncio.all_tasks())
        sizes: list[int] = []
        tracemalloc.start()
        try:
            while server.sent < FRAMES:
                await _settled(line)
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        assert len(asyncio.all_tasks()) <= tasks
        assert sizes[-1] - sizes[len(sizes) // 2] < MAX_GROWTH_BYTES, sizes
    assert LineState.__name__ not in heard, "the line was never lost"
    assert sum(heard.values()) > FRAMES // 10, "the generator still makes frames that are understood"
    assert not unheard
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def _settled(line: Signalling) -> None:
    """One call; a forged reply may settle it early, with a result or an error, but never leave it."""
    async with asyncio.timeout(20):
        await asyncio.gather(line.request(Echo()), return_exceptions=True)


async def test_a_frame_too_long_ends_the_line_and_nothing_else() -> None:
    """More than the client ever takes: the socket is closed, which is told once."""
    told: list[object] = []
    server = HostileServer(iter(["x" * 2_000_000]))
    async with line_to(server, told.append) as line:
        await asyncio.gather(line.request(Echo()), return_exceptions=True)
        await until(lambda: LineState.ENDED in told, "the end is told")
    assert told == [LineState.ENDED]


BOMB = zlib.compress(b" " * 50_000_000, 9)
"""50 MB of nothing in 49 kB."""


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\xc1\x7e" + len(BOMB[2:-4]).to_bytes(2, "big") + BOMB[2:-4], id="compressed"),
        pytest.param(b"\x81\x03\xff\xfe\xfd", id="no UTF-8"),
        pytest.param(b"\x81\x7f" + (2**40).to_bytes(8, "big"), id="a length of a terabyte"),
        pytest.param(b"\x8f\x00", id="unknown opcode"),
    ],
)
async def test_a_broken_frame_ends_the_line_and_nothing_else(frame: bytes) -> None:
    """We never agree to compression: what is compressed all the same is not inflated."""
    told: list[object] = []

    async def send_raw(socket: ServerConnection) -> None:
        await socket.recv()
        socket.transport.write(frame)
        await socket.wait_closed()

    server = HostileServer(iter(()))
    server.handle = send_raw  # type: ignore[method-assign]
    tracemalloc.start()
    try:
        async with line_to(server, told.append) as line:
            await asyncio.gather(line.request(Echo()), return_exceptions=True)
            await until(lambda: LineState.ENDED in told, "the end is told")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert told == [LineState.ENDED]


async def test_a_flood_of_notifications_is_handed_over_in_order() -> None:
    """Nothing overtakes, nothing is dropped."""
    told: list[str] = []
    frames = (
        json.dumps({"method": "participantLeft", "params": {"connectionId": str(number)}, "jsonrpc": "2.0"})
        for number in range(5000)
    )

    def hear(notification: object) -> None:
        assert isinstance(notification, Notification)
        told.append(notification.model_dump()["connection_id"])

    server = HostileServer(frames)
    server.batch = 5000
    async with line_to(server, hear) as line:
        await line.request(Echo())
    assert told == [str(number) for number in range(5000)]
