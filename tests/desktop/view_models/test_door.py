"""The host's side of the waiting room: words, decisions, refusals by the service."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import DoorState, Meeting, MeetingStatus
from desktop.view_models.door import DoorViewModel
from desktop.view_models.language import Language
from tests.support.fakes import NOW, FakeMeetings, meeting
from tests.support.waiting import until


class Service(FakeMeetings):
    """The door of the service; answers when it is let."""

    def __init__(self, row: Meeting) -> None:
        super().__init__([row])
        self.row = row
        self.asked: list[DoorState] = []
        self.refuses: ApiErrorCode | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def set_door(self, meeting_id: UUID, state: DoorState) -> Meeting:
        """Decide."""
        self.asked.append(state)
        await self.may_answer.wait()
        if self.refuses is not None:
            raise ApiError(self.refuses)
        waits = None if state in (DoorState.ADMITTED, DoorState.OPEN) else self.row.client_waiting_since
        self.row = self.row.model_copy(update={"door": state, "client_waiting_since": waits})
        return self.row


@pytest.fixture
def row() -> Meeting:
    """A running meeting of MiKL's."""
    return meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS)


def waiting(row: Meeting, seconds: int = 0) -> Meeting:
    """Its client waits behind the held door."""
    since = NOW - timedelta(seconds=seconds)
    return row.model_copy(update={"door": DoorState.HELD, "client_waiting_since": since})


async def test_who_waits_is_named_with_the_time(english: Language, row: Meeting) -> None:
    model = DoorViewModel(row, Service(row), english)
    knocks: list[bool] = []
    model.knocked.connect(lambda: knocks.append(True))
    assert (model.state.held, model.state.person, model.state.knock) == (False, None, "")
    model.take_meeting(waiting(row))
    name = row.client.full_name
    assert model.state.person is not None
    assert (model.state.person.name, model.state.line) == (name, "has just arrived")
    assert model.state.knock == f"{name} is in the waiting room"
    model.take_meeting(waiting(row, seconds=125))
    assert model.state.line == "waiting for 2\u00a0min"
    assert knocks == [True], "heard once, however often the list is fetched"
    await model.close()


async def test_decisions_are_asked_once_and_shown(english: Language, row: Meeting) -> None:
    service = Service(waiting(row))
    model = DoorViewModel(service.row, service, english)
    service.may_answer.clear()
    model.admit()
    model.admit()
    model.refuse()
    assert model.state.busy
    service.may_answer.set()
    await until(lambda: not model.state.busy, "the answer")
    assert service.asked == [DoorState.ADMITTED]
    assert (model.state.held, model.state.person) == (True, None)
    model.hold(False)
    await until(lambda: not model.state.held, "the open door")
    model.hold(False)  # it is open already
    model.admit()  # nobody waits
    assert service.asked == [DoorState.ADMITTED, DoorState.OPEN]
    await model.close()


async def test_what_the_list_knew_before_does_not_undo_a_decision(english: Language, row: Meeting) -> None:
    service = Service(waiting(row))
    model = DoorViewModel(service.row, service, english)
    service.may_answer.clear()
    model.admit()
    model.take_meeting(waiting(row))  # fetched before the service decided
    service.may_answer.set()
    await until(lambda: not model.state.busy, "the answer")
    assert model.state.person is None
    await model.close()


async def test_a_refusal_is_taken_back_and_a_removed_person_stays_out(
    english: Language, row: Meeting
) -> None:
    service = Service(row)
    model = DoorViewModel(row, service, english)
    model.shut_out()
    await until(lambda: model.state.person is not None, "the refused one")
    assert (model.state.line, model.state.waits, model.state.knock) == ("not let in", False, "")
    model.refuse()  # nobody waits
    model.admit()
    await until(lambda: model.state.person is None, "let in again")
    assert service.asked == [DoorState.REFUSED, DoorState.ADMITTED]
    await model.close()


async def test_what_the_service_refuses_is_said(english: Language, row: Meeting) -> None:
    service = Service(waiting(row))
    service.refuses = ApiErrorCode.UNREACHABLE
    model = DoorViewModel(service.row, service, english)
    model.refuse()
    await until(lambda: bool(model.state.error), "the error")
    assert model.state.error == "The service cannot be reached. Check your network."
    assert model.state.waits
    service.refuses = None
    model.refuse()
    await until(lambda: not model.state.error and not model.state.busy, "done")
    await model.close()
