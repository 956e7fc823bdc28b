"""The list of participants: what it shows, and that removing asks once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.view_models.room_states import PeopleState, PersonAction, PersonRow
from desktop.views.gallery_states import ALICE, BOB, MIKL, Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
ALL = (PersonAction.MUTE, PersonAction.STOP_SHARE, PersonAction.REMOVE)
OWN = PersonRow("", MIKL, accessible="MiKL (you), Host")
ROWS = (OWN, PersonRow("alice", ALICE, actions=ALL, accessible="Alice, microphone on"), PersonRow("bob", BOB))
Open = Callable[[PeopleState], tuple[RoomWindow, StaticRoom]]


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    """A room with the list open."""

    def opened(state: PeopleState) -> tuple[RoomWindow, StaticRoom]:
        model = StaticRoom(Samples("en").room()["group"], people=state)
        window = RoomWindow(model, theme.stage_look, mark="mark-hub")
        show(window)
        QTest.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
        return window, model

    return opened


def test_actions_go_with_the_persons_key(room: Open) -> None:
    window, model = room(PeopleState(ROWS, can_mute_all=True))
    assert not is_shown(window, "personMore-bob"), "nothing to do, no button"
    click(window, "personMore-alice")
    click(window, "person-mute")
    click(window, "personMore-alice")
    click(window, "person-stop-share")
    click(window, "muteAllButton")
    assert model.people.sent == [
        ("act", "alice", PersonAction.MUTE),
        ("act", "alice", PersonAction.STOP_SHARE),
        ("mute_all",),
    ]


def test_removing_asks_once_and_can_be_called_off(room: Open) -> None:
    window, model = room(PeopleState(ROWS))
    click(window, "personMore-alice")
    click(window, "person-remove")
    assert model.people.sent == []
    assert QApplication.focusWidget() is named(window, "cancelRemoveButton"), "Enter must not remove"
    click(window, "cancelRemoveButton")
    assert not is_shown(window, "personMenu")
    click(window, "personMore-alice")
    click(window, "person-remove")
    click(window, "confirmRemoveButton")
    assert model.people.sent == [("act", "alice", PersonAction.REMOVE)]


def test_a_row_is_read_out_and_stays_when_others_come_and_go(room: Open) -> None:
    window, model = room(PeopleState(ROWS))
    row = named(window, "person-alice")
    assert row.accessibleName() == "Alice, microphone on"
    named(window, "personMore-alice").setFocus()
    model.people.show_state(PeopleState((OWN, ROWS[2], ROWS[1])))
    model.people.show_state(PeopleState((OWN, ROWS[1])))
    assert named(window, "person-alice") is row
    assert QApplication.focusWidget() is named(window, "personMore-alice")
    assert not is_shown(window, "person-bob")
    model.people.show_state(PeopleState((OWN,)))
    assert not is_shown(window, "person-alice")


def test_a_menu_goes_with_its_person(room: Open) -> None:
    window, model = room(PeopleState(ROWS))
    click(window, "personMore-alice")
    model.people.show_state(PeopleState((OWN,)))
    assert not is_shown(window, "personMenu")


def test_the_hand_is_there_for_groups_and_says_its_state(room: Open) -> None:
    window, model = room(PeopleState(ROWS[:2]))
    assert not is_shown(window, "handButton")
    QTest.keyClick(window, Qt.Key.Key_H, CTRL_SHIFT)
    assert model.people.sent == []
    model.people.show_state(PeopleState(ROWS, hand_offered=True, hands=2))
    assert named(window, "handButton").accessibleName() == "Hand lowered"
    assert named(window, "peopleButton").accessibleName() == "Participants, open, 3 people, 2 raised hands"
    QTest.keyClick(window, Qt.Key.Key_H, CTRL_SHIFT)
    click(window, "handButton")
    assert model.people.sent == [("toggle_hand",), ("toggle_hand",)]
    model.people.show_state(PeopleState(ROWS, hand_offered=True, hand_raised=True))
    assert named(window, "handButton").accessibleName() == "Hand raised"


def test_only_one_panel_is_open(room: Open) -> None:
    window, _ = room(PeopleState(ROWS))
    click(window, "chatButton")
    assert is_shown(window, "chatPanel")
    assert not is_shown(window, "peoplePanel")
