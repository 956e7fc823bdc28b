"""The gallery's scenes of what appears by itself: the call window, the page of an app too old, a crash."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.call_states import CallState
from desktop.view_models.states import PersonState
from desktop.views.call_window import CallWindow
from desktop.views.crash_window import CrashWindow
from desktop.views.gallery_scene import Scene
from desktop.views.gallery_states import CHLOE, MIKL, Samples
from desktop.views.static_models import StaticModel
from desktop.views.theme import Theme
from desktop.views.update_window import UpdateWindow


class StaticCall(StaticModel[CallState]):
    """A call that nobody takes."""

    def accept(self) -> None:
        """Keep the intention."""
        self.sent.append(("accept",))

    def later(self) -> None:
        """Keep the intention."""
        self.sent.append(("later",))


def states(samples: Samples) -> dict[str, CallState]:
    """Who calls."""
    say = samples.say

    def call(person: PersonState, title: str, accept: str) -> CallState:
        sentence = say(f"{person.name} vous attend", f"{person.name} is waiting for you")
        return CallState("1", person, sentence, title, accept)

    return {
        "client": call(MIKL, say("Bilan de mars", "March review"), say("Rejoindre", "Join")),
        "operator": call(
            CHLOE,
            say("Point d’étape sur le projet de reconversion", "Interim review of the change of career"),
            say("Démarrer", "Start"),
        ),
    }


def _window(state: CallState, theme: Theme) -> QWidget:
    return CallWindow(StaticCall(state), theme)


def _update(theme: Theme) -> QWidget:
    return UpdateWindow(theme, product="MiKL Visio", words="", mark="mark-visio")


def _crash(theme: Theme) -> QWidget:
    return CrashWindow("", theme, product="MiKL Visio", mark="mark-visio")


def scenes(samples: Samples) -> Iterator[Scene]:
    """The call window for both sides, and the two pages."""
    for name, state in states(samples).items():
        yield Scene("call", name, partial(_window, state))
    yield Scene("update", "needed", _update)
    yield Scene("crash", "offered", _crash)
