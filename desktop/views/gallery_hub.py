"""The gallery's pictures of the Hub's own parts: menus, panel, pages and dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import CancelState
from desktop.view_models.states import ErrorText, MeetingListState, SchedulePurpose, ScheduleState
from desktop.views.dialogs.cancel_dialog import CancelDialog
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.gallery_scene import Scene, click_on, type_into
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticCancel
from desktop.views.hub_window import HubWindow
from desktop.views.static_models import StaticMeetingList, StaticSchedule
from desktop.views.theme import Theme


def _hub(state: MeetingListState, theme: Theme) -> QWidget:
    return HubWindow(StaticMeetingList(state), theme)


def _schedule(state: ScheduleState, theme: Theme) -> QWidget:
    return ScheduleDialog(StaticSchedule(state), theme)


def _cancel(state: CancelState, theme: Theme) -> QWidget:
    return CancelDialog(StaticCancel(state), theme)


def changes(samples: Samples) -> dict[str, ScheduleState]:
    """The scheduling dialog over a meeting that exists."""
    say = samples.say
    filled = replace(samples.schedule()["filled"], purpose=SchedulePurpose.EDIT)
    return {
        "edit": filled,
        "move": replace(filled, purpose=SchedulePurpose.MOVE),
        "conflict": replace(
            filled,
            error=ErrorText(
                say(
                    "La réunion a changé entre-temps. Ce que vous avez écrit est gardé.",
                    "The meeting has changed meanwhile. What you typed is kept.",
                ),
                say("La recharger", "Load it again"),
            ),
        ),
        "reloaded": replace(
            filled,
            note=say(
                "Ce que vous n’aviez pas modifié montre maintenant la version la plus récente.",
                "What you had not touched now shows the newer version.",
            ),
        ),
    }


def cancellations(samples: Samples) -> dict[str, CancelState]:
    """The question before cancelling."""
    say = samples.say
    plain = CancelState(
        title=say("Bilan de mars", "March review"),
        when=say("lundi 23 novembre · 14:00–15:00", "Monday, November 23 · 14:00–15:00"),
        told=say("Nous en informerons Alice.", "Alice will be told."),
    )
    return {
        "one": plain,
        "series": replace(plain, in_series=True),
        "failed": replace(
            plain,
            error=ErrorText(say("Cette réunion a déjà commencé.", "This meeting has already started.")),
        ),
        "busy": replace(plain, busy=True),
    }


def scenes(samples: Samples) -> Iterator[Scene]:
    """The Hub's own parts in every state."""
    filled = partial(_hub, samples.meetings(hub=True)["filled"])
    yield Scene("hub", "row-menu", filled, click_on("meetingMenu-a"))
    yield Scene("hub", "next-menu", filled, click_on("meetingMenu-next"))
    for name, schedule in changes(samples).items():
        yield Scene("schedule", name, partial(_schedule, schedule))
    for name, cancel in cancellations(samples).items():
        yield Scene("cancel", name, partial(_cancel, cancel))
    yield Scene(
        "cancel",
        "discard",
        partial(_cancel, cancellations(samples)["one"]),
        lambda window: (type_into("reasonField", "x")(window), window.reject())[0],  # type: ignore[attr-defined]
    )
