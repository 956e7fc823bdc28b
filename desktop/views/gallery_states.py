"""Sample states of every window, in both languages, as the view-models would write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from desktop.view_models.states import (
    ClientChoice,
    ErrorText,
    ListPhase,
    MeetingAction,
    MeetingGroup,
    MeetingListState,
    MeetingRow,
    PersonState,
    RoomStage,
    RoomViewState,
    RowAction,
    ScheduleDraft,
    ScheduleState,
    SignInState,
    TileState,
    Tone,
)

MIKL = PersonState("MiKL", "M", 0)
ALICE = PersonState("Alice Laurent", "AL", 1)
BOB = PersonState("Bob Petit", "BP", 2)
CHLOE = PersonState("Chloé Fontaine-Desmarets", "CF", 3)
DAVID = PersonState("David N’Guessan", "DN", 5)
SERVER = "visio.mikl.example"
_NOT_PLANNED = (RowAction.COMING, RowAction.DETAILS, RowAction.EXTEND)
HUB_MENU = tuple(each for each in RowAction if each not in _NOT_PLANNED)


class Samples:
    """States in one language.

    Args:
        language: "fr" or "en".
    """

    def __init__(self, language: str) -> None:
        self._french = language == "fr"

    def say(self, french: str, english: str) -> str:
        """The sentence in this language."""
        return french if self._french else english

    # ------------------------------------------------------------------ log-in

    def sign_in(self) -> dict[str, SignInState]:
        """The log-in card."""
        say = self.say
        plain = SignInState(product="MiKL Visio", server=SERVER, can_be_invited=True)
        return {
            "empty": plain,
            "wrong": replace(
                plain,
                email="alice@demo.visio",
                password_error=say(
                    "L’adresse ou le mot de passe ne convient pas.", "The address or the password is wrong."
                ),
            ),
            "no-service": replace(
                plain,
                email="alice@demo.visio",
                error=ErrorText(
                    say(
                        "Le service ne répond pas. Vérifiez votre connexion, puis réessayez.",
                        "The service does not answer. Check your connection, then try again.",
                    )
                ),
            ),
            "busy": replace(plain, email="alice@demo.visio", busy=True),
            "memory-only": replace(
                plain,
                notice=say(
                    "Votre session est terminée. Reconnectez-vous.", "Your session has ended. Sign in again."
                ),
                can_stay_signed_in=False,
                store_note=say(
                    "Sans coffre à secrets sur ce système, vous devrez vous reconnecter à chaque fois.",
                    "This system has no secret store: you will have to sign in at every start.",
                ),
            ),
        }

    # ------------------------------------------------------------------ lists

    def row(self, meeting_id: str, title: str, hours: str, person: PersonState, **more: object) -> MeetingRow:
        """One meeting, planned unless `more` says otherwise."""
        planned = MeetingRow(
            meeting_id=meeting_id,
            title=title,
            hours=hours,
            day="",
            relative="",
            with_whom=person,
            with_whom_line=person.name,
            pill=self.say("Planifiée", "Planned"),
            pill_tone=Tone.NEUTRAL,
            tooltip=f"{hours}, Europe/Paris",
            accessible=f"{title}, {hours}, {person.name}",
        )
        return replace(planned, **more)  # type: ignore[arg-type]

    def _next(self, person: PersonState, *, action: MeetingAction, label: str) -> MeetingRow:
        say = self.say
        return self.row(
            "next",
            say("Bilan de mars", "March review"),
            "14:00–15:00",
            person,
            day=say("lundi 23 novembre", "Monday, November 23"),
            relative=say("dans 25 min", "in 25 min"),
            pill=say("Ouverte", "Open"),
            pill_tone=Tone.PRIMARY,
            action=action,
            action_label=label,
            menu=HUB_MENU if action is MeetingAction.START else (RowAction.COMING, RowAction.CALENDAR),
        )

    def _planned(self, hub: bool) -> dict[str, object]:
        """What a planned meeting's row has at the operator's only."""
        return {"menu": HUB_MENU if hub else (RowAction.CALENDAR,)}

    def _groups(self, hub: bool) -> tuple[MeetingGroup, ...]:
        say = self.say
        point = say("Point d’étape", "Checkpoint")
        goals = say(
            "Objectifs du trimestre et calendrier des ateliers", "Goals for the quarter and workshops"
        )
        first = say("Premier rendez-vous", "First appointment")
        move = say("Préparer la prise de poste", "Preparing for the new job")
        return (
            MeetingGroup(
                say("Aujourd’hui", "Today"),
                (
                    self.row(
                        "a",
                        point,
                        "16:00–16:30",
                        BOB if hub else MIKL,
                        relative=say("dans 2 h", "in 2 h"),
                        **self._planned(hub),
                    ),
                    self.row("b", goals, "17:15–18:45", CHLOE if hub else MIKL, **self._planned(hub)),
                ),
            ),
            MeetingGroup(
                say("Demain", "Tomorrow"),
                (
                    self.row("c", first, "09:00–09:45", DAVID if hub else MIKL, **self._planned(hub)),
                    self.row("d", move, "11:00–12:00", ALICE if hub else MIKL, **self._planned(hub)),
                ),
            ),
        )

    def _history(self, hub: bool) -> tuple[MeetingRow, ...]:
        say = self.say
        return (
            self.row(
                "h1",
                say("Bilan de février", "February review"),
                "14:00–15:00",
                ALICE if hub else MIKL,
                pill=say("Terminée · 52 min", "Ended · 52 min"),
                relative=say("23 oct.", "Oct 23"),
            ),
            self.row(
                "h2",
                say("Point d’étape", "Checkpoint"),
                "16:00–16:30",
                BOB if hub else MIKL,
                pill=say("Annulée", "Cancelled"),
                relative=say("19 oct.", "Oct 19"),
                struck=True,
            ),
            self.row(
                "h3",
                say("Entretien de rentrée", "Back-to-work talk"),
                "10:00–10:30",
                CHLOE if hub else MIKL,
                pill=say("Manquée", "Missed"),
                pill_tone=Tone.WARNING,
                relative=say("2 sept.", "Sep 2"),
            ),
        )

    def meetings(self, *, hub: bool) -> dict[str, MeetingListState]:
        """The list of the Hub, or of the client's app."""
        say = self.say
        start = (MeetingAction.START, say("Démarrer", "Start"))
        join = (MeetingAction.JOIN, say("Rejoindre", "Join"))
        action, label = start if hub else join
        person = ALICE if hub else MIKL
        base = MeetingListState(
            phase=ListPhase.READY,
            me=MIKL if hub else ALICE,
            greeting=say("Réunions", "Meetings") if hub else say("Bonjour Alice", "Hello Alice"),
            can_schedule=hub,
        )
        filled = replace(
            base,
            next=self._next(person, action=action, label=label),
            next_heading=say("Prochaine", "Next")
            if hub
            else say("Votre prochaine réunion", "Your next meeting"),
            groups=self._groups(hub),
            history=self._history(hub),
        )
        assert filled.next is not None
        running = replace(
            filled.next,
            pill=say("En cours · 4 min", "In progress · 4 min"),
            pill_tone=Tone.SUCCESS,
            relative="",
            action=MeetingAction.JOIN,
            action_label=join[1],
            menu=(RowAction.EXTEND, RowAction.COPY_LINK, RowAction.CALENDAR) if hub else (RowAction.DETAILS,),
        )
        waiting = replace(
            filled.next,
            pill=say("Ouvre à 13:45", "Opens at 13:45"),
            pill_tone=Tone.NEUTRAL,
            action=MeetingAction.NONE,
            action_label="",
        )
        attended = replace(
            filled.next,
            pill=say("Alice attend depuis 3\u00a0min", "Alice has been waiting for 3\u00a0min"),
        )
        return {
            **({"client-waits": replace(filled, next=attended)} if hub else {}),
            "filled": filled,
            "running": replace(filled, next=running),
            "later": replace(filled, next=waiting),
            "busy": replace(filled, next=replace(filled.next, busy=True)),
            "empty": replace(
                base,
                phase=ListPhase.EMPTY,
                empty_title=say("Planifiez votre première réunion", "Schedule your first meeting")
                if hub
                else say("Aucune réunion prévue", "No meeting planned"),
                empty_help=say(
                    "Votre client la verra aussitôt dans MiKL Visio.",
                    "Your client will see it in MiKL Visio at once.",
                )
                if hub
                else say(
                    "Vous serez prévenu ici dès que MiKL en planifie une.",
                    "You will hear of it here as soon as MiKL plans one.",
                ),
            ),
            "loading": replace(base, phase=ListPhase.LOADING),
            "error": replace(
                base,
                phase=ListPhase.ERROR,
                error=ErrorText(
                    say("Le service ne répond pas.", "The service does not answer."),
                    say("Réessayer", "Try again"),
                ),
            ),
            "offline": replace(
                filled,
                offline=say(
                    "Hors ligne · liste d’il y a 3 min, nouvelle tentative en cours",
                    "Offline · list from 3 min ago, trying again",
                ),
                store_note=say(
                    "Votre session n’est gardée qu’en mémoire sur ce système.",
                    "Your session is kept in memory only on this system.",
                ),
            ),
            "notice": replace(
                filled,
                notice=say("Réunion planifiée avec Alice Laurent.", "Meeting scheduled with Alice Laurent.")
                if hub
                else say(
                    "MiKL a planifié «\u00a0Bilan de mars\u00a0» lundi à 14 h.",
                    "MiKL scheduled “March review” on Monday at 14:00.",
                ),
                notice_tone=Tone.SUCCESS,
                notice_id=1,
            ),
            "failed": replace(
                filled,
                notice=say(
                    "Le serveur vidéo ne répond pas\u00a0: la réunion reste planifiée, réessayez.",
                    "The video server does not answer: the meeting stays planned, try again in a moment.",
                ),
                notice_tone=Tone.DANGER,
                notice_id=2,
            ),
        }

    # ------------------------------------------------------------------ dialog

    def schedule(self) -> dict[str, ScheduleState]:
        """The scheduling dialog."""
        say = self.say
        clients = tuple(
            ClientChoice(str(number), person) for number, person in enumerate((ALICE, BOB, CHLOE, DAVID))
        )
        empty = ScheduleState(
            clients=clients,
            loading_clients=False,
            draft=ScheduleDraft(day=date(2026, 11, 23), hour=time(14), planned_minutes=60),
            earliest_day=date(2026, 11, 22),
        )
        filled = replace(
            empty,
            draft=replace(
                empty.draft,
                client_id="0",
                title=say("Bilan de mars", "March review"),
                description=say(
                    "Objectifs du trimestre, puis questions.", "Goals for the quarter, then questions."
                ),
            ),
        )
        return {
            "empty": empty,
            "loading": replace(empty, clients=(), loading_clients=True),
            "filled": filled,
            "wrong": replace(
                empty,
                client_error=say("Choisissez un client.", "Choose a client."),
                title_error=say("Donnez un titre à la réunion.", "Give the meeting a title."),
                when_error=say("Cette heure est déjà passée.", "This hour has passed."),
                duration_error=say("Entre 5 minutes et 8 heures.", "Between 5 minutes and 8 hours."),
            ),
            "overlap": replace(
                filled,
                warning=say(
                    "Chevauche «\u00a0Point d’étape\u00a0» avec Bob Petit, de 14:30 à 15:00.",
                    "Overlaps “Checkpoint” with Bob Petit, from 14:30 to 15:00.",
                ),
            ),
            "failed": replace(
                filled,
                error=ErrorText(
                    say(
                        "Le service ne répond pas. Rien n’a été perdu.",
                        "The service does not answer. Nothing is lost.",
                    ),
                    say("Réessayer", "Try again"),
                ),
            ),
            "busy": replace(filled, busy=True),
        }

    # ------------------------------------------------------------------ room

    def room(self) -> dict[str, RoomViewState]:
        """The room window."""
        say = self.say
        own = TileState(
            "", replace(MIKL, name=say("Vous", "You")), is_self=True, accessible=say("Vous", "You")
        )
        alice = TileState("alice", ALICE, accessible="Alice Laurent")
        bob = TileState("bob", BOB, muted=True, accessible=f"Bob Petit, {say('micro coupé', 'muted')}")
        chloe = TileState("chloe", CHLOE, camera_on=False, accessible=CHLOE.name)
        joining = TileState(
            "david",
            DAVID,
            connecting=True,
            connecting_text=say("Connexion…", "Connecting…"),
            accessible=DAVID.name,
        )
        live = RoomViewState(
            stage=RoomStage.LIVE,
            title=say("Bilan de mars", "March review"),
            elapsed="12:05",
            tiles=(replace(alice, speaking=True),),
            own=own,
        )
        return {
            "connecting": replace(
                live,
                stage=RoomStage.CONNECTING,
                tiles=(),
                elapsed="",
                message=say("Connexion à la réunion…", "Joining the meeting…"),
            ),
            "alone": replace(
                live,
                tiles=(),
                message=say("Vous êtes seul pour l’instant", "You are alone for now"),
                detail=say(
                    "Alice Laurent n’a pas encore rejoint la réunion.", "Alice Laurent has not joined yet."
                ),
            ),
            "one-to-one": live,
            "off": replace(
                live,
                microphone_on=False,
                camera_on=False,
                own=replace(own, muted=True, camera_on=False),
                tiles=(replace(alice, camera_on=False, muted=True),),
            ),
            "joining": replace(live, tiles=(replace(joining, person=ALICE),)),
            "group": replace(
                live, tiles=(alice, bob, replace(chloe, speaking=True), joining), leave_choices=True
            ),
            "leave": replace(live, tiles=(alice, bob), leave_choices=True, end_count=2),
            "end": replace(live, tiles=(alice, bob), leave_choices=True, end_count=2),
            "reconnecting": replace(
                live,
                stage=RoomStage.RECONNECTING,
                message=say("Reconnexion…", "Reconnecting…"),
                detail=say("Votre réunion continue, restez là.", "Your meeting goes on, stay here."),
            ),
            "camera-busy": replace(
                live,
                camera_on=False,
                own=replace(own, camera_on=False),
                warning=say(
                    "Une autre application utilise la caméra.", "Another application is using the camera."
                ),
            ),
            "weak-connection": replace(
                live,
                camera_on=False,
                own=replace(own, camera_on=False),
                tiles=(replace(alice, quality=say("Connexion faible", "Weak connection")),),
                warning=say(
                    "Votre caméra est coupée pour que votre voix passe. Elle reviendra d’elle-même.",
                    "Your camera is off so that your voice gets through. It comes back by itself.",
                ),
            ),
            "ended": replace(
                live,
                stage=RoomStage.ENDED,
                elapsed="",
                message=say("MiKL a terminé la réunion", "MiKL ended the meeting"),
                detail=say("Elle a duré 52 minutes.", "It lasted 52 minutes."),
            ),
            "failed": replace(
                live,
                elapsed="",
                error=ErrorText(
                    say(
                        "Le serveur vidéo est injoignable. Vérifiez votre connexion.",
                        "The video server cannot be reached. Check your connection.",
                    ),
                    say("Réessayer", "Try again"),
                ),
            ),
        }
