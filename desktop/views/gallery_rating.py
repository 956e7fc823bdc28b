"""The end screen's rating in the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.rating_states import RatingState
from desktop.view_models.states import RoomViewState
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import Samples
from desktop.views.rating_intentions import StaticRating
from desktop.views.room.rating import RatingView
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom, StaticSlot
from desktop.views.theme import Theme


def _room(room: RoomViewState, rating: RatingState, slots: dict[str, StaticSlot], theme: Theme) -> QWidget:
    look = theme.stage_look
    window = RoomWindow(StaticRoom(room, slots), look, mark="mark-visio")
    window.curtain.after.addWidget(RatingView(StaticRating(rating), look))
    return window


def scenes(samples: Samples, slots: dict[str, StaticSlot]) -> Iterator[Scene]:
    """Before a click, after it, with the word more, and when the service is away."""
    say = samples.say
    ended = samples.room()["ended"]
    after = say(
        "Prochaine réunion : Point d’étape, jeudi 26 novembre à 10:00",
        "Next meeting: Checkpoint, Thursday, November 26 at 10:00",
    )
    asked = RatingState(offered=True)
    given = replace(asked, stars=4, sent=True)
    away = say("Le service est injoignable. Vérifiez votre réseau.", "The service cannot be reached.")
    for name, rating in (
        ("rating", asked),
        ("rating-given", given),
        ("rating-thanks", replace(given, comment_sent=True)),
        ("rating-failed", replace(asked, stars=2, error=away)),
    ):
        room = replace(ended, next_meeting=after, can_come_back=name == "rating")
        yield Scene("room", name, partial(_room, room, rating, slots))
