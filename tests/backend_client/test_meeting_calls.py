"""The client's calls that change meetings, against the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import (
    Meeting,
    MeetingChange,
    MeetingRequest,
    MeetingStatus,
    SeriesRequest,
    StartNowRequest,
)
from backend_client.sign_in import MemoryTokenStore
from tests.backend.people import ALICE, MIKL
from tests.support.fake_openvidu import SECRET, fake_openvidu
from tests.support.service import RunningService, TestDatabase, running_service


@pytest.fixture
def service(database: TestDatabase) -> Iterator[RunningService]:
    """A service without a media server."""
    with running_service(database) as running:
        yield running


@asynccontextmanager
async def signed_in(service: RunningService, email: str) -> AsyncIterator[BackendClient]:
    """A client with one of the demo's people signed in."""
    client = BackendClient(service.url, MemoryTokenStore(), device="test")
    try:
        await client.sign_in.log_in(email, "demo-visio", stay_signed_in=True)
        yield client
    finally:
        await client.close()


async def plan(operator: BackendClient, client_id: UUID) -> Meeting:
    """A meeting tomorrow."""
    request = MeetingRequest(
        client_id=client_id, title="Bilan", scheduled_at=operator.now() + timedelta(days=1)
    )
    return await operator.create_meeting(request, idempotency_key=str(uuid4()))


async def test_a_meeting_is_changed_noted_and_cancelled(
    database: TestDatabase, service: RunningService
) -> None:
    """Each call and its answer; an old version is a conflict."""
    async with signed_in(service, MIKL) as operator:
        meeting = await plan(operator, database.client_id(ALICE))
        changed = await operator.change_meeting(meeting, MeetingChange(title="Point"))
        assert (changed.title, changed.scheduled_at, changed.version) == ("Point", meeting.scheduled_at, 2)
        with pytest.raises(ApiError) as caught:
            await operator.change_meeting(meeting, MeetingChange(title="Autre"))
        assert caught.value.code is ApiErrorCode.VERSION_CONFLICT
        assert (await operator.write_note(meeting.id, "privé")) == await operator.note(meeting.id)
        cancelled = await operator.cancel(meeting.id, reason="Grippe")
        assert (cancelled.status, cancelled.cancel_reason) == (MeetingStatus.CANCELLED, "Grippe")
        assert await operator.presence(meeting.id) == []
        assert b"METHOD:CANCEL" in await operator.calendar_entry(meeting.id)
        assert (await operator.meetings_table()).startswith(b"\xef\xbb\xbf")


async def test_late_and_waiting(database: TestDatabase, service: RunningService) -> None:
    """The client tells; the operator sees it in notices and in the meeting."""
    async with signed_in(service, MIKL) as operator, signed_in(service, ALICE) as alice:
        meeting = await plan(operator, database.client_id(ALICE))
        await alice.announce_delay(meeting.id, 5)
        waiting = await alice.wait(meeting.id)
        assert (await operator.meeting(meeting.id)).client_waiting_since == waiting.since
        await alice.stop_waiting(meeting.id)
        assert (await operator.meeting(meeting.id)).client_waiting_since is None
        assert [notice.kind for notice in await operator.notifications()] == ["meeting.delayed"]


async def test_a_series_and_a_start_now(database: TestDatabase) -> None:
    """The same key gives the same; what runs is extended."""
    async with fake_openvidu() as media:
        with running_service(database, openvidu_url=media.url, openvidu_secret=SECRET) as service:
            async with signed_in(service, MIKL) as operator:
                client_id = database.client_id(ALICE)
                weekly = SeriesRequest(
                    client_id=client_id, title="Hebdo", count=3,
                    scheduled_at=operator.now() + timedelta(days=1),
                )  # fmt: skip
                series = [await operator.create_series(weekly, idempotency_key="a") for _ in range(2)]
                assert series[0] == series[1]
                assert len(series[0].items) == 3
                request = StartNowRequest(client_id=client_id, title="Appel")
                begun = [await operator.start_now(request, idempotency_key="b") for _ in range(2)]
                assert begun[0] == begun[1]
                assert begun[0].status is MeetingStatus.IN_PROGRESS
                assert (await operator.extend(begun[0].id, 90)).planned_minutes == 90
