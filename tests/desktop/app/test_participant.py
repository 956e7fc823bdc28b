"""What a client's app offers around a meeting, clicked, against the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from backend_client.client import BackendClient
from backend_client.models import MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from tests.support.app_process import AppProcess
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service
from tests.support.waiting import until

__all__ = ["database", "postgres_cluster"]

PASSWORD = "demo-visio"


@pytest.fixture
async def mikl(database: TestDatabase) -> AsyncIterator[tuple[RunningService, BackendClient]]:
    with running_service(database) as service:
        client = BackendClient(service.url, MemoryTokenStore())
        try:
            await client.sign_in.log_in("mikl@demo.visio", PASSWORD, stay_signed_in=False)
            yield service, client
        finally:
            await client.close()


async def test_coming_late_and_the_calendar_are_one_click(
    mikl: tuple[RunningService, BackendClient], tmp_path: Path
) -> None:
    service, host = mikl
    (alice,) = [each for each in await host.clients() if each.full_name.startswith("Alice")]
    when = host.now() + timedelta(minutes=20)
    request = MeetingRequest(client_id=alice.id, title="Bilan: mars", scheduled_at=when)
    meeting = await host.create_meeting(request, idempotency_key=str(uuid4()))
    downloads = tmp_path / "downloads"
    config = tmp_path / "config"
    config.mkdir()
    (config / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{downloads}"\n')
    # No opener of files: the app says where the file is instead.
    env = {"XDG_CONFIG_HOME": str(config), "PATH": ""}
    app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"), env=env)
    await app.start()
    try:
        await app.sign_in("alice@demo.visio", PASSWORD)
        await app.do("list", title="Bilan: mars")
        await app.do("click", object="toastClose")  # the news of the planning
        await app.do("click", object=f"meetingMenu-{meeting.id}")
        await app.do("click", object="comingRow")
        told = await app.do("find", object="toastText")
        assert told["text"] == "MiKL knows that you come in 5 min."
        notices = [each for each in await host.notifications() if each.kind == "meeting.delayed"]
        assert [each.body["minutes"] for each in notices] == [5]

        await app.do("click", object="toastClose")
        await app.do("click", object=f"meetingMenu-{meeting.id}")
        await app.do("click", object="calendarRow")
        await until(lambda: list(downloads.glob("*.ics")), "the calendar file", 15)
        (file,) = downloads.glob("*.ics")
        content = file.read_text()
        assert "BEGIN:VTIMEZONE" in content
        assert "BEGIN:VALARM" in content
    finally:
        assert await app.quit() == 0


async def test_a_past_meeting_can_be_looked_at(
    mikl: tuple[RunningService, BackendClient], database: TestDatabase, tmp_path: Path
) -> None:
    """One that nobody started: its details are behind the menu, without anything private."""
    service, host = mikl
    (alice,) = [each for each in await host.clients() if each.full_name.startswith("Alice")]
    request = MeetingRequest(
        client_id=alice.id, title="Bilan", scheduled_at=host.now() + timedelta(minutes=20)
    )
    meeting = await host.create_meeting(request, idempotency_key=str(uuid4()))
    database.admin(
        "update public.meetings set scheduled_at = now() - interval '5 hours' where id = %s", (meeting.id,)
    )
    app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"))
    await app.start()
    try:
        await app.sign_in("alice@demo.visio", PASSWORD)
        await app.do("click", object="toastClose")  # the news of the planning
        await app.do("click", object="historyButton")
        await app.do("click", object=f"meetingMenu-{meeting.id}")
        await app.do("click", object="detailsRow")
        await app.do("find", object="meetingPanel")
        told = await app.do("find", object="meetingPanelTitle")
        assert told["text"] == "Bilan"
        await app.do("gone", object="noteField")
        await app.do("click", object="closePanelButton")
        await app.do("find", object="historyButton")
    finally:
        assert await app.quit() == 0


async def test_an_app_below_the_minimum_says_what_to_do(database: TestDatabase, tmp_path: Path) -> None:
    with running_service(database, minimum_client_version="99.0") as service:
        app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "fr"))
        await app.start()
        try:
            await app.do("find", object="updateNeeded", timeout_s=60)
            await app.do("gone", object="signInWindow")
            await app.do("click", object="askAgainButton")
            await app.do("find", object="updateNeeded")
        finally:
            assert await app.quit() == 0
