"""Chromium with openvidu-browser, servers in both modes, and a room for everybody to meet in."""

from __future__ import annotations

import asyncio
import functools
import http.server
import secrets
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.devices.frame_code import FrameCode, read_frame_code
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.state import ParticipantState, RoomState
from tests.official_clients import packages
from tests.official_clients.browser import LIMIT_S, TONE_RMS, BrowserParticipant
from tests.official_clients.chromium import DevTools, Page, devtools, running_chromium
from tests.official_clients.packages import NodePackages, UnavailableError
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.sources import RecordingOutput
from tests.support.waiting import until

PAGE = Path(__file__).resolve().parent / "page"
REPORTED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let fixtures know whether their test failed: then they show the pages."""
    report = yield
    if report.when == "call":
        item.stash[REPORTED] = report.failed
    return report


@pytest.fixture(scope="session")
def node_packages(request: pytest.FixtureRequest) -> NodePackages:
    """The npm packages of the lock file."""
    try:
        return packages.install(request.config.cache.mkdir("official-clients"))
    except UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def page_url(node_packages: NodePackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the bundled page is served, on loopback."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copy(PAGE / "index.html", folder)
    node_packages.bundle(PAGE / "main.js", folder / "main.js")
    with _served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[str]:
    """One Chromium for a module: the address of its DevTools."""
    try:
        with running_chromium() as address:
            yield address
    except UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def kurento() -> Iterator[RunningOpenVidu]:
    """A server that imitates Kurento, in a process of its own."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@pytest.fixture(scope="module")
def mediasoup() -> Iterator[RunningOpenVidu]:
    """A server that imitates mediasoup, which offers to its subscribers."""
    with openvidu_process("--log-level", "WARNING", mode="mediasoup") as running:
        yield running


class OurClient:
    """A room of `desktop.rtc` with generated devices, and what a test wants to look at."""

    def __init__(self, token: str, name: str, source_id: int) -> None:
        self.source_id = source_id
        self.output = RecordingOutput()
        self.tone = TestTone(source_id)
        self.states: list[RoomState] = []
        camera = TestPicture(source_id, width_px=320, height_px=240, frame_rate=15)
        self.room: Room = open_room(
            RoomRequest(token, name), RoomDevices(camera, self.tone, self.output), self.states.append
        )

    @property
    def connection_id(self) -> str:
        """Its own connection."""
        return self.room.state.own_connection_id

    @property
    def others(self) -> tuple[ParticipantState, ...]:
        """Everybody else."""
        return self.room.state.participants

    def other(self, connection_id: str) -> ParticipantState | None:
        """Somebody, None when there is nobody of that id."""
        return next((person for person in self.others if person.connection_id == connection_id), None)

    def picture_of(self, connection_id: str) -> PictureSlot:
        """The slot of somebody's stream; an empty one while there is none."""
        person = self.other(connection_id)
        return self.room.picture(person.streams[0].stream_id) if person and person.streams else PictureSlot()

    def frame_code(self, connection_id: str) -> FrameCode | None:
        """The code in somebody's picture now."""
        image = self._image(connection_id)
        return None if image is None else read_frame_code(image)

    async def sees(self, connection_id: str, source_id: int) -> None:
        """Wait until somebody's picture is that source's, and moves on."""
        numbers: set[int] = set()

        def moves() -> bool:
            code = self.frame_code(connection_id)
            if code is not None:
                assert code.source_id == source_id
                assert not numbers or code.number >= max(numbers), "the picture went back"
                numbers.add(code.number)
            return len(numbers) >= 3

        await until(moves, f"moving picture {source_id} in our client", LIMIT_S)

    async def sees_nothing(self, connection_id: str) -> None:
        """Wait until somebody's picture is black."""

        def is_black() -> bool:
            image = self._image(connection_id)
            return image is not None and float(image[..., :3].mean()) < 8

        await until(is_black, "black in our client", LIMIT_S)

    async def hears(self, frequency_hz: float) -> None:
        """Wait until a tone is clearly in the mix."""
        amplitude = TONE_RMS * 2**0.5
        await until(
            lambda: self.output.strength(frequency_hz) > amplitude / 2, f"{frequency_hz} Hz in our client", LIMIT_S
        )

    async def hears_nothing(self, frequency_hz: float) -> None:
        """Wait until a tone is gone from the mix."""
        amplitude = TONE_RMS * 2**0.5
        await until(
            lambda: self.output.strength(frequency_hz) < amplitude / 20,
            f"no {frequency_hz} Hz in our client",
            LIMIT_S,
        )

    def _image(self, connection_id: str) -> Any:
        picture = self.picture_of(connection_id).picture
        if picture is None:
            return None
        rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
        return rows[:, : picture.width_px * 4].reshape(picture.height_px, picture.width_px, 4)


class Meeting:
    """One session, and everybody a test brings into it."""

    def __init__(self, url: str, rest: OpenViduRest, connection: DevTools, page_url: str) -> None:
        self.rest = rest
        self.session_id = f"mtg_{secrets.token_hex(8)}"
        self.browsers: list[BrowserParticipant] = []
        self.clients: list[OurClient] = []
        self._url = url
        self._devtools = connection
        self._page_url = page_url

    async def token(self, *, role: str = "PUBLISHER", data: str = "") -> str:
        """A token for one join."""
        await self.rest.create_session(self.session_id)
        return await self.rest.token(self.session_id, role=role, data=data)

    async def browser(self, source_id: int, *, role: str = "PUBLISHER", name: str = "Web") -> BrowserParticipant:
        """openvidu-browser in a page, joined and not publishing."""
        page = await Page.open(self._devtools, self._page_url)
        browser = BrowserParticipant(page, source_id)
        self.browsers.append(browser)
        await browser.join(await self.token(role=role), name)
        return browser

    async def publishing_browser(self, source_id: int, **options: Any) -> BrowserParticipant:
        """openvidu-browser, joined and publishing."""
        browser = await self.browser(source_id, **options)
        await browser.publish()
        return browser

    async def client(self, source_id: int, *, role: str = "PUBLISHER", name: str = "Desk") -> OurClient:
        """Our client, joined and publishing."""
        client = OurClient(await self.token(role=role), name, source_id)
        self.clients.append(client)
        await client.room.join()
        return client

    async def delete(self, path: str = "") -> None:
        """End the session, or what `path` names in it, as the service would."""
        (await self.rest.http.delete(f"/sessions/{self.session_id}{path}")).raise_for_status()

    async def cut_socket(self, connection_id: str) -> None:
        """Cut somebody's WebSocket without a close frame."""
        body = {"connection": connection_id}
        answer = await self.rest.http.post(f"{self._url}/openvidu-local/drop-sockets", json=body)
        assert answer.json() == {"dropped": 1}


@pytest.fixture
async def meeting(
    request: pytest.FixtureRequest, openvidu: RunningOpenVidu, chromium: str, page_url: str, tmp_path: Path
) -> AsyncIterator[Meeting]:
    """A session; the module says by `openvidu` on which server. At the end nobody had an error."""
    async with AsyncExitStack() as stack:
        rest = await stack.enter_async_context(OpenViduRest(openvidu.url, openvidu.secret))
        connection = await stack.enter_async_context(devtools(chromium))
        meeting = Meeting(openvidu.url, rest, connection, page_url)
        yield meeting
        faults = [fault for browser in meeting.browsers for fault in await browser.faults()]
        if request.node.stash.get(REPORTED, True):
            await _show(meeting, tmp_path)
        for browser in meeting.browsers:
            await browser.page.close()
        await asyncio.gather(*(client.room.leave() for client in meeting.clients))
    assert faults == []


async def _show(meeting: Meeting, folder: Path) -> None:
    """What the pages looked like when a test failed."""
    for number, browser in enumerate(meeting.browsers):
        file = folder / f"page-{number}.png"
        await browser.page.screenshot(file)
        told = await browser.page.evaluate("JSON.stringify(participant.events, null, 1)")
        sys.stderr.write(f"page {number}: {file}\n{told}\n" + "\n".join(browser.page.console) + "\n")


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the page is fetched in every test."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="page server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()
            thread.join()
