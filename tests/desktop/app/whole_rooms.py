"""Rooms as the apps have them: the service on PostgreSQL, the media server, bridges, view-models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest, User
from backend_client.sign_in import MemoryTokenStore
from tests.support.openvidu import RunningOpenVidu, openvidu_process
from tests.support.service import RunningService, TestDatabase, running_service
from tests.support.waiting import until

OPERATOR, ALICE, PASSWORD = "mikl@demo.visio", "alice@demo.visio", "demo-visio"
TRANSLATIONS = Path(__file__).parents[3] / "resources" / "translations"
LIMIT_S = 40.0
"""For what must happen, on a loaded machine."""


@pytest.fixture
def openvidu() -> Iterator[RunningOpenVidu]:
    """A media server that puts a lost client out at once."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@pytest.fixture
def service(database: TestDatabase, openvidu: RunningOpenVidu) -> Iterator[RunningService]:
    """The service, with that media server."""
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as running:
        yield running


@asynccontextmanager
async def signed_in(service: RunningService, email: str) -> AsyncIterator[tuple[BackendClient, User]]:
    """Somebody's session with the service."""
    client = BackendClient(service.url, MemoryTokenStore(), device="test")
    try:
        yield client, await client.sign_in.log_in(email, PASSWORD, stay_signed_in=True)
    finally:
        await client.close()


async def started_meeting(operator: BackendClient) -> Meeting:
    """A meeting with Alice, under way."""
    (alice,) = [client for client in await operator.clients() if client.full_name.startswith("Alice")]
    when = operator.now() + timedelta(minutes=5)
    request = MeetingRequest(client_id=alice.id, title="Bilan", scheduled_at=when)
    planned = await operator.create_meeting(request, idempotency_key=str(uuid4()))
    return await operator.start(planned.id)


async def until_on_qt(condition: object, what: str) -> None:
    """Wait for a state of the view-model, whose signals need Qt's event loop to arrive."""
    assert callable(condition)

    def looked() -> object:
        QCoreApplication.processEvents()
        return condition()

    await until(looked, what, LIMIT_S)
