"""What the service's tests share: database, fake OpenVidu, a running service, people signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.backend.people import ALICE, BOB, MIKL, Person, signed_in
from tests.support.fake_openvidu import SECRET, FakeOpenVidu, fake_openvidu
from tests.support.service import (
    RunningService,
    TestDatabase,
    database,
    postgres_cluster,
    running_service,
)

__all__ = ["database", "postgres_cluster"]


@pytest.fixture
async def openvidu() -> AsyncIterator[FakeOpenVidu]:
    """A fake OpenVidu that does as it is told."""
    async with fake_openvidu() as fake:
        yield fake


@pytest.fixture
def service(database: TestDatabase, openvidu: FakeOpenVidu) -> Iterator[RunningService]:
    """The service on its own database, with the fake OpenVidu."""
    with running_service(
        database, openvidu_url=openvidu.url, openvidu_secret=SECRET, job_poll_s=0.1
    ) as running:
        yield running


@pytest.fixture
async def mikl(service: RunningService) -> AsyncIterator[Person]:
    """The operator."""
    async with signed_in(service.url, MIKL) as person:
        yield person


@pytest.fixture
async def alice(service: RunningService) -> AsyncIterator[Person]:
    """A client."""
    async with signed_in(service.url, ALICE) as person:
        yield person


@pytest.fixture
async def bob(service: RunningService) -> AsyncIterator[Person]:
    """Another client."""
    async with signed_in(service.url, BOB) as person:
        yield person
