"""openvidu-browser, run inside a namespace: the arguments of `observer.py` after the page's folder.

`python -m tests.networks.browser_observer PAGE URL SESSION NAME SEES…` serves the bundled page on the
namespace's loopback, opens it in a Chromium of its own, and speaks as `observer.py` does.
"""

from __future__ import annotations

import asyncio
import functools
import http.server
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.networks.link import SERVER_ADDRESS
from tests.networks.namespaces import run
from tests.networks.observer import READY_LIMIT_S, end
from tests.networks.people import FRAME_RATE, HEARD_RMS, HEIGHT_PX, SOURCE_IDS, WIDTH_PX, tone_hz
from tests.networks.timeline import Account, Sight
from tests.official_clients.browser import BrowserParticipant, eventually
from tests.official_clients.chromium import Page, devtools, running_chromium
from tests.support.openvidu import OpenViduRest

RESOLVE = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE {SERVER_ADDRESS}"


async def observe(folder: str, url: str, session_id: str, name: str, *sees: str) -> None:
    """Join, watch until standard input ends, tell."""
    with served(folder) as page_url, running_chromium(RESOLVE) as address:
        async with OpenViduRest(url) as rest, devtools(address) as connection:
            await rest.create_session(session_id)
            page = await Page.open(connection, page_url)
            browser = BrowserParticipant(page, SOURCE_IDS[name])
            await browser.join(await rest.token(session_id), name)
            await browser.publish(width_px=WIDTH_PX, height_px=HEIGHT_PX, frame_rate=FRAME_RATE)
            people = {other: {"sourceId": SOURCE_IDS[other], "frequency": tone_hz(other)} for other in sees}
            take_own_priority()
            await page.evaluate(f"watcher.start({json.dumps(people)}, {HEARD_RMS})")
            await eventually(
                lambda: page.evaluate("watcher.hasEverybody()"),
                "everybody's picture and sound",
                limit_s=READY_LIMIT_S,
            )
            print(json.dumps({"ready": True}), flush=True)  # noqa: T201  (what its parent waits for)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
            told = await page.evaluate(
                "({now: performance.now(), phases: watcher.phases, seen: watcher.seen})"
            )
            account = account_of(name, browser.connection_id, told, time.monotonic())
            print(json.dumps(account.to_json()), flush=True)  # noqa: T201  (the result)


def account_of(name: str, connection_id: str, told: dict[str, Any], now_s: float) -> Account:
    """What the page's watcher noted, in seconds of our clock.

    Args:
        name: who.
        connection_id: its connection.
        told: the watcher, and `now`: the page's clock.
        now_s: our clock at the same moment.
    """

    def moved(rows: list[list[Any]]) -> list[tuple[float, Any]]:
        return [(round(now_s + (at_ms - told["now"]) / 1000, 3), value) for at_ms, value in rows]

    seen = {
        other: Sight(moved(sight["pictures"]), moved(sight["sounds"]), moved(sight["connections"]))
        for other, sight in told["seen"].items()
    }
    phases = moved(told["phases"])
    return Account(name, phases, [(phases[0][0], connection_id)], seen)


def take_own_priority() -> None:
    """Give every thread in our namespace that runs below our priority the same.

    Chromium sets its renderer's by itself; both clients are to get their time alike on a busy machine.
    """
    own = os.getpriority(os.PRIO_PROCESS, 0)
    namespace = run("ip", "netns", "identify", str(os.getpid())).strip()
    for pid in run("ip", "netns", "pids", namespace).split():
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            if os.getpriority(os.PRIO_PROCESS, int(thread.name)) > own:
                os.setpriority(os.PRIO_PROCESS, int(thread.name), own)


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: standard error is the campaign's."""


@contextmanager
def served(folder: str) -> Iterator[str]:
    """Serve a folder on loopback; yields the address of its page."""
    handler = functools.partial(_QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="page server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    asyncio.run(observe(*sys.argv[1:]))
