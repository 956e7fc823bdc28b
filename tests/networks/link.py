"""A link between two namespaces, client ─ server, that can be disturbed in both directions alike.

Where the kernel has `netem`, a third namespace routes between the two and its devices lose and delay
packets; elsewhere a router of our own does (`router.py`). Either way neither end learns of a
disturbance from its own device.
"""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from tests.networks.namespaces import namespaces, own_device, process, run, within
from tests.networks.router import Counts, Disturbance

SERVER_ADDRESS = "10.77.2.2"
CLIENT_ADDRESS, OTHER_ADDRESS = "10.77.1.2", "10.77.1.3"
_CLIENT_GATEWAY, _SERVER_GATEWAY = "10.77.1.1", "10.77.2.1"
_DEVICE = "uplink"
_QUEUE_PACKETS = 5_000
"""Packets a TUN device keeps for a router that is not scheduled at once; 500 by default."""
_NETEM_LIMIT_PACKETS = 10_000


class Link(ABC):
    """The link while it stands.

    Attributes:
        client, server: names of the namespaces at its ends.
        backend: `netem`, or `emulated`.
    """

    backend: str

    def __init__(self, client: str, server: str) -> None:
        self.client = client
        self.server = server

    @abstractmethod
    def disturb(
        self, *, loss: float = 0.0, delay_s: float = 0.0, jitter_s: float = 0.0, cut: bool = False
    ) -> None:
        """From now on, this happens to packets in each direction; without arguments, nothing does.

        Args:
            loss: share of packets lost, 0.0 to 1.0.
            delay_s: what each direction adds.
            jitter_s: by how much the delay varies, up and down, without changing the order.
            cut: drop everything, in silence.
        """

    def change_address(self) -> None:
        """Another network for the client: its address goes and another one comes."""
        within_client = within(self.client)
        run(*within_client, "ip", "addr", "flush", "dev", _DEVICE)
        run(*within_client, "ip", "addr", "add", f"{OTHER_ADDRESS}/24", "dev", _DEVICE)
        self._route_client()

    @abstractmethod
    def _route_client(self) -> None:
        """Make the link the client's way to everywhere."""


class NetemLink(Link):
    """By the kernel's `netem` in a namespace between the two."""

    backend = "netem"

    def __init__(self, client: str, router: str, server: str) -> None:
        super().__init__(client, server)
        self._router = router
        for namespace, device, address, gateway in (
            (client, "to-client", CLIENT_ADDRESS, _CLIENT_GATEWAY),
            (server, "to-server", SERVER_ADDRESS, _SERVER_GATEWAY),
        ):
            pair = ["type", "veth", "peer", _DEVICE, "netns", namespace]
            run(*within(router, "ip", "link", "add", device, *pair))
            run(*within(router, "ip", "addr", "add", f"{gateway}/24", "dev", device))
            run(*within(router, "ip", "link", "set", device, "up"))
            run(*within(namespace, "ip", "addr", "add", f"{address}/24", "dev", _DEVICE))
            run(*within(namespace, "ip", "link", "set", _DEVICE, "up"))
        run(*within(server, "ip", "route", "add", "default", "via", _SERVER_GATEWAY))
        self._route_client()
        self.disturb()

    def disturb(
        self, *, loss: float = 0.0, delay_s: float = 0.0, jitter_s: float = 0.0, cut: bool = False
    ) -> None:
        """See `Link`."""
        run(*within(self._router, "sysctl", "-qw", f"net.ipv4.ip_forward={0 if cut else 1}"))
        for device in ("to-client", "to-server"):
            tc = within(self._router, "tc", "qdisc")
            run(*tc, "replace", "dev", device, "root", "handle", "1:", "pfifo", "limit", "1000")
            if not (loss or delay_s or jitter_s):
                continue
            rules = ["limit", str(_NETEM_LIMIT_PACKETS), "loss", f"{100 * loss}%"]
            rules += ["delay", f"{1000 * delay_s}ms", f"{1000 * jitter_s}ms"]
            run(*tc, "replace", "dev", device, "root", "handle", "2:", "netem", *rules)
            # netem's own queue sorts by time, so that jitter reorders; this one keeps the order.
            limit = ["limit", str(_NETEM_LIMIT_PACKETS)]
            run(*tc, "add", "dev", device, "parent", "2:1", "handle", "3:", "pfifo", *limit)

    def _route_client(self) -> None:
        run(*within(self.client, "ip", "route", "add", "default", "via", _CLIENT_GATEWAY))


class EmulatedLink(Link):
    """By `router.py` between a TUN device in each namespace.

    Attributes:
        counts: what the router had done until the last change.
    """

    backend = "emulated"

    def __init__(
        self, client: str, server: str, router: subprocess.Popen[str], devices: tuple[str, str]
    ) -> None:
        super().__init__(client, server)
        self._router = router
        self.counts = Counts()
        answer(router)  # its devices are there
        ends = ((client, CLIENT_ADDRESS, devices[0]), (server, SERVER_ADDRESS, devices[1]))
        for namespace, address, device in ends:
            run("ip", "link", "set", device, "netns", namespace, "name", _DEVICE)
            run(*within(namespace, "ip", "addr", "add", f"{address}/24", "dev", _DEVICE))
            queue = ["txqueuelen", str(_QUEUE_PACKETS)]
            run(*within(namespace, "ip", "link", "set", _DEVICE, *queue, "up"))
        run(*within(server, "ip", "route", "add", "default", "dev", _DEVICE))
        self._route_client()

    def disturb(
        self, *, loss: float = 0.0, delay_s: float = 0.0, jitter_s: float = 0.0, cut: bool = False
    ) -> None:
        """See `Link`."""
        order = Disturbance(loss=loss, delay_s=delay_s, jitter_s=jitter_s, cut=cut)
        assert self._router.stdin is not None
        self._router.stdin.write(json.dumps(asdict(order)) + "\n")
        self._router.stdin.flush()
        self.counts = Counts(**answer(self._router))

    def _route_client(self) -> None:
        run(*within(self.client, "ip", "route", "add", "default", "dev", _DEVICE))


def answer(program: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line of a program of ours, which is JSON.

    Raises:
        EOFError: it ended instead.
    """
    assert program.stdout is not None
    line = program.stdout.readline()
    if not line:
        raise EOFError(f"{program.args!r} ended without an answer")
    told: dict[str, Any] = json.loads(line)
    return told


def has_netem() -> bool:
    """Whether this kernel can lose and delay packets by itself."""
    with namespaces("probe") as (probe,):
        command = within(probe, "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms")
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            return False


@contextmanager
def link(seed: str = "visio", *, backend: str = "") -> Iterator[Link]:
    """Make both namespaces and an undisturbed link between them; everything is gone afterwards.

    Args:
        seed: of the losses and the jitter, where they are emulated.
        backend: `netem` or `emulated`; "" takes netem where the kernel has it.

    Raises:
        subprocess.CalledProcessError: see `namespaces.missing()`.
    """
    if (backend or ("netem" if has_netem() else "emulated")) == "netem":
        with namespaces("client", "router", "server") as (client, router, server):
            yield NetemLink(client, router, server)
        return
    devices = own_device(), own_device()
    with (
        namespaces("client", "server") as (client, server),
        process([sys.executable, "-m", "tests.networks.router", *devices, seed]) as program,
    ):
        yield EmulatedLink(client, server, program, devices)
