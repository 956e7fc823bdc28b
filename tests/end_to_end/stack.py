"""The servers of a demo or an end-to-end test: PostgreSQL, service, OpenVidu-compatible server."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.app_process import Program

PASSWORD = "demo-visio"
OPERATOR = "mikl@demo.visio"
ALICE = "alice@demo.visio"
BOB = "bob@demo.visio"


@dataclass(frozen=True, slots=True)
class Stack:
    """Running servers.

    Attributes:
        service_url: base address of the service.
        database_url: the login role's own DSN.
        openvidu: the local server, None when a real one is used.
    """

    service_url: str
    database_url: str
    service: Program
    openvidu: Program | None


@asynccontextmanager
async def running_stack(
    work_dir: Path, *, openvidu_url: str | None = None, openvidu_secret: str | None = None
) -> AsyncIterator[Stack]:
    """Start the servers, stop them at the end.

    `VISIO_DATABASE_URL` in the environment makes the service use that server instead of its own.
    Secrets travel by environment: a command line is visible to every user of the machine.
    """
    openvidu: Program | None = None
    service: Program | None = None
    try:
        if openvidu_url is None:
            openvidu = Program("openvidu", ["-m", "openvidu_local"], work_dir)
            await openvidu.start()
            ready = await openvidu.line()
            openvidu_url, openvidu_secret = str(ready["url"]), str(ready["secret"])
        service = Program(
            "service",
            ["-m", "backend.embedded", "--openvidu-url", openvidu_url],
            work_dir,
            env={"VISIO_OPENVIDU_SECRET": openvidu_secret or os.environ.get("VISIO_OPENVIDU_SECRET", "")},
        )
        await service.start()
        ready = await service.line(120)
        yield Stack(str(ready["url"]), str(ready["database_url"]), service, openvidu)
    finally:
        if service is not None:
            await service.stop()
        if openvidu is not None:
            await openvidu.stop()
