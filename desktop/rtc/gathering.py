"""Asks STUN and TURN servers for further candidates while the offer is already on its way.

No server is waited for: what one finds is told when it is there, and one that is dead costs nobody
but its own question.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aioice import Candidate
from aioice.ice import StunProtocol

from desktop.rtc.aiortc_internals import ICE_SERVER_ERRORS, IceAgent
from desktop.rtc.ice_servers import IceServers, StunServer, TurnServer

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

GATHERING_LIMIT_S = 10.0
"""How long one server may take; less than the time until no more candidates are expected of either
side (`CANDIDATES_END_S` in `peer.py`)."""


class Gathering:
    """The questions of one peer connection to its servers.

    Args:
        agent: where candidates are added.
        servers: whom to ask.
        on_candidate: told about each new candidate, in the form `candidate:…` of the wire.
    """

    def __init__(self, agent: IceAgent, servers: IceServers, on_candidate: Callable[[str], None]) -> None:
        self._agent = agent
        self._servers = servers
        self._on_candidate = on_candidate

    async def run(self) -> None:
        """Ask every server at once; returns when each has answered, failed, or taken too long."""
        async with asyncio.TaskGroup() as questions:
            for server in self._servers.used:
                if isinstance(server, StunServer):
                    question = self._ask_stun(server)
                else:
                    question = self._ask_turn(server)
                questions.create_task(question, name="ICE server")

    async def _ask_stun(self, server: StunServer) -> None:
        """Ask from each of our IPv4 addresses: those are what gets translated on the way."""
        host = await _answer_of("STUN", self._servers.names.look_up(server.host, socket.AF_INET))
        if host is None:
            return
        async with asyncio.TaskGroup() as questions:
            for protocol in self._agent.hosts:
                questions.create_task(self._ask_stun_from(protocol, (host, server.port)), name="STUN")

    async def _ask_stun_from(self, protocol: StunProtocol, address: tuple[str, int]) -> None:
        self._tell(await _answer_of("STUN", self._agent.ask_stun(protocol, address)))

    async def _ask_turn(self, server: TurnServer) -> None:
        self._tell(await _answer_of("TURN", self._allocate(server)))

    async def _allocate(self, server: TurnServer) -> Candidate | None:
        host = await self._servers.names.look_up(server.host)
        return await self._agent.ask_turn(
            # TLS checks the name that was meant.
            (server.host if server.tls else host, server.port),
            transport=server.transport,
            tls=server.tls and (self._servers.ssl_context or True),
            username=server.username,
            credential=server.credential,
            hide_address=self._servers.relay_only,
        )

    def _tell(self, candidate: Candidate | None) -> None:
        if candidate is not None:
            self._on_candidate(f"candidate:{candidate.to_sdp()}")


async def _answer_of(kind: str, question: Coroutine[Any, Any, Answer]) -> Answer | None:
    """What a server answers; None when it fails or takes too long, which is nobody else's matter."""
    try:
        async with asyncio.timeout(GATHERING_LIMIT_S):
            return await question
    except ICE_SERVER_ERRORS as error:
        log.info("a %s server of the room was of no use: %s", kind, type(error).__name__)
        return None
