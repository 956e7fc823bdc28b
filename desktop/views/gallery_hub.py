"""The gallery's pictures of the Hub's own parts: menus, day, panels and pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import (
    ChangeLine,
    ClientDetail,
    ClientGroup,
    ClientRow,
    ClientsState,
    DayBlock,
    DayState,
    HistoryState,
    PanelState,
    PastLine,
    PersonLine,
    WaitLine,
)
from desktop.view_models.states import (
    ErrorText,
    ListPhase,
    MeetingGroup,
    MeetingListState,
    Tone,
)
from desktop.views import gallery_hub_dialogs
from desktop.views.gallery_scene import Scene, click_on
from desktop.views.gallery_states import ALICE, BOB, CHLOE, DAVID, MIKL, Samples
from desktop.views.hub_static_models import static_hub
from desktop.views.hub_window import HubWindow
from desktop.views.messages import Skeleton
from desktop.views.rail import Page
from desktop.views.theme import Theme


def _hub(
    state: MeetingListState,
    theme: Theme,
    *,
    panel: PanelState | None = None,
    clients: ClientsState | None = None,
    day: DayState | None = None,
    history: HistoryState | None = None,
) -> QWidget:
    return HubWindow(static_hub(state, panel=panel, clients=clients, day=day, history=history), theme)


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


def days(samples: Samples) -> dict[str, DayState]:
    """The day at a glance."""
    say = samples.say
    hours = tuple(((hour - 8) / 11, f"{hour}") for hour in range(8, 20))

    def block(name: str, person: str, start: float, end: float, tone: Tone) -> DayBlock:
        return DayBlock(name, (start - 8) / 11, (end - 8) / 11, person, tone, person)

    planned = DayState(
        heading=say("4 réunions aujourd’hui · 4\u00a0h", "4 meetings today · 4\u00a0h"),
        now_line=say("Libre jusqu’à 14:00", "Free until 14:00"),
        hours=hours,
        blocks=(
            block("h9", "David", 10, 10.5, Tone.NEUTRAL),
            block("next", "Alice", 14, 15, Tone.PRIMARY),
            block("a", "Bob", 16, 16.5, Tone.PRIMARY),
            block("b", "Chloé", 17.25, 18.75, Tone.PRIMARY),
        ),
        now=(13.58 - 8) / 11,
    )
    late = say("J’ai 5 min de retard", "I am 5 min late")
    waits = (
        WaitLine(
            "next",
            ALICE,
            say("Alice Laurent attend depuis 3\u00a0min", "Alice Laurent has been waiting for 3\u00a0min"),
            late,
        ),
        WaitLine(
            "a",
            BOB,
            say(
                "Bob Petit attend depuis 1\u00a0min · message envoyé à 14:02",
                "Bob Petit has been waiting for 1\u00a0min · told at 14:02",
            ),
            late,
        ),
    )
    live = replace(planned.blocks[1], tone=Tone.SUCCESS)
    return {
        "planned": planned,
        "waiting": replace(planned, waiting=waits, now=(14.05 - 8) / 11),
        "live": replace(
            planned,
            now_line=say(
                "En ce moment\u00a0: Bilan de mars avec Alice Laurent, prévue jusqu’à 15:00",
                "Now: March review with Alice Laurent, planned until 15:00",
            ),
            blocks=(planned.blocks[0], live, *planned.blocks[2:]),
            now=(14.4 - 8) / 11,
        ),
    }


def histories(samples: Samples) -> dict[str, HistoryState]:
    """The page of what is over."""
    say = samples.say
    over = samples.meetings(hub=True)["filled"].history
    everybody = (("", say("Tous les clients", "All clients")), ("0", ALICE.name), ("1", BOB.name))
    periods = (
        ("all", say("Toute la période", "All the time")),
        ("this-month", say("Novembre 2026", "November 2026")),
        ("last-month", say("Octobre 2026", "October 2026")),
    )
    filled = HistoryState(
        groups=(
            MeetingGroup(
                say(
                    "Octobre 2026 · 1 réunion tenue · 52\u00a0min",
                    "October 2026 · 1 meeting held · 52\u00a0min",
                ),
                over[:2],
            ),
            MeetingGroup(say("Septembre 2026", "September 2026"), over[2:]),
        ),
        clients=everybody,
        periods=periods,
        total=say("1 réunion tenue · 52\u00a0min", "1 meeting held · 52\u00a0min"),
    )
    return {
        "history": filled,
        "history-none": replace(filled, groups=(), client="1", period="this-month", total=""),
        "history-export": filled,
    }


def _history_page(window: QWidget) -> None:
    assert isinstance(window, HubWindow)
    window.show_page(Page.HISTORY)


def _export_menu(window: QWidget) -> None:
    _history_page(window)
    click_on("exportButton")(window)


def _clients_page(window: QWidget) -> None:
    assert isinstance(window, HubWindow)
    window.show_page(Page.CLIENTS)
    for skeleton in window.findChildren(Skeleton):
        skeleton.lose_patience()


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
        changes=(
            ChangeLine(
                say(
                    "Déplacée du ven. 20 nov., 16:00 au lun. 23 nov., 14:00",
                    "Moved from Fri, Nov 20, 16:00 to Mon, Nov 23, 14:00",
                ),
                say("mer. 18 nov., 09:12 · MiKL", "Wed, Nov 18, 09:12 · MiKL"),
            ),
            ChangeLine(
                say("Planifiée pour le ven. 20 nov., 16:00", "Planned for Fri, Nov 20, 16:00"),
                say("lun. 9 nov., 17:40 · MiKL", "Mon, Nov 9, 17:40 · MiKL"),
            ),
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
    assert shown.next is not None
    rows = shown.groups[0].rows
    warned = replace(
        rows[0],
        ready=samples.say("Micro absent", "No microphone"),
        ready_tone=Tone.WARNING,
        ready_tooltip="13:50",
    )
    checked = replace(
        shown,
        next=replace(
            shown.next,
            ready=samples.say("Matériel prêt", "Equipment ready"),
            ready_tone=Tone.SUCCESS,
            ready_tooltip="13:50",
        ),
        groups=(replace(shown.groups[0], rows=(warned, *rows[1:])), *shown.groups[1:]),
    )
    yield Scene("hub", "readiness", partial(_hub, checked))
    yield Scene("hub", "readiness-narrow", partial(_hub, checked, panel=panels(samples)["planned"]))
    beside = partial(_hub, shown, panel=panels(samples)["planned"])
    yield Scene("hub", "panel-narrow", beside, lambda window: window.resize(window.minimumSize()))
    for name, day in days(samples).items():
        yield Scene("hub", f"day-{name}", partial(_hub, shown, day=day))
    busy = partial(_hub, shown, day=days(samples)["waiting"], panel=panels(samples)["planned"])
    yield Scene("hub", "day-beside-panel", busy)
    for name, history in histories(samples).items():
        ready = _export_menu if name == "history-export" else _history_page
        yield Scene("hub", name, partial(_hub, shown, history=history), ready)
    for name, page in clients(samples).items():
        make = partial(_hub, shown, clients=page)
        yield Scene("hub", f"clients-{name}", make, _clients_page)
    yield from gallery_hub_dialogs.scenes(samples)
