"""The screen before a meeting: keys, pickers, errors beside what they concern."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.prejoin_states import BlurChoice, DeviceChoice, PickerState, PreJoinState
from desktop.view_models.states import TileState
from desktop.views.device_picker import DevicePicker, LevelBar
from desktop.views.prejoin_static_model import StaticPreJoin
from desktop.views.prejoin_window import PreJoinWindow
from desktop.views.static_models import StaticSlot
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import is_shown, named

MICROPHONES = (DeviceChoice("", "System default (Built-in)"), DeviceChoice("usb", "Headset"))
READY = PreJoinState(
    title="Bilan",
    own=TileState(key="", person=PreJoinState().with_whom, is_self=True),
    microphone=PickerState(DeviceKind.MICROPHONE, MICROPHONES, "", "Built-in"),
)


@pytest.fixture
def model() -> StaticPreJoin:
    return StaticPreJoin(READY)


@pytest.fixture
def window(model: StaticPreJoin, theme: Theme, show: Show) -> QWidget:
    return show(PreJoinWindow(model, theme, mark="mark-visio"))


def test_enter_joins_wherever_the_focus_is(model: StaticPreJoin, window: QWidget) -> None:
    for name in ("microphonePicker", "skipBox", "joinButton"):
        model.sent.clear()
        named(window, name).setFocus()
        QTest.keyClick(named(window, name), Qt.Key.Key_Return)
        assert model.sent == [("join",)], name


def test_shortcuts_and_buttons_switch_the_devices(model: StaticPreJoin, window: QWidget) -> None:
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(named(window, "cameraButton"), Qt.MouseButton.LeftButton)
    assert model.sent == [("toggle_microphone",), ("toggle_camera",), ("toggle_camera",)]


def test_a_device_is_chosen_by_keyboard(model: StaticPreJoin, window: QWidget) -> None:
    picker = named(window, "microphonePicker")
    picker.setFocus()
    QTest.keyClick(picker, Qt.Key.Key_Down)
    first = named(window, "microphoneMenu-0")
    assert first.hasFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    second = named(window, "microphoneMenu-1")
    assert second.hasFocus()
    QTest.keyClick(second, Qt.Key.Key_Return)
    assert model.sent == [("choose", DeviceKind.MICROPHONE, "usb")]
    assert not second.isVisible()
    assert picker.hasFocus()


def test_errors_stand_beside_their_picker_and_are_heard_with_it(
    model: StaticPreJoin, window: QWidget
) -> None:
    sentence = "Another application is using the microphone."
    model.show_state(replace(READY, microphone=replace(READY.microphone, error=sentence, action="Try again")))
    assert isinstance(window, PreJoinWindow)
    pickers = window.pickers
    assert {kind: picker.error for kind, picker in pickers.items()} == {
        DeviceKind.MICROPHONE: sentence,
        DeviceKind.SPEAKER: "",
        DeviceKind.CAMERA: "",
    }
    assert isinstance(pickers[DeviceKind.MICROPHONE], DevicePicker)
    assert pickers[DeviceKind.MICROPHONE].button.accessibleDescription() == sentence
    QTest.mouseClick(named(window, "microphoneHelp"), Qt.MouseButton.LeftButton)
    assert model.sent == [("help_with", DeviceKind.MICROPHONE)]


def test_while_waiting_there_is_a_countdown_and_nothing_to_press_but_the_way_back(
    model: StaticPreJoin, window: QWidget
) -> None:
    model.show_state(replace(READY, waiting=True, countdown="12:05", countdown_line="until the planned hour"))
    assert named(window, "countdown").isVisible()
    assert not is_shown(window, "joinButton")
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert model.sent == []
    window.close()
    assert model.sent == [("leave",)]
    assert window.isVisible()  # the app takes it away


def test_our_picture_is_mirrored_and_fills_the_stage(theme: Theme, show: Show) -> None:
    slot = StaticSlot()
    left_red = bytes([0, 0, 255, 255] * 80 + [255, 0, 0, 255] * 80) * 90
    slot.put(memoryview(left_red), 160, 90)
    window = show(PreJoinWindow(StaticPreJoin(READY, slot), theme, mark="mark-visio"))
    assert isinstance(window, PreJoinWindow)
    stage = window.preview.stage
    assert abs(stage.width() / stage.height() - 16 / 9) < 0.02
    picture = stage.grab().toImage()
    y = picture.height() // 4
    assert picture.pixelColor(picture.width() // 4, y).blue() > 200
    assert picture.pixelColor(picture.width() * 3 // 4, y).red() > 200


def test_the_level_rises_at_once_and_falls_slowly(theme: Theme, show: Show) -> None:
    loudness = [1.0]
    bar = LevelBar(theme, lambda: loudness[0])
    show(bar)
    bar.look_again()
    assert bar.lit == 20
    loudness[0] = 0.0
    bar.look_again()
    assert bar.lit == 19


def test_the_blur_is_switched_where_it_can_be(model: StaticPreJoin, window: QWidget) -> None:
    assert not is_shown(window, "blurBox")
    model.show_state(replace(READY, blur=BlurChoice(offered=True)))
    QTest.mouseClick(named(window, "blurBox"), Qt.MouseButton.LeftButton)
    assert model.sent == [("set_blur", True)]
    model.show_state(replace(READY, blur=BlurChoice(offered=True, note="It turned itself off.")))
    box = named(window, "blurBox")
    assert isinstance(box, QAbstractButton)
    assert not box.isChecked()
    assert box.accessibleDescription() == "It turned itself off."
    assert is_shown(window, "blurNote")
    model.show_state(replace(READY, blur=BlurChoice(offered=True, on=True, locked=True)))
    assert not box.isEnabled()


def test_whoever_waits_in_vain_has_a_button_for_it(model: StaticPreJoin, window: QWidget) -> None:
    assert not is_shown(window, "nudgeButton")
    model.show_state(replace(READY, waiting=True, nudge="Let MiKL know"))
    button = named(window, "nudgeButton")
    assert button.accessibleName() == "Let MiKL know"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert model.sent[-1] == ("nudge",)


def test_a_host_starts_by_the_same_button(model: StaticPreJoin, window: QWidget) -> None:
    assert named(window, "joinButton").accessibleName() == "Join"
    model.show_state(replace(READY, starts=True))
    assert named(window, "joinButton").accessibleName() == "Start"
    QTest.mouseClick(named(window, "joinButton"), Qt.MouseButton.LeftButton)
    assert model.sent[-1] == ("join",)
