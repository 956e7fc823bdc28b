"""Finds widgets by their stable names, and clicks them as a mouse would."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


def named(window: QWidget, name: str) -> QWidget:
    """The visible widget with an object name."""
    found = [
        child for child in window.findChildren(QWidget) if child.objectName() == name and child.isVisible()
    ]
    assert len(found) == 1, f"{name}: {len(found)} visible"
    return found[0]


def is_shown(window: QWidget, name: str) -> bool:
    """Whether a widget with an object name is visible."""
    return any(child.objectName() == name and child.isVisible() for child in window.findChildren(QWidget))


def click(window: QWidget, name: str) -> None:
    """Click in the middle of a widget."""
    widget = named(window, name)
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center()
    )
