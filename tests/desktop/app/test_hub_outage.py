"""The service goes away and comes back, also over a restart of the app: the list stays, and says its age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from PySide6.QtWidgets import QApplication

from backend_client.client import BackendClient
from backend_client.models import MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import HUB_APP, Shell
from desktop.view_models import meeting_list
from desktop.view_models.language import Language
from desktop.view_models.states import MeetingListState
from desktop.views.theme import Theme, ThemeChoice
from resources.reader import ROOT
from tests.support.running_shell import PASSWORD, on_screen, press, running_shell, seen, shown, write
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

MIKL = "mikl@demo.visio"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    speaks = Language(ROOT / "translations", "en")
    yield speaks
    speaks.close()


async def plan(url: str, store: MemoryTokenStore) -> None:
    """Sign in to `store` and plan a meeting."""
    client = BackendClient(url, store, device="test")
    await client.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=True)
    (alice,) = [each for each in await client.clients() if each.full_name.startswith("Alice")]
    request = MeetingRequest(
        client_id=alice.id, title="Bilan", scheduled_at=datetime.now(UTC) + timedelta(days=2)
    )
    await client.create_meeting(request, idempotency_key=str(uuid4()))
    await client.close()


def state_of(shell: Shell) -> MeetingListState:
    assert shell.list_model is not None
    return shell.list_model.state


async def test_the_list_outlives_the_service_and_the_app(
    database: TestDatabase,
    language: Language,
    theme: Theme,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meeting_list, "RETRY_DELAYS_S", (0.1,))
    store = MemoryTokenStore()
    with running_service(database) as service:
        url = service.url
        await plan(url, store)
        async with running_shell(HUB_APP, url, MIKL, language, theme, store=store, data_dir=tmp_path):
            await seen((tmp_path / "list.json").exists, "the kept list")
    kept = (tmp_path / "list.json").read_text(encoding="utf-8")
    assert "Bilan" in kept
    assert store.load() is not None
    assert str(store.load()) not in kept
    # The app starts while nobody answers.
    async with running_shell(HUB_APP, url, MIKL, language, theme, store=store, data_dir=tmp_path) as shell:
        assert state_of(shell).next is not None
        await seen(lambda: state_of(shell).offline, "the age of the list")
        await shown("offlineLine")
        await press("nextMeeting")
        # What is typed meanwhile is kept until somebody takes it.
        await press("scheduleButton")
        await write("titleField", "Typed offline")
        with running_service(database, port=urlsplit(url).port or 0):
            await seen(lambda: not state_of(shell).offline, "the service is back", timeout_s=40)
            title = await shown("titleField")
            assert title.text() == "Typed offline"  # type: ignore[attr-defined]
            assert shell.client.sign_in.user is not None
            following = state_of(shell).next
            assert following is not None
            assert following.title == "Bilan"
            assert on_screen("offlineLine") is None


async def test_signing_out_takes_the_list_along(
    database: TestDatabase, language: Language, theme: Theme, tmp_path: Path
) -> None:
    store = MemoryTokenStore()
    with running_service(database) as service:
        await plan(service.url, store)
        async with running_shell(
            HUB_APP, service.url, MIKL, language, theme, store=store, data_dir=tmp_path
        ) as shell:
            await seen((tmp_path / "list.json").exists, "the kept list")
            assert shell.list_model is not None
            shell.list_model.sign_out()
            await seen(lambda: shell.sign_in.model is not None, "the log-in card")
            assert not (tmp_path / "list.json").exists()
