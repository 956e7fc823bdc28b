"""The service hears of our leaving, also when it is away for a while."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from desktop.view_models import leaving
from desktop.view_models.leaving import LeavingReports
from tests.support.waiting import until

MEETING = uuid4()


class Service:
    """Answers with what it is told to, then well; what it took."""

    def __init__(self, *errors: ApiErrorCode) -> None:
        self.errors = list(errors)
        self.taken: list[tuple[UUID, float]] = []
        self.tries = 0
        self.hangs = False

    async def report_leaving(self, meeting_id: UUID, seconds_ago: float) -> None:
        """As the real one."""
        self.tries += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.errors:
            raise ApiError(self.errors.pop(0))
        self.taken.append((meeting_id, seconds_ago))


class Clock:
    """Seconds that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses."""
    monkeypatch.setattr(leaving, "PAUSES_S", (0.0,) * 5)
    monkeypatch.setattr(leaving, "LAST_WORD_S", 0.2)


async def test_it_is_told_at_once() -> None:
    service = Service()
    reports = LeavingReports(service, clock=lambda: 5.0)
    reports.left(MEETING)
    await until(lambda: service.taken, "the word")
    assert service.taken == [(MEETING, 0.0)]
    await reports.close()


async def test_a_service_that_is_away_hears_it_later_and_as_long_ago() -> None:
    """Each try says anew how long ago it was."""
    clock = Clock()
    service = Service(ApiErrorCode.UNREACHABLE, ApiErrorCode.DATABASE_UNAVAILABLE)
    reports = LeavingReports(service, clock=clock)
    reports.left(MEETING)
    clock.now += 17
    await until(lambda: service.taken, "the word")
    assert service.taken == [(MEETING, 17.0)]
    assert service.tries == 3
    await reports.close()


@pytest.mark.parametrize("code", [ApiErrorCode.NOT_FOUND, ApiErrorCode.SESSION_ENDED])
async def test_a_refusal_is_an_answer(code: ApiErrorCode) -> None:
    service = Service(code)
    reports = LeavingReports(service)
    reports.left(MEETING)
    await until(lambda: service.tries == 1, "the try")
    await reports.close()
    assert service.tries == 1
    assert service.taken == []


async def test_an_app_that_ends_says_its_last_word() -> None:
    """What is on its way when the app is closed arrives."""
    service = Service()
    reports = LeavingReports(service)
    reports.left(MEETING)
    await reports.close()
    assert [meeting for meeting, _ in service.taken] == [MEETING]


async def test_an_app_that_ends_does_not_wait_for_ever() -> None:
    service = Service()
    service.hangs = True
    reports = LeavingReports(service)
    reports.left(MEETING)
    async with asyncio.timeout(30):
        await reports.close()
    assert service.taken == []
