"""The service as a program of its own, for tests of several at once, of kills and of restarts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.service import TestDatabase

LIMIT_S = 60.0


@dataclass(slots=True)
class ServiceProcess:
    """One process of the service.

    Attributes:
        url: where it listens.
        port: the same port, for a process that takes its place.
        log: everything it wrote so far, both streams.
    """

    url: str
    port: int
    _process: subprocess.Popen[bytes]
    _log: Path

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        self._process.kill()
        self._process.wait(LIMIT_S)

    def stop(self) -> int:
        """End it in good order (SIGTERM); its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(LIMIT_S)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


@contextmanager
def service_process(database: TestDatabase, *, port: int = 0, **settings: Any) -> Iterator[ServiceProcess]:
    """`python -m backend serve` on this database until the block ends; it may be ended before.

    Args:
        database: where it keeps everything.
        port: 0 for a free one.
        **settings: members of `backend.config.Settings`, as the environment gives them.

    Raises:
        RuntimeError: it did not start.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VISIO_")}
    given = {f"VISIO_{name.upper()}": str(value) for name, value in settings.items()}
    with tempfile.TemporaryDirectory(prefix="mikl-visio-service-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "backend", "serve", "--port", str(port)],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={
                    **kept,
                    "VISIO_DATABASE_URL": database.api_dsn,
                    "VISIO_JOBS_DATABASE_URL": database.jobs_dsn,
                    "VISIO_POOL_SIZE": "4",
                    **given,
                },
            )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the service did not start: {log.read_text(encoding='utf-8')}")
            url: str = json.loads(line)["url"]
            yield ServiceProcess(url, int(url.rpartition(":")[2]), process, log)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.communicate(timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
