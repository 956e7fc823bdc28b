"""What the tests of accounts share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.http import client_without_tls
from tests.support.service import RunningService


@pytest.fixture
async def http(service: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet, at the service's door."""
    async with client_without_tls(f"{service.url}/v1", timeout=20) as client:
        yield client
