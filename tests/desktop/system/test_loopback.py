"""The browser's way back to this machine, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QCoreApplication

from desktop.system.loopback import REQUEST_MAX, Loopback
from tests.support.http import client_without_tls
from tests.support.running_shell import seen


@pytest.fixture
async def loopback(qapp: QCoreApplication) -> AsyncIterator[Loopback]:
    made = Loopback(lambda: ("MiKL Hub", "Close <this> page."))
    yield made
    made.close()


async def asked(loopback: Loopback, request: bytes) -> bytes:
    """What a program gets that sends these bytes."""

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", loopback.listen())
        writer.write(request)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer

    asking = asyncio.create_task(ask())
    await seen(asking.done, "an answer", timeout_s=30)
    return asking.result()


async def test_a_browser_that_comes_back_is_told_to_go_on_in_the_app(loopback: Loopback) -> None:
    heard: list[str] = []
    loopback.returned.connect(heard.append)
    port = loopback.listen()
    assert port == loopback.listen()
    async with client_without_tls(f"http://127.0.0.1:{port}") as browser:
        asking = asyncio.create_task(browser.get("/company/error/denied"))
        await seen(asking.done, "the page", timeout_s=30)
    page = asking.result()
    assert heard == ["error/denied"]
    assert page.status_code == 200
    assert "Close &lt;this&gt; page." in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /favicon.ico HTTP/1.1\r\n\r\n",
        b"GET /company/ HTTP/1.1\r\n\r\n",
        b"POST /company/abc HTTP/1.1\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
    ],
    ids=["icon", "nothing", "post", "noise"],
)
async def test_anything_else_comes_to_nothing(loopback: Loopback, request_: bytes) -> None:
    heard: list[str] = []
    loopback.returned.connect(heard.append)
    assert (await asked(loopback, request_)).startswith(b"HTTP/1.1 404 ")
    assert heard == []


async def test_a_request_without_end_is_cut_off(loopback: Loopback) -> None:
    try:
        answer = await asked(loopback, b"GET /company/" + b"a" * REQUEST_MAX)
    except ConnectionError:
        answer = b""
    assert answer == b""
