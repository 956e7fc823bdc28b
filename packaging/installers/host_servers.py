"""PostgreSQL, the service and an OpenVidu-compatible server here, for the installed apps to meet on."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from installers.environment import BuildError
from installers.products import ROOT

PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
"""The checkout's own environment: that of the installers holds no service."""

OPERATOR, CLIENT, PASSWORD = "mikl@demo.visio", "alice@demo.visio", "demo-visio"
CLIENT_NAME = "Alice"
SESSION_PREFIX = "mtg_"


class Server:
    """One of our servers as a process; it says when it is ready."""

    def __init__(self, arguments: list[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [PYTHON, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], 180)
        line = self._process.stdout.readline() if ready else b""
        if not line:
            self.stop()
            raise BuildError(f"{arguments} did not start; see {log}")
        self.ready: dict[str, Any] = json.loads(line)

    def stop(self) -> None:
        """Ask it to end and wait."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


class HostServers:
    """All three, for as long as the `with` block lasts."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._stack = ExitStack()
        self.service_url = ""
        self._openvidu: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with ExitStack() as started:  # which ends the first if the second does not start
            openvidu = self._start(started, ["-m", "openvidu_local"], "openvidu")
            self._openvidu = openvidu.ready
            service = self._start(
                started,
                ["-m", "backend.embedded", "--openvidu-url", str(openvidu.ready["url"])],
                "service",
                # A command line is visible to every user of the machine.
                {"VISIO_OPENVIDU_SECRET": str(openvidu.ready["secret"])},
            )
            self.service_url = str(service.ready["url"])
            self._stack = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _start(
        self, stack: ExitStack, arguments: list[str], name: str, env: Mapping[str, str] | None = None
    ) -> Server:
        server = Server(arguments, self._log_dir / f"{name}.log", env)
        stack.callback(server.stop)
        return server

    def running_meeting(self) -> str:
        """Plan a meeting of the operator with the client, start it; returns its id."""
        with httpx.Client(base_url=self.service_url, timeout=30) as client:
            login = client.post(
                "/v1/auth/login", json={"email": OPERATOR, "password": PASSWORD, "device": "check"}
            )
            client.headers["Authorization"] = f"Bearer {login.raise_for_status().json()['access_token']}"
            people = client.get("/v1/clients").raise_for_status().json()["items"]
            (person,) = [each for each in people if each["full_name"].startswith(CLIENT_NAME)]
            meeting = client.post(
                "/v1/meetings",
                json={
                    "client_id": person["id"],
                    "title": "Bilan",
                    "scheduled_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
                },
                headers={"Idempotency-Key": str(uuid4())},
            )
            meeting_id = str(meeting.raise_for_status().json()["id"])
            client.post(f"/v1/meetings/{meeting_id}/start").raise_for_status()
            return meeting_id

    def connections(self, meeting_id: str) -> list[dict[str, Any]]:
        """Who is connected to a meeting's room, as the media server's own REST says."""
        session = SESSION_PREFIX + meeting_id.replace("-", "")
        answer = httpx.get(
            f"{self._openvidu['url']}/openvidu/api/sessions/{session}",
            params={"webRtcStats": "true"},
            auth=("OPENVIDUAPP", str(self._openvidu["secret"])),
            timeout=30,
        )
        found: list[dict[str, Any]] = answer.raise_for_status().json()["connections"]["content"]
        return found

    def wait_for_publishers(self, meeting_id: str, count: int, timeout_s: float) -> list[dict[str, Any]]:
        """The room's connections, once `count` of them are active and publish.

        Raises:
            BuildError: fewer do.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.connections(meeting_id)
            publishing = [each for each in found if each["status"] == "active" and each["publishers"]]
            if len(publishing) >= count:
                return publishing
            if time.monotonic() > deadline:
                raise BuildError(
                    f"{len(publishing)} of {count} take part in the meeting: {json.dumps(found)[:1500]}"
                )
            time.sleep(0.5)
