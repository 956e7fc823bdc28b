"""Out of the room: the service hears it from the app itself. OpenVidu is not told to tell it here."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app.wiring import PARTICIPANT_APP
from desktop.devices import device_list
from desktop.devices.catalogue import DeviceKind
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
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
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster

__all__ = ["database", "openvidu", "postgres_cluster", "service"]


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices: everything is generated."""
    monkeypatch.setattr(device_list, "listed", lambda: dict.fromkeys(DeviceKind, ()))


def connections(database: TestDatabase) -> list[dict[str, Any]]:
    """Of Alice's app, in the order of its joins."""
    return database.admin(
        "select device_id, left_told_at from private.room_connections where auth_user_id = %s"
        " order by issued_at",
        (database.account_id(ALICE),),
    )


@pytest.mark.parametrize("way", ["the red button", "the end of the app"])
def test_the_service_hears_that_one_has_left(
    qtbot: QtBot, qapp: QApplication, database: TestDatabase, service: RunningService, way: str
) -> None:
    language, theme = Language(TRANSLATIONS, "en"), Theme(qapp, scale=1.0, animated=False)

    async def walk() -> None:
        async with signed_in(service, OPERATOR) as (operator, _):
            meeting = await started_meeting(operator)
            async with running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as alice:
                row = f"meetingAction-{meeting.id}"
                await seen(lambda: on_screen(row, alice.window), "the meeting at Alice's", LIMIT_S)
                await press(row, alice.window)
                await seen(lambda: alice.entry.window is not None, "her preview", LIMIT_S)
                await press("joinButton", alice.entry.window)
                await seen(
                    lambda: (
                        alice.room.model is not None
                        and alice.room.model.room_state.phase is RoomPhase.CONNECTED
                    ),
                    "Alice in the room",
                    LIMIT_S,
                )
                (inside,) = await asyncio.to_thread(connections, database)
                assert inside["device_id"]
                assert inside["left_told_at"] is None
                if way == "the red button":
                    await press("leaveButton", alice.room.window)
                    await seen(
                        lambda: connections(database)[0]["left_told_at"] is not None, "her word", LIMIT_S
                    )
            (left,) = await asyncio.to_thread(connections, database)
            assert left["left_told_at"] is not None
            await operator.end(meeting.id)

    asyncio.run(walk())
    language.close()
