"""Does a relay (TURN server) work from this network?

    allocate()   with the credentials that a room gives: an address is allocated and given back
    probe()      without any, for relays that IT names in the settings

An allocation without credentials is refused with a challenge (RFC 8656, 7.2): the refusal shows that
the server was reached over this transport and speaks TURN. Nothing is allocated.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass

from aioice import stun
from aioice.turn import create_turn_endpoint

from desktop.rtc.ice_servers import DEFAULT_PORT, DEFAULT_TLS_PORT, TurnServer

ANSWER_S = 5.0
RETURN_S = 1.0
_LIFETIME_S = 60
_UDP = 17 << 24
"""REQUESTED-TRANSPORT: what would be relayed is UDP, however the server is reached."""
_HEADER_BYTES = 20
_RESENDS_S = (0.0, 0.5, 1.0, 1.5)

_ADDRESS = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9a-f:.]+\]|[^\s:?\[\]@/]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?",
    re.IGNORECASE,
)


class RelayProbeError(Exception):
    """The relay did not answer as one; the text says how, without secrets."""


@dataclass
class _Relayed(asyncio.DatagramProtocol):
    """What is relayed to us: nothing, until the allocation is given back."""

    returned: asyncio.Future[None]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.returned.done():
            self.returned.set_result(None)


@dataclass
class _Datagrams(asyncio.DatagramProtocol):
    """Waits for the one answer."""

    answer: asyncio.Future[bytes]

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


def relay_of(address: str) -> TurnServer:
    """The server of an address such as `turns:turn.example.org:443?transport=tcp`.

    Raises:
        ValueError: it is no TURN address.
    """
    match = _ADDRESS.fullmatch(address.strip())
    if match is None:
        raise ValueError("an address such as turn:turn.example.org:3478?transport=udp is needed")
    tls = match["scheme"].lower() == "turns"
    port = int(match["port"] or (DEFAULT_TLS_PORT if tls else DEFAULT_PORT))
    transport = (match["transport"] or ("tcp" if tls else "udp")).lower()
    return TurnServer(match["host"].strip("[]"), port, transport, tls)


async def probe(server: TurnServer, ssl_context: ssl.SSLContext | None = None) -> None:
    """Return once the server has answered.

    Raises:
        RelayProbeError: it did not, or not as a relay.
    """
    question = stun.Message(message_method=stun.Method.ALLOCATE, message_class=stun.Class.REQUEST)
    question.attributes["REQUESTED-TRANSPORT"] = _UDP
    ask = _ask_by_stream if server.transport == "tcp" else _ask_by_datagram
    try:
        answer = await asyncio.wait_for(ask(server, bytes(question), ssl_context), ANSWER_S)
        found = stun.parse_message(answer)
    except TimeoutError as error:
        raise RelayProbeError("no answer") from error
    except (OSError, ValueError, asyncio.IncompleteReadError) as error:
        # `ssl.SSLError` is an OSError; ValueError: what came back is no STUN.
        raise RelayProbeError(type(error).__name__) from error
    if found.transaction_id != question.transaction_id or found.message_method is not stun.Method.ALLOCATE:
        raise RelayProbeError("another answer than to the question")


async def allocate(server: TurnServer, ssl_context: ssl.SSLContext | None = None) -> None:
    """Have the relay allocate an address for us, and give it back.

    Args:
        server: with the credentials of a room.
        ssl_context: whom to trust for `turns:`; None takes the interpreter's defaults.

    Raises:
        RelayProbeError: it did not answer, or refused.
    """
    loop = asyncio.get_running_loop()
    returned: asyncio.Future[None] = loop.create_future()
    try:
        async with asyncio.timeout(ANSWER_S):
            transport, _ = await create_turn_endpoint(
                lambda: _Relayed(returned),
                (server.host, server.port),
                server.username,
                server.credential,
                lifetime=_LIFETIME_S,
                ssl=(ssl_context or True) if server.tls else None,
                transport=server.transport,
            )
    except TimeoutError as error:
        raise RelayProbeError("no answer") from error
    except stun.TransactionFailed as error:
        code, _reason = error.response.attributes.get("ERROR-CODE", (0, ""))
        raise RelayProbeError(f"refused with {code}") from error
    except (OSError, stun.TransactionError, ValueError, KeyError) as error:
        raise RelayProbeError(type(error).__name__) from error
    transport.close()
    # What is not given back in time ends by itself after its lifetime.
    await asyncio.wait({returned}, timeout=RETURN_S)


async def _ask_by_datagram(server: TurnServer, question: bytes, _ssl: ssl.SSLContext | None) -> bytes:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams(answer), remote_addr=(server.host, server.port)
    )
    try:
        for wait_s in _RESENDS_S:
            transport.sendto(question)
            done, _pending = await asyncio.wait({answer}, timeout=wait_s or 0.2)
            if done:
                break
        return await answer
    finally:
        transport.close()
        if answer.done() and not answer.cancelled():
            answer.exception()


async def _ask_by_stream(server: TurnServer, question: bytes, ssl_context: ssl.SSLContext | None) -> bytes:
    context = (ssl_context or ssl.create_default_context()) if server.tls else None
    reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
    try:
        writer.write(question)
        await writer.drain()
        header = await reader.readexactly(_HEADER_BYTES)
        return header + await reader.readexactly(int.from_bytes(header[2:4], "big"))
    finally:
        writer.close()
