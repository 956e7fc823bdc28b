"""Fixtures of the Hub's flows: the real app in this process, before the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PySide6.QtWidgets import QApplication

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import HUB_APP, Shell
from desktop.view_models.language import Language
from desktop.views.theme import Theme, ThemeChoice
from resources.reader import ROOT
from tests.support.running_shell import PASSWORD, running_shell, shown
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]

MIKL = "mikl@demo.visio"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme at the usual size, nothing moves."""
    return Theme(qapp, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    """English."""
    speaks = Language(ROOT / "translations", "en")
    yield speaks
    speaks.close()


@pytest.fixture
def service(database: TestDatabase) -> Iterator[RunningService]:
    """The service on a database of the test's own."""
    with running_service(database) as running:
        yield running


@pytest.fixture
async def elsewhere(service: RunningService) -> AsyncIterator[BackendClient]:
    """MiKL on another device."""
    client = BackendClient(service.url, MemoryTokenStore())
    await client.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=False)
    yield client
    await client.close()


@pytest.fixture
async def meeting(elsewhere: BackendClient) -> Meeting:
    """A meeting with Alice, in two days."""
    (alice,) = [each for each in await elsewhere.clients() if each.full_name.startswith("Alice")]
    at = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    request = MeetingRequest(client_id=alice.id, title="Bilan", scheduled_at=at)
    return await elsewhere.create_meeting(request, idempotency_key=str(uuid4()))


@pytest.fixture
async def hub(
    service: RunningService, meeting: Meeting, language: Language, theme: Theme
) -> AsyncIterator[Shell]:
    """MiKL's app, the meeting in its list."""
    async with running_shell(HUB_APP, service.url, MIKL, language, theme) as shell:
        await shown(f"meetingMenu-{meeting.id}")
        yield shell
