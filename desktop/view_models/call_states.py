"""What the call window and the tray show."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.view_models.states import PersonState


@dataclass(frozen=True, slots=True)
class CallState:
    """`CallViewModel`: somebody waits for us.

    Attributes:
        meeting_id: "" while nobody waits: there is no window.
        person: who.
        sentence: "MiKL vous attend".
        title: the meeting's.
        accept: words of the filled button.
    """

    meeting_id: str = ""
    person: PersonState = field(default_factory=PersonState)
    sentence: str = ""
    title: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class TrayState:
    """`TrayViewModel`: the icon beside the clock and its menu.

    Attributes:
        tooltip: the app, its state and the next meeting.
        line: the menu's first line: state or next meeting.
        join_id, join: the meeting that can be joined or started, and the row's words; "" for none.
        microphone: words of the row that mutes, "" outside a room.
        attention: a meeting runs or somebody waits: the icon carries a dot.
    """

    tooltip: str = ""
    line: str = ""
    join_id: str = ""
    join: str = ""
    microphone: str = ""
    attention: bool = False
