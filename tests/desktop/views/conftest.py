"""A theme without motion, a language that is put back, and windows that are taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.view_models.language import Language
from desktop.views.theme import Theme, ThemeChoice
from resources.reader import ROOT

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme at the usual size, nothing moves."""
    return Theme(qapp, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    """English; tests may switch."""
    before = QLocale()
    speaks = Language(ROOT / "translations", "en")
    yield speaks
    speaks.close()
    QLocale.setDefault(before)


@pytest.fixture
def show(qtbot: QtBot, language: Language) -> Show:
    """Shows a window and waits until it is on screen and active."""

    def shown(window: QWidget) -> QWidget:
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowExposed(window)
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return shown
