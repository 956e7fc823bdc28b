"""The ⋯ of the bar, and the menu of a tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.view_models.room_states import LayoutMode, LayoutState, PeopleState, PersonAction, PersonRow
from desktop.views.controls import Control
from desktop.views.gallery_states import ALICE, Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

Open = Callable[..., tuple[RoomWindow, StaticRoom]]


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    def opened(**states: object) -> tuple[RoomWindow, StaticRoom]:
        model = StaticRoom(Samples("en").room()["group"], **states)  # type: ignore[arg-type]
        window = RoomWindow(model, theme.stage_look, mark="mark-hub")
        show(window)
        return window, model

    return opened


def checked(window: RoomWindow, name: str) -> bool:
    row = named(window, name)
    assert isinstance(row, Control)
    return row.isChecked()


def test_the_menu_shows_what_is_on_and_changes_it(room: Open) -> None:
    window, model = room(layout=LayoutState(mode=LayoutMode.SPEAKER, mirrored=True))
    click(window, "moreButton")
    assert [checked(window, f"{name}Row") for name in ("grid", "speaker", "ownHidden", "mirror")] == [
        False,
        True,
        False,
        True,
    ]
    click(window, "ownHiddenRow")
    click(window, "mirrorRow")
    click(window, "gridRow")
    assert model.layout.sent == [
        ("set_own_hidden", True),
        ("set_mirrored", False),
        ("set_mode", LayoutMode.GRID),
    ]
    assert not is_shown(window, "moreMenu")


def test_enter_presses_a_row_and_escape_closes(room: Open) -> None:
    window, model = room()
    click(window, "moreButton")
    QTest.keyClick(named(window, "speakerRow"), Qt.Key.Key_Return)
    assert model.layout.sent == [("set_mode", LayoutMode.SPEAKER)]
    click(window, "moreButton")
    QTest.keyClick(named(window, "gridRow"), Qt.Key.Key_Escape)
    assert not is_shown(window, "moreMenu")


def test_the_own_picture_is_hidden_from_oneself(room: Open) -> None:
    window, model = room()
    assert window.stage.place("") is not None
    model.layout.show_state(LayoutState(own_hidden=True))
    assert window.stage.place("") is None


def test_the_menu_of_a_tile_is_that_of_its_person(room: Open) -> None:
    row = PersonRow("con_alice", ALICE, actions=(PersonAction.PIN,))
    window, model = room(people=PeopleState((row,)))
    state = model.state
    model.show_state(
        replace(state, tiles=(replace(state.tiles[0], person_key="con_alice"), *state.tiles[1:]))
    )
    window.stage.menu.emit(state.tiles[1].key, QPoint(10, 10))
    assert not is_shown(window, "personMenu"), "nothing is known of that one"
    window.stage.menu.emit("alice", QPoint(10, 10))
    click(window, "person-pin")
    assert model.people.sent == [("act", "con_alice", PersonAction.PIN)]
