"""openvidu-browser in headless Chromium as a participant that benches measure."""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import psutil

from tests.official_clients import packages
from tests.official_clients.browser import BrowserParticipant, eventually
from tests.official_clients.chromium import Page, devtools, running_chromium
from tests.official_clients.serving import bundled_page
from tests.support.openvidu import OpenViduRest, RunningOpenVidu

_CACHE = Path(tempfile.gettempdir()) / "mikl-visio-bench-npm"


class WebParticipant(BrowserParticipant):
    """What is measured of it."""

    def __init__(self, page: Page, pid: int) -> None:
        super().__init__(page, 0)
        self.pid = pid
        """Of the browser; its other processes are below it."""

    async def pictures(self) -> int:
        """Pictures that its `<video>` elements showed so far, all together."""
        return int(
            await self.page.evaluate(
                "[...document.querySelectorAll('#others video')]"
                ".reduce((sum, each) => sum + each.getVideoPlaybackQuality().totalVideoFrames, 0)"
            )
        )

    async def sees_pictures(self, people: int) -> None:
        """Wait until everybody's picture plays."""

        async def all_play() -> bool:
            playing = await self.page.evaluate(
                "[...document.querySelectorAll('#others video')]"
                ".filter((each) => each.getVideoPlaybackQuality().totalVideoFrames > 10).length"
            )
            return bool(playing >= people)

        await eventually(all_play, f"pictures of {people} in the browser", limit_s=60)


def _pid_of(address: str) -> int:
    """The browser process behind a DevTools address.

    Raises:
        LookupError: nobody listens there.
    """
    port = urlsplit(address).port
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            return int(connection.pid)
    raise LookupError(f"nobody listens on port {port}")


@asynccontextmanager
async def joining_web_participant() -> AsyncIterator[BrowserParticipant]:
    """Chromium with a page that is loaded and has not joined.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    _CACHE.mkdir(exist_ok=True)
    node_packages = await asyncio.to_thread(packages.install, _CACHE)
    with bundled_page(node_packages) as url, running_chromium("--window-size=1280,720") as address:
        async with devtools(address) as connection:
            web = BrowserParticipant(await Page.open(connection, url), 0)
            yield web
            await web.call("leave")


@asynccontextmanager
async def two_web_participants(
    openvidu: RunningOpenVidu,
) -> AsyncIterator[tuple[BrowserParticipant, BrowserParticipant]]:
    """Two pages of one Chromium in a session: the first publishes numbered pictures, the second watches.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    _CACHE.mkdir(exist_ok=True)
    node_packages = await asyncio.to_thread(packages.install, _CACHE)
    session = f"web_{secrets.token_hex(4)}"
    with bundled_page(node_packages) as url, running_chromium("--window-size=1280,720") as address:
        async with devtools(address) as connection, OpenViduRest(openvidu.url) as rest:
            await rest.create_session(session)
            pages = [BrowserParticipant(await Page.open(connection, url), number + 1) for number in range(2)]
            for page in pages:
                await page.join(await rest.token(session))
                await page.publish(width_px=640, height_px=480, frame_rate=30)
            yield pages[0], pages[1]
            for page in pages:
                await page.call("leave")


@asynccontextmanager
async def web_voice(openvidu: RunningOpenVidu) -> AsyncIterator[Callable[[int, float], Awaitable[float]]]:
    """Two participants of one page; gives the milliseconds that a voice takes from one to the other.

    What WebAudio itself takes is left out. The function is given how many vowels to say, and every how
    many seconds.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    _CACHE.mkdir(exist_ok=True)
    node_packages = await asyncio.to_thread(packages.install, _CACHE)
    session = f"web_{secrets.token_hex(4)}"
    with bundled_page(node_packages) as url, running_chromium() as address:
        async with devtools(address) as connection, OpenViduRest(openvidu.url) as rest:
            await rest.create_session(session)
            ear = BrowserParticipant(await Page.open(connection, url), 1)
            mouth = await ear.second(2)
            for participant in (ear, mouth):
                await participant.join(await rest.token(session))
            await mouth.call("publishMarks")
            await ear.event("streamPlaying", on="subscriber")

            async def delay_ms(count: int, every_s: float) -> float:
                to = json.dumps(mouth.connection_id)
                call = f"participant.soundDelays(second, {to}, {count}, {every_s})"
                measured = await ear.page.evaluate(call)
                if not measured["within"] or not measured["whole"]:
                    raise LookupError("no vowel was heard in the browser")
                return float(median(measured["whole"]) - median(measured["within"]))

            yield delay_ms
            for participant in (ear, mouth):
                await participant.call("leave")


@asynccontextmanager
async def web_participant(
    token: str, clip: Path | None, size_px: tuple[int, int]
) -> AsyncIterator[WebParticipant]:
    """Chromium with one page that has joined and publishes `clip` as its camera.

    Raises:
        UnavailableError: Chromium or npm's packages are not here.
    """
    _CACHE.mkdir(exist_ok=True)
    node_packages = await asyncio.to_thread(packages.install, _CACHE)
    flags = (
        "--window-size=1280,720",
        *((f"--use-file-for-fake-video-capture={clip}",) if clip else ()),
    )
    with bundled_page(node_packages) as url, running_chromium(*flags) as address:
        async with devtools(address) as connection:
            page = await Page.open(connection, url)
            web = WebParticipant(page, _pid_of(address))
            await web.join(token, json.dumps({"name": "Web"}))
            await web.call("publishDevices", f"{size_px[0]}x{size_px[1]}")
            yield web
            await web.call("leave")
