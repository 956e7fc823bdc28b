"""A device is chosen in the settings window: by its list, real view-model behind it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.language import Language
from desktop.view_models.settings import SettingsViewModel
from desktop.view_models.settings_states import SettingsPage
from desktop.views.settings_window import SettingsWindow
from desktop.views.theme import Theme
from tests.desktop.view_models.test_blur_words import devices, settings
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, named
from tests.support.device_fakes import FakeDevices

__all__ = ["devices", "settings"]


@pytest.fixture
def english(language: Language) -> Language:
    """The language of the sentences asked for here."""
    language.use("en")
    return language


def test_another_microphone_is_chosen_from_the_list(
    qtbot: QtBot,
    devices: FakeDevices,
    settings: SettingsViewModel,
    theme: Theme,
    show: Show,
) -> None:
    """It is used at once, and the list says so; nothing has to be saved."""
    window = SettingsWindow(settings, theme, mark="mark-hub")
    show(window)
    settings.show_page(SettingsPage.DEVICES)
    select = named(window, "microphone")
    click(window, "microphone")
    QTest.keyClick(select, Qt.Key.Key_Down)
    QTest.keyClick(select, Qt.Key.Key_Down)
    QTest.keyClick(select, Qt.Key.Key_Return)
    assert devices.chosen == [(DeviceKind.MICROPHONE, "usb")]
    qtbot.waitUntil(lambda: select.accessibleDescription() == "Headset")
