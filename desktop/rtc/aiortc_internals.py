"""The one file that reaches into aiortc and aioice, each time into one object that we own.

aiortc has no public way to choose a sender's encoder, to tell which codec was agreed on, to gather
candidates on a machine whose only network is the loopback, or to close a connection that is still
being made without leaving its tasks behind. A private name that is gone in a
later version fails here, by name, and the tests of this file say so first.
"""

# Private members are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aioice import Candidate
from aiortc import RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs.base import Encoder

_CONNECT = "_RTCPeerConnection__connect"
_ENCODER = "_RTCRtpSender__encoder"
_LOOPBACK = "127.0.0.1"


def use_encoder(sender: RTCRtpSender, encoder: Encoder) -> None:
    """Let a sender encode with `encoder`; before its first frame."""
    _replace(sender, _ENCODER, encoder)


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
        _replace(ice, "get_component_candidates", _with_loopback(ice.get_component_candidates))


class Connecting:
    """The steps of ICE and DTLS of one connection, as tasks that can be ended.

    aiortc starts them behind descriptions and forgets them: closed in the middle, a connection
    fails in a task that nobody awaits, or goes on and starts to send after its end.
    """

    def __init__(self, connection: RTCPeerConnection) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._connect: Callable[[], Awaitable[None]] = getattr(connection, _CONNECT)
        _replace(connection, _CONNECT, self._run)

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


def _with_loopback(
    gather: Callable[..., Awaitable[list[Candidate]]],
) -> Callable[..., Awaitable[list[Candidate]]]:
    async def gather_somewhere(component: int, addresses: list[str]) -> list[Candidate]:
        return await gather(component=component, addresses=addresses or [_LOOPBACK])

    return gather_somewhere


def _replace(owner: object, name: str, value: object) -> None:
    if not hasattr(owner, name):
        raise RuntimeError(f"{type(owner).__name__} has no {name}: this version of aiortc is not supported")
    setattr(owner, name, value)
