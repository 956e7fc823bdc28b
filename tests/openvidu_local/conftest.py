"""Fixtures: a server in the test's loop, its REST client, and clients that are cleaned up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest_asyncio

from openvidu_local.options import Timing
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.media_client import MediaClient
from tests.openvidu_local.wire_client import WireClient
from tests.support.openvidu import OpenViduRest, openvidu_server

SHORT = Timing(grace_s=0.3, farewell_s=0.3)
"""Timers short enough to wait for."""

Joiner = Callable[..., Awaitable[WireClient]]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[OpenViduServer]:
    """A server in Kurento mode with OpenVidu's timers; checks that nothing is left open."""
    async with openvidu_server() as running:
        yield running
    assert running.relay.open_count == 0


@pytest_asyncio.fixture
async def rest(server: OpenViduServer) -> AsyncIterator[OpenViduRest]:
    """The REST API of `server`."""
    async with OpenViduRest(server.url, server.secret) as client:
        yield client


@pytest_asyncio.fixture
async def join(rest: OpenViduRest, server: OpenViduServer) -> AsyncIterator[Joiner]:
    """Opens a socket and joins session `room` over it."""
    async with AsyncExitStack() as clients:

        async def joiner(role: str = "PUBLISHER", *, metadata: str = "", **members: object) -> WireClient:
            await rest.create_session("room")
            token = await rest.token("room", role=role, **members)
            client = await clients.enter_async_context(await WireClient.open(server.url))
            await client.join(token, metadata=metadata)
            return client

        yield joiner


@pytest_asyncio.fixture
async def media(server: OpenViduServer) -> AsyncIterator[Callable[[WireClient], MediaClient]]:
    """Wraps a joined client with real peer connections, which are closed at the end."""
    async with AsyncExitStack() as peers:

        def wrap(client: WireClient) -> MediaClient:
            wrapped = MediaClient(client)
            peers.push_async_callback(wrapped.close)
            return wrapped

        yield wrap
