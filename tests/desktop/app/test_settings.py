"""The settings of the running app, clicked, against the real service."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend_client.client import BackendClient
from backend_client.sign_in import MemoryTokenStore
from tests.support.app_process import AppProcess
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service
from tests.support.waiting import until

__all__ = ["database", "postgres_cluster"]

OLD, NEW = "demo-visio", "velours chaloupe 39 brume"


@pytest.fixture
async def service(database: TestDatabase) -> AsyncIterator[RunningService]:
    with running_service(database) as running:
        yield running


async def test_choices_hold_at_once_and_at_the_next_start(service: RunningService, tmp_path: Path) -> None:
    """Language, colours and proxy before the log-in; kept in the user's file."""
    kept = tmp_path / "profile-alice" / "settings.json"
    kept.parent.mkdir()
    kept.write_text('{"language": "en"}')
    app = AppProcess("participant", "alice", service.url, tmp_path)
    await app.start()
    try:
        await app.do("click", object="settingsButton", timeout_s=60)
        await app.do("click", object="language-fr")
        title = await app.do("find", object="page-general")
        assert title["accessible"] == "Général"
        await app.do("click", object="theme-dark")
        await app.do("click", object="page-network")
        await app.do("click", object="proxy_mode-manual")
        await app.do("type", object="proxy_url", text="not an address", enter=True)
        wrong = await app.do("find", object="proxy_urlError")
        assert wrong["text"].startswith("Saisissez une adresse")
        await app.do("type", object="proxy_url", text="http://proxy.example:3128", enter=True)
        await app.do("gone", object="proxy_urlError")
        wanted = {
            "language": "fr",
            "theme": "dark",
            "proxy_mode": "manual",
            "proxy_url": "http://proxy.example:3128",
        }
        await until(lambda: json.loads(kept.read_text()) == wanted, "the file")
    finally:
        assert await app.quit() == 0


async def test_the_password_is_changed_and_other_devices_are_signed_out(
    service: RunningService, tmp_path: Path
) -> None:
    other = BackendClient(service.url, MemoryTokenStore(), device="Old phone")
    app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"))
    await app.start()
    try:
        await other.sign_in.log_in("alice@demo.visio", OLD, stay_signed_in=False)
        await app.sign_in("alice@demo.visio", OLD)
        await app.do("click", object="accountButton")
        await app.do("click", object="settingsButton")
        await app.do("click", object="page-account")
        (session,) = [each for each in await other.sessions() if each.current]
        ending = await app.do("find", object=f"end_session:{session.id}")
        assert ending["accessible"] == "Sign out there, Old phone"
        await app.do("type", object="old_password", text="not it")
        await app.do("type", object="new_password", text=NEW)
        await app.do("click", object="change_password")
        wrong = await app.do("find", object="old_passwordError")
        assert wrong["text"] == "This is not your current password."
        await app.do("type", object="old_password", text=OLD)
        await app.do("click", object="change_password")
        told = await app.do("find", object="toastText")
        assert told["text"] == "Your password is changed. Other devices were signed out."
        await app.do("gone", object=f"end_session:{session.id}")
    finally:
        await other.close()
        assert await app.quit() == 0
