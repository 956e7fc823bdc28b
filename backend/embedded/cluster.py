"""One private PostgreSQL server: its files, its passwords, its start and its end.

It listens on the loopback address only, with passwords (SCRAM) made for this cluster, and runs as
a child of this process, which stops it. On Linux it also ends when this process is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
import structlog

from backend.embedded.binaries import EmbeddedError, Programs, find_programs
from backend.migrate import LOGIN_ROLES

log = structlog.stdlib.get_logger(__name__)

ADMINISTRATOR = "postgres"
_HOST = "127.0.0.1"
# After a crash the old server's shared memory and lock file take a while to become free.
_START_LIMIT_S = 30.0
_STOP_LIMIT_S = 15.0


class Cluster:
    """A PostgreSQL server of our own; a context manager that starts and stops it.

    Attributes:
        data_dir: everything it keeps; a temporary folder, removed at the end, when none was given.
        port: the loopback port, known after the start.
    """

    def __init__(
        self, data_dir: Path | None = None, *, durable: bool | None = None, bin_dir: Path | None = None
    ) -> None:
        """Prepare; nothing is touched before `start`.

        Args:
            data_dir: where to keep the cluster; None for a temporary one.
            durable: survive a power cut. By default only when the data is kept: without, starting
                and writing are several times faster.
            bin_dir: folder of PostgreSQL's programs; found by itself when None.
        """
        self._temporary = data_dir is None
        self._durable = (not self._temporary) if durable is None else durable
        self._bin_dir = bin_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._passwords: dict[str, str] = {}
        self._programs: Programs | None = None
        self.data_dir = data_dir.absolute() if data_dir is not None else Path()
        self.port = 0

    @property
    def process_id(self) -> int | None:
        """The server's process while it runs."""
        return self._process.pid if self._process is not None else None

    @property
    def login_passwords(self) -> dict[str, str]:
        """Password of each log-in role of the service (`backend.migrate.LOGIN_ROLES`)."""
        return {role: self._passwords[role] for role in LOGIN_ROLES}

    def dsn(self, role: str = ADMINISTRATOR, database: str = "postgres") -> str:
        """Connection string for a role of this cluster. It holds a password: never log it."""
        return f"postgresql://{role}:{self._passwords[role]}@{_HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster on first use, start the server, return when it answers.

        Raises:
            EmbeddedError: no PostgreSQL here, the folder is in use or unreadable, or the server
                did not come up; the message says which.
        """
        self._programs = find_programs(self._bin_dir)
        if self._temporary:
            self.data_dir = Path(tempfile.mkdtemp(prefix="mikl-visio-"))
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._load_passwords()
            pgdata = self.data_dir / "postgres"
            if not (pgdata / "PG_VERSION").is_file():
                self._initialise(pgdata)
            self._stop_orphan(pgdata)
            self._launch(pgdata)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, and remove the data when it was temporary. Harmless when not running."""
        if self._process is not None:
            self._end_process(self._process)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._temporary and self.data_dir != Path():
            shutil.rmtree(self.data_dir, ignore_errors=True)
            self.data_dir = Path()

    def make_database(self, name: str, *, template: str = "template0") -> None:
        """Create a database, if it does not exist, as a copy of `template`."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone():
                return
            connection.execute(
                psycopg.sql.SQL("create database {} template {} encoding 'UTF8'").format(
                    psycopg.sql.Identifier(name), psycopg.sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        """Remove a database together with whoever is still connected to it."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(
                psycopg.sql.SQL("drop database if exists {} with (force)").format(
                    psycopg.sql.Identifier(name)
                )
            )

    def __enter__(self) -> Self:
        """Start and return the cluster."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def _take_lock(self) -> None:
        """Keep a second launcher away from the same data, for as long as this process lives."""
        lock = (self.data_dir / "lock").open("a+")
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415 - Windows only

                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415 - does not exist on Windows

                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise EmbeddedError(f"another service already uses the data in {self.data_dir}") from error
        self._lock = lock

    def _load_passwords(self) -> None:
        path = self.data_dir / "passwords.json"
        if path.is_file():
            self._passwords = json.loads(path.read_text(encoding="utf-8"))
            return
        # Both log-in roles share one, so that one connection string tells the service everything.
        shared = secrets.token_urlsafe(24)
        self._passwords = {ADMINISTRATOR: secrets.token_urlsafe(24), **dict.fromkeys(LOGIN_ROLES, shared)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._passwords, file)

    def _initialise(self, pgdata: Path) -> None:
        assert self._programs is not None
        # What an interrupted first start left behind is not a cluster.
        shutil.rmtree(pgdata, ignore_errors=True)
        pgdata.mkdir(mode=0o700)
        self._programs.hand_over(pgdata)
        if self._temporary:
            self._programs.hand_over(self.data_dir)
        password_file = self.data_dir / "initdb-password"
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self._passwords[ADMINISTRATOR])
        self._programs.hand_over(password_file)
        try:
            made = subprocess.run(
                [
                    *(self._programs.path("initdb"), "--pgdata", str(pgdata), "--username", ADMINISTRATOR),
                    *("--auth=scram-sha-256", "--pwfile", str(password_file), "--encoding=UTF8"),
                    *("--no-locale", "--no-instructions", *(() if self._durable else ("--no-sync",))),
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=self.data_dir.anchor,
                env=self._environment(),
                **self._programs.run_as,
            )
        finally:
            password_file.unlink()
        if made.returncode:
            shutil.rmtree(pgdata, ignore_errors=True)
            raise EmbeddedError(
                f"initdb failed in {self.data_dir}: {made.stderr.strip()}"
                + (
                    " (can the account that runs PostgreSQL reach this folder?)"
                    if self._programs.run_as
                    else ""
                )
            )

    def _stop_orphan(self, pgdata: Path) -> None:
        """Stop a server that a killed launcher left running on our data: we hold the lock now."""
        assert self._programs is not None
        if not (pgdata / "postmaster.pid").is_file():
            return
        subprocess.run(
            [self._programs.path("pg_ctl"), "stop", "--pgdata", str(pgdata), "--mode", "fast", "--wait"],
            capture_output=True,
            check=False,
            cwd=self.data_dir.anchor,
            env=self._environment(),
            **self._programs.run_as,
        )

    def _launch(self, pgdata: Path) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while True:
            self.port = _free_port()
            process = self._spawn(pgdata)
            self._process = process
            while process.poll() is None:
                if self._answers():
                    log.info("postgresql started", port=self.port)
                    return
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)
            else:
                if time.monotonic() < deadline:
                    # The port was taken in between, or the last server is not quite gone yet.
                    time.sleep(0.2)
                    continue
            raise EmbeddedError(f"PostgreSQL did not start:\n{self._last_log_lines()}")

    def _spawn(self, pgdata: Path) -> subprocess.Popen[bytes]:
        assert self._programs is not None
        settings = {
            "listen_addresses": _HOST,
            "port": str(self.port),
            # No socket file: its path may be longer than a socket's name can be.
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "32MB",
            # Neither parameters nor statements that hold literals belong in a log.
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_min_error_statement": "panic",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        with (self.data_dir / "postgres.log").open("ab") as output:
            return subprocess.Popen(
                [
                    *(self._programs.path("postgres"), "-D", str(pgdata)),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.data_dir.anchor,
                env=self._environment(),
                # Ctrl+C at the terminal is for us; we then stop the server in order.
                start_new_session=True,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one system call, no lock is taken
                **self._programs.run_as,
            )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn(), connect_timeout=2) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def _last_log_lines(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join((self.data_dir / "postgres.log").read_text(errors="replace").splitlines()[-10:])
        return "(no log)"

    def _end_process(self, process: subprocess.Popen[bytes]) -> None:
        """Fast shutdown (SIGINT), then, if the server hangs, immediate (SIGQUIT)."""
        if process.poll() is not None:
            return
        if sys.platform == "win32":
            assert self._programs is not None
            subprocess.run(
                [self._programs.path("pg_ctl"), "stop", "-D", str(self.data_dir / "postgres"), "-m", "fast"],
                capture_output=True,
                check=False,
            )
        else:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            log.warning("postgresql did not stop in time and is ended at once")
            process.terminate() if sys.platform == "win32" else process.send_signal(signal.SIGQUIT)
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def _environment() -> dict[str, str]:
        """Ours without PG… variables: another server's settings must not reach this one."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "VISIO_"))}
        return {**kept, "LC_ALL": "C"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> Callable[[], None] | None:
    """On Linux, what makes the kernel stop the server when the thread that started it dies.

    Only the main thread lives as long as the process, so other threads do without.
    """
    if not sys.platform.startswith("linux") or threading.current_thread() is not threading.main_thread():
        return None
    libc = ctypes.CDLL(None)
    set_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

    def ask_kernel() -> None:
        libc.prctl(set_death_signal, signal.SIGINT)

    return ask_kernel
