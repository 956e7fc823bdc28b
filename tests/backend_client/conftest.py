"""A toy service and a client of it, with proof that nothing is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend_client.client import BackendClient
from backend_client.sign_in import MemoryTokenStore
from backend_client.transport import Timeouts
from tests.backend_client.toy_service import EMAIL, PASSWORD, ToyService
from tests.support.service import database, postgres_cluster  # noqa: F401  (fixtures)
from tests.support.waiting import until

QUICK = Timeouts(repeat_after_s=(0.0, 0.001))
"""Limits that a busy machine does not reach; tests of the limits themselves set their own."""


@pytest.fixture
async def toy() -> AsyncIterator[ToyService]:
    """A toy service; afterwards every connection to it and every task must be gone."""
    before = asyncio.all_tasks()
    service = ToyService()
    await service.start()
    yield service
    await until(lambda: service.open_connections == 0, "the end of every connection")
    await service.stop()
    here = {asyncio.current_task()}
    await until(lambda: asyncio.all_tasks() <= before | here, "the end of every task")


@pytest.fixture
async def store() -> MemoryTokenStore:
    """Where the client keeps its refresh token."""
    return MemoryTokenStore()


@pytest.fixture
async def client(toy: ToyService, store: MemoryTokenStore) -> AsyncIterator[BackendClient]:
    """A client that nobody is signed in to."""
    made = BackendClient(toy.url, store, device="test", timeouts=QUICK)
    yield made
    await made.close()


@pytest.fixture
async def alice(client: BackendClient) -> BackendClient:
    """The same client, Alice signed in."""
    await client.sign_in.log_in(EMAIL, PASSWORD, stay_signed_in=True)
    return client
