"""The three servers as processes of their own that can be killed, frozen and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import psutil

from backend import demo_accounts, migrate
from backend.embedded.cluster import Cluster
from tests.faults.seams import Address

START_LIMIT_S = 60.0
DATABASE = "visio"


class Victim(Protocol):
    """A server that things happen to."""

    name: str

    def processes(self) -> Iterator[psutil.Process]:
        """The server and its children, parents first."""

    async def start(self) -> None:
        """Start it, or start it again after a kill."""


def kill(victim: Victim) -> None:
    """End every process of it at once, without a word (SIGKILL)."""
    _signal(victim, signal.SIGKILL)


def freeze(victim: Victim) -> None:
    """Stop every process of it (SIGSTOP): it keeps its connections and answers nothing."""
    _signal(victim, signal.SIGSTOP)


def thaw(victim: Victim) -> None:
    """Let it go on (SIGCONT)."""
    _signal(victim, signal.SIGCONT)


def _signal(victim: Victim, number: int) -> None:
    for process in victim.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _tree(pid: int | None) -> Iterator[psutil.Process]:
    if pid is None:
        return
    try:
        parent = psutil.Process(pid)
        children = parent.children(recursive=True)
    except psutil.NoSuchProcess:
        return
    yield parent
    yield from children


class Postgres:
    """A durable cluster on disk: what it acknowledged must be there after a kill."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        # PostgreSQL refuses to run as root: the account that it runs as must get through to its part.
        folder.chmod(0o711)
        self._cluster = Cluster(folder / "cluster", durable=True)
        self._is_new = True

    def processes(self) -> Iterator[psutil.Process]:
        """Postmaster and all its backends."""
        yield from _tree(self._cluster.process_id)

    def dsn(self, role: str = "postgres") -> str:
        """Its address, past every seam."""
        return self._cluster.dsn(role, DATABASE)

    def address(self) -> Address:
        """Where it listens now."""
        return "127.0.0.1", self._cluster.port

    async def start(self) -> None:
        """Start; the first time with schema and people."""
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        # A cluster that was killed lets go of its lock here.
        self._cluster.stop()
        self._cluster.start()
        if self._is_new:
            self._cluster.make_database(DATABASE)
            migrate.migrate(self.dsn())
            migrate.set_login_passwords(self.dsn(), self._cluster.login_passwords)
            demo_accounts.seed(self.dsn())
            self._is_new = False

    def stop(self) -> None:
        """End it in good order."""
        thaw(self)
        self._cluster.stop()


class Program:
    """A Python program of ours that says on its first line where it listens.

    Attributes:
        url: its address.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.url = ""
        self._command = [sys.executable, "-m", *command]
        self._environment = {**os.environ, **environment}
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def processes(self) -> Iterator[psutil.Process]:
        """The process, if it was started."""
        yield from _tree(None if self._process is None else self._process.pid)

    def address(self) -> Address:
        """Where it listens now; nowhere before its start."""
        host, _, port = self.url.removeprefix("http://").partition(":")
        return host, int(port or 0)

    def memory_bytes(self) -> int:
        """Resident memory of the process."""
        return sum(int(process.memory_info().rss) for process in self.processes())

    async def start(self) -> None:
        """Start and wait until it is ready.

        Raises:
            TimeoutError: it was not in time.
        """
        self.stop()
        async with asyncio.timeout(START_LIMIT_S):
            line = await asyncio.to_thread(self._start)
        ready: dict[str, Any] = json.loads(line)
        self.url = ready["url"]

    def _start(self) -> str:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._environment
            )
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def stop(self) -> None:
        """End it, however."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None


@contextlib.contextmanager
def folder_of_a_campaign() -> Iterator[Path]:
    """A temporary folder on disk."""
    with tempfile.TemporaryDirectory(prefix="mikl-visio-faults-") as made:
        yield Path(made)
