"""The gallery's pictures of the Hub's dialogs: planning, changing, cancelling, inviting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import CancelState, InviteDraft, InviteState, StartNowState
from desktop.view_models.states import ErrorText, SchedulePurpose, ScheduleState
from desktop.views.dialogs.cancel_dialog import CancelDialog
from desktop.views.dialogs.client_dialog import ClientDialog
from desktop.views.dialogs.confirm_dialog import DeactivateDialog
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.dialogs.start_now_dialog import StartNowDialog
from desktop.views.gallery_scene import Scene, child_named, click_on, nothing, type_into
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticCancel, StaticStartNow
from desktop.views.static_models import StaticSchedule
from desktop.views.theme import Theme


def _schedule(state: ScheduleState, theme: Theme) -> QWidget:
    return ScheduleDialog(StaticSchedule(state), theme)


def _cancel(state: CancelState, theme: Theme) -> QWidget:
    return CancelDialog(StaticCancel(state), theme)


def _start_now(state: StartNowState, theme: Theme) -> QWidget:
    return StartNowDialog(StaticStartNow(state), theme)


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


def plans(samples: Samples) -> dict[str, StaticSchedule]:
    """The scheduling dialog with what goes beyond one meeting with a known client."""
    say = samples.say
    filled = samples.schedule()["filled"]
    weekly = replace(
        filled,
        draft=replace(filled.draft, times=10, note=say("Apporter le bilan 360.", "Bring the 360 review.")),
        zone=say("Chez Alice\u00a0: 08:00, heure de Montréal", "For Alice: 08:00, Montreal time"),
        repetition=say("La dernière le lundi 25 janvier 2027.", "The last one on Monday, January 25, 2027."),
        warning=say("2 de ces réunions en chevauchent d’autres.", "2 of these meetings overlap with others."),
    )
    taken = say("Cette adresse a déjà un compte.", "This e-mail address already has an account.")
    return {
        "weekly": StaticSchedule(weekly),
        "new-client": StaticSchedule(samples.schedule()["empty"], InviteState(email_error=taken)),
        "invited": StaticSchedule(
            replace(
                filled,
                note=say(
                    "Invitation envoyée à Alice Laurent, à l’adresse alice@exemple.fr.",
                    "Alice Laurent is invited: the link is on its way to alice@example.org.",
                ),
            )
        ),
    }


def starts(samples: Samples) -> dict[str, StartNowState]:
    """The dialog that starts a meeting at once."""
    say = samples.say
    plain = StartNowState(
        clients=samples.schedule()["empty"].clients, loading_clients=False, title=say("Réunion", "Meeting")
    )
    return {
        "empty": plain,
        "failed": replace(
            plain,
            error=ErrorText(
                say(
                    "Le serveur vidéo ne répond pas. La réunion n’a pas changé.",
                    "The video server does not answer. The meeting has not changed.",
                )
            ),
        ),
    }


def _client_dialog(draft: InviteDraft, state: InviteState, theme: Theme) -> QWidget:
    dialog = ClientDialog(theme, draft, lambda _draft: None, lambda: None)
    dialog.render_state(state)
    return dialog


def _open_invite(window: QWidget) -> None:
    type_into("clientField", "Emma Roche")(window)
    QTest.keyClick(child_named(window, "clientField"), Qt.Key.Key_Return)


def _discard(window: QWidget) -> None:
    type_into("reasonField", "x")(window)
    assert isinstance(window, CancelDialog)
    window.reject()


def scenes(samples: Samples) -> Iterator[Scene]:
    """The Hub's dialogs in every state."""
    for name, schedule in changes(samples).items():
        yield Scene("schedule", name, partial(_schedule, schedule))
    for name, plan in plans(samples).items():
        ready = _open_invite if name == "new-client" else nothing
        yield Scene("schedule", name, lambda theme, plan=plan: ScheduleDialog(plan, theme), ready)  # type: ignore[misc]
    new = InviteDraft(time_zone="Europe/Paris")
    known = InviteDraft("Chloé Fontaine-Desmarets", "chloe@example.org", "fr", "America/Montreal")
    wrong = InviteState(
        email_error=samples.say("Ce n’est pas une adresse e-mail.", "This is not an e-mail address.")
    )
    yield Scene("client", "new", partial(_client_dialog, new, wrong))
    yield Scene("client", "edit", partial(_client_dialog, known, InviteState()))
    yield Scene("client", "zones", partial(_client_dialog, known, InviteState()), click_on("zoneListButton"))
    yield Scene("client", "deactivate", lambda theme: DeactivateDialog(theme, "Alice Laurent"))
    for name, start in starts(samples).items():
        yield Scene("start-now", name, partial(_start_now, start))
    for name, cancel in cancellations(samples).items():
        yield Scene("cancel", name, partial(_cancel, cancel))
    yield Scene(
        "cancel",
        "discard",
        partial(_cancel, cancellations(samples)["one"]),
        _discard,
    )
