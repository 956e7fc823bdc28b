"""Network namespaces that are always taken down again, and the programs that run inside them.

Each run names its own by its process id. A run that was killed outright leaves its namespaces behind:
the next one on this machine removes them, with whatever still runs in them.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

_PREFIX = "visio-"
_NAME = re.compile(rf"{_PREFIX}[a-z]+-(\d+)-\d+")
_numbers = itertools.count()
_CLONE_NEWNET = 0x40000000
_END_LIMIT_S = 10.0
"""How long the last process of a namespace may take to be gone after it was killed."""


def missing() -> str:
    """Why namespaces cannot be used here; "" when they can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "needs root"
    if not (shutil.which("ip") and shutil.which("setpriv")):
        return "needs iproute2 and util-linux"
    name = own_name("probe")
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        return "the kernel refuses network namespaces"
    run("ip", "netns", "del", name)
    return ""


def own_name(part: str) -> str:
    """A name for one of our namespaces: neither this run nor another one has it."""
    return f"{_PREFIX}{part}-{os.getpid()}-{next(_numbers)}"


def own_device() -> str:
    """A name for one of our network devices, which may have 15 characters."""
    return f"v{os.getpid()}-{next(_numbers)}"


def run(*command: str) -> str:
    """Run a command and return what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def within(namespace: str, *command: str) -> list[str]:
    """The command line that runs something in a namespace."""
    return ["ip", "netns", "exec", namespace, *command]


def mortal(*command: str) -> list[str]:
    """The command line that runs something no longer than the thread that starts it."""
    return ["setpriv", "--pdeathsig", "TERM", *command]


def socket_within(namespace: str) -> socket.socket:
    """A UDP socket that lives in a namespace, for the use of this process.

    Raises:
        OSError: there is no such namespace, or it may not be entered.
    """

    def make() -> socket.socket:
        libc = ctypes.CDLL(None, use_errno=True)
        descriptor = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
        try:
            # Only this thread moves, and it ends with its one socket made. Python has setns from 3.12 on.
            if libc.setns(descriptor, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
        finally:
            os.close(descriptor)
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(make).result()


@contextmanager
def process(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program with pipes on its input and output; it is asked to end, and made to, afterwards."""
    with subprocess.Popen(
        mortal(*command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            assert started.stdin is not None
            started.stdin.close()  # one that reads it in a thread ends no sooner
            started.terminate()
            try:
                started.wait(_END_LIMIT_S)
            except subprocess.TimeoutExpired:
                started.kill()


@contextmanager
def namespaces(*parts: str) -> Iterator[tuple[str, ...]]:
    """Make namespaces of these parts' names, their loopback up; whatever is in them ends with them.

    Raises:
        subprocess.CalledProcessError: see `missing()`.
    """
    remove_stale()
    with ExitStack() as stack:
        names = []
        for part in parts:
            name = own_name(part)
            run("ip", "netns", "add", name)
            stack.callback(remove, name)
            run(*within(name, "ip", "link", "set", "lo", "up"))
            names.append(name)
        yield tuple(names)


def existing() -> dict[str, int]:
    """Every namespace of any run, with the process id of its run."""
    listed = run("ip", "netns", "list").split("\n")
    found = (_NAME.match(line) for line in listed)
    return {match.group(0): int(match.group(1)) for match in found if match}


def remove(name: str) -> None:
    """End what runs in a namespace of ours and take it down with its devices.

    Raises:
        TimeoutError: a process in it does not end.
    """
    limit_s = time.monotonic() + _END_LIMIT_S
    while pids := run("ip", "netns", "pids", name).split():
        if time.monotonic() > limit_s:
            raise TimeoutError(f"{len(pids)} processes in {name} do not end")
        for pid in pids:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended by itself meanwhile
        time.sleep(0.02)
    run("ip", "netns", "del", name)


def remove_stale() -> None:
    """Remove what runs that were killed have left."""
    for name, pid in existing().items():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            remove(name)
