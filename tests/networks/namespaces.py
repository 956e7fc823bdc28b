"""Three network namespaces in a row, client ─ router ─ server, and what can go wrong between them.

The router stands where a real path breaks: neither end learns of it from its own link. Loss and delay
need the kernel's `netem`; a cut is a router that forwards nothing, which drops in silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

CLIENT, ROUTER, SERVER = (f"visio-{part}-{os.getpid()}" for part in ("client", "router", "server"))
SERVER_ADDRESS = "10.77.2.2"
CLIENT_ADDRESS, OTHER_ADDRESS = "10.77.1.2", "10.77.1.3"


def missing() -> str:
    """Why namespaces cannot be used here; "" when they can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "needs root"
    if not (shutil.which("ip") and shutil.which("tc")):
        return "needs iproute2"
    made = subprocess.run(["ip", "netns", "add", ROUTER], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        return "the kernel refuses network namespaces"
    run("ip", "netns", "del", ROUTER)
    return ""


def run(*command: str) -> None:
    """Run a command.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    subprocess.run(command, check=True, capture_output=True, text=True)


def within(namespace: str, *command: str) -> list[str]:
    """The command line that runs something in a namespace."""
    return ["ip", "netns", "exec", namespace, *command]


class Path:
    """The path between client and server."""

    def disturb(self, netem: Sequence[str]) -> None:
        """Loss or delay both ways, in the words of `tc netem`.

        Raises:
            subprocess.CalledProcessError: the kernel has no `netem`.
        """
        for link in ("to-client", "to-server"):
            run(*within(ROUTER, "tc", "qdisc", "replace", "dev", link, "root", "netem", *netem))

    def cut(self) -> None:
        """Drop everything, in silence."""
        run(*within(ROUTER, "sysctl", "-qw", "net.ipv4.ip_forward=0"))

    def restore(self) -> None:
        """Forward again."""
        run(*within(ROUTER, "sysctl", "-qw", "net.ipv4.ip_forward=1"))

    def change_address(self) -> None:
        """Another network for the client: its address goes and another one comes."""
        run(*within(CLIENT, "ip", "addr", "flush", "dev", "uplink"))
        run(*within(CLIENT, "ip", "addr", "add", f"{OTHER_ADDRESS}/24", "dev", "uplink"))
        run(*within(CLIENT, "ip", "route", "add", "default", "via", "10.77.1.1"))


@contextmanager
def path() -> Iterator[Path]:
    """Make the three namespaces and their links; everything is gone afterwards.

    Raises:
        subprocess.CalledProcessError: see `missing()`.
    """
    made = []
    try:
        for namespace in (CLIENT, ROUTER, SERVER):
            run("ip", "netns", "add", namespace)
            made.append(namespace)
            run(*within(namespace, "ip", "link", "set", "lo", "up"))
        for namespace, link, address, gateway in (
            (CLIENT, "to-client", CLIENT_ADDRESS, "10.77.1.1"),
            (SERVER, "to-server", SERVER_ADDRESS, "10.77.2.1"),
        ):
            run(
                *within(
                    ROUTER, "ip", "link", "add", link, "type", "veth", "peer", "uplink", "netns", namespace
                )
            )
            run(*within(ROUTER, "ip", "addr", "add", f"{gateway}/24", "dev", link))
            run(*within(ROUTER, "ip", "link", "set", link, "up"))
            run(*within(namespace, "ip", "addr", "add", f"{address}/24", "dev", "uplink"))
            run(*within(namespace, "ip", "link", "set", "uplink", "up"))
            run(*within(namespace, "ip", "route", "add", "default", "via", gateway))
        way = Path()
        way.restore()
        yield way
    finally:
        for namespace in made:
            run("ip", "netns", "del", namespace)
