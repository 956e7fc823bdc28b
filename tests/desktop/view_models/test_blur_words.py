"""The switch of the background blur in words: before a meeting, in a room, in the settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal

from desktop.system.settings import Settings
from desktop.view_models.device_pickers import blur_of
from desktop.view_models.device_states import BlurEnd
from desktop.view_models.language import Language
from desktop.view_models.prejoin_states import BlurChoice
from desktop.view_models.room_devices import RoomDevicesViewModel
from desktop.view_models.settings import SettingsViewModel
from desktop.view_models.settings_states import AboutText, SettingRow, SettingsPage
from resources.reader import ROOT as RESOURCES
from tests.support.device_fakes import FakeDevices

LATE = "It turned itself off: this computer could not keep up."


class Keeper(QObject):
    """`SettingsPort` that keeps nothing."""

    changed = Signal(object)
    current = Settings(backend_url="http://localhost:1")

    def is_locked(self, key: str) -> bool:
        """Nothing is."""
        return False

    async def change(self, **changes: object) -> None:
        """Nothing changes."""


@pytest.fixture
def devices(english: Language) -> FakeDevices:
    return FakeDevices()


@pytest.fixture
def settings(devices: FakeDevices, english: Language) -> Iterator[SettingsViewModel]:
    async def no_notices() -> str:
        return ""

    about = AboutText("MiKL Hub", "0.1.0", "Apache-2.0", "http://localhost:1")
    model = SettingsViewModel(
        Keeper(), devices, None, english, about=about, notices=no_notices, operator=True
    )
    model.show_page(SettingsPage.DEVICES)
    yield model
    model.deleteLater()


def row(settings: SettingsViewModel) -> SettingRow:
    """The switch among the settings."""
    found = [each for section in settings.state.sections for each in section.rows]
    return next(each for each in found if each.key == "background_blur")


def test_it_is_offered_where_it_can_be_done(devices: FakeDevices) -> None:
    assert blur_of(devices.state) == BlurChoice()
    devices.tell_blur(available=True)
    assert blur_of(devices.state) == BlurChoice(offered=True)


def test_a_room_switches_it_and_says_why_it_went_off(devices: FakeDevices, english: Language) -> None:
    devices.tell_blur(available=True)
    model = RoomDevicesViewModel(devices, english)
    model.set_blur(True)
    assert model.state.blur == BlurChoice(offered=True, on=True)
    devices.tell_blur(on=False, ended=BlurEnd.LATE)
    assert model.state.blur == BlurChoice(offered=True, note=LATE)
    model.set_blur(True)
    assert model.state.blur.note == ""


def test_the_settings_say_what_is_missing(devices: FakeDevices, settings: SettingsViewModel) -> None:
    assert (row(settings).enabled, row(settings).on) == (False, False)
    assert row(settings).help == "This installation does not contain it."
    devices.tell_blur(available=True)
    assert row(settings).enabled
    settings.toggle("background_blur", True)
    assert row(settings).on
    devices.tell_blur(on=False, ended=BlurEnd.LATE)
    assert (row(settings).on, row(settings).help) == (False, LATE)


def test_what_it_has_decided_is_shown_and_not_offered(
    devices: FakeDevices, settings: SettingsViewModel
) -> None:
    devices.tell_blur(available=True, on=True, locked=True)
    assert (row(settings).on, row(settings).locked, row(settings).enabled) == (True, True, False)
    assert blur_of(devices.state).note == "Managed by your organisation"


def test_french(devices: FakeDevices, qapp: object) -> None:
    language = Language(RESOURCES / "translations", "fr")
    devices.tell_blur(available=True, ended=BlurEnd.LATE)
    note = blur_of(devices.state).note
    assert note == "Il s’est désactivé\u00a0: cet ordinateur n’arrivait plus à suivre."
    devices.tell_blur(ended=BlurEnd.BROKEN)
    assert "ne fonctionne pas" in blur_of(devices.state).note
    language.close()
