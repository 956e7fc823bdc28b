"""Which of X11's windows a line of Qt's list stands for."""

from __future__ import annotations

import pytest

from desktop.devices.x11_windows import XWindow, matching, x_windows

MEETING = XWindow(0x400007, "Réunion d’été", (0, 0, 10, 10))
NOTES = XWindow(0x500001, "Notes", None)


def test_titles_are_matched_as_qt_misreads_them() -> None:
    garbled = "R\ufffdunion d?\ufffdt\ufffd"
    assert garbled in MEETING.names_in_qt
    assert matching([garbled, "Notes", "Other"], [MEETING, NOTES]) == [MEETING, NOTES, None]
    assert matching(["Réunion d’été"], [MEETING]) == [MEETING]
    assert matching(["Window 0x400007"], [NOTES, MEETING]) == [MEETING]


def test_equal_titles_are_matched_in_order() -> None:
    first, second = XWindow(1, "Notes", (0, 0, 1, 1)), XWindow(2, "Notes", (5, 5, 1, 1))
    assert matching(["Notes", "Notes"], [first, second]) == [first, second]


def test_without_an_x_server_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", "")
    assert x_windows() == ()
