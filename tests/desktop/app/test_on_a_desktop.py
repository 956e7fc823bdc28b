"""Tray, notices and call window on a real desktop: window manager, tray host, notification daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from tests.support.app_process import AppProcess
from tests.support.desktop import Desktop, missing, running_desktop
from tests.support.openvidu import RunningOpenVidu, openvidu_process
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service
from tests.support.waiting import until

__all__ = ["database", "postgres_cluster"]

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")

PASSWORD = "demo-visio"
LIMIT_S = 40.0


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    with running_desktop(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def openvidu() -> Iterator[RunningOpenVidu]:
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@pytest.fixture
def service(database: TestDatabase, openvidu: RunningOpenVidu) -> Iterator[RunningService]:
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as running:
        yield running


@pytest.fixture
async def mikl(service: RunningService) -> AsyncIterator[BackendClient]:
    client = BackendClient(service.url, MemoryTokenStore())
    try:
        await client.sign_in.log_in("mikl@demo.visio", PASSWORD, stay_signed_in=False)
        yield client
    finally:
        await client.close()


async def plan(mikl: BackendClient, title: str, ahead: timedelta) -> Meeting:
    """A meeting with Alice."""
    (alice,) = [each for each in await mikl.clients() if each.full_name.startswith("Alice")]
    request = MeetingRequest(client_id=alice.id, title=title, scheduled_at=mikl.now() + ahead)
    return await mikl.create_meeting(request, idempotency_key=str(uuid4()))


async def noticed(desktop: Desktop, title: str) -> str:
    """The text of a notice with this title, once the daemon has shown it."""
    found: list[str] = []

    def looked() -> bool:
        found.extend(text for each, text in desktop.notices() if each == title)
        return bool(found)

    try:
        await until(looked, f"the notice {title!r}", LIMIT_S)
    except AssertionError as error:
        raise AssertionError(f"{error}; there are {desktop.notices()}") from error
    return found[0]


def app_on(desktop: Desktop, service: RunningService, work_dir: Path, *arguments: str) -> AppProcess:
    extra = ("--language", "fr", "--camera", "test", *arguments)
    return AppProcess("participant", "alice", service.url, work_dir, extra, env=desktop.env)


async def test_a_closed_window_goes_to_the_tray_and_reminders_still_come(
    desktop: Desktop, service: RunningService, mikl: BackendClient, tmp_path: Path
) -> None:
    """Alt+F4 hides and says so; a second start brings the window back; the tray's menu ends the app."""
    app = app_on(desktop, service, tmp_path)
    await app.start()
    try:
        await app.sign_in("alice@demo.visio", PASSWORD)
        await until(lambda: desktop.window("MiKL Visio"), "the window", LIMIT_S)
        await desktop.close_window("MiKL Visio")
        await app.do("gone", object="participantWindow")
        assert "près de l’horloge" in await noticed(desktop, "MiKL Visio reste ouvert")

        # In ten minutes and a little less: the reminder is due as soon as the app has heard of it.
        await plan(mikl, "Bilan", timedelta(minutes=10, seconds=-1))
        assert await noticed(desktop, "Dans 10\u00a0minutes\u00a0: Bilan") == "avec MiKL"
        assert "Bilan" in await noticed(desktop, "MiKL Visio")  # the news of the planning itself

        again = app_on(desktop, service, tmp_path)
        await again.start()
        assert await asyncio.wait_for(again.wait(), LIMIT_S) == 0
        await again.stop()
        await app.do("find", object="participantWindow")
        await app.do("tray", click="Quitter")
        assert await asyncio.wait_for(app.wait(), LIMIT_S) == 0
    finally:
        await app.stop()


async def test_somebody_who_waits_is_announced_without_taking_the_keyboard(
    desktop: Desktop, service: RunningService, mikl: BackendClient, tmp_path: Path
) -> None:
    meeting = await plan(mikl, "Bilan", timedelta(hours=1))
    app = app_on(desktop, service, tmp_path)
    await app.start()
    try:
        await app.sign_in("alice@demo.visio", PASSWORD)
        await app.do("list", title="Bilan")
        desktop.start("xev", "-name", "Brief an Tante Erna")
        await until(lambda: desktop.window("Brief an Tante Erna"), "another window", LIMIT_S)
        other = desktop.window("Brief an Tante Erna")
        desktop.ask("xdotool", "windowactivate", "--sync", other)
        await until(lambda: desktop.ask("xdotool", "getwindowfocus") == other, "the focus", LIMIT_S)
        await mikl.start(meeting.id)
        told = await app.do("find", object="callSentence", timeout_s=40)
        assert told["text"] == "MiKL vous attend"
        await until(lambda: desktop.window("MiKL vous attend"), "the call window", LIMIT_S)
        window = desktop.window("MiKL vous attend")
        assert desktop.ask("xdotool", "getwindowfocus") == other
        assert "_NET_WM_STATE_ABOVE" in desktop.ask("xprop", "-id", window, "_NET_WM_STATE")
        place = desktop.ask("xdotool", "getwindowgeometry", "--shell", window).splitlines()
        geometry = {name: int(value) for name, value in (line.split("=") for line in place)}
        assert (geometry["WIDTH"], geometry["HEIGHT"]) == (360, 160)
        assert geometry["X"] + 360 > 1200
        assert geometry["Y"] + 160 > 800
        await app.do("click", object="callLater")
        await app.do("gone", object="callWindow")
        assert desktop.ask("xdotool", "getwindowfocus") == other
        menu = await app.do("tray")
        assert "Rejoindre\u00a0: Bilan" in menu["rows"]
    finally:
        assert await app.quit() == 0


async def test_a_start_in_the_background_shows_no_window(
    desktop: Desktop, service: RunningService, tmp_path: Path
) -> None:
    app = app_on(desktop, service, tmp_path, "--background")
    await app.start()
    try:
        menu = await app.do("tray", timeout_s=60)
        assert menu["rows"][0] == "Non connecté"
        assert desktop.window("MiKL Visio") == ""
        await app.do("tray", click="Ouvrir")
        await app.do("find", object="signInWindow")
    finally:
        assert await app.quit() == 0


async def test_without_a_tray_closing_ends_the_app(service: RunningService, tmp_path: Path) -> None:
    with running_desktop(tmp_path, tray=False) as desktop:
        app = app_on(desktop, service, tmp_path)
        await app.start()
        try:
            await app.do("find", object="signInWindow", timeout_s=60)
            await until(lambda: desktop.window("MiKL Visio"), "the window", LIMIT_S)
            await desktop.close_window("MiKL Visio")
            assert await asyncio.wait_for(app.wait(), LIMIT_S) == 0
        finally:
            await app.stop()
