"""Quit from the tray inside a room: the room is left, then the app ends; staying takes the wish back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from backend_client.client import BackendClient
from backend_client.models import MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from desktop.app.quitting import LeaveAndQuit
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.room.leave_menu import LeaveMenu
from desktop.views.theme import Theme, ThemeChoice
from tests.support.app_process import AppProcess
from tests.support.openvidu import RunningOpenVidu, openvidu_process
from tests.support.running_shell import PASSWORD
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]

LIMIT_S = 60.0


@pytest.fixture(scope="module")
def openvidu() -> Iterator[RunningOpenVidu]:
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


async def test_the_app_leaves_the_room_and_ends(
    database: TestDatabase, openvidu: RunningOpenVidu, tmp_path: Path
) -> None:
    """A real app in a real room: after *Quit* she is out of it, and the process is gone."""
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as service:
        mikl = BackendClient(service.url, MemoryTokenStore())
        app = AppProcess(
            "participant", "alice", service.url, tmp_path, ("--language", "fr", "--camera", "test")
        )
        try:
            await mikl.sign_in.log_in("mikl@demo.visio", PASSWORD, stay_signed_in=False)
            (alice,) = [each for each in await mikl.clients() if each.full_name.startswith("Alice")]
            request = MeetingRequest(
                client_id=alice.id, title="Bilan", scheduled_at=mikl.now() + timedelta(minutes=5)
            )
            meeting = await mikl.create_meeting(request, idempotency_key=str(uuid4()))
            await mikl.start(meeting.id)
            await app.start()
            await app.sign_in("alice@demo.visio", PASSWORD)
            await app.do("click", object=f"meetingAction-{meeting.id}", timeout_s=LIMIT_S)
            await app.do("click", object="joinButton", timeout_s=LIMIT_S)
            await app.do("find", object="roomWindow", timeout_s=LIMIT_S)
            await app.do("find", object="leaveButton", timeout_s=LIMIT_S)
            await app.do("tray", click="Quitter")
            assert await asyncio.wait_for(app.wait(), LIMIT_S) == 0
        finally:
            await app.stop()
            await mikl.close()


class _Model(QObject):
    """A room that only has states."""

    changed = Signal(object)
    finished = Signal()


class _Window(QWidget):
    """A window that asks whenever it is closed."""

    stayed = Signal()


@pytest.fixture
def wish(qtbot: QtBot) -> tuple[_Model, _Window, list[str]]:
    """*Quit* was chosen in a room."""
    model, window, done = _Model(), _Window(), list[str]()
    qtbot.addWidget(window)
    LeaveAndQuit(model, window, lambda: done.append("quit"), model)  # type: ignore[arg-type]
    return model, window, done


def test_it_ends_once_the_room_is_left(wish: tuple[_Model, _Window, list[str]]) -> None:
    model, _, done = wish
    model.changed.emit(RoomViewState(stage=RoomStage.LIVE, leaving=True))
    assert done == []
    model.changed.emit(RoomViewState(stage=RoomStage.ENDED))
    assert done == ["quit"]


def test_staying_takes_the_wish_back(qapp: QApplication, wish: tuple[_Model, _Window, list[str]]) -> None:
    model, window, done = wish
    window.stayed.emit()
    model.changed.emit(RoomViewState(stage=RoomStage.ENDED))
    assert done == []


def test_the_rooms_question_says_when_it_stays_unanswered(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)
    anchor = QWidget()
    qtbot.addWidget(anchor)
    anchor.show()
    menu = LeaveMenu(theme, anchor)
    menu.render_state(replace(RoomViewState(), leave_choices=True))
    told: list[str] = []
    menu.leave.connect(lambda: told.append("leave"))
    menu.stayed.connect(lambda: told.append("stayed"))
    menu.ask()
    menu.hide()
    assert told == ["stayed"]
    menu.ask()
    menu._leave_row.click()
    assert told == ["stayed", "leave"]
