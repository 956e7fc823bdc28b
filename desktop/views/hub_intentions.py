"""What the Hub's own panels, pages and dialogs ask of their view-models, as in `intentions.py`."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.hub_states import CancelState


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
