"""Headless Chromium, started as a process and driven by its DevTools protocol over a WebSocket.

One process serves a whole module; every page is a browser context of its own, opened and closed by
one test. Only the few commands needed here: open, evaluate, screenshot, close.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.official_clients.packages import UnavailableError

START_LIMIT_S = 60.0
CALL_LIMIT_S = 40.0
"""How long one call into a page may take; joining and publishing wait for the server."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Media: no devices, no questions, sound without a click, candidates on loopback and in the clear.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate",
    # Several pages at once: none of them is in the background.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # Nothing of the browser's own leaves this machine.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class PageError(AssertionError):
    """A call into a page threw, or the page is gone."""


@contextmanager
def running_chromium(*further_flags: str) -> Iterator[str]:
    """Run Chromium with an empty profile; yields the address of its DevTools WebSocket.

    Args:
        *further_flags: win over the flags that are always given.

    Raises:
        UnavailableError: none is installed.
        TimeoutError: it did not start.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise UnavailableError("Chromium is not installed (Debian: chromium)")
    as_root = sys.platform == "linux" and os.geteuid() == 0
    flags = (
        *_FLAGS,
        *further_flags,
        *(("--no-sandbox",) if as_root else ()),
    )  # its sandbox refuses to run as root
    # Helpers of Chromium may write a moment longer than it lives.
    with (
        tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile,
        subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            yield _devtools_address(process, Path(profile) / "DevToolsActivePort")
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _devtools_address(process: subprocess.Popen[bytes], file: Path) -> str:
    limit_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit_s:
        if process.poll() is not None:
            raise RuntimeError(f"Chromium ended at once with code {process.returncode}")
        lines = file.read_text().split("\n") if file.is_file() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise TimeoutError("Chromium did not open its DevTools port")


class DevTools:
    """One DevTools connection; `devtools(address)` opens it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._next_id = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listeners: dict[str, Callable[[str, dict[str, Any]], None]] = {}

    async def call(self, method: str, *, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Run one command; `session` names the page.

        Raises:
            PageError: Chromium refuses it, is gone, or does not answer.
        """
        self._next_id += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._next_id] = answer
        message: dict[str, Any] = {"id": self._next_id, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        try:
            await self._socket.send(json.dumps(message))
            reply = await asyncio.wait_for(answer, CALL_LIMIT_S)
        except (ConnectionClosed, TimeoutError) as error:
            raise PageError(f"no answer to {method}") from error
        finally:
            self._waiting.pop(message["id"], None)
        if "error" in reply:
            raise PageError(f"{method}: {reply['error']['message']}")
        return cast("dict[str, Any]", reply["result"])

    def listen(self, session: str, listener: Callable[[str, dict[str, Any]], None]) -> None:
        """Call `listener` with the name and parameters of every event of a page."""
        self._listeners[session] = listener

    async def read(self) -> None:
        """Take what Chromium sends until the connection ends; run as a task."""
        async for text in self._socket:
            message = json.loads(text)
            waiting = self._waiting.get(message.get("id"))
            listener = self._listeners.get(message.get("sessionId"))
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
            elif listener is not None and "method" in message:
                listener(message["method"], message["params"])


@asynccontextmanager
async def devtools(address: str) -> AsyncIterator[DevTools]:
    """Connect to a running Chromium."""
    async with connect(address, max_size=None, proxy=None, ping_interval=None) as socket:
        connection = DevTools(socket)
        reader = asyncio.create_task(connection.read(), name="devtools")
        try:
            yield connection
        finally:
            await socket.close()
            await reader


class Page:
    """One page in a browser context of its own.

    Attributes:
        failures: uncaught exceptions and console errors, to be empty at the end of a test.
        console: everything the page logged, for the report of a failed test.
    """

    def __init__(self, connection: DevTools, session: str, context: str) -> None:
        self.failures: list[str] = []
        self.console: list[str] = []
        self._devtools = connection
        self._session = session
        self._context = context
        self._loaded = asyncio.Event()
        connection.listen(session, self._heard)

    @classmethod
    async def open(cls, connection: DevTools, url: str) -> Page:
        """Open `url` in a fresh browser context and wait until it is loaded."""
        context = (await connection.call("Target.createBrowserContext"))["browserContextId"]
        target = await connection.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await connection.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = cls(connection, attached["sessionId"], context)
        for domain in ("Page", "Runtime"):
            await page._call(f"{domain}.enable")
        await page._call("Page.navigate", url=url)
        await asyncio.wait_for(page._loaded.wait(), CALL_LIMIT_S)
        return page

    async def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression; a promise is awaited.

        Raises:
            PageError: it threw or was rejected.
        """
        result = await self._call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise PageError(f"{expression[:80]}: {_text(result['exceptionDetails'])}")
        return result["result"].get("value")

    async def screenshot(self, file: Path) -> None:
        """Write what the page shows as PNG."""
        shot = await self._call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    async def close(self) -> None:
        """Close the page with its whole context."""
        await self._devtools.call("Target.disposeBrowserContext", browserContextId=self._context)

    async def _call(self, method: str, **params: Any) -> dict[str, Any]:
        return await self._devtools.call(method, session=self._session, **params)

    def _heard(self, method: str, params: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Runtime.exceptionThrown":
            self.failures.append(_text(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            words = [str(part.get("value", part.get("description", ""))) for part in params["args"]]
            self.console.append(f"{params['type']}: {' '.join(words)}")


def _text(details: dict[str, Any]) -> str:
    """What an `exceptionDetails` of DevTools says."""
    exception = details.get("exception", {})
    text = exception.get("description") or json.dumps(exception.get("value")) or details["text"]
    return cast("str", text)
