"""What the Hub's own panels, pages and dialogs ask of their view-models, as in `intentions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.history import FileKind
from desktop.view_models.hub_states import (
    CancelState,
    ClientsState,
    DayState,
    HistoryState,
    PanelState,
    StartNowState,
)
from desktop.view_models.states import RowAction
from desktop.views.intentions import MeetingListIntentions


class CancelIntentions(Protocol):
    """The question before cancelling."""

    @property
    def state(self) -> CancelState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `CancelState`."""

    def cancel(self, reason: str, following: bool) -> None:
        """Cancel the meeting, perhaps with the later ones of its series."""


class PanelIntentions(Protocol):
    """The panel about the selected meeting."""

    @property
    def state(self) -> PanelState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `PanelState`."""

    def dismiss(self) -> None:
        """Take the panel away."""

    def act(self) -> None:
        """The meeting's button."""

    def choose(self, action: RowAction) -> None:
        """A row of the meeting's menu."""

    def type_note(self, text: str) -> None:
        """The private note is this now."""

    def retry(self) -> None:
        """Load again what could not be loaded."""


class StartNowIntentions(Protocol):
    """The dialog that starts a meeting at once."""

    @property
    def state(self) -> StartNowState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `StartNowState`."""

    def edited(self) -> None:
        """Somebody chose or typed."""

    def start(self, client_id: str, title: str) -> None:
        """Start it."""


class ClientsIntentions(Protocol):
    """The page of clients and the panel about the selected one."""

    @property
    def state(self) -> ClientsState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `ClientsState`."""

    def refresh(self) -> None:
        """The page is shown, or somebody wants it anew."""

    def select(self, client_id: str) -> None:
        """Show somebody."""

    def dismiss(self) -> None:
        """Take the panel away."""

    def invite(self) -> None:
        """Invite somebody."""

    def edit(self) -> None:
        """Change the selected client's data."""

    def plan(self) -> None:
        """Plan a meeting with the selected client."""

    def copy_link(self) -> None:
        """Copy the selected client's invitation."""

    def invite_again(self) -> None:
        """Have a new link mailed."""

    def ask_to_deactivate(self) -> None:
        """Close the selected client's account, after a question."""

    def reactivate(self) -> None:
        """Open it again."""


class DayIntentions(Protocol):
    """The operator's day at a glance."""

    @property
    def state(self) -> DayState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `DayState`."""

    def late(self, meeting_id: str) -> None:
        """Tell the client that one comes five minutes late."""


class HistoryIntentions(Protocol):
    """The page of what is over."""

    @property
    def state(self) -> HistoryState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `HistoryState`."""

    def choose_client(self, client_id: str) -> None:
        """Only this client's meetings; "" for all."""

    def choose_period(self, period: str) -> None:
        """Only these months."""

    def export(self, kind: FileKind) -> None:
        """Write a file."""


@dataclass(frozen=True, slots=True)
class HubModels:
    """What the Hub's window draws and steers."""

    meetings: MeetingListIntentions
    panel: PanelIntentions
    clients: ClientsIntentions
    day: DayIntentions
    history: HistoryIntentions
