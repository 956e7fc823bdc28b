"""One picture of the gallery: a window in a state, and what is clicked before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme

Prepare = Callable[[QWidget], None]


def nothing(_window: QWidget) -> None:
    """Most scenes need no more than their state."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A window in a state: how to make it, and what to do before the picture is taken."""

    window: str
    state: str
    make: Callable[[Theme], QWidget]
    prepare: Prepare = nothing


def child_named(window: QWidget, name: str) -> QWidget:
    """A part of a window by its object name.

    Raises:
        LookupError: there is none.
    """
    found = next((child for child in window.findChildren(QWidget) if child.objectName() == name), None)
    if found is None:
        raise LookupError(f"{window.objectName()} has no {name}")
    return found


def click_on(name: str) -> Prepare:
    """Clicks a part of the window."""
    return lambda window: QTest.mouseClick(child_named(window, name), Qt.MouseButton.LeftButton)


def type_into(name: str, text: str) -> Prepare:
    """Types into a field."""

    def prepare(window: QWidget) -> None:
        field = child_named(window, name)
        field.setFocus()
        QTest.keyClicks(field, text)

    return prepare
