"""The chosen proxy is the one that HTTP and signalling go through, shown with a proxy that listens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.sign_in import MemoryTokenStore
from desktop.system.proxy import use_proxy
from desktop.system.setting_model import ProxyMode

SERVICE = "https://visio.invalid"  # a name that no server ever answers to


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxies of the machine, and none left behind."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for written in (name, name.upper()):
            monkeypatch.setenv(written, "x")  # so that what the test sets is taken back
            monkeypatch.delenv(written)


@asynccontextmanager
async def listening_proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that notes what it is asked and refuses it: its address and the notes."""
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


async def ask_both() -> None:
    """One request to the service, one socket to the media server; neither can succeed."""
    client = BackendClient(SERVICE, MemoryTokenStore())
    try:
        with pytest.raises(ApiError):
            await client.health()
    finally:
        await client.close()
    with pytest.raises((OSError, WebSocketException)):
        await connect("wss://media.invalid/openvidu", proxy=True, open_timeout=5)


async def test_the_given_proxy_gets_everything() -> None:
    async with listening_proxy() as (address, asked):
        use_proxy(ProxyMode.MANUAL, address, SERVICE)
        await ask_both()
    assert {line.split(" HTTP")[0] for line in asked} == {
        "CONNECT visio.invalid:443",
        "CONNECT media.invalid:443",
    }


async def test_none_means_none_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening_proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        use_proxy(ProxyMode.NONE, "", SERVICE)
        await ask_both()
    assert asked == []


async def test_the_system_means_the_environment_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening_proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        use_proxy(ProxyMode.SYSTEM, "http://unused.example", SERVICE)
        await ask_both()
    assert len(asked) >= 2


def test_manual_without_an_address_changes_nothing() -> None:
    use_proxy(ProxyMode.MANUAL, "", SERVICE)
    assert "HTTPS_PROXY" not in os.environ
