"""Rating a call: what goes along, what is asked again, and that nothing waits for it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import MeetingStatus, Rating, RatingRequest, Role
from desktop.rtc.state import ParticipantState, Quality, QualityWord, RoomPhase, RoomState
from desktop.view_models import rating
from desktop.view_models.rating import LineRecord, RatingViewModel
from tests.support.fakes import NOW, meeting
from tests.support.waiting import until

LIVE = RoomState(phase=RoomPhase.CONNECTED)
POOR = Quality(QualityWord.POOR)


class Service:
    """Keeps ratings."""

    def __init__(self) -> None:
        self.kept: list[RatingRequest] = []
        self.refuses: ApiErrorCode | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def rate(self, meeting_id: UUID, rating: RatingRequest) -> Rating:
        """Keep one."""
        await self.may_answer.wait()
        if self.refuses is not None:
            raise ApiError(self.refuses)
        self.kept.append(rating)
        return Rating(**rating.model_dump(), rated_at=NOW)


class Case:
    """Alice after a call."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self.service = Service()
        row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
        self.model = RatingViewModel(row, self.service, clock=lambda: self.at_s)

    def passes(self, state: RoomState, seconds: int, *, over: bool = False) -> None:
        """So many seconds in a state of the room."""
        for _ in range(seconds):
            self.model.take_room(state, over=over)
            self.at_s += 1.0
        self.model.take_room(state, over=over)

    def ends(self) -> None:
        """The end screen."""
        self.model.take_room(RoomState(phase=RoomPhase.LEFT), over=True)


@pytest.fixture
async def case(qapp: QCoreApplication) -> Case:
    return Case()


async def test_the_line_goes_along_with_the_stars(case: Case) -> None:
    case.passes(LIVE, 6)
    case.passes(RoomState(phase=RoomPhase.CONNECTED, own_quality=POOR), 1)
    case.passes(RoomState(phase=RoomPhase.RECONNECTING), 1)
    case.passes(
        RoomState(phase=RoomPhase.CONNECTED, participants=(ParticipantState("b", "B", quality=POOR),)), 2
    )
    assert not case.model.state.offered
    case.ends()
    assert case.model.state.offered
    case.model.rate(4)
    case.model.rate(5)  # one is on its way
    await until(lambda: case.model.state.sent, "the rating")
    assert case.service.kept == [RatingRequest(stars=4, weak_percent=40, reconnections=1)]
    case.model.comment("  Bon son. ")
    await until(lambda: case.model.state.comment_sent, "the comment")
    assert case.service.kept[1].comment == "Bon son."
    assert case.service.kept[1].stars == 4
    await case.model.close()


async def test_whoever_never_got_in_is_not_asked(case: Case) -> None:
    case.passes(RoomState(phase=RoomPhase.CONNECTING), 5)
    case.ends()
    assert not case.model.state.offered
    case.model.rate(3)
    case.model.comment("Rien")
    assert case.model.state.stars == 0
    await case.model.close()
    assert case.service.kept == []


async def test_a_failure_is_said_and_the_next_click_tries_again(case: Case) -> None:
    case.passes(LIVE, 3)
    case.ends()
    case.service.refuses = ApiErrorCode.UNREACHABLE
    case.model.rate(2)
    await until(lambda: bool(case.model.state.error), "the error")
    case.service.refuses = None
    case.model.rate(2)
    await until(lambda: case.model.state.sent, "the rating")
    assert case.model.state.error == ""
    await case.model.close()


async def test_whoever_closes_at_once_is_heard_all_the_same(case: Case) -> None:
    case.passes(LIVE, 3)
    case.ends()
    case.service.may_answer.clear()
    case.model.rate(5)
    closing = asyncio.create_task(case.model.close())
    await asyncio.sleep(0)
    case.service.may_answer.set()
    await closing
    assert [each.stars for each in case.service.kept] == [5]


async def test_a_service_that_hangs_holds_nobody(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "PATIENCE_S", 0.01)
    case.passes(LIVE, 3)
    case.ends()
    case.service.may_answer.clear()
    case.model.rate(5)
    await case.model.close()
    assert case.service.kept == []


def test_time_asleep_counts_for_nothing() -> None:
    line = LineRecord()
    poor = RoomState(phase=RoomPhase.CONNECTED, own_quality=POOR)
    for at_s, state in ((0.0, poor), (3600.0, LIVE), (3601.0, LIVE), (3602.0, LIVE)):
        line.take(state, at_s)
    assert line.weak_percent == 0
