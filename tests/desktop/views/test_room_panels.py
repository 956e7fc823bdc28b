"""The figures, the list of keys, and what the menu spares."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.view_models.room_states import SavingState, StatisticsState, StreamFigures
from desktop.views.controls import Button
from desktop.views.gallery_states import Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.shortcuts import Keys
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

OWN = StreamFigures("You", "Connection: excellent", "", (("Sound", "62 kbit/s"), ("Jitter", "3 ms")))
Open = Callable[[], tuple[RoomWindow, StaticRoom]]


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    def opened() -> tuple[RoomWindow, StaticRoom]:
        model = StaticRoom(
            Samples("en").room()["one-to-one"], statistics=StatisticsState((OWN,), "[own] fine")
        )
        window = RoomWindow(model, theme.stage_look, mark="mark-hub")
        show(window)
        return window, model

    return opened


def test_the_figures_are_looked_at_while_the_panel_is_open_and_copied(room: Open) -> None:
    window, model = room()
    click(window, "moreButton")
    click(window, "statisticsRow")
    assert model.statistics.sent == [("set_open", True)]
    click(window, "copyStatisticsButton")
    assert QGuiApplication.clipboard().text() == "[own] fine"
    button = named(window, "copyStatisticsButton")
    assert isinstance(button, Button)
    assert button.text() == "Copied"
    model.statistics.show_state(StatisticsState((OWN, OWN), "x"))
    click(window, "statisticsPanelClose")
    assert model.statistics.sent[-1] == ("set_open", False)
    assert not is_shown(window, "statisticsPanel")


def test_the_help_lists_every_key_the_window_listens_to(room: Open) -> None:
    window, _ = room()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert is_shown(window, "helpPanel")
    for keys in Keys:
        label = named(window, f"help-{keys.name.lower()}")
        assert isinstance(label, QLabel)
        assert label.text()
    heard = {shortcut.key() for shortcut in window.findChildren(QShortcut)}
    # Sharing comes to the window with its picker, see `sharing.py`.
    listed = {QKeySequence(each) for keys in Keys for each in keys.value}
    assert heard == listed - {QKeySequence(each) for each in Keys.SHARE.value}
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert not is_shown(window, "helpPanel")


def test_after_the_meeting_no_key_opens_a_panel(room: Open) -> None:
    window, model = room()
    QTest.keyClick(window, Qt.Key.Key_F1)
    model.show_state(Samples("en").room()["ended"])
    assert not is_shown(window, "helpPanel")
    focus = QApplication.focusWidget()
    for key in (Qt.Key.Key_M, Qt.Key.Key_P):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.panels.open_panel is None
    assert QApplication.focusWidget() is focus is named(window, "closeRoomButton")


def test_the_menu_spares_the_computer(room: Open) -> None:
    window, model = room()
    usual_ms = window.stage._timer.interval()
    click(window, "moreButton")
    click(window, "savingRow")
    click(window, "audioOnlyRow")
    assert model.saving.sent == [("set_saving", True), ("set_audio_only", True)]
    model.saving.show_state(SavingState(saving=True))
    assert window.stage._timer.interval() >= 5 * usual_ms
    model.saving.show_state(SavingState())
    assert window.stage._timer.interval() == usual_ms
