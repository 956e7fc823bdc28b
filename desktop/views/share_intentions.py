"""What sharing a screen asks of its view-model, as in `intentions.py`."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.share_states import ShareState
from desktop.views.intentions import PaintedSlot


class ShareIntentions(Protocol):
    """The picker, the button, and the bar while something is shared."""

    @property
    def state(self) -> ShareState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `ShareState`."""

    def picture(self, key: str) -> PaintedSlot:
        """The live picture of a choice."""

    def pick(self) -> None:
        """Open the picker."""

    def cancel(self) -> None:
        """Close the picker."""

    def share(self, key: str) -> None:
        """Share this."""

    def stop(self) -> None:
        """End the sharing."""
