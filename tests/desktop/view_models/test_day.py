"""The day at a glance: what is on, who waits, and one click that tells him."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import MeetingStatus
from desktop.view_models import day
from desktop.view_models.day import DayViewModel
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.states import Tone
from tests.support.fakes import NOW, meeting
from tests.support.hub_fakes import FakeHub
from tests.support.waiting import until

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def service() -> FakeHub:
    return FakeHub()


@pytest.fixture
async def glance(
    service: FakeHub, english: Language, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DayViewModel]:
    """The day, in Paris."""
    monkeypatch.setattr(day, "system_zone", lambda: PARIS)
    model = DayViewModel(service, english)
    yield model
    await model.close()


async def test_a_day_without_meetings_shows_nothing(glance: DayViewModel) -> None:
    glance.update([meeting(at=NOW + timedelta(days=1))])
    assert (glance.state.heading, glance.state.blocks) == ("", ())


async def test_todays_meetings_lie_on_the_line_by_their_hours(glance: DayViewModel) -> None:
    glance.update(
        [
            meeting("Bilan", at=NOW + timedelta(minutes=25)),  # 15:00
            meeting("Early", at=NOW - timedelta(hours=5), status=MeetingStatus.COMPLETED),
            meeting("Off", at=NOW + timedelta(hours=2), status=MeetingStatus.CANCELLED),
            meeting("Tomorrow", at=NOW + timedelta(days=1)),
        ]
    )
    state = glance.state
    assert state.heading == "2 meetings today · 2\N{NO-BREAK SPACE}h"
    assert state.now_line == "Free until 15:00"
    early, bilan = state.blocks
    assert (early.tone, bilan.tone) == (Tone.NEUTRAL, Tone.PRIMARY)
    assert [hour for _, hour in state.hours] == [str(hour) for hour in range(8, 20)]
    assert (bilan.start, bilan.end) == (pytest.approx(7 / 11), pytest.approx(8 / 11))
    assert state.now == pytest.approx((14 + 35 / 60 - 8) / 11)


async def test_what_is_on_is_said(glance: DayViewModel) -> None:
    glance.update([meeting("Bilan", at=NOW - timedelta(minutes=5), status=MeetingStatus.IN_PROGRESS)])
    assert glance.state.now_line == "Now: Bilan with Alice Laurent, planned until 15:30"
    assert glance.state.blocks[0].tone is Tone.SUCCESS


async def test_the_longest_waiting_comes_first(glance: DayViewModel) -> None:
    waiting = meeting("Bilan", at=NOW + timedelta(minutes=5)).model_copy(
        update={"client_waiting_since": NOW - timedelta(minutes=3)}
    )
    overdue = meeting("Point", at=NOW - timedelta(minutes=20))
    glance.update([waiting, overdue])
    assert [each.line for each in glance.state.waiting] == [
        "“Point” with Alice Laurent was to begin at 14:15",
        "Alice Laurent has been waiting for 3\N{NO-BREAK SPACE}min",
    ]


async def test_one_click_tells_the_client(glance: DayViewModel, service: FakeHub) -> None:
    waiting = meeting("Bilan").model_copy(update={"client_waiting_since": NOW})
    glance.update([waiting])
    said: list[tuple[str, Tone]] = []
    glance.said.connect(lambda text, tone: said.append((text, tone)))
    glance.late(str(waiting.id))
    glance.late(str(waiting.id))
    await until(lambda: said)
    assert service.delays == [(waiting.id, 5)]
    assert said == [("Alice knows that you are 5 min late.", Tone.SUCCESS)]
    assert glance.state.waiting[0].line.endswith(" · told at 14:35")
    service.refusals["announce_delay"] = ApiError(ApiErrorCode.TOO_MANY, status=429)
    glance.late(str(waiting.id))
    await until(lambda: len(said) == 2)
    assert said[1] == (text_for(ApiErrorCode.TOO_MANY).sentence, Tone.DANGER)


@pytest.mark.parametrize(
    ("change", "hours"),
    [(datetime(2026, 3, 29, tzinfo=PARIS), 23), (datetime(2026, 10, 25, tzinfo=PARIS), 25)],
)
async def test_the_line_is_as_long_as_the_day_when_the_clocks_change(
    glance: DayViewModel, service: FakeHub, change: datetime, hours: int
) -> None:
    service.moment = change.replace(hour=12).astimezone(UTC)
    first = meeting("First", at=change.replace(hour=0, minute=30).astimezone(UTC))
    last = meeting("Last", at=change.replace(hour=23).astimezone(UTC))
    glance.update([first, last])
    state = glance.state
    assert (state.hours[0][1], state.hours[-1][1]) == ("0", "0")
    assert state.blocks[0].start == pytest.approx(0.5 / hours)
    assert state.blocks[1].start == pytest.approx((hours - 1) / hours)
    noon = next(share for share, hour in state.hours if hour == "12")
    assert state.now == pytest.approx(noon)
