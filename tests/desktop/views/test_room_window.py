"""The room window: devices, leaving, ending, and the words before, between and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPalette, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.view_models.language import Language
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.gallery_states import Samples
from desktop.views.room.bar_buttons import DeviceButton
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named
from tests.resources.test_tokens import contrast

STATES = Samples("en").room()
Open = Callable[[RoomViewState], tuple[RoomWindow, StaticRoom]]
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    def opened(state: RoomViewState) -> tuple[RoomWindow, StaticRoom]:
        model = StaticRoom(state)
        window = RoomWindow(model, theme.stage_look, mark="mark-visio")
        show(window)
        return window, model

    return opened


def text(window: RoomWindow, name: str) -> str:
    label = named(window, name)
    assert isinstance(label, QLabel)
    return label.text()


def test_words_over_a_dimmed_picture_can_be_read(room: Open, theme: Theme) -> None:
    """4.5 to 1 (WCAG AA), also over a white wall."""
    look = theme.stage_look
    window, _ = room(STATES["reconnecting"])
    share, stage = look.tokens.mix.dimmed, look.colour.stage
    parts = (stage.redF(), stage.greenF(), stage.blueF())
    wall = QColor.fromRgbF(*(share + (1 - share) * part for part in parts))
    for name in ("roomMessage", "roomDetail"):
        ink = named(window, name).palette().color(QPalette.ColorRole.WindowText)
        assert contrast(ink.name(), wall.name()) >= 4.5


def test_buttons_send_their_intentions(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    for name in ("microphoneButton", "cameraButton", "leaveButton"):
        click(window, name)
    assert model.sent == [("toggle_microphone",), ("toggle_camera",), ("leave",)]


def test_keys_send_the_same_intentions(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    QTest.keyClick(window, Qt.Key.Key_D, CTRL)
    QTest.keyClick(window, Qt.Key.Key_E, CTRL)
    assert model.sent == [("toggle_microphone",), ("toggle_camera",)]


def test_space_is_held_to_talk_where_nothing_else_wants_it(room: Open) -> None:
    """On a button it presses the button, in the chat it is a space; the key's repetitions say nothing."""
    window, model = room(STATES["one-to-one"])
    QTest.keyPress(window, Qt.Key.Key_Space)
    repeated = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True)
    QApplication.sendEvent(window, repeated)
    QTest.keyRelease(window, Qt.Key.Key_Space)
    assert model.sent == [("talk", True), ("talk", False)]
    button = named(window, "microphoneButton")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert model.sent[2:] == [("toggle_microphone",)]
    click(window, "chatButton")
    QTest.keyClicks(window.chat_panel.editor, "a b")
    assert window.chat_panel.editor.toPlainText() == "a b"
    assert len(model.sent) == 3


def test_a_click_on_the_bar_leaves_space_to_talking(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    click(window, "microphoneButton")
    focus = QApplication.focusWidget() or window
    QTest.keyPress(focus, Qt.Key.Key_Space)
    assert model.sent == [("toggle_microphone",), ("talk", True)]
    QTest.keyRelease(focus, Qt.Key.Key_Space)


def test_a_silent_microphone_says_so_on_its_button(room: Open) -> None:
    window, _ = room(replace(STATES["one-to-one"], microphone_silent=True))
    assert named(window, "microphoneButton").accessibleName() == "Microphone on, no sound"


def test_the_end_screen_leads_back_or_on(room: Open) -> None:
    window, model = room(replace(STATES["ended"], can_come_back=True, next_meeting="Next meeting: …"))
    assert text(window, "nextMeeting") == "Next meeting: …"
    assert QApplication.focusWidget() is named(window, "comeBackButton")
    named(window, "closeRoomButton").setFocus()
    model.show_state(replace(model.state, detail="52 min"))
    assert QApplication.focusWidget() is named(window, "closeRoomButton"), "a new word takes no focus"
    click(window, "comeBackButton")
    click(window, "closeRoomButton")
    assert model.sent == [("come_back",), ("close_room",)]
    model.show_state(STATES["ended"])
    assert not is_shown(window, "comeBackButton")


def test_whoever_is_alone_can_stay(room: Open) -> None:
    window, model = room(replace(STATES["alone"], can_stay=True))
    click(window, "stayButton")
    assert model.sent == [("stay",)]


def test_leaving_while_sharing_asks(room: Open) -> None:
    window, model = room(replace(STATES["one-to-one"], sharing=True))
    click(window, "leaveButton")
    assert model.sent == []
    assert named(window, "leaveRow").accessibleDescription() == "The sharing of your screen ends"
    click(window, "leaveRow")
    assert model.sent == [("leave",)]


def test_the_leave_key_always_asks(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    QTest.keyClick(window, Qt.Key.Key_Q, CTRL | SHIFT)
    assert model.sent == []
    assert not is_shown(window, "endForAllButton")
    click(window, "leaveRow")
    assert model.sent == [("leave",)]


def test_with_a_choice_the_red_button_asks_first(room: Open) -> None:
    window, model = room(STATES["leave"])
    click(window, "leaveButton")
    assert model.sent == []
    assert named(window, "endForAllButton").accessibleDescription() == "2 people will be disconnected"
    click(window, "leaveRow")
    assert model.sent == [("leave",)]


def test_ending_for_all_asks_once_more(room: Open) -> None:
    window, model = room(STATES["leave"])
    click(window, "leaveButton")
    click(window, "endForAllButton")
    assert model.sent == []
    click(window, "confirmEndButton")
    assert model.sent == [("end_for_all",)]


def test_ending_can_be_called_off(room: Open) -> None:
    window, model = room(STATES["leave"])
    click(window, "leaveButton")
    click(window, "endForAllButton")
    click(window, "cancelEndButton")
    assert not is_shown(window, "leaveMenu")
    assert model.sent == []


def test_one_person_is_not_one_people(room: Open) -> None:
    window, _ = room(replace(STATES["leave"], end_count=1))
    click(window, "leaveButton")
    assert named(window, "endForAllButton").accessibleDescription() == "1 person will be disconnected"


def test_device_buttons_say_state_and_action(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    button = named(window, "microphoneButton")
    assert isinstance(button, DeviceButton)
    assert button.on
    assert button.accessibleName() == "Microphone on"
    assert button.accessibleDescription() == "Turn the microphone off"
    assert "Ctrl+D" in button.toolTip()
    model.show_state(STATES["off"])
    assert not button.on
    assert button.accessibleName() == "Microphone off"
    assert named(window, "cameraButton").accessibleName() == "Camera off"


def test_a_device_on_its_way_takes_no_click(room: Open) -> None:
    window, model = room(replace(STATES["one-to-one"], camera_busy=True))
    click(window, "cameraButton")
    assert model.sent == []


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("connecting", {"roomMessage", "controlBar"}, {"closeRoomButton", "retryButton"}),
        ("alone", {"roomMessage", "roomDetail", "controlBar"}, {"closeRoomButton"}),
        ("one-to-one", {"controlBar", "roomTitle", "elapsed"}, {"curtain", "toast"}),
        ("reconnecting", {"roomMessage", "controlBar"}, {"closeRoomButton"}),
        ("camera-busy", {"toast", "controlBar"}, {"curtain", "toastClose"}),
        ("ended", {"roomMessage", "roomDetail", "closeRoomButton"}, {"controlBar", "retryButton"}),
        ("failed", {"roomMessage", "closeRoomButton", "retryButton"}, {"controlBar"}),
    ],
)
def test_every_stage_shows_what_it_needs(room: Open, name: str, shown: set[str], hidden: set[str]) -> None:
    window, _ = room(STATES[name])
    assert {each for each in shown | hidden if is_shown(window, each)} == shown


def test_the_end_says_how_and_how_long(room: Open) -> None:
    window, model = room(STATES["ended"])
    assert text(window, "roomMessage") == "MiKL ended the meeting"
    assert text(window, "roomDetail") == "It lasted 52 minutes."
    click(window, "closeRoomButton")
    assert model.sent == [("close_room",)]


def test_a_failure_can_be_tried_again_or_left(room: Open) -> None:
    window, model = room(STATES["failed"])
    click(window, "retryButton")
    click(window, "closeRoomButton")
    assert model.sent == [("retry",), ("close_room",)]


def test_a_failure_without_remedy_has_no_such_button(room: Open) -> None:
    error = STATES["failed"].error
    assert error is not None
    window, _ = room(replace(STATES["failed"], error=replace(error, action="")))
    assert not is_shown(window, "retryButton")


def test_closing_the_window_leaves_and_waits(room: Open) -> None:
    window, model = room(STATES["one-to-one"])
    window.close()
    assert model.sent == [("leave",)]
    assert window.isVisible()
    window.finish()
    assert not window.isVisible()


def test_closing_the_window_after_the_end_goes_back(room: Open) -> None:
    window, model = room(STATES["ended"])
    window.close()
    assert model.sent == [("close_room",)]
    assert not window.isVisible()


def test_closing_twice_while_leaving_asks_once(room: Open) -> None:
    window, model = room(replace(STATES["one-to-one"], leaving=True))
    window.close()
    assert model.sent == []


def test_the_question_goes_away_when_the_meeting_ends_meanwhile(room: Open) -> None:
    window, model = room(STATES["leave"])
    click(window, "leaveButton")
    model.show_state(STATES["ended"])
    assert not is_shown(window, "leaveMenu")


def test_f2_goes_to_the_bar_with_a_visible_ring(room: Open) -> None:
    window, _ = room(STATES["one-to-one"])
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert named(window, "microphoneButton").hasFocus()
    assert is_shown(window, "focusRing")
    click(window, "cameraButton")
    assert not is_shown(window, "focusRing")


def test_no_shortcut_is_a_plain_letter(room: Open) -> None:
    window, _ = room(STATES["one-to-one"])
    keys = {
        shortcut.key().toString(QKeySequence.SequenceFormat.PortableText)
        for shortcut in window.findChildren(QShortcut)
    }
    assert {"Ctrl+D", "Ctrl+E", "Ctrl+Shift+Q", "Ctrl+Shift+F"} <= keys
    assert {each for each in keys if "+" not in each} == {"F1", "F2", "F11"}


def test_the_people_are_read_out(room: Open) -> None:
    window, _ = room(STATES["group"])
    assert "Bob Petit, muted" in window.stage.accessibleDescription()


def test_the_language_changes_in_the_middle_of_a_meeting(
    room: Open, language: Language, qtbot: QtBot
) -> None:
    window, _ = room(STATES["one-to-one"])
    language.use("fr")
    qtbot.waitUntil(lambda: named(window, "microphoneButton").accessibleName() == "Micro activé")
    assert named(window, "leaveButton").accessibleName() == "Quitter"


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_the_stage_is_dark_in_the_light_theme(room: Open, state: RoomViewState, theme: Theme) -> None:
    window, _ = room(state)
    corner = window.grab().toImage().pixelColor(2, 2)
    assert corner == theme.stage_look.colour.stage
    assert state.stage in RoomStage
