"""The end screen's rating: one click, a word more, nothing in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.view_models.rating_states import RatingState
from desktop.views.gallery_states import Samples
from desktop.views.rating_intentions import StaticRating
from desktop.views.room.rating import RatingView
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

OFFERED = RatingState(offered=True)
Open = Callable[[RatingState], tuple[RoomWindow, StaticRating]]


@pytest.fixture
def ended(theme: Theme, show: Show) -> Open:
    """The end screen."""

    def opened(state: RatingState) -> tuple[RoomWindow, StaticRating]:
        window = RoomWindow(StaticRoom(Samples("en").room()["ended"]), theme.stage_look, mark="mark-visio")
        model = StaticRating(state)
        window.curtain.after.addWidget(RatingView(model, theme.stage_look))
        show(window)
        return window, model

    return opened


def test_one_click_rates_and_the_way_out_stays_open(ended: Open) -> None:
    window, model = ended(OFFERED)
    assert not is_shown(window, "ratingComment")
    assert window.focusWidget() is named(window, "closeRoomButton"), "Enter goes back to the list unrated"
    click(window, "star-4")
    assert model.sent == [("rate", 4)]


def test_stars_are_named_with_their_number(ended: Open) -> None:
    window, _ = ended(replace(OFFERED, stars=2))
    assert [named(window, f"star-{place}").accessibleName() for place in (1, 2)] == [
        "1 star of 5",
        "2 stars of 5",
    ]
    assert named(window, "star-2").accessibleDescription() == "chosen"
    assert named(window, "star-1").accessibleDescription() == ""


def test_a_word_more_is_sent_by_button_or_enter(ended: Open) -> None:
    window, model = ended(replace(OFFERED, stars=5, sent=True))
    send, editor = named(window, "sendRatingButton"), named(window, "ratingComment")
    assert not send.isEnabled()
    editor.setFocus()
    QTest.keyClicks(editor, "  Bon son.  ")
    click(window, "sendRatingButton")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert model.sent == [("comment", "  Bon son.  ")] * 2
    model.show_state(replace(OFFERED, stars=5, sent=True, comment_sent=True))
    assert not is_shown(window, "ratingComment")


def test_nothing_is_asked_where_nothing_was(ended: Open) -> None:
    window, _ = ended(RatingState())
    assert not is_shown(window, "rating")
