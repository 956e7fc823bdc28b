"""When somebody who waits is announced, and how that ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend_client.models import Meeting, MeetingStatus, Presence, Role
from desktop.view_models.calls import CallViewModel
from desktop.view_models.language import Language
from tests.support.fakes import NOW, meeting
from tests.support.waiting import until


@dataclass
class FakePresence:
    """Who is in the room, as a test says."""

    inside: list[Presence] = field(default_factory=list)

    async def presence(self, meeting_id: UUID) -> list[Presence]:
        """Everybody."""
        return self.inside

    def now(self) -> datetime:
        """The moment of every test."""
        return NOW


@pytest.fixture
def room() -> FakePresence:
    return FakePresence()


@pytest.fixture
async def call(room: FakePresence, english: Language) -> AsyncIterator[CallViewModel]:
    made = CallViewModel(room, english)
    yield made
    await made.close()


PLANNED = meeting("Bilan", role=Role.CLIENT)
STARTED = PLANNED.model_copy(update={"status": MeetingStatus.IN_PROGRESS, "started_at": NOW})


def test_a_started_meeting_calls_its_client(call: CallViewModel) -> None:
    call.know([PLANNED])
    assert call.state.meeting_id == ""
    call.know([STARTED])
    assert call.state.sentence == "MiKL is waiting for you"
    assert (call.state.title, call.state.accept) == ("Bilan", "Join")


def test_what_ran_already_when_the_app_came_does_not_call(call: CallViewModel) -> None:
    call.know([STARTED])
    call.know([STARTED])
    assert call.state.meeting_id == ""


def test_a_client_who_waits_calls_the_operator(call: CallViewModel) -> None:
    quiet = meeting("Bilan")
    call.know([quiet])
    waiting = quiet.model_copy(update={"client_waiting_since": NOW})
    call.know([waiting])
    assert call.state.sentence == "Alice Laurent is waiting for you"
    assert call.state.accept == "Start"
    call.know([quiet])  # she has gone
    assert call.state.meeting_id == ""
    call.know([waiting.model_copy(update={"client_waiting_since": NOW + timedelta(minutes=2)})])
    assert call.state.meeting_id == str(quiet.id)


def test_a_room_is_never_disturbed(call: CallViewModel) -> None:
    call.know([PLANNED])
    call.in_room(True)
    call.know([STARTED])
    assert call.state.meeting_id == ""


def test_accepting_asks_for_the_meeting_and_ends_the_call(call: CallViewModel) -> None:
    asked: list[str] = []
    call.accepted.connect(asked.append)
    call.know([PLANNED])
    call.know([STARTED])
    call.accept()
    assert asked == [str(STARTED.id)]
    assert call.state.meeting_id == ""
    call.accept()
    assert len(asked) == 1


def test_later_is_not_missed(call: CallViewModel) -> None:
    missed: list[object] = []
    call.missed.connect(lambda *words: missed.append(words))
    call.know([PLANNED])
    call.know([STARTED])
    call.later()
    call.know([STARTED])
    assert call.state.meeting_id == ""
    assert missed == []


@pytest.mark.parametrize("status", [MeetingStatus.COMPLETED, MeetingStatus.CANCELLED])
def test_a_meeting_that_ends_stops_the_call(call: CallViewModel, status: MeetingStatus) -> None:
    call.know([PLANNED])
    call.know([STARTED])
    call.know([STARTED.model_copy(update={"status": status})])
    assert call.state.meeting_id == ""


async def test_nobody_took_it(call: CallViewModel, monkeypatch: pytest.MonkeyPatch) -> None:
    missed: list[tuple[str, str]] = []
    call.missed.connect(lambda title, text: missed.append((title, text)))
    assert call._patience.interval() == 45_000
    call._patience.setInterval(20)
    call.know([PLANNED])
    call.know([STARTED])
    await until_missed(missed)
    assert missed[0][0] == "Missed: Bilan"
    assert "MiKL" in missed[0][1]
    assert call.state.meeting_id == ""


def test_a_call_in_vain_is_kept_until_one_goes_there(call: CallViewModel) -> None:
    told: list[dict[str, datetime]] = []
    call.missed_calls_changed.connect(told.append)
    call.know([PLANNED])
    call.know([STARTED])
    call._give_up()
    assert told == [{str(STARTED.id): NOW}]
    call.in_room(True, "another meeting")
    assert len(told) == 1
    call.in_room(True, str(STARTED.id))
    assert told[-1] == {}


def test_whoever_comes_back_calls_again_and_nothing_is_missed(call: CallViewModel) -> None:
    told: list[dict[str, datetime]] = []
    call.missed_calls_changed.connect(told.append)
    quiet = meeting("Bilan")
    call.know([quiet])
    call.know([quiet.model_copy(update={"client_waiting_since": NOW})])
    call._give_up()
    call.know([quiet])
    assert told == [{str(quiet.id): NOW}]
    call.know([quiet.model_copy(update={"client_waiting_since": NOW + timedelta(minutes=4)})])
    assert call.state.meeting_id == str(quiet.id)
    assert told[-1] == {}


async def until_missed(missed: list[tuple[str, str]]) -> None:
    """Timers of Qt need its loop."""
    from PySide6.QtCore import QCoreApplication  # noqa: PLC0415

    def looked() -> bool:
        QCoreApplication.processEvents()
        return bool(missed)

    await until(looked, "the end of patience")


async def test_an_answer_on_another_device_stops_the_call(call: CallViewModel, room: FakePresence) -> None:
    call.know([PLANNED])
    call.know([STARTED])
    host = Presence(role=Role.OPERATOR, full_name="MiKL", joined_at=NOW)
    room.inside = [host, Presence(role=Role.CLIENT, full_name="Alice", joined_at=NOW, left_at=NOW)]
    await call._ask_elsewhere(STARTED)
    assert call.state.meeting_id == str(STARTED.id)
    room.inside.append(Presence(role=Role.CLIENT, full_name="Alice", joined_at=NOW))
    await call._ask_elsewhere(STARTED)
    assert call.state.meeting_id == ""


def test_the_language_changes_while_it_rings(call: CallViewModel, english: Language) -> None:
    call.know([PLANNED])
    call.know([STARTED])
    english.use("fr")
    assert call.state.sentence == "MiKL vous attend"


def test_signed_out_nobody_calls(call: CallViewModel) -> None:
    rows: list[Meeting] = [PLANNED]
    call.know(rows)
    call.know([STARTED])
    call.signed_out()
    assert call.state.meeting_id == ""
