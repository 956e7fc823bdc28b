"""What the Hub's own panels, pages and dialogs draw: frozen states, as in `states.py`."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.view_models.states import ClientChoice, ErrorText, MeetingRow, PersonState, Tone


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
        note_help: who does not see it.
        presence: who was in the room, from when to when.
        presence_line: instead of people: nobody yet, or not known.
        changed: when the meeting was last changed.
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
    changed: str = ""
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
