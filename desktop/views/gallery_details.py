"""The gallery's pictures of a client's panel about one of his meetings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import ChangeLine, PanelState
from desktop.view_models.states import MeetingListState
from desktop.views.gallery_hub import panels
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticPanel
from desktop.views.participant_window import ParticipantWindow
from desktop.views.static_models import StaticMeetingList
from desktop.views.theme import Theme


def _with_panel(state: MeetingListState, panel: PanelState, theme: Theme) -> QWidget:
    return ParticipantWindow(StaticMeetingList(state), StaticPanel(panel), theme)


def _wide(window: QWidget) -> None:
    window.resize(window.width() * 2, window.height())


def scenes(samples: Samples) -> Iterator[Scene]:
    """In place of the list, and beside it where there is room."""
    say = samples.say
    shown = samples.meetings(hub=False)["filled"]
    hosts = panels(samples)["planned"]
    planned = replace(hosts, row=shown.next, zone="", note="", note_help="", note_line="", note_ready=False)
    missed = replace(
        planned,
        row=shown.history[-1],
        changes=(
            ChangeLine(
                say(
                    "Manquée\u00a0: personne ne l’a démarrée, prévue mer. 18 nov., 09:00",
                    "Missed: nobody started it, planned for Wed, Nov 18, 09:00",
                ),
                say("mer. 18 nov., 10:30", "Wed, Nov 18, 10:30"),
            ),
            ChangeLine(
                say("Alice Laurent a attendu · 08:58–09:21", "Alice Laurent waited · 08:58–09:21"),
                say("mer. 18 nov., 09:21 · Alice Laurent", "Wed, Nov 18, 09:21 · Alice Laurent"),
            ),
            *planned.changes[1:],
        ),
    )
    yield Scene("participant", "details", partial(_with_panel, shown, planned))
    yield Scene("participant", "details-missed", partial(_with_panel, shown, missed))
    yield Scene("participant", "details-wide", partial(_with_panel, shown, planned), _wide)
