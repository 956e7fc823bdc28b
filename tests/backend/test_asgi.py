"""The service under an ASGI server that is not ours: uvicorn from its own command line."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import httpx
import pytest

from backend.asgi import application
from backend.production import SettingsError
from tests.backend.test_main import LIMIT_S, clean_environment
from tests.support.http import TRUSTS_NOBODY
from tests.support.service import TestDatabase
from tests.support.waiting import until


async def test_it_serves_under_another_server(database: TestDatabase) -> None:
    """Found by its name, ready with its database, and gone after SIGTERM."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "--factory", "backend.asgi:application", "--port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={
            **clean_environment(),
            "VISIO_DATABASE_URL": database.api_dsn,
            "VISIO_JOBS_DATABASE_URL": database.jobs_dsn,
            "VISIO_PUBLIC_URL": url,
        },
    )

    def is_ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz", trust_env=False, verify=TRUSTS_NOBODY).status_code == 200
        except httpx.TransportError:
            return False

    try:
        await until(is_ready, "the service to be ready", timeout_s=LIMIT_S)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT_S):
            assert await process.wait() in {0, -signal.SIGTERM}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_it_must_be_told_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app does not know where its server listens."""
    for name in os.environ.keys() - clean_environment().keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("VISIO_DATABASE_URL", "postgresql://visio_api@h/c")
    monkeypatch.setattr("backend.logs.configure", lambda: None)
    with pytest.raises(SettingsError, match="VISIO_PUBLIC_URL"):
        application()
