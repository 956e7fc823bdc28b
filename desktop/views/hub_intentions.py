"""What the Hub's own panels, pages and dialogs ask of their view-models, as in `intentions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.hub_states import CancelState, PanelState, StartNowState
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


@dataclass(frozen=True, slots=True)
class HubModels:
    """What the Hub's window draws and steers."""

    meetings: MeetingListIntentions
    panel: PanelIntentions


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
