"""Runs the app: socket, event loop, signals, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.accounts.passwords import HASHER
from backend.app import create_app
from backend.config import Settings
from backend.events.stream import ABORT
from backend.patience import PatientProtocol, raise_file_limit
from backend.services import Services

log = structlog.stdlib.get_logger(__name__)

# Longer than the longest answer (a held poll is answered at once when the service stops).
_GRACE_S = 10
_BACKLOG = 2048


class Server:
    """One process's HTTP server, bound before it runs, so that its address is known.

    Attributes:
        url: where it listens.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password_hasher: PasswordHasher = HASHER,
    ) -> None:
        """Bind.

        Args:
            settings: of the service.
            host: address to listen on.
            port: 0 for a free one.
            password_hasher: see `create_app`.

        Raises:
            OSError: the port is taken.
        """
        self._socket = socket.create_server((host, port), backlog=_BACKLOG)
        bound_host, bound_port = self._socket.getsockname()[:2]
        self.url = f"http://{bound_host}:{bound_port}"
        if settings.public_url is None:
            settings = settings.model_copy(update={"public_url": self.url})
        self._app: FastAPI = create_app(settings, password_hasher=password_hasher)
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                _with_abort(self._app),
                http=PatientProtocol,
                limit_concurrency=settings.max_connections,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies or None,
            )
        )

    async def serve(self, on_ready: Callable[[], None]) -> None:
        """Serve until `stop`; `on_ready` is called when requests are answered.

        Raises:
            RuntimeError: the app could not start; the log says why.
        """
        self._uvicorn.on_ready = on_ready
        try:
            await self._uvicorn.serve(sockets=[self._socket])
        except SystemExit as error:
            # uvicorn's way to say that start-up failed.
            raise RuntimeError("the service could not start") from error
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End: no new connections, streams told to come back later, requests finished."""
        services: Services | None = getattr(self._app.state, "services", None)
        if services is not None:
            services.hub.close()
        self._uvicorn.should_exit = True


def _with_abort(app: ASGIApp) -> ASGIApp:
    """The app, able to cut a connection whose other end takes nothing (`backend.events.stream.abort`)."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # uvicorn's `send` belongs to an object that holds the connection.
            transport = getattr(getattr(send, "__self__", None), "transport", None)
            if transport is not None:
                scope["extensions"] = {**(scope.get("extensions") or {}), ABORT: transport.abort}
        await app(scope, receive, send)

    return call


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signal handling, and with word when it is up."""

    on_ready: Callable[[], None]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `run`: streams must be told first."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self.on_ready()


def run(server: Server, on_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl+C, on the main thread.

    Raises:
        RuntimeError: the app could not start.
    """

    async def main() -> None:
        raise_file_limit()
        with _stopping_on_signals(server):
            await server.serve(on_ready)

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The loop class: uvloop where there is one; on Windows the selector loop, which psycopg needs."""
    if sys.platform == "win32":
        return asyncio.SelectorEventLoop
    import uvloop  # noqa: PLC0415 - does not exist on Windows

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


@contextlib.contextmanager
def _stopping_on_signals(server: Server) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    wanted = [signal.SIGTERM, signal.SIGINT]
    if sys.platform == "win32":
        wanted.append(signal.SIGBREAK)
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(server.stop)) for number in wanted
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
