"""The OpenVidu-compatible server for every suite, inside the test's loop or as a process.

async with openvidu_server() as server:               # same loop; `server.faults`, `server.rooms`
    rest = OpenViduRest(server.url, server.secret)

with openvidu_process(mode="mediasoup") as running:   # as users start it
    running.url, running.secret
"""

from __future__ import annotations

import json
import os
import select
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import httpx

from openvidu_local.options import Mode, Options, Timing
from openvidu_local.server import OpenViduServer
from tests.support.http import TRUSTS_NOBODY

START_LIMIT_S = 40.0
"""How long the process may take until it is ready."""
SECRET = "local-secret"
"""Secret of the servers started here."""


@asynccontextmanager
async def openvidu_server(
    *, mode: Mode | str = Mode.KURENTO, faults: Sequence[str] = (), timing: Timing | None = None
) -> AsyncIterator[OpenViduServer]:
    """Run a server on the running loop and stop it afterwards.

    Args:
        mode: the imitated media server.
        faults: switches of `openvidu_local.faults`, changeable later by `server.faults.set(…)`.
        timing: other timers than OpenVidu's.
    """
    options = Options(secret=SECRET, mode=Mode(mode), faults=tuple(faults), timing=timing or Timing())
    async with OpenViduServer(options) as server:
        yield server


@dataclass(frozen=True, slots=True)
class RunningOpenVidu:
    """A server process that is ready.

    Attributes:
        url: base address of its REST API.
        secret: its password.
        process: to be stopped by whoever made it.
    """

    url: str
    secret: str
    process: subprocess.Popen[str]


@contextmanager
def openvidu_process(
    *arguments: str, mode: Mode | str = Mode.KURENTO, log: IO[str] | None = None
) -> Iterator[RunningOpenVidu]:
    """Run `python -m openvidu_local` on a free port and stop it by SIGTERM afterwards.

    Args:
        *arguments: further command line arguments.
        mode: the imitated media server.
        log: where its log goes; None leaves it on our standard error.

    Raises:
        TimeoutError: it was not ready in time.
    """
    command = [sys.executable, "-m", "openvidu_local", "--mode", Mode(mode).value, *arguments]
    environment = {**os.environ, "VISIO_OPENVIDU_SECRET": SECRET}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process:
        try:
            line = json.loads(_first_line(process))
            yield RunningOpenVidu(url=line["url"], secret=line["secret"], process=process)
        finally:
            process.terminate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    limit_s = time.monotonic() + START_LIMIT_S
    if sys.platform != "win32":  # pipes cannot be selected there; a dead process still ends the read
        ready, _, _ = select.select([process.stdout], [], [], limit_s - time.monotonic())
        if not ready:
            raise TimeoutError("the OpenVidu-compatible server did not become ready")
    return process.stdout.readline()


class OpenViduRest:
    """The few REST calls that an application's server makes, for tests that have no such server."""

    def __init__(self, url: str, secret: str = SECRET, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.http = httpx.AsyncClient(
            base_url=f"{url}/openvidu/api",
            auth=("OPENVIDUAPP", secret),
            verify=ssl_context or TRUSTS_NOBODY,
            trust_env=False,
            timeout=10.0,
        )

    async def __aenter__(self) -> OpenViduRest:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def create_session(self, custom_id: str = "", **members: Any) -> str:
        """Create a session, or find that it exists; returns its id."""
        body = {**({"customSessionId": custom_id} if custom_id else {}), **members}
        answer = await self.http.post("/sessions", json=body)
        if answer.status_code == 409:
            return custom_id
        return cast("str", answer.raise_for_status().json()["id"])

    async def create_connection(
        self, session_id: str, *, role: str = "PUBLISHER", **members: Any
    ) -> dict[str, Any]:
        """Create a connection; returns the whole object, `token` among it."""
        answer = await self.http.post(f"/sessions/{session_id}/connection", json={"role": role, **members})
        return cast("dict[str, Any]", answer.raise_for_status().json())

    async def token(self, session_id: str, *, role: str = "PUBLISHER", **members: Any) -> str:
        """A token URL for one join."""
        connection = await self.create_connection(session_id, role=role, **members)
        return cast("str", connection["token"])
