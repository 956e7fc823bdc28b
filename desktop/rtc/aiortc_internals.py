"""What reaches into aiortc and aioice, each time into one object that we own.

aiortc has no public way to choose a sender's encoder, to tell which codec was agreed on, to gather
candidates on a machine whose only network is the loopback, to find candidates after the
description was made, or to close a connection that is still being made without leaving its tasks
behind. A private name that is gone in a later version fails here, by name, and the tests of this
file say so first. The taps of the statistics are in `aiortc_taps.py`.
"""

# Private members are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aioice import Candidate, stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, relayed_candidate
from aiortc import RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs.base import Encoder

log = logging.getLogger(__name__)

ICE_SERVER_ERRORS = (OSError, stun.TransactionError, ValueError, KeyError)
"""What asking a STUN or TURN server ends in when it does not answer, refuses, or talks nonsense."""

LATE_RELAY_CLOSE_LIMIT_S = 2.0
"""How long an allocation that is not needed any more may take to be given back."""

_CONNECT = "_RTCPeerConnection__connect"
_CLOSE_TURN = "_TurnTransport__close_task"
ENCODER = "_RTCRtpSender__encoder"
_LOOPBACK = "127.0.0.1"


def use_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Let a sender encode with `encoder`; before its first frame."""
    replace_private(sender, ENCODER, encoder)


def negotiated_codec(transceiver: RTCRtpTransceiver) -> str:
    """Name of the codec that will be sent, such as `VP8`; "" before the negotiation."""
    codecs = transceiver._codecs
    return str(codecs[0].name) if codecs else ""


def gather_on_loopback_when_alone(connection: RTCPeerConnection) -> None:
    """Let a connection gather on 127.0.0.1 where there is no other address; before the offer or answer.

    aioice leaves the loopback out, which is right wherever there is another address, and leaves a
    computer without a network, trying the demo, without any.
    """
    for transport in {transceiver.receiver.transport for transceiver in connection.getTransceivers()}:
        ice = transport.transport.iceGatherer._connection
        replace_private(ice, "get_component_candidates", _with_loopback(ice.get_component_candidates))


class Connecting:
    """The steps of ICE and DTLS of one connection, as tasks that can be ended.

    aiortc starts them behind descriptions and forgets them: closed in the middle, a connection
    fails in a task that nobody awaits, or goes on and starts to send after its end.
    """

    def __init__(self, connection: RTCPeerConnection) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._connect: Callable[[], Awaitable[None]] = getattr(connection, _CONNECT)
        replace_private(connection, _CONNECT, self._run)

    async def _run(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._connect()
        finally:
            self._tasks.discard(task)

    async def stop(self) -> None:
        """End the steps under way; close the connection without waiting for anything after this."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks))


class IceAgent:
    """The one transport of a bundled connection, as far as local candidates are concerned.

    aiortc gathers everything before it returns a description, so our connections are made without
    any server and gather host candidates only, which takes no time. What servers find is added
    here afterwards: to the pairs under check, as aioice itself does for the other side's candidates.

    Args:
        connection: with at least one transceiver, all of them on one transport.
    """

    def __init__(self, connection: RTCPeerConnection) -> None:
        transport = connection.getTransceivers()[0].receiver.transport
        self._ice = transport.transport.iceGatherer._connection
        self._connect: Callable[[], Awaitable[None]] = getattr(connection, _CONNECT)
        self._relays: list[StunProtocol] = []

    @property
    def candidates(self) -> list[Candidate]:
        """Our candidates so far."""
        return self._ice.local_candidates

    @property
    def hosts(self) -> list[StunProtocol]:
        """The IPv4 sockets that a STUN server can be asked from."""
        return [
            protocol
            for protocol in self._ice._protocols
            if protocol.local_candidate.type == "host"
            and ipaddress.ip_address(protocol.local_candidate.host).version == 4
        ]

    @property
    def selected(self) -> tuple[str, str] | None:
        """Types of our and the server's candidate that media flows between; None before."""
        for pair in self._ice._nominated.values():
            return pair.local_candidate.type, pair.remote_candidate.type
        return None

    async def ask_stun(self, host: StunProtocol, address: tuple[str, int]) -> Candidate | None:
        """Add and return the candidate that a STUN server sees one of `hosts` at.

        None when it is no new one, or the way to the other side is chosen by now.

        Raises:
            ICE_SERVER_ERRORS: it did not answer as a STUN server does.
        """
        # Not by aioice's own function: it looks a name up, in a thread, for each socket.
        question = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        answer, _ = await host.request(question, address)
        seen: tuple[str, int] = answer.attributes["XOR-MAPPED-ADDRESS"]
        known = {(known.host, known.port) for known in self._ice._local_candidates}
        # One that is known has no address translation on its way: redundant (RFC 8445 section 5.1.3).
        if seen in known or self._ice._check_list_done:
            return None
        base = host.local_candidate
        candidate = Candidate(
            foundation=candidate_foundation("srflx", "udp", base.host),
            component=base.component,
            transport="udp",
            priority=candidate_priority(base.component, "srflx"),
            host=seen[0],
            port=seen[1],
            type="srflx",
            related_address=base.host,
            related_port=base.port,
        )
        self._ice._local_candidates.append(candidate)
        return candidate

    async def ask_turn(
        self,
        address: tuple[str, int],
        *,
        transport: str,
        tls: bool | ssl.SSLContext,
        username: str,
        credential: str,
        hide_address: bool,
    ) -> Candidate | None:
        """Allocate an address on a TURN server, add and return it as a candidate, start checking it.

        None when the way to the other side was chosen meanwhile: the address is given back.

        Args:
            address: host and port.
            transport: `udp` or `tcp`.
            tls: False, or whom to trust.
            username: long-term credential.
            credential: its password.
            hide_address: keep the address the server sees us at out of the candidate.

        Raises:
            ICE_SERVER_ERRORS: it did not answer, or refused.
        """
        candidate, protocol = await relayed_candidate(
            component=1,
            hide_related_address=hide_address,
            protocol_factory=lambda: StunProtocol(self._ice),
            turn_server=address,
            turn_username=username,
            turn_password=credential,
            turn_ssl=tls,  # type: ignore[arg-type]  # handed on to asyncio, which takes both
            turn_transport=transport,
        )
        if self._ice._check_list_done:
            await close_relays([protocol], LATE_RELAY_CLOSE_LIMIT_S)
            return None
        first = not self._ice._local_candidates
        self._relays.append(protocol)
        self._ice._protocols.append(protocol)
        self._ice._local_candidates.append(candidate)
        for remote in self._ice.remote_candidates:
            self._ice._pair_remote_candidate(remote)
        self._ice.sort_check_list()
        if first:
            self._begin()
        return candidate

    def take_relays(self) -> list[StunProtocol]:
        """Take the allocations out of aioice's hands, to be ended by `close_relays` afterwards.

        It would wait for a TURN server that died for over a minute, and keep the other sockets
        open meanwhile.
        """
        relays, self._relays = self._relays, []
        for relay in relays:
            if relay in self._ice._protocols:
                self._ice._protocols.remove(relay)
        return relays

    def _begin(self) -> None:
        """Connect after all: without a candidate of its own, aiortc did not begin."""
        # The connection's own bookkeeping ends this task with it (`Connecting`).
        asyncio.ensure_future(self._connect())  # noqa: RUF006


async def path_answers(connection: RTCPeerConnection) -> bool:
    """Ask the other side on the path in use, once and once again, as consent checks do (RFC 7675).

    aioice asks too, but speaks up after half a minute. False when nothing came within 1.5 s.
    """
    for transport in {transceiver.receiver.transport for transceiver in connection.getTransceivers()}:
        ice = transport.transport._connection
        if ice.remote_password is None:
            return False
        for pair in ice._nominated.values():
            request = ice.build_request(pair, nominate=False)
            try:
                await pair.protocol.request(
                    request,
                    pair.remote_addr,
                    integrity_key=ice.remote_password.encode(),
                    retransmissions=1,
                )
            except stun.TransactionFailed:
                continue  # refused, but by somebody who is there
            except (stun.TransactionTimeout, OSError):
                return False
    return True


async def close_relays(relays: list[StunProtocol], limit_s: float) -> None:
    """Give allocations back to their TURN servers; one that does not answer in time is dropped."""
    if not relays:
        return
    closing = {asyncio.ensure_future(relay.close()): relay for relay in relays}
    try:
        await asyncio.wait(closing, timeout=limit_s)
    finally:
        late = [relay for task, relay in closing.items() if not task.done()]
        for relay in late:
            # Ends the request to the server; the socket is closed on the way out.
            request: asyncio.Task[None] | None = getattr(relay.transport, _CLOSE_TURN)
            if request is not None:
                request.cancel()
    if late:
        log.info("%d allocations were left to expire at their TURN server", len(late))
    await asyncio.wait(closing)


def _with_loopback(
    gather: Callable[..., Awaitable[list[Candidate]]],
) -> Callable[..., Awaitable[list[Candidate]]]:
    async def gather_somewhere(component: int, addresses: list[str]) -> list[Candidate]:
        return await gather(component=component, addresses=addresses or [_LOOPBACK])

    return gather_somewhere


def replace_private(owner: object, name: str, value: object) -> None:
    """Set a member of an object of aiortc's that is known to be there.

    Raises:
        RuntimeError: it is not: this version of aiortc works differently.
    """
    if not hasattr(owner, name):
        raise RuntimeError(f"{type(owner).__name__} has no {name}: this version of aiortc is not supported")
    setattr(owner, name, value)
