"""Chromium with openvidu-browser, servers in both modes, our client, and a session to meet in."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from openvidu_local.options import Mode
from tests.official_clients import packages
from tests.official_clients.browser import BrowserParticipant
from tests.official_clients.chromium import DevTools, Page, devtools, running_chromium
from tests.official_clients.our_client import OurClient
from tests.official_clients.packages import NodePackages, UnavailableError
from tests.official_clients.serving import bundled_page
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed: then they show the pages."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def node_packages(request: pytest.FixtureRequest) -> NodePackages:
    """The npm packages of the lock file."""
    try:
        return packages.install(request.config.cache.mkdir("official-clients"))
    except UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def page_url(node_packages: NodePackages) -> Iterator[str]:
    """Where the bundled page is served, on loopback."""
    with bundled_page(node_packages) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """One Chromium for all tests, each with browser contexts of its own: the address of its DevTools."""
    try:
        with running_chromium() as address:
            yield address
    except UnavailableError as reason:
        pytest.skip(str(reason))


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own.

    Attributes:
        running: its address and secret.
        log: what it had to complain about: a file that is empty in a sound run.
    """

    running: RunningOpenVidu
    log: Path


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """One server for each mode."""
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        running = {}
        for mode in Mode:
            file = folder / f"{mode.value}.log"
            log = stack.enter_context(file.open("a"))
            process = openvidu_process("--log-level", "WARNING", mode=mode, log=log)
            running[mode.value] = Server(stack.enter_context(process), file)
        yield running


@pytest.fixture
def openvidu(request: pytest.FixtureRequest, servers: dict[str, Server]) -> Server:
    """The server of a test: Kurento's manners unless `in_both_modes` asks for others."""
    return servers[getattr(request, "param", Mode.KURENTO.value)]


in_both_modes = pytest.mark.parametrize("openvidu", [mode.value for mode in Mode], indirect=True)
"""For tests of what differs: who makes the offer of a subscription."""
in_mediasoup_mode = pytest.mark.parametrize("openvidu", [Mode.MEDIASOUP.value], indirect=True)
"""For tests of what does not, beside one that runs in Kurento's."""


class Meeting:
    """One session, and everybody a test brings into it; `guests` sees them out at its end."""

    def __init__(
        self, url: str, rest: OpenViduRest, connection: DevTools, page_url: str, guests: AsyncExitStack
    ) -> None:
        self.rest = rest
        self.session_id = f"mtg_{secrets.token_hex(8)}"
        self.browsers: list[BrowserParticipant] = []
        self._url = url
        self._devtools = connection
        self._page_url = page_url
        self._guests = guests

    async def token(self, *, role: str = "PUBLISHER", data: str = "") -> str:
        """A token for one join."""
        await self.rest.create_session(self.session_id)
        return await self.rest.token(self.session_id, role=role, data=data)

    async def browser(
        self,
        source_id: int,
        *,
        role: str = "PUBLISHER",
        name: str = "Web",
        data: str = "",
        watching: bool = True,
    ) -> BrowserParticipant:
        """openvidu-browser in a page, joined and not publishing.

        Args:
            source_id: of what it may publish.
            role: of its token.
            name: what it says of itself.
            data: what the service says of it.
            watching: subscribe to everybody; a browser is a lot cheaper without.
        """
        page = await Page.open(self._devtools, self._page_url)
        self._guests.push_async_callback(page.close)
        browser = BrowserParticipant(page, source_id)
        self.browsers.append(browser)
        await browser.join(await self.token(role=role, data=data), name, watching=watching)
        return browser

    async def screen_of(
        self, browser: BrowserParticipant, source_id: int, *, data: str
    ) -> BrowserParticipant:
        """A second connection of the same page, which shares a screen."""
        screen = await browser.second(source_id)
        self.browsers.append(screen)
        await screen.join(await self.token(data=data), watching=False)
        await screen.share_screen()
        return screen

    async def publishing_browser(self, source_id: int, **options: Any) -> BrowserParticipant:
        """openvidu-browser, joined and publishing."""
        browser = await self.browser(source_id, **options)
        await browser.publish()
        return browser

    async def client(
        self, source_id: int, *, role: str = "PUBLISHER", name: str = "Desk", data: str = ""
    ) -> OurClient:
        """Our client, joined and publishing; `data` is what the service says of it."""
        client = OurClient(await self.token(role=role, data=data), name, source_id)
        self._guests.push_async_callback(client.room.leave)
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
    request: pytest.FixtureRequest, openvidu: Server, chromium: str, page_url: str, tmp_path: Path
) -> AsyncIterator[Meeting]:
    """A session to meet in. At the end neither a page nor the server had anything to complain about."""
    async with AsyncExitStack() as stack:
        running = openvidu.running
        rest = await stack.enter_async_context(OpenViduRest(running.url, running.secret))
        connection = await stack.enter_async_context(devtools(chromium))
        guests = await stack.enter_async_context(AsyncExitStack())
        meeting = Meeting(running.url, rest, connection, page_url, guests)
        yield meeting
        if request.node.stash.get(FAILED, True):
            await _show(meeting, tmp_path)
        faults = [fault for browser in meeting.browsers for fault in await browser.faults()]
    complaints = openvidu.log.read_text()
    os.truncate(openvidu.log, 0)  # the next test's own are to be told from these
    assert (faults, complaints) == ([], "")


async def _show(meeting: Meeting, folder: Path) -> None:
    """What the pages looked like when a test failed."""
    for number, browser in enumerate(meeting.browsers):
        file = folder / f"page-{number}.png"
        await browser.page.screenshot(file)
        told = await browser.page.evaluate("JSON.stringify(participant.events, null, 1)")
        sys.stderr.write(f"page {number}: {file}\n{told}\n" + "\n".join(browser.page.console) + "\n")
