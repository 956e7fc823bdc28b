"""A router in user space that loses and delays packets: `python -m tests.networks.router A B SEED`.

Stands between two TUN devices that it makes and that its parent moves into namespaces. It does what
the kernel's `netem` does, for kernels that have none: each direction loses packets at random and delays
them, in order. Orders come as JSON lines on standard input, `Disturbance` as an object; each is
answered with a line of what was done to packets so far. It ends with its input.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import select
import struct
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_PACKET_LIMIT_BYTES = 65_535
_BATCH = 64
"""Packets read in one go from one side, so that the other is not kept waiting."""
_WAITING_LIMIT = 10_000
"""Packets under delay in one direction; netem's own limit is 1,000."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What happens to each packet, the same in both directions.

    Attributes:
        loss: share of packets lost, 0.0 to 1.0, each by its own draw.
        delay_s: how long the others take.
        jitter_s: the delay varies evenly by so much up and down; a packet never overtakes another.
        cut: nothing passes, in silence.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    cut: bool = False


@dataclass(slots=True)
class Counts:
    """What became of the packets of both directions.

    Attributes:
        passed: handed on.
        lost: by chance or by a cut.
        refused: by the device, because its namespace is not ready, or for want of room here.
    """

    passed: int = 0
    lost: int = 0
    refused: int = 0


class Direction:
    """One way through the router."""

    def __init__(self, source: int, target: int, seed: str, counts: Counts) -> None:
        self.source = source
        self._target = target
        self._random = random.Random(seed)
        self._counts = counts
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._last_due_s = 0.0

    @property
    def due_s(self) -> float | None:
        """When the next packet is to be handed on; None while none waits."""
        return self._waiting[0][0] if self._waiting else None

    def read(self, disturbance: Disturbance, now_s: float) -> None:
        """Take what has come."""
        for _ in range(_BATCH):
            try:
                packet = os.read(self.source, _PACKET_LIMIT_BYTES)
            except BlockingIOError:
                return
            self._take(packet, disturbance, now_s)

    def cut(self) -> None:
        """Lose what is on its way."""
        self._counts.lost += len(self._waiting)
        self._waiting.clear()

    def forward(self, now_s: float) -> None:
        """Hand on what is due."""
        while self._waiting and self._waiting[0][0] <= now_s:
            self._write(self._waiting.popleft()[1])

    def _take(self, packet: bytes, disturbance: Disturbance, now_s: float) -> None:
        # Drawn for every packet, so that a seed gives the same losses with and without a cut.
        is_lost = self._random.random() < disturbance.loss
        if is_lost or disturbance.cut:
            self._counts.lost += 1
            return
        jitter_s = disturbance.jitter_s
        delay_s = disturbance.delay_s + (self._random.uniform(-jitter_s, jitter_s) if jitter_s else 0.0)
        due_s = max(now_s + delay_s, self._last_due_s)
        if due_s <= now_s and not self._waiting:
            self._write(packet)
        elif len(self._waiting) < _WAITING_LIMIT:
            self._last_due_s = due_s
            self._waiting.append((due_s, packet))
        else:
            self._counts.refused += 1

    def _write(self, packet: bytes) -> None:
        try:
            os.write(self._target, packet)
        except OSError as error:
            if error.errno not in {errno.EIO, errno.EAGAIN, errno.ENOBUFS}:
                raise
            self._counts.refused += 1
        else:
            self._counts.passed += 1


def open_tun(name: str) -> int:
    """Make a TUN device that carries bare IP packets; it lives as long as the returned descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor


def route(first: int, second: int, seed: str) -> None:
    """Forward between two descriptors until standard input ends."""
    counts = Counts()
    directions = [
        Direction(first, second, f"{seed} up", counts),
        Direction(second, first, f"{seed} down", counts),
    ]
    by_source = {direction.source: direction for direction in directions}
    disturbance = Disturbance()
    orders = sys.stdin.fileno()
    while True:
        dues_s = [due_s for direction in directions if (due_s := direction.due_s) is not None]
        timeout_s = max(0.0, min(dues_s) - time.monotonic()) if dues_s else None
        ready, _, _ = select.select([*by_source, orders], [], [], timeout_s)
        now_s = time.monotonic()
        for direction in directions:
            direction.forward(now_s)
            if direction.source in ready:
                direction.read(disturbance, now_s)
        if orders in ready:
            order = os.read(orders, select.PIPE_BUF)  # one short line, and its answer is waited for
            if not order:
                return
            disturbance = Disturbance(**json.loads(order))
            for direction in directions if disturbance.cut else ():
                direction.cut()
            print(json.dumps(asdict(counts)), flush=True)  # noqa: T201  (the answer)


if __name__ == "__main__":
    os.nice(-10)  # a router does not wait for the programs that talk through it
    _descriptors = open_tun(sys.argv[1]), open_tun(sys.argv[2])
    print("{}", flush=True)  # noqa: T201  (its parent moves the devices now)
    route(*_descriptors, sys.argv[3])
