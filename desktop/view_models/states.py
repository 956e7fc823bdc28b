"""What every window draws: frozen states, complete and already in the user's language.

A view receives one of these and draws it; it computes nothing but geometry. Texts that never
change (labels of buttons and fields) belong to the views; everything that depends on data, on
the clock or on an error is here. Each state belongs to the view-model named in its docstring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum


class Tone(Enum):
    """Meaning of a pill, a line or a toast; the theme gives each a colour, the text its word."""

    NEUTRAL = "neutral"
    PRIMARY = "primary"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error in words: one sentence, and what the button that helps says ("" for none)."""

    sentence: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class PersonState:
    """Somebody as an avatar and a name. `tint` is 0–7, a stable hash of the name."""

    name: str = ""
    initials: str = ""
    tint: int = 0


class SignInStep(Enum):
    """What the log-in card asks for."""

    PASSWORD = "password"  # noqa: S105 - a step, no password
    """E-mail address and password."""
    SECOND_FACTOR = "second factor"
    """A code of the authenticator app, after the password."""
    FORGOTTEN = "forgotten"
    """The address to mail a code to."""
    NEW_PASSWORD = "new password"  # noqa: S105 - a step, no password
    """The mailed code and the new password."""
    INVITATION = "invitation"
    """The invitation's code, a name and a password."""
    COMPANY = "company"
    """Nothing: the company's log-in goes on in the browser."""


@dataclass(frozen=True, slots=True)
class SignInState:
    """`SignInViewModel`: the log-in card. Errors stand next to their field, "" for none."""

    product: str = ""
    step: SignInStep = SignInStep.PASSWORD
    email: str = ""
    code_known: bool = False
    """The code came with a link: its field is not shown."""
    can_be_invited: bool = False
    """The card offers to accept an invitation (the client's app)."""
    password_hint: str = ""
    """What a new password needs."""
    code_error: str = ""
    name_error: str = ""
    busy: bool = False
    email_error: str = ""
    password_error: str = ""
    error: ErrorText | None = None
    notice: str = ""
    """A calm line above the fields, such as "your session has ended"."""
    server: str = ""
    """Small print: the service's address."""
    can_stay_signed_in: bool = True
    """False when the machine has no secret store: the box is off and `store_note` says why."""
    store_note: str = ""
    company_label: str = ""
    """The button of the company's log-in, "" where there is none."""
    company_text: str = ""
    """What to do while the browser has the word."""


class MeetingAction(Enum):
    """The one clear button of a meeting."""

    NONE = "none"
    START = "start"
    JOIN = "join"
    WAIT = "wait"
    """Into the waiting room: the host has not started yet."""


class RowAction(Enum):
    """What the menu of a meeting offers besides its button."""

    EDIT = "edit"
    MOVE = "move"
    EXTEND = "extend"
    """Give a running meeting a quarter of an hour more."""
    LATE = "late"
    """Tell the client that one comes five minutes late."""
    COMING = "coming"
    """Tell the host that one comes in five minutes (clients)."""
    COPY_LINK = "copy-link"
    DETAILS = "details"
    """Agenda, people, presence and history (clients; the host's rows open the panel themselves)."""
    CALENDAR = "calendar"
    """Into one's own calendar, as an .ics file."""
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting in a list, or the large next one.

    Attributes:
        hours: "14:00–15:00", in the machine's zone.
        day: "lundi 23 novembre", for the large card.
        relative: "dans 25 min", "" when it says nothing (over 24 h away, or over).
        with_whom: the other person.
        pill: the state in words, `pill_tone` its meaning.
        action_label: text of the button; `action` NONE means no button.
        tooltip: exact date, hour and zone.
        accessible: the whole row as one sentence for screen readers.
        struck: a cancelled meeting: title struck through.
        call_missed: the reader was called to it and did not come.
        ready: what the client's own check found, "" while there is nothing to say; `ready_tone` its meaning,
            `ready_tooltip` when it was.
        date: "lun. 23 nov.", "" where the heading or `relative` says it.
        menu: what its menu offers, in this order; nothing means no menu.
    """

    meeting_id: str
    title: str
    hours: str
    day: str
    relative: str
    with_whom: PersonState
    with_whom_line: str
    pill: str
    pill_tone: Tone
    action: MeetingAction = MeetingAction.NONE
    action_label: str = ""
    busy: bool = False
    tooltip: str = ""
    accessible: str = ""
    struck: bool = False
    call_missed: bool = False
    date: str = ""
    ready: str = ""
    ready_tone: Tone = Tone.NEUTRAL
    ready_tooltip: str = ""
    menu: tuple[RowAction, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingGroup:
    """Rows under one heading: "Aujourd'hui", "Demain", "Cette semaine", "Plus tard", "Historique"."""

    heading: str
    rows: tuple[MeetingRow, ...]


class ListPhase(Enum):
    """What a list shows instead of, or besides, its rows."""

    LOADING = "loading"
    """First load: grey rows after 300 ms."""
    READY = "ready"
    EMPTY = "empty"
    ERROR = "error"
    """Nothing to show and the service does not answer: `error` says so."""


@dataclass(frozen=True, slots=True)
class MeetingListState:
    """`MeetingListViewModel`: both apps' lists.

    Attributes:
        greeting: "Bonjour Alice" (participant) or "Réunions" (Hub).
        offline: "" when live; else the line under the title with the age of what is shown.
        next: the largest thing on screen; None when nothing is planned.
        next_heading: "Votre prochaine réunion" / "PROCHAINE".
        groups: everything else that is still to come.
        history: ended and cancelled meetings.
        empty_title, empty_help: words of the empty state.
        notice: a toast, with `notice_tone`; `notice_id` changes with each new one.
        can_schedule: the operator's button.
    """

    phase: ListPhase = ListPhase.LOADING
    me: PersonState = field(default_factory=PersonState)
    greeting: str = ""
    offline: str = ""
    next: MeetingRow | None = None
    next_heading: str = ""
    groups: tuple[MeetingGroup, ...] = ()
    history: tuple[MeetingRow, ...] = ()
    empty_title: str = ""
    empty_help: str = ""
    error: ErrorText | None = None
    notice: str = ""
    notice_tone: Tone = Tone.NEUTRAL
    notice_id: int = 0
    can_schedule: bool = False
    store_note: str = ""
    """Warning that the session is kept in memory only; "" where the secret store works."""


@dataclass(frozen=True, slots=True)
class ClientChoice:
    """One client in the scheduling dialog's type-ahead."""

    client_id: str
    person: PersonState
    time_zone: str = ""
    """Name of his zone in the IANA database, "" where it is not known."""


class SchedulePurpose(Enum):
    """What the scheduling dialog was opened for."""

    NEW = "new"
    EDIT = "edit"
    MOVE = "move"
    """The same dialog as for editing; the keyboard starts on the day."""


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """What the dialog's fields hold; the view gives it back whole with every intention."""

    client_id: str = ""
    title: str = ""
    description: str = ""
    day: date | None = None
    hour: time | None = None
    planned_minutes: int = 60
    times: int = 1
    """How many meetings, a week apart."""
    note: str = ""
    """Private note of the first one."""


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """`ScheduleViewModel`: the scheduling dialog.

    Errors stand next to their field, "" for none. `saved` turns true once: the dialog closes.
    """

    clients: tuple[ClientChoice, ...] = ()
    loading_clients: bool = True
    draft: ScheduleDraft = field(default_factory=ScheduleDraft)
    """What to show when the dialog opens; later the fields are the view's."""
    fill_id: int = 0
    """Grows when the fields are to show `draft` again: the meeting was loaded anew."""
    purpose: SchedulePurpose = SchedulePurpose.NEW
    note: str = ""
    """A calm line above the buttons: what was loaded anew."""
    earliest_day: date | None = None
    durations: tuple[int, ...] = (30, 45, 60, 90)
    zone: str = ""
    """The chosen client's own hour and zone, shown under the hour where they differ."""
    repetition: str = ""
    """When the last of a weekly series is, "" for a single meeting."""
    most_times: int = 52
    """Longest series; 1 where a meeting cannot be repeated."""
    warning: str = ""
    """A yellow line above the buttons: overlap, hour in the past."""
    client_error: str = ""
    title_error: str = ""
    description_error: str = ""
    note_error: str = ""
    when_error: str = ""
    duration_error: str = ""
    error: ErrorText | None = None
    busy: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class TileState:
    """One tile of the room. `key` finds its pictures; it is stable while the stream lives."""

    key: str
    person: PersonState
    connecting: bool = False
    connecting_text: str = ""
    muted: bool = False
    camera_on: bool = True
    speaking: bool = False
    is_self: bool = False
    accessible: str = ""
    person_key: str = ""
    """Whose it is, as in the list of participants."""
    is_screen: bool = False
    """A shared screen: sharp, never mirrored, never cut."""
    hand: int = 0
    """Place in the order of raised hands, from 1; 0 for none."""
    quality: str = ""
    """A word beside the name while the connection is bad; "" while it is not worth one."""
    tip: str = ""
    """What is bad about it, on whose side, and what to do, for a tool tip; "" for nothing."""


class RoomStage(Enum):
    """What the room window is showing."""

    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    """The end screen: `message` says how it ended, `detail` the duration."""


@dataclass(frozen=True, slots=True)
class RoomViewState:
    """`RoomViewModel`: the room window.

    Attributes:
        title: the meeting's title.
        elapsed: "12:05" since the start, tabular; "" before.
        message: the calm line in the middle: connecting, alone, reconnecting, ended by whom.
        detail: a second, smaller line.
        error: a failure with its action (back to the list, try again).
        tiles: remote people, in order of arrival.
        own: our own picture.
        microphone_busy, camera_busy: the button waits for its device.
        microphone_silent: it is on and hears nothing at all: its button carries a mark.
        leave_choices: True when the red button opens two rows (leave, end for all).
        end_count: people who would be disconnected by ending for all.
        warning: a toast that stays while it is true (camera busy …), "" for none.
        sharing: our screen is shared: leaving asks.
        can_come_back: the end screen's *Come back*.
        next_meeting: "Next meeting: …", on the end screen; "" for none.
        can_stay: alone for a quarter of an hour, `detail` counts down to the end; *Stay* stops it.
    """

    stage: RoomStage = RoomStage.CONNECTING
    title: str = ""
    elapsed: str = ""
    message: str = ""
    detail: str = ""
    error: ErrorText | None = None
    tiles: tuple[TileState, ...] = ()
    own: TileState | None = None
    microphone_on: bool = True
    camera_on: bool = True
    microphone_busy: bool = False
    camera_busy: bool = False
    microphone_silent: bool = False
    leaving: bool = False
    leave_choices: bool = False
    end_count: int = 0
    warning: str = ""
    sharing: bool = False
    can_come_back: bool = False
    next_meeting: str = ""
    can_stay: bool = False


@dataclass(frozen=True, slots=True)
class ClockState:
    """The moment and the zone the texts were made for (tests pin it)."""

    now: datetime
    zone: str
