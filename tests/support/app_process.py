"""Starts programs of ours as processes and talks to them.

Servers say when they are ready; apps are driven through `tests.support.driven_app`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LINE_LIMIT_BYTES = 8 << 20
STOP_TIMEOUT_S = 15.0


class ProgramError(Exception):
    """A program did not start, answer or end as it should."""


class Program:
    """One child process; what it logs goes to a file.

    Args:
        name: for messages and for the log's file name.
        arguments: after the interpreter, such as `["-m", "openvidu_local"]`.
        log_dir: where `<name>.log` is written.
        env: added to our own environment; the place for secrets.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], log_dir: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._arguments = list(arguments)
        self._log_path = log_dir / f"{name}.log"
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process."""
        with self._log_path.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                cwd=ROOT,
                env=self._env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=LINE_LIMIT_BYTES,
            )

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The running process."""
        if self._process is None:
            raise ProgramError(f"{self.name} was not started")
        return self._process

    async def line(self, timeout_s: float = 60.0) -> dict[str, Any]:
        """The next JSON line of its standard output.

        Raises:
            ProgramError: it ended or stayed silent; the message holds the end of its log.
        """
        assert self.process.stdout is not None
        try:
            raw = await asyncio.wait_for(self.process.stdout.readline(), timeout_s)
        except TimeoutError as error:
            raise ProgramError(f"{self.name} said nothing for {timeout_s:.0f} s\n{self.log_end()}") from error
        if not raw:
            raise ProgramError(f"{self.name} has ended\n{self.log_end()}")
        answer: dict[str, Any] = json.loads(raw)
        return answer

    async def send(self, message: Mapping[str, Any]) -> None:
        """Write one JSON line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        await self.process.stdin.drain()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM), insist after a while; returns the exit code."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        return self._process.returncode or 0

    def log_end(self, lines: int = 15) -> str:
        """The last lines that it logged."""
        if not self._log_path.exists():
            return ""
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-lines:])


class AppProcess(Program):
    """One of the two apps, driven through its widgets.

    Args:
        app: `hub` or `participant`.
        name: who uses it, for messages and files.
        backend_url: the service.
        work_dir: logs and the throw-away profile.
        extra: further arguments of the app, such as `--camera test`.
        module: what runs the driven app.
        env: added to our own environment.
    """

    def __init__(
        self,
        app: str,
        name: str,
        backend_url: str,
        work_dir: Path,
        extra: Sequence[str] = (),
        *,
        module: str = "tests.support.driven_app",
        env: Mapping[str, str] | None = None,
    ) -> None:
        profile = work_dir / f"profile-{name}"
        arguments = [
            "-m",
            module,
            app,
            "--backend",
            backend_url,
            "--profile",
            str(profile),
        ]
        super().__init__(name, [*arguments, *extra], work_dir, env)
        self._count = 0

    async def do(self, command: str, **details: Any) -> dict[str, Any]:
        """Send one command and return its answer.

        Raises:
            ProgramError: the command failed, in the app's own words.
        """
        self._count += 1
        await self.send({"id": self._count, "do": command, **details})
        answer = await self.line(float(details.get("timeout_s", 30)) + 30)
        if not answer["ok"]:
            raise ProgramError(f"{self.name}: {command} {details}: {answer['error']}")
        return answer

    async def sign_in(self, email: str, password: str) -> None:
        """Log in by typing into the card."""
        await self.do("type", object="email", text=email, timeout_s=40)
        await self.do("type", object="password", text=password)
        await self.do("click", object="signInButton")
        await self.do("list", timeout_s=40)

    async def quit(self) -> int:
        """Close the app as a person would and return its exit code."""
        if self.process.returncode is None:
            await self.do("quit")
            try:
                await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                return await self.stop() or 1
        return await self.stop()
