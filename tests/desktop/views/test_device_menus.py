"""The arrows beside microphone and camera."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.language import Language
from desktop.view_models.prejoin_states import BlurChoice, DeviceChoice, PickerState, RoomDevicesState
from desktop.view_models.room_devices import RoomDevicesViewModel
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.gallery_small import StaticRoomDevices
from desktop.views.room.device_menus import RoomDeviceMenus
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named
from tests.support.device_fakes import FakeDevices

DEFAULT = DeviceChoice("", "System default (Built-in)")
STATE = RoomDevicesState(
    microphone=PickerState(
        DeviceKind.MICROPHONE, (DEFAULT, DeviceChoice("usb", "Headset")), "usb", "Headset"
    ),
    speaker=PickerState(DeviceKind.SPEAKER, shown="No loudspeaker"),
)


@pytest.fixture
def model() -> StaticRoomDevices:
    return StaticRoomDevices(STATE)


@pytest.fixture
def window(model: StaticRoomDevices, theme: Theme, show: Show) -> RoomWindow:
    room = RoomWindow(StaticRoom(RoomViewState(stage=RoomStage.LIVE)), theme.stage_look, mark="mark-hub")
    RoomDeviceMenus(model, room, theme.stage_look)
    shown = show(room)
    assert isinstance(shown, RoomWindow)
    return shown


def test_each_arrow_follows_its_button(window: RoomWindow) -> None:
    items = [window.bar.devices.itemAt(place) for place in range(window.bar.devices.count())]
    widgets = [item.widget() for item in items if item is not None]
    assert [widget.objectName() for widget in widgets if widget is not None] == [
        "microphoneButton",
        "soundDevicesButton",
        "cameraButton",
        "cameraDevicesButton",
    ]
    assert named(window, "soundDevicesButton").accessibleName() == "Choose microphone and loudspeaker"


def test_a_device_is_chosen_by_mouse_and_by_keyboard(model: StaticRoomDevices, window: RoomWindow) -> None:
    click(window, "soundDevicesButton")
    assert named(window, "room-microphone-1").hasFocus()  # the one in use
    click(window, "room-microphone-0")
    assert model.sent == [("choose", DeviceKind.MICROPHONE, "")]
    assert not is_shown(window, "soundDevicesMenu")
    click(window, "soundDevicesButton")
    QTest.keyClick(named(window, "room-microphone-1"), Qt.Key.Key_Return)
    assert model.sent[-1] == ("choose", DeviceKind.MICROPHONE, "usb")
    click(window, "soundDevicesButton")
    QTest.keyClick(named(window, "room-microphone-1"), Qt.Key.Key_Escape)
    assert not is_shown(window, "soundDevicesMenu")


def test_the_settings_are_one_row_away(model: StaticRoomDevices, window: RoomWindow) -> None:
    click(window, "cameraDevicesButton")
    click(window, "roomSettingsRow")
    assert model.sent == [("open_settings",)]


def test_an_error_stands_under_the_devices_it_concerns(model: StaticRoomDevices, window: RoomWindow) -> None:
    click(window, "soundDevicesButton")
    assert not is_shown(window, "room-microphone-error")
    model.state = replace(STATE, microphone=replace(STATE.microphone, error="Another application has it."))
    model.changed.emit(model.state)
    assert is_shown(window, "room-microphone-error")


def test_a_choice_in_the_room_is_the_machines(language: Language) -> None:
    devices = FakeDevices()
    model = RoomDevicesViewModel(devices, language)
    wanted: list[bool] = []
    model.settings_requested.connect(lambda: wanted.append(True))
    assert [choice.text for choice in model.state.camera.choices] == ["System default (Webcam)", "Webcam"]
    model.choose(DeviceKind.MICROPHONE, "usb")
    assert devices.chosen == [(DeviceKind.MICROPHONE, "usb")]
    assert model.state.microphone.chosen == "usb"
    model.open_settings()
    assert wanted == [True]


def test_the_blur_is_switched_in_the_cameras_menu(model: StaticRoomDevices, window: RoomWindow) -> None:
    click(window, "cameraDevicesButton")
    assert not is_shown(window, "blurRow"), "an installation that cannot do it does not offer it"
    model.state = replace(STATE, blur=BlurChoice(offered=True))
    model.changed.emit(model.state)
    click(window, "blurRow")
    assert model.sent == [("set_blur", True)]
    assert not is_shown(window, "cameraDevicesMenu")


def test_a_blur_that_went_off_or_is_locked_says_so(model: StaticRoomDevices, window: RoomWindow) -> None:
    click(window, "cameraDevicesButton")
    note = "Managed by your organisation"
    model.state = replace(STATE, blur=BlurChoice(offered=True, on=True, locked=True, note=note))
    model.changed.emit(model.state)
    row = named(window, "blurRow")
    assert isinstance(row, QAbstractButton)
    assert not row.isEnabled()
    assert row.isChecked()
    assert row.accessibleDescription() == note
    assert is_shown(window, "roomBlurNote")
