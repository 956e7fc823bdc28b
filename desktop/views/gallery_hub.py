"""The gallery's pictures of the Hub's own parts: menus, panel, pages and dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import (
    CancelState,
    ClientDetail,
    ClientGroup,
    ClientRow,
    ClientsState,
    InviteDraft,
    InviteState,
    PanelState,
    PastLine,
    PersonLine,
    StartNowState,
)
from desktop.view_models.states import (
    ErrorText,
    ListPhase,
    MeetingListState,
    SchedulePurpose,
    ScheduleState,
    Tone,
)
from desktop.views.dialogs.cancel_dialog import CancelDialog
from desktop.views.dialogs.client_dialog import ClientDialog
from desktop.views.dialogs.confirm_dialog import DeactivateDialog
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.dialogs.start_now_dialog import StartNowDialog
from desktop.views.gallery_scene import Scene, child_named, click_on, nothing, type_into
from desktop.views.gallery_states import ALICE, BOB, CHLOE, DAVID, MIKL, Samples
from desktop.views.hub_static_models import StaticCancel, StaticStartNow, static_hub
from desktop.views.hub_window import HubWindow
from desktop.views.messages import Skeleton
from desktop.views.rail import Page
from desktop.views.static_models import StaticSchedule
from desktop.views.theme import Theme


def _hub(
    state: MeetingListState,
    theme: Theme,
    panel: PanelState | None = None,
    clients: ClientsState | None = None,
) -> QWidget:
    return HubWindow(static_hub(state, panel=panel, clients=clients), theme)


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


def clients(samples: Samples) -> dict[str, ClientsState]:
    """The page of clients."""
    say = samples.say
    active, invited = say("Actif", "Active"), say("Invité", "Invited")
    following = say("Prochaine\u00a0: lun. 23 nov., 14:00", "Next: Mon, Nov 23, 14:00")
    last = say("Dernière\u00a0: jeu. 12 nov.", "Last: Thu, Nov 12")
    none = say("Aucune réunion pour l’instant", "No meeting yet")
    closed = say("Désactivé", "Deactivated")
    people = (
        ClientRow("alice", ALICE, following, active, Tone.SUCCESS, ALICE.name),
        ClientRow("bob", BOB, last, active, Tone.SUCCESS, BOB.name),
        ClientRow("chloe", CHLOE, none, invited, Tone.PRIMARY, CHLOE.name),
    )
    gone = ClientRow("david", DAVID, last, closed, Tone.NEUTRAL, DAVID.name)
    ready = ClientsState(
        phase=ListPhase.READY,
        groups=(ClientGroup("", people), ClientGroup(say("Désactivés", closed), (gone,))),
    )
    held = say("Terminée · 52\u00a0min", "Ended · 52\u00a0min")
    alice = ClientDetail(
        "alice",
        ALICE,
        active,
        Tone.SUCCESS,
        email="alice@example.org",
        facts=(
            say("Français", "French"),
            say("Chez Alice\u00a0: 08:35, heure de Montréal", "For Alice: 08:35, Montreal time"),
        ),
        can_edit=True,
        can_deactivate=True,
        can_plan=True,
        meetings=(
            PastLine(
                say("Bilan de mars", "March review"),
                say("lun. 23 nov. · 14:00 · Planifiée", "Mon, Nov 23 · 14:00 · Planned"),
            ),
            PastLine(
                say("Point d’étape", "Checkpoint"),
                say(f"jeu. 12 nov. · 16:00 · {held}", f"Thu, Nov 12 · 16:00 · {held}"),
            ),
            PastLine(
                say("Premier rendez-vous", "First appointment"),
                say(f"mer. 4 nov. · 10:00 · {held}", f"Wed, Nov 4 · 10:00 · {held}"),
            ),
        ),
        total=say("2 réunions tenues · 1\u00a0h\u00a044", "2 meetings held · 1\u00a0h\u00a044"),
    )
    chloe = ClientDetail(
        "chloe",
        CHLOE,
        invited,
        Tone.PRIMARY,
        email="chloe.fontaine-desmarets@example.org",
        facts=(say("Français", "French"), say("Heure de Paris", "Paris time")),
        invite_line=say(
            "L’invitation est valable jusqu’au vendredi 4 décembre à 09:12.",
            "The invitation holds until Friday, December 4 at 09:12.",
        ),
        link="https://visio.mikl.example/invite/4Jq…",
        can_invite=True,
        can_edit=True,
        can_deactivate=True,
        can_plan=True,
    )
    david = replace(
        alice,
        client_id="david",
        person=DAVID,
        pill=closed,
        pill_tone=Tone.NEUTRAL,
        email="david@example.org",
        can_deactivate=False,
        can_plan=False,
        can_reactivate=True,
    )
    return {
        "list": ready,
        "active": replace(ready, selected=alice),
        "invited": replace(ready, selected=chloe),
        "closed": replace(ready, selected=david),
        "offline": replace(
            ready, offline=say("Hors ligne\u00a0: liste de 14:02.", "Offline: list as of 14:02.")
        ),
        "empty": ClientsState(phase=ListPhase.EMPTY),
        "loading": ClientsState(),
        "error": ClientsState(
            phase=ListPhase.ERROR,
            error=ErrorText(
                say("Le service ne répond pas.", "The service does not answer."),
                say("Réessayer", "Try again"),
            ),
        ),
    }


def _clients_page(window: QWidget) -> None:
    assert isinstance(window, HubWindow)
    window.show_page(Page.CLIENTS)
    for skeleton in window.findChildren(Skeleton):
        skeleton.lose_patience()


def _client_dialog(draft: InviteDraft, state: InviteState, theme: Theme) -> QWidget:
    dialog = ClientDialog(theme, draft, lambda _draft: None, lambda: None)
    dialog.render_state(state)
    return dialog


def _open_invite(window: QWidget) -> None:
    type_into("clientField", "Emma Roche")(window)
    QTest.keyClick(child_named(window, "clientField"), Qt.Key.Key_Return)


def panels(samples: Samples) -> dict[str, PanelState]:
    """The panel about the selected meeting."""
    say = samples.say
    filled = samples.meetings(hub=True)["filled"]
    assert filled.next is not None
    planned = PanelState(
        row=filled.next,
        when=say("lundi 23 novembre · 14:00–15:00", "Monday, November 23 · 14:00–15:00"),
        zone=say("chez Alice\u00a0: 08:00–09:00, heure de Montréal", "for Alice: 08:00–09:00, Montreal time"),
        agenda=say(
            "Objectifs du trimestre.\nPuis les questions d’Alice sur l’équipe.",
            "Goals for the quarter.\nThen Alice’s questions about the team.",
        ),
        people=(
            PersonLine(ALICE, say("Client", "Client")),
            PersonLine(MIKL, say("Organisateur", "Organiser")),
        ),
        note=say(
            "Elle hésite encore à prendre le poste. Reparler du 12 mars.",
            "She still hesitates about the job. Come back to March 12.",
        ),
        fill_id=1,
        note_ready=True,
        note_line=say("Enregistrée", "Saved"),
        note_tone=Tone.SUCCESS,
        note_help=say("Alice ne voit pas cette note.", "Alice does not see this note."),
        changed=say(
            "Modifiée en dernier vendredi 20 novembre à 09:12", "Last changed on Friday, November 20 at 09:12"
        ),
    )
    over = filled.history[0]
    return {
        "planned": planned,
        "ended": replace(
            planned,
            row=over,
            agenda="",
            zone="",
            ended=say("De 14:02 à 14:54 · 52\u00a0min", "From 14:02 to 14:54 · 52\u00a0min"),
            presence=(
                PersonLine(MIKL, say("14:02–14:54 · 52\u00a0min", "14:02–14:54 · 52\u00a0min")),
                PersonLine(ALICE, say("14:03–14:31 · 28\u00a0min", "14:03–14:31 · 28\u00a0min")),
                PersonLine(ALICE, say("14:33–14:54 · 21\u00a0min", "14:33–14:54 · 21\u00a0min")),
            ),
        ),
        "unsaved": replace(
            planned,
            note_line=say(
                "Pas encore enregistrée\u00a0: le service ne répond pas.",
                "Not saved yet: the service does not answer.",
            ),
            note_tone=Tone.WARNING,
        ),
        "failed": replace(
            planned,
            note="",
            note_ready=False,
            note_line="",
            error=ErrorText(
                say("Note et présence n’ont pas pu être chargées.", "Note and presence could not be loaded."),
                say("Réessayer", "Try again"),
            ),
        ),
    }


def scenes(samples: Samples) -> Iterator[Scene]:
    """The Hub's own parts in every state."""
    filled = partial(_hub, samples.meetings(hub=True)["filled"])
    yield Scene("hub", "row-menu", filled, click_on("meetingMenu-a"))
    yield Scene("hub", "next-menu", filled, click_on("meetingMenu-next"))
    shown = samples.meetings(hub=True)["filled"]
    for name, panel in panels(samples).items():
        yield Scene("hub", f"panel-{name}", partial(_hub, shown, panel=panel))
    beside = partial(_hub, shown, panel=panels(samples)["planned"])
    yield Scene("hub", "panel-narrow", beside, lambda window: window.resize(window.minimumSize()))
    for name, schedule in changes(samples).items():
        yield Scene("schedule", name, partial(_schedule, schedule))
    for name, plan in plans(samples).items():
        ready = _open_invite if name == "new-client" else nothing
        yield Scene("schedule", name, lambda theme, plan=plan: ScheduleDialog(plan, theme), ready)  # type: ignore[misc]
    for name, page in clients(samples).items():
        make = partial(_hub, shown, clients=page)
        yield Scene("hub", f"clients-{name}", make, _clients_page)
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
        lambda window: (type_into("reasonField", "x")(window), window.reject())[0],  # type: ignore[attr-defined]
    )
