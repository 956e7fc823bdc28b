"""The picker, the button and the marks of sharing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.view_models.share_states import ShareChoice, ShareState
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.messages import InfoLine
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.share_marks import ShareBorder
from desktop.views.room.share_picker import SharePicker
from desktop.views.room.sharing import RoomSharing
from desktop.views.share_static_model import StaticShare
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, named

CHOICES = (
    ShareChoice("screen-1", "Whole screen", True, area=(0, 0, 800, 600)),
    ShareChoice("window-1", "Document", False),
    ShareChoice("window-2", "Bilan", False, is_ours=True),
)
OFFERED = ShareState(offered=True)
PICKING = replace(OFFERED, picking=True, choices=CHOICES)
SHARING = replace(OFFERED, sharing=True, sentence="You are sharing “Whole screen”", area=(0, 0, 800, 600))


@pytest.fixture
def model() -> StaticShare:
    return StaticShare(OFFERED)


@pytest.fixture
def sharing(model: StaticShare, theme: Theme, show: Show) -> RoomSharing:
    window = RoomWindow(StaticRoom(RoomViewState(stage=RoomStage.LIVE)), theme.stage_look, mark="mark-hub")
    show(window)
    return RoomSharing(model, window, theme, theme.stage_look)


def test_the_button_asks_for_the_picker_and_stops_what_is_shared(
    model: StaticShare, sharing: RoomSharing
) -> None:
    window = sharing.parent()
    assert isinstance(window, RoomWindow)
    assert window.bar.middle.indexOf(sharing.button) == 0
    assert sharing.button.accessibleName() == "Your screen is not shared"
    QTest.keyClick(
        window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert model.sent == [("pick",)]
    model.show_state(SHARING)
    assert (sharing.button.accessibleName(), sharing.button.lit) == ("Your screen is shared", True)
    QTest.mouseClick(sharing.button, Qt.MouseButton.LeftButton)
    assert model.sent[-1] == ("stop",)
    model.show_state(ShareState())
    assert not sharing.button.isVisible()
    sharing.close()


def test_the_picker_opens_and_closes_with_its_state(model: StaticShare, sharing: RoomSharing) -> None:
    model.show_state(PICKING)
    picker = sharing.picker
    assert picker is not None
    assert picker.isVisible()
    picker.close()  # by its frame: only a wish
    assert model.sent == [("cancel",)]
    assert picker.isVisible()
    model.show_state(OFFERED)
    assert sharing.picker is None
    sharing.close()


def test_a_bar_and_a_line_stand_while_something_is_shared(model: StaticShare, sharing: RoomSharing) -> None:
    model.show_state(SHARING)
    assert sharing.bar is not None
    assert sharing.border is not None
    assert sharing.bar.isVisible()
    assert bool(sharing.bar.windowFlags() & Qt.WindowType.WindowStaysOnTopHint)
    assert bool(sharing.bar.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus)
    top, bottom, left, right = sharing.border.places
    assert (top.left(), top.top(), top.width()) == (0, 0, 800)
    assert (bottom.bottom(), right.right(), left.left()) == (599, 799, 0)
    click(sharing.bar, "stopSharingButton")
    click(sharing.bar, "shareOtherButton")
    assert model.sent == [("stop",), ("pick",)]
    model.show_state(replace(SHARING, area=None))
    assert sharing.border.places == []
    model.show_state(OFFERED)
    assert (sharing.bar, sharing.border) == (None, None)
    sharing.close()


def test_the_line_goes_with_its_owner(theme: Theme, qtbot: object) -> None:
    border = ShareBorder(theme.stage_look)
    border.show_around((0, 0, 100, 100))
    assert len(border.places) == 4
    border.close()


def test_choosing_by_mouse_and_keyboard(theme: Theme, show: Show) -> None:
    model = StaticShare(PICKING)
    picker = show(SharePicker(model, theme))
    assert isinstance(picker, SharePicker)
    assert picker.chosen == CHOICES[0]  # something is always chosen
    click(picker, "share-window-1")
    assert picker.chosen == CHOICES[1]
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert model.sent == [("share", "window-1")]
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert model.sent[-1] == ("cancel",)
    model.show_state(replace(PICKING, choices=CHOICES[:1]))
    assert picker.chosen == CHOICES[0]  # what was chosen is gone
    picker.finish()


def test_the_meeting_itself_is_warned_of(theme: Theme, show: Show) -> None:
    picker = show(SharePicker(StaticShare(PICKING), theme))
    assert isinstance(picker, SharePicker)
    click(picker, "share-window-2")
    warning = named(picker, "ownWindowWarning")
    assert isinstance(warning, InfoLine)
    assert warning.text == "This is the meeting itself: the others would see themselves without end."
    click(picker, "share-window-1")
    assert not warning.isVisible()
    picker.finish()


def test_while_it_begins_nothing_can_be_pressed(theme: Theme, show: Show) -> None:
    model = StaticShare(replace(PICKING, busy=True))
    picker = show(SharePicker(model, theme))
    assert not named(picker, "shareNowButton").isEnabled()
    assert not named(picker, "cancelShareButton").isEnabled()
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert model.sent == []
    assert isinstance(picker, QWidget)
    assert isinstance(picker, SharePicker)
    picker.finish()
