"""Deep links and second starts, with the real apps as processes against the real service."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from backend_client.client import BackendClient
from backend_client.models import MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from desktop.app.start import SystemLinks
from tests.support.app_process import ROOT, AppProcess
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

PASSWORD = "demo-visio"


@pytest.fixture
async def service(database: TestDatabase) -> AsyncIterator[RunningService]:
    with running_service(database) as running:
        yield running


async def planned_for(service: RunningService, name: str, title: str) -> UUID:
    """A meeting of MiKL's with a client, tomorrow."""
    client = BackendClient(service.url, MemoryTokenStore())
    try:
        await client.sign_in.log_in("mikl@demo.visio", PASSWORD, stay_signed_in=False)
        (who,) = [each for each in await client.clients() if each.full_name.startswith(name)]
        request = MeetingRequest(client_id=who.id, title=title, scheduled_at=client.now() + timedelta(days=1))
        return (await client.create_meeting(request, idempotency_key=str(uuid4()))).id
    finally:
        await client.close()


async def start_again(service: RunningService, work_dir: Path, *arguments: str) -> int:
    """Start the participant's app as a browser or a double click would; its exit code."""
    profile = work_dir / "profile-alice"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "desktop.participant",
        *("--backend", service.url, "--profile", str(profile), *arguments),
        cwd=ROOT,
        env=os.environ,
    )
    return await asyncio.wait_for(process.wait(), 30)


async def test_links_before_and_after_the_log_in(service: RunningService, tmp_path: Path) -> None:
    """Cold start without a session, then running: an own meeting, nobody's, another client's."""
    alices, bobs = await planned_for(service, "Alice", "Bilan"), await planned_for(service, "Bob", "Point")
    link = f"mikl://meetings/{alices}"
    app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en", link))
    await app.start()
    try:
        notice = await app.do("find", object="signInNotice", timeout_s=60)
        assert notice["accessible"] == "Sign in to open the meeting of your link."
        await app.sign_in("alice@demo.visio", PASSWORD)
        told = await app.do("find", object="toastText", timeout_s=40)
        assert told["text"].startswith("“Bilan” has not started yet.")

        await app.do("click", object="toastClose")
        assert await start_again(service, tmp_path, f"mikl://meetings/{bobs}") == 0
        told = await app.do("find", object="toastText", timeout_s=40)
        assert "Alice" in told["text"]
        assert "Point" not in told["text"]

        await app.do("click", object="toastClose")
        assert await start_again(service, tmp_path, f"mikl://meetings/{uuid4()}") == 0
        assert (await app.do("find", object="toastText", timeout_s=40))["text"] == told["text"]

        await app.do("click", object="toastClose")
        assert await start_again(service, tmp_path, "mikl://elsewhere/1") == 0
        told = await app.do("find", object="toastText", timeout_s=40)
        assert told["text"].startswith("This link is incomplete")
        assert await start_again(service, tmp_path) == 0
        assert app.process.returncode is None
    finally:
        assert await app.quit() == 0


def test_a_link_that_macos_sends_as_an_event_is_followed(qapp: QApplication) -> None:
    opened: list[str] = []
    links = SystemLinks(opened.append)
    try:
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("mikl://meetings/1")))
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("file:///tmp/notes.txt")))
    finally:
        links.close()
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("mikl://meetings/2")))
    assert opened == ["mikl://meetings/1"]
