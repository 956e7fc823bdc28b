"""A bad line on the loopback: a UDP relay between two peers that loses media packets as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

Address = tuple[str, int]


class LossyRelay(asyncio.DatagramProtocol):
    """Passes datagrams between whoever sends first and a fixed other side.

    Only RTP and RTCP are lost, towards the fixed side: the connection itself stands (RFC 7983 tells
    them from STUN and DTLS by their first octet).

    Args:
        far: the other side's address.

    Attributes:
        loses_one_in: every so manieth media packet is lost; 0 loses none.
        passed, lost: media packets so far.
    """

    def __init__(self, far: Address) -> None:
        self._far = far
        self._near: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.loses_one_in = 0
        self.passed = 0
        self.lost = 0

    @property
    def port(self) -> int:
        """Where to send to, on 127.0.0.1."""
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Pass it on, or lose it."""
        assert self._transport is not None
        if addr == self._far:
            if self._near is not None:
                self._transport.sendto(data, self._near)
            return
        self._near = addr
        if data and 128 <= data[0] <= 191:
            if self.loses_one_in and (self.passed + self.lost) % self.loses_one_in == 0:
                self.lost += 1
                return
            self.passed += 1
        self._transport.sendto(data, self._far)


@asynccontextmanager
async def lossy_relay(far: Address) -> AsyncIterator[LossyRelay]:
    """A relay that runs for as long as the block."""
    transport, relay = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: LossyRelay(far), local_addr=("127.0.0.1", 0)
    )
    try:
        yield relay
    finally:
        transport.close()
