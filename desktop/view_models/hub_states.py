"""What the Hub's own panels, pages and dialogs draw: frozen states, as in `states.py`."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.view_models.states import (
    ClientChoice,
    ErrorText,
    ListPhase,
    MeetingGroup,
    MeetingRow,
    PersonState,
    Tone,
)


@dataclass(frozen=True, slots=True)
class CancelState:
    """`CancelViewModel`: the question before cancelling. `done` turns true once: the dialog closes.

    Attributes:
        title, when: the meeting.
        told: who will hear of it.
        in_series: later meetings of its series can go with it.
    """

    title: str = ""
    when: str = ""
    told: str = ""
    in_series: bool = False
    reason_error: str = ""
    error: ErrorText | None = None
    busy: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody with a word about him: his part in a meeting, or when he was there."""

    person: PersonState
    line: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a meeting: what, and below it when and by whom."""

    text: str
    when: str


@dataclass(frozen=True, slots=True)
class PanelState:
    """`MeetingPanelViewModel`: what stands beside the list about the selected meeting.

    Attributes:
        row: the meeting as its row; None while nothing is selected and the panel is away.
        when: day and hours.
        zone: the client's hour and zone where they differ, "" where they do not.
        agenda: what the client reads as well.
        ended: how and why it ended or was cancelled.
        people: who takes part.
        note: the private note as loaded; what stands in the field is the view's.
        fill_id: grows when the field is to show `note`.
        note_ready: it was loaded and may be typed into.
        note_line: whether it is saved; `note_tone` its meaning.
        note_help: who does not see it; "" for a client's panel, which has no note.
        presence: who was in the room, from when to when.
        presence_line: instead of people: nobody yet, or not known.
        changes: what became of the meeting, the newest first.
        error: what could not be loaded, with the button that tries again.
    """

    row: MeetingRow | None = None
    when: str = ""
    zone: str = ""
    agenda: str = ""
    ended: str = ""
    people: tuple[PersonLine, ...] = ()
    note: str = ""
    fill_id: int = 0
    note_ready: bool = False
    note_line: str = ""
    note_tone: Tone = Tone.NEUTRAL
    note_help: str = ""
    presence: tuple[PersonLine, ...] = ()
    presence_line: str = ""
    changes: tuple[ChangeLine, ...] = ()
    error: ErrorText | None = None


@dataclass(frozen=True, slots=True)
class InviteDraft:
    """What the fields of an invitation hold. `time_zone` "" means the operator's own."""

    name: str = ""
    email: str = ""
    language: str = "fr"
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class InviteState:
    """`InviteViewModel`: the form that invites a client."""

    name_error: str = ""
    email_error: str = ""
    zone_error: str = ""
    error: ErrorText | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class StartNowState:
    """`StartNowViewModel`: the dialog that starts a meeting at once. `done` turns true once."""

    clients: tuple[ClientChoice, ...] = ()
    loading_clients: bool = True
    title: str = ""
    client_error: str = ""
    title_error: str = ""
    error: ErrorText | None = None
    busy: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client in the list: who, whether he can meet, and his next or last meeting."""

    client_id: str
    person: PersonState
    line: str
    pill: str
    pill_tone: Tone
    accessible: str


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """Clients under one heading, "" for none."""

    heading: str
    rows: tuple[ClientRow, ...]


@dataclass(frozen=True, slots=True)
class PastLine:
    """One meeting of a client in few words."""

    title: str
    line: str


@dataclass(frozen=True, slots=True)
class ClientDetail:
    """The selected client.

    Attributes:
        person, pill, pill_tone: as in his row.
        email: "" until it is loaded.
        facts: language, time zone: one line each.
        invite_line: until when his invitation holds, or that it is over.
        link: his newest invitation, "" when this app does not have it.
        can_invite, can_deactivate, can_reactivate, can_plan: which buttons there are.
        meetings: his meetings, newest first; `total` sums them up.
        busy: a button waits for the service.
        error: what could not be loaded, with the button that tries again.
    """

    client_id: str
    person: PersonState
    pill: str
    pill_tone: Tone
    email: str = ""
    facts: tuple[str, ...] = ()
    invite_line: str = ""
    link: str = ""
    can_invite: bool = False
    can_edit: bool = False
    can_deactivate: bool = False
    can_reactivate: bool = False
    can_plan: bool = False
    meetings: tuple[PastLine, ...] = ()
    total: str = ""
    busy: bool = False
    error: ErrorText | None = None


@dataclass(frozen=True, slots=True)
class ClientsState:
    """`ClientsViewModel`: the page of clients.

    Attributes:
        offline: "" when live; else that what is shown is old.
        selected: whom the panel is about, None for no panel.
    """

    phase: ListPhase = ListPhase.LOADING
    groups: tuple[ClientGroup, ...] = ()
    offline: str = ""
    error: ErrorText | None = None
    selected: ClientDetail | None = None


@dataclass(frozen=True, slots=True)
class DayBlock:
    """One of today's meetings on the day's line; `start` and `end` are shares of its width."""

    meeting_id: str
    start: float
    end: float
    label: str
    tone: Tone
    tooltip: str


@dataclass(frozen=True, slots=True)
class WaitLine:
    """Somebody who waits, or whose meeting should have begun, and the button that tells him to wait."""

    meeting_id: str
    person: PersonState
    line: str
    late_label: str
    busy: bool = False


@dataclass(frozen=True, slots=True)
class DayState:
    """`DayViewModel`: the operator's day at a glance.

    Attributes:
        heading: how many meetings today, and how long together; "" hides the whole.
        now_line: what is going on, or until when nothing is.
        hours: marks on the line: share of the width, and the hour.
        now: where the present is, None outside the line.
        waiting: who waits, the longest first.
    """

    heading: str = ""
    now_line: str = ""
    hours: tuple[tuple[float, str], ...] = ()
    blocks: tuple[DayBlock, ...] = ()
    now: float | None = None
    waiting: tuple[WaitLine, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryState:
    """`HistoryViewModel`: the page of what is over.

    Attributes:
        groups: a month each, its sum in the heading.
        clients, periods: what can be chosen: value and words.
        client, period: what is.
        total: all that is shown, summed up.
        exporting: a file is being written.
    """

    groups: tuple[MeetingGroup, ...] = ()
    clients: tuple[tuple[str, str], ...] = ()
    periods: tuple[tuple[str, str], ...] = ()
    client: str = ""
    period: str = "all"
    total: str = ""
    exporting: bool = False
