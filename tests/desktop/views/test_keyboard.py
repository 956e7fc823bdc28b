"""The keyboard alone reaches every control of the windows around the room: Tab, arrows among alternatives."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.desktop.views.finding import named
from tests.desktop.views.test_every_scene import INTERACTIVE, SCENES, Staged, staged, visible

__all__ = ["staged"]

AROUND_THE_ROOM = ("sign-in", "hub", "participant", "schedule", "settings", "prejoin", "diagnosis")
WALKED = [name for name, scene in SCENES["en"].items() if scene.window in AROUND_THE_ROOM]


def controls(window: QWidget) -> list[QWidget]:
    """What can be used now; what stands for another (a list's rows, a combo box's line) is not counted."""
    usable = [each for each in visible(window, *INTERACTIVE) if each.isEnabled()]
    return [
        each
        for each in usable
        if each.focusPolicy() is not Qt.FocusPolicy.NoFocus and each.focusProxy() is None
    ]


def walk(window: QWidget, most: int) -> list[QWidget]:
    """Whom Tab brings the keyboard to, one after the other, until it comes to somebody again.

    A date has parts, and Tab goes through them first.
    """
    met: list[QWidget] = []
    for _ in range(most):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        reached = QApplication.focusWidget()
        if reached is None or reached in met[:-1]:
            break
        if reached not in met:
            met.append(reached)
    return met


def alternatives(widget: QWidget) -> set[QWidget]:
    """The buttons of which one is chosen: Tab brings to that one, arrows to the others, as everywhere."""
    if not isinstance(widget, QAbstractButton):
        return set()
    group = widget.group()
    if group is not None:
        return set(group.buttons()) if group.exclusive() else set()
    around = widget.parentWidget()
    if not widget.autoExclusive() or around is None:
        return set()
    return {each for each in around.findChildren(QAbstractButton) if each.autoExclusive()}


@pytest.mark.parametrize("name", WALKED)
def test_the_keyboard_reaches_every_control(staged: Staged, name: str) -> None:
    window = staged(SCENES["en"][name])
    expected = controls(window)
    met = set(walk(window, most=4 * len(expected) + 20))
    for each in tuple(met):
        met |= alternatives(each)
    assert [each.objectName() for each in expected if each not in met] == []


def test_arrows_go_from_page_to_page(staged: Staged) -> None:
    window = staged(SCENES["en"]["hub-filled"])
    for page, key, following in (
        ("page-meetings", Qt.Key.Key_Down, "page-clients"),
        ("page-clients", Qt.Key.Key_Down, "page-history"),
        ("page-history", Qt.Key.Key_Up, "page-clients"),
    ):
        button = named(window, page)
        button.setFocus()
        QTest.keyClick(button, key)
        reached = QApplication.focusWidget()
        assert reached is not None
        assert reached.objectName() == following
