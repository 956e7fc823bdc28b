"""A meeting at once: one client, one meeting, however often it is pressed."""

from __future__ import annotations

import pytest

from backend_client.errors import ApiErrorCode
from backend_client.models import Meeting, MeetingStatus
from desktop.view_models.error_texts import text_for
from desktop.view_models.start_now import StartNowViewModel
from tests.support.fakes import ALICE
from tests.support.hub_fakes import FakeHub
from tests.support.waiting import until


@pytest.mark.usefixtures("english")
async def test_it_starts_once_even_after_a_lost_answer() -> None:
    service = FakeHub()
    model = StartNowViewModel(service)
    started: list[Meeting] = []
    model.started.connect(started.append)
    model.begin()
    await until(lambda: model.state.clients)
    model.start("", "")
    assert model.state.client_error
    service.fail_with = ApiErrorCode.MEDIA_UNAVAILABLE
    model.start(str(ALICE.id), " ")
    await until(lambda: model.state.error == text_for(ApiErrorCode.MEDIA_UNAVAILABLE))
    service.fail_with = None
    model.start(str(ALICE.id), " ")
    await until(lambda: started)
    assert (started[0].title, started[0].status) == ("Meeting", MeetingStatus.IN_PROGRESS)
    assert service.keys[0] == service.keys[1]
    model.start(str(ALICE.id), "again")
    assert len(service.keys) == 2
    await model.close()


@pytest.mark.usefixtures("english")
async def test_clients_that_cannot_be_loaded_are_loaded_by_the_button() -> None:
    service = FakeHub()
    service.fail_with = ApiErrorCode.UNREACHABLE
    model = StartNowViewModel(service)
    model.begin()
    await until(lambda: model.state.error is not None and not model.state.loading_clients)
    service.fail_with = None
    model.start("", "")
    await until(lambda: model.state.clients)
    assert model.state.error is None
    await model.close()
