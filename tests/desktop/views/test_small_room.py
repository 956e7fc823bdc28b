"""The small window above all others: when it stands, whom it shows, what its buttons do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect
from pytestqt.qtbot import QtBot

from desktop.view_models.states import PersonState, RoomStage, RoomViewState, TileState
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.small_room import SmallRoom, SmallRoomKeeper, speaker_of
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click

ALICE = TileState(key="alice", person=PersonState("Alice", "A", 1))
BOB = TileState(key="bob", person=PersonState("Bob", "B", 2))
SCREEN = TileState(key="screen", person=PersonState("Bob", "B", 2), is_screen=True, speaking=True)
YOU = TileState(key="", person=PersonState("You", "Y", 3), is_self=True)
LIVE = RoomViewState(stage=RoomStage.LIVE, title="Bilan", tiles=(ALICE, BOB), own=YOU)


def test_it_shows_who_speaks_and_stays_with_who_spoke_last() -> None:
    assert speaker_of(LIVE) == ALICE
    talking = replace(LIVE, tiles=(SCREEN, ALICE, replace(BOB, speaking=True)))
    shown = speaker_of(talking)
    assert shown is not None
    assert shown.key == "bob"
    assert speaker_of(LIVE, last="bob") == BOB
    assert speaker_of(replace(LIVE, tiles=())) == YOU
    assert speaker_of(replace(LIVE, tiles=(), own=None)) is None


@pytest.fixture
def model() -> StaticRoom:
    return StaticRoom(LIVE)


@pytest.fixture
def keeper(model: StaticRoom, theme: Theme, show: Show) -> SmallRoomKeeper:
    window = RoomWindow(model, theme.stage_look, mark="mark-hub")
    show(window)
    return SmallRoomKeeper(model, window, theme.stage_look)


def minimised(keeper: SmallRoomKeeper, qtbot: QtBot) -> SmallRoom:
    """Minimise the room; the small window that comes."""
    window = keeper.parent()
    assert isinstance(window, RoomWindow)
    window.showMinimized()
    qtbot.waitUntil(lambda: keeper.small is not None)
    small = keeper.small
    assert small is not None
    assert small.isVisible()
    return small


def test_it_stands_while_the_room_is_minimised(
    model: StaticRoom, keeper: SmallRoomKeeper, qtbot: QtBot
) -> None:
    assert keeper.small is None
    small = minimised(keeper, qtbot)
    assert (small.width(), small.height()) == (320, 180)
    assert bool(small.windowFlags() & Qt.WindowType.WindowStaysOnTopHint)
    click(small, "smallMicrophoneButton")
    click(small, "smallCameraButton")
    assert model.sent == [("toggle_microphone",), ("toggle_camera",)]
    before = small.pos()
    QTest.mousePress(small, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(small, QPoint(10, 10))
    QTest.mouseRelease(small, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert small.pos() != before or QApplication.platformName() == "offscreen"
    window = keeper.parent()
    assert isinstance(window, RoomWindow)
    window.showNormal()
    qtbot.waitUntil(lambda: keeper.small is None)
    keeper.close()


@pytest.mark.parametrize("way", ["close", "double click", "escape", "button"])
def test_closing_it_returns_to_the_room(keeper: SmallRoomKeeper, qtbot: QtBot, way: str) -> None:
    small = minimised(keeper, qtbot)
    if way == "close":
        small.close()
    elif way == "double click":
        QTest.mouseDClick(small, Qt.MouseButton.LeftButton)
    elif way == "escape":
        QTest.keyClick(small, Qt.Key.Key_Escape)
    else:
        click(small, "smallBackButton")
    window = keeper.parent()
    assert isinstance(window, RoomWindow)
    assert keeper.small is None
    assert not window.isMinimized()
    keeper.close()


def test_leaving_asks_where_the_room_would_ask(
    model: StaticRoom, keeper: SmallRoomKeeper, qtbot: QtBot
) -> None:
    small = minimised(keeper, qtbot)
    click(small, "smallLeaveButton")
    assert model.sent == [("leave",)]
    model.show_state(replace(LIVE, leave_choices=True, end_count=2))
    click(small, "smallLeaveButton")
    assert model.sent == [("leave",)]  # the room's menu is open instead
    assert keeper.small is None
    keeper.close()


def test_it_goes_when_the_meeting_ends(model: StaticRoom, keeper: SmallRoomKeeper, qtbot: QtBot) -> None:
    minimised(keeper, qtbot)
    model.show_state(replace(LIVE, stage=RoomStage.ENDED))
    assert keeper.small is None
    keeper.close()


def test_while_sharing_it_stands_only_when_another_program_is_used(
    model: StaticRoom, keeper: SmallRoomKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.show_state(replace(LIVE, sharing=True))
    assert keeper.small is None
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    keeper.look_again()
    assert keeper.small is not None
    model.show_state(LIVE)
    assert keeper.small is None
    keeper.close()


def test_the_buttons_appear_under_the_pointer_and_with_the_keyboard(theme: Theme, show: Show) -> None:
    small = show(SmallRoom(StaticRoom(LIVE), theme.stage_look))
    assert isinstance(small, SmallRoom)

    def seen() -> bool:
        effect = small.microphone.graphicsEffect()
        assert isinstance(effect, QGraphicsOpacityEffect)
        return effect.opacity() == 1.0

    for button in (small.microphone, small.camera, small.leave, small.back):
        button.clearFocus()
    QApplication.sendEvent(small, QEvent(QEvent.Type.Leave))
    assert not seen()
    small.camera.setFocus(Qt.FocusReason.TabFocusReason)
    assert seen()
    small.camera.clearFocus()
    assert not seen()
    small.show_buttons()
    assert seen()
