"""The host's waiting room in his window: in the list, on the card over the stage, never both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.view_models.door_states import DoorViewState
from desktop.views.door_intentions import StaticDoor
from desktop.views.gallery_states import ALICE, Samples
from desktop.views.room.door import RoomDoor
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

WAITS = DoorViewState(
    held=True, person=ALICE, line="has just arrived", waits=True, knock="Alice is in the waiting room"
)
Open = Callable[[DoorViewState], tuple[RoomWindow, StaticDoor]]


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    """A host's room, alone in it, the list closed."""

    def opened(state: DoorViewState) -> tuple[RoomWindow, StaticDoor]:
        window = RoomWindow(StaticRoom(Samples("en").room()["alone"]), theme.stage_look, mark="mark-hub")
        model = StaticDoor(state)
        RoomDoor(model, window, theme.stage_look)
        show(window)
        return window, model

    return opened


def test_a_card_says_that_somebody_waits_while_the_list_is_closed(room: Open) -> None:
    window, model = room(WAITS)
    assert is_shown(window, "knockCard")
    click(window, "knockAdmitButton")
    click(window, "knockRefuseButton")
    assert model.sent == [("admit",), ("refuse",)]
    click(window, "peopleButton")
    assert not is_shown(window, "knockCard")
    assert is_shown(window, "waitingName")
    click(window, "peoplePanelClose")
    assert is_shown(window, "knockCard")
    model.show_state(DoorViewState(held=True))
    assert not is_shown(window, "knockCard")


def test_the_list_admits_refuses_and_holds(room: Open) -> None:
    window, model = room(WAITS)
    click(window, "peopleButton")
    assert named(window, "doorAdmitButton").accessibleName() == f"Admit {ALICE.name}"
    for name in ("doorAdmitButton", "doorRefuseButton", "holdBox"):
        click(window, name)
    assert model.sent == [("admit",), ("refuse",), ("hold", False)]
    model.show_state(replace(WAITS, busy=True))
    assert not named(window, "doorAdmitButton").isEnabled()
    assert not named(window, "holdBox").isEnabled()


def test_whoever_was_refused_can_still_be_admitted(room: Open) -> None:
    window, model = room(replace(WAITS, waits=False, line="not let in", knock=""))
    assert not is_shown(window, "knockCard")
    click(window, "peopleButton")
    assert not is_shown(window, "doorRefuseButton")
    click(window, "doorAdmitButton")
    assert model.sent == [("admit",)]


def test_an_open_door_shows_its_switch_alone(room: Open) -> None:
    window, model = room(DoorViewState())
    click(window, "peopleButton")
    assert not is_shown(window, "waitingRoomHeading")
    click(window, "holdBox")
    assert model.sent == [("hold", True)]


def test_the_card_stays_inside_a_small_window(room: Open) -> None:
    window, _ = room(WAITS)
    window.resize(window.minimumSize())
    QTest.qWait(0)
    QApplication.processEvents()
    assert window.rect().contains(named(window, "knockCard").geometry())
