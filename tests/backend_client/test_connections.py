"""No connection outlives its client, at whatever moment a request is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from backend_client.client import BackendClient
from tests.backend_client.toy_service import USER, Exchange, ToyService
from tests.support.waiting import until

AT_ONCE = 3


@pytest.mark.parametrize("turns", range(8))
async def test_a_request_cancelled_while_old_connections_are_closed(
    toy: ToyService, alice: BackendClient, turns: int
) -> None:
    """`turns` of the loop after its beginning; one of them is in the middle of the closing."""
    everybody_is_here = asyncio.Barrier(AT_ONCE)
    idle: list[Exchange] = []

    async def answer(exchange: Exchange) -> None:
        if len(idle) < AT_ONCE:
            idle.append(exchange)
            await everybody_is_here.wait()
        await exchange.answer(200, USER)

    toy.routes["GET /me"] = answer
    await asyncio.gather(*(alice.me() for _ in range(AT_ONCE)))
    assert toy.open_connections >= AT_ONCE
    for each in idle:
        each.writer.write(b"HTTP/1.1 408 idle for too long\r\n")  # who says that unasked is done with
    asked = asyncio.create_task(alice.me())
    for _ in range(turns):
        await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait({asked})
    await alice.close()
    await until(lambda: toy.open_connections == 0, "the end of every connection")
