"""One OpenVidu-compatible server: start, address, stop. Tests run it inside their own process."""

from __future__ import annotations

import asyncio
import logging
import ssl
from types import TracebackType
from typing import Self

from aiohttp import web

from openvidu_local.events import Events, nobody_listens
from openvidu_local.faults import Faults
from openvidu_local.heap import share_arenas
from openvidu_local.methods import Methods
from openvidu_local.options import HTTPS_PORT, Options
from openvidu_local.relay import Relay
from openvidu_local.rest import Rest
from openvidu_local.rooms import Rooms
from openvidu_local.rpc import RpcServer
from openvidu_local.webhook import Webhook

log = logging.getLogger(__name__)


class OpenViduServer:
    """REST, signalling and media of one server, on the running event loop.

    Use it as an asynchronous context manager, or call `start()` and `stop()`.

    Attributes:
        options: as given.
        faults: the switches; may be changed at any time.
        rooms: sessions and connections.
        relay: the media endpoints.
        rpc: the WebSockets.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.faults = Faults(self.options.faults)
        self.relay = Relay(self.options.mode, self.faults, self.options.bandwidth)
        self._webhook: Webhook | None = None
        if self.options.webhook_url is not None:
            self._webhook = Webhook(
                self.options.webhook_url, dict(self.options.webhook_headers), self.options.webhook_events
            )
        events = Events(self._webhook.send if self._webhook is not None else nobody_listens)
        self.rooms = Rooms(self.options.mode, self.relay, self._token_base, events)
        self.rpc = RpcServer(self.rooms, self.faults, self.options.timing)
        self._methods = Methods(self.rooms, self.options)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._collector: asyncio.Task[None] | None = None

    @property
    def secret(self) -> str:
        """Password of the REST user."""
        return self.options.secret

    @property
    def url(self) -> str:
        """Base address, `http://host:port` or `https://host[:port]`, once started."""
        scheme = "https" if self.options.certificate else "http"
        is_usual = scheme == "https" and self._port == HTTPS_PORT
        return f"{scheme}://{self._host}" + ("" if is_usual else f":{self._port}")

    async def start(self) -> None:
        """Bind and serve.

        Raises:
            OSError: the address is taken or the certificate cannot be read.
        """
        share_arenas()
        context = None
        if self.options.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.options.certificate, self.options.key)
        rest = Rest(
            rooms=self.rooms,
            rpc=self.rpc,
            faults=self.faults,
            options=self.options,
            public_url=lambda: self.url,
        )
        application = web.Application(middlewares=[rest.middleware()])
        application.add_routes([*rest.routes(), web.get("/openvidu", self._serve_socket)])
        # Request lines would put session ids into the log at every call.
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, self.options.host, self.options.port, ssl_context=context).start()
        self._port = runner.addresses[0][1]
        self._collector = asyncio.get_running_loop().create_task(self._collect())
        if self._webhook is not None:
            self._webhook.start()
        log.info("OpenVidu-compatible server in %s mode at %s", self.options.mode, self.url)

    async def stop(self) -> None:
        """Close every socket and peer connection and release the port; twice is once."""
        if self._collector is not None:
            self._collector.cancel()
            await asyncio.wait([self._collector])
            self._collector = None
        self.rpc.close()
        await self.relay.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        # A socket that ended meanwhile may have left something to close.
        await self.relay.close()
        if self._webhook is not None:
            await self._webhook.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def _host(self) -> str:
        host = self.options.public_host or self.options.host
        return f"[{host}]" if ":" in host else host

    def _token_base(self) -> str:
        return self.url.replace("http", "ws", 1)

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        return await self.rpc.serve(request, self._methods.apply)

    async def _collect(self) -> None:
        timing = self.options.timing
        while True:
            await asyncio.sleep(timing.garbage_interval_s)
            self.rooms.collect(timing.garbage_age_s)
