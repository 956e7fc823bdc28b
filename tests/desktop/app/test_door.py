"""Held, admitted and refused, with both real apps, the service on PostgreSQL and the media server.

MiKL presses his window's buttons; Alice's app waits, is taken in by itself, and stays out.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import DoorState
from desktop.app.wiring import HUB_APP, PARTICIPANT_APP, Shell
from desktop.devices import device_list
from desktop.devices.catalogue import DeviceKind
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.room_states import PersonAction
from desktop.view_models.states import MeetingAction, RoomStage
from desktop.views.theme import Theme
from tests.desktop.app.whole_rooms import (
    ALICE,
    LIMIT_S,
    OPERATOR,
    TRANSLATIONS,
    openvidu,
    service,
    signed_in,
    started_meeting,
)
from tests.support.running_shell import on_screen, press, running_shell, seen
from tests.support.service import RunningService, database, postgres_cluster

__all__ = ["database", "openvidu", "postgres_cluster", "service"]


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices: everything is generated."""
    monkeypatch.setattr(device_list, "listed", lambda: dict.fromkeys(DeviceKind, ()))


def is_inside(shell: Shell) -> bool:
    """Its room is connected."""
    model = shell.room.model
    return model is not None and model.room_state.phase is RoomPhase.CONNECTED


def may_join(shell: Shell) -> bool:
    """Its list shows the meeting as running."""
    model = shell.list_model
    row = model.state.next if model is not None else None
    return row is not None and row.action is MeetingAction.JOIN


async def code_of_token(client: BackendClient, meeting_id: UUID) -> ApiErrorCode | None:
    """What the service says to whoever wants a token; None when it gives one."""
    try:
        await client.room_token(meeting_id)
    except ApiError as error:
        return error.code
    return None


def test_held_admitted_and_put_out(qtbot: QtBot, qapp: QApplication, service: RunningService) -> None:
    language, theme = Language(TRANSLATIONS, "en"), Theme(qapp, scale=1.0, animated=False)

    async def walk() -> None:
        async with (
            signed_in(service, OPERATOR) as (operator, _),
            signed_in(service, ALICE) as (alices, _),
            running_shell(HUB_APP, service.url, OPERATOR, language, theme) as hub,
            running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as alice,
        ):
            meeting = await started_meeting(operator)
            row = f"meetingAction-{meeting.id}"
            await seen(lambda: may_join(hub), "the running meeting at MiKL's", LIMIT_S)
            await press(row, hub.window)
            await seen(lambda: is_inside(hub), "MiKL in his room", LIMIT_S)
            room = hub.room.window
            assert room is not None
            knocks: list[bool] = []
            hub.room.knocked.connect(lambda: knocks.append(True))
            await press("peopleButton", room)
            await press("holdBox", room)
            await seen(lambda: hub.room.door.model.state.held, "the held door", LIMIT_S)  # type: ignore[union-attr]

            await seen(lambda: may_join(alice), "the running meeting at Alice's", LIMIT_S)
            await press(row, alice.window)
            await seen(
                lambda: alice.entry.model is not None and alice.entry.model.state.waiting,
                "she waits",
                LIMIT_S,
            )
            await press("peoplePanelClose", room)
            await seen(lambda: on_screen("knockCard", room), "the card at MiKL's", LIMIT_S)
            assert await code_of_token(alices, meeting.id) is ApiErrorCode.DOOR_HELD
            assert alice.room.model is None
            assert knocks == [True], "MiKL hears it, once"
            await press("knockAdmitButton", room)
            await seen(lambda: is_inside(alice), "Alice inside, by herself", LIMIT_S)
            assert alice.entry.window is None
            await seen(lambda: on_screen("knockCard", room) is None, "no card any more", LIMIT_S)

            people = hub.room.model.people  # type: ignore[union-attr]
            await seen(lambda: len(people.state.rows) == 2, "Alice in the list", LIMIT_S)
            await seen(
                lambda: alice.room.rating.model.line.weak_percent is not None,  # type: ignore[union-attr]
                "a second in the room",
                LIMIT_S,
            )
            people.act(people.state.rows[1].key, PersonAction.REMOVE)
            await seen(lambda: alice.room.model.state.stage is RoomStage.ENDED, "Alice out", LIMIT_S)  # type: ignore[union-attr]
            await seen(lambda: hub.room.door.model.state.line == "not let in", "and kept out", LIMIT_S)  # type: ignore[union-attr]
            assert await code_of_token(alices, meeting.id) is ApiErrorCode.DOOR_REFUSED
            assert (await operator.meeting(meeting.id)).door is DoorState.REFUSED

            await press("star-4", alice.room.window)
            await seen(
                lambda: hub.list_model.known_meeting(str(meeting.id)).client_rating is not None,  # type: ignore[union-attr]
                "her rating at MiKL's",
                LIMIT_S,
            )
            rating = (await operator.meeting(meeting.id)).client_rating
            assert rating is not None
            assert (rating.stars, rating.reconnections) == (4, 0)
            assert rating.weak_percent is not None
            await operator.end(meeting.id)

    asyncio.run(walk())
    language.close()
