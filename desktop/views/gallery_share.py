"""Sharing a screen in the gallery: the button, the picker, the bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.share_states import ShareChoice, ShareState
from desktop.view_models.states import RoomViewState
from desktop.views.gallery_scene import Scene, click_on
from desktop.views.gallery_states import Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.share_marks import ShareBar
from desktop.views.room.share_picker import SharePicker
from desktop.views.room.sharing import RoomSharing
from desktop.views.share_static_model import StaticShare
from desktop.views.static_models import StaticRoom, StaticSlot
from desktop.views.theme import Theme

Slots = dict[str, StaticSlot]


def _states(samples: Samples) -> dict[str, ShareState]:
    say = samples.say
    names = (
        ("alice", say("Tout l’écran", "Whole screen"), True),
        ("text", say("Bilan de mars – LibreOffice Writer", "March review – LibreOffice Writer"), False),
        ("bob", say("Courrier — Boîte de réception", "Mail — Inbox"), False),
        ("hidden", say("Notes", "Notes"), False),
        ("own", say("Bilan de mars", "March review"), False),
    )
    choices = tuple(
        ShareChoice(key, name, is_screen, is_ours=key == "own", accessible=name)
        for key, name, is_screen in names
    )
    picking = ShareState(offered=True, picking=True, choices=choices)
    return {
        "picker": picking,
        "picker-busy": replace(picking, busy=True),
        "picker-error": replace(
            picking,
            error=say(
                "Le système n’en donne pas d’image. Affichez la fenêtre si elle est cachée.",
                "The system gives no picture of it. Show the window if it is hidden.",
            ),
        ),
        "picker-replaces": replace(
            picking,
            replaces=say(
                "Alice Laurent partage en ce moment : votre partage prendra sa place.",
                "Alice Laurent is sharing: yours takes its place.",
            ),
        ),
        "picker-nothing": replace(
            picking,
            choices=(),
            nothing=say(
                "Ce système ne donne pas d’image de ses écrans ni de ses fenêtres.",
                "This system gives no picture of its screens or windows.",
            ),
        ),
        "bar": ShareState(
            offered=True,
            sharing=True,
            sentence=say(
                "Vous partagez «\u00a0Bilan de mars – LibreOffice Writer\u00a0»",
                "You are sharing “March review – LibreOffice Writer”",
            ),
        ),
    }


def _picker(state: ShareState, slots: Slots, theme: Theme) -> QWidget:
    return SharePicker(StaticShare(state, slots), theme)


def _bar(state: ShareState, theme: Theme) -> QWidget:
    bar = ShareBar(StaticShare(state), theme.stage_look)
    bar.resize(bar.sizeHint())
    return bar


def _room(room: RoomViewState, share: ShareState, slots: Slots, theme: Theme) -> QWidget:
    window = RoomWindow(StaticRoom(room, slots), theme.stage_look, mark="mark-visio")
    RoomSharing(StaticShare(share), window, theme, theme.stage_look)
    return window


def scenes(samples: Samples, slots: Slots) -> Iterator[Scene]:
    """The picker and the bar in every state."""
    states = _states(samples)
    for name, state in states.items():
        if name != "bar":
            yield Scene("share", name, partial(_picker, state, slots))
    yield Scene("share", "picker-own", partial(_picker, states["picker"], slots), click_on("share-own"))
    yield Scene("share", "bar", partial(_bar, states["bar"]))
    replaced = samples.say(
        "Alice Laurent partage maintenant : votre partage est terminé.",
        "Alice Laurent is sharing now: your sharing has ended.",
    )
    offered = ShareState(offered=True)
    gave_way = ShareState(offered=True, replaced=replaced)
    yield Scene("share", "replaced", partial(_room, samples.room()["one-to-one"], gave_way, slots))
    yield Scene("share", "room", partial(_room, samples.room()["one-to-one"], offered, slots))
