"""Tokens become palette, fonts and sizes; focus and icons follow."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.view_models.states import Tone
from desktop.views.controls import Button, Chip
from desktop.views.focus_ring import FocusRing
from desktop.views.fonts import interface_family, scale_of
from desktop.views.icons import icon_pixmap, window_icon
from desktop.views.text import ElidedText, Text
from desktop.views.theme import Theme, ThemeChoice, mix
from resources.reader import ResourceError, read_tokens
from tests.desktop.views.conftest import Show


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_the_palette_is_the_tokens(theme: Theme, qapp: QApplication, choice: ThemeChoice) -> None:
    theme.set_choice(choice)
    colours = read_tokens().dark if choice is ThemeChoice.DARK else read_tokens().light
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colours.window)
    assert qapp.palette().color(QPalette.ColorRole.Text) == QColor(colours.text)
    assert colours.raised in qapp.styleSheet()
    assert theme.choice is choice


def test_the_system_is_followed(theme: Theme, qapp: QApplication) -> None:
    theme.set_choice(ThemeChoice.SYSTEM)
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.dark is dark


def test_every_change_is_told(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignals([theme.changed, theme.stage_look.changed]):
        theme.set_choice(ThemeChoice.DARK)


def test_the_stage_stays_dark(theme: Theme) -> None:
    assert not theme.dark
    assert theme.stage_look.dark


def test_scale_reaches_every_size(theme: Theme) -> None:
    theme.set_scale(2.0)
    assert theme.font("body").pixelSize() == 30
    assert theme.size.control == 72
    assert theme.space.m == 32
    assert theme.stage_look.size.room_control == 88


def test_figures_are_tabular_where_asked(theme: Theme) -> None:
    assert theme.font("body", tabular=True).isFeatureSet(QFont.Tag("tnum"))
    assert not theme.font("body").isFeatureSet(QFont.Tag("tnum"))


def test_every_meaning_has_its_own_colour(theme: Theme) -> None:
    assert len({theme.tone(tone).name() for tone in Tone}) == len(Tone)


def test_mix_lays_one_colour_on_another() -> None:
    assert mix(QColor("#FFFFFF"), QColor("#000000"), 0.5) == QColor(128, 128, 128)
    assert mix(QColor("#123456"), QColor("#ABCDEF"), 0.0) == QColor("#ABCDEF")


def sized(pixels: int) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    return font


@pytest.mark.parametrize(
    ("platform", "pixels", "scale"),
    [("win32", 12, 1.0), ("win32", 18, 1.5), ("darwin", 13, 1.0), ("linux", 12, 1.0), ("linux", 60, 2.0)],
)
def test_the_systems_font_size_is_followed_up_to_twice(platform: str, pixels: int, scale: float) -> None:
    assert QFontInfo(sized(pixels)).pixelSize() == pixels
    assert scale_of(sized(pixels), platform) == pytest.approx(scale)


def test_a_system_with_a_font_of_its_own_keeps_it() -> None:
    assert interface_family(QFont("Segoe UI")) == "Segoe UI"
    assert interface_family(QFont("Sans Serif")) != ""


def test_icons_take_their_tint_and_stay_sharp() -> None:
    red = icon_pixmap("close", QColor("#FF0000"), 20, 2.0)
    assert red.width() == 40
    assert red.devicePixelRatio() == 2.0
    centre = red.toImage().pixelColor(20, 20)
    assert centre.alpha() == 255
    assert (centre.red(), centre.green(), centre.blue()) == (255, 0, 0)


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(ResourceError):
        icon_pixmap("no-such-icon", QColor("#000000"), 20)


def test_window_icons_come_in_every_size() -> None:
    sizes = {size.width() for size in window_icon("mark-hub").availableSizes()}
    assert {16, 32, 48, 256} <= sizes


def test_the_ring_appears_by_keyboard_only_and_lies_two_pixels_away(theme: Theme, show: Show) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    first, second = Button(theme, "first"), Chip(theme, "second")
    row.addWidget(first)
    row.addWidget(second)
    ring = FocusRing(theme, window)
    show(window)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert not ring.isVisible()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert ring.isVisible()
    assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
    second.move(second.x() + 10, second.y())
    assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert not ring.isVisible()


def test_labels_follow_the_theme(theme: Theme, show: Show) -> None:
    label = Text(theme, "small", ink="muted")
    show(label)
    theme.set_choice(ThemeChoice.DARK)
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.colour.muted
    theme.set_scale(1.5)
    assert label.font().pixelSize() == round(13 * 1.5)


def test_a_cut_label_shows_all_in_its_tool_tip(theme: Theme, show: Show, qtbot: QtBot) -> None:
    label = ElidedText(theme)
    label.setText("A long title of a meeting that does not fit")
    label.resize(80, 22)
    show(label)
    qtbot.waitUntil(lambda: label.toolTip() == label.text())
    label.resize(900, 22)
    qtbot.waitUntil(lambda: label.toolTip() == "")


def test_enter_presses_a_button_and_space_does_too(theme: Theme, show: Show, qtbot: QtBot) -> None:
    button = Button(theme, "button")
    show(button)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(button.clicked):
            QTest.keyClick(button, key)
