"""GET /metrics on a port of its own, which no proxy in front of the service hands on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.metrics import Metrics, ServiceCollector

log = structlog.stdlib.get_logger(__name__)


@contextlib.asynccontextmanager
async def serving_metrics(
    metrics: Metrics, collector: ServiceCollector, *, host: str, port: int
) -> AsyncIterator[None]:
    """Answer `GET /metrics` for the time of the block.

    Raises:
        OSError: the port is taken.
    """
    metrics.registry.register(collector)

    async def show(_: Request) -> Response:
        await collector.refresh()
        return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = Starlette(routes=[Route("/metrics", show)])
    server = _Quiet(
        uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False)
    )
    with socket.create_server((host, port)) as listening:
        log.info("metrics", host=host, port=listening.getsockname()[1])
        task = asyncio.create_task(server.serve(sockets=[listening]), name="metrics")
        try:
            yield
        finally:
            server.should_exit = True
            await task


class _Quiet(uvicorn.Server):
    """Leaves signals to the service beside it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield
