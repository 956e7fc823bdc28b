"""What the host's waiting room asks of its view-model, as in `intentions.py`; and one that never changes."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.door_states import DoorViewState
from desktop.views.static_models import StaticModel


class DoorIntentions(Protocol):
    """Who waits, and whether newcomers are held."""

    @property
    def state(self) -> DoorViewState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `DoorViewState`."""

    def hold(self, on: bool) -> None:
        """Let newcomers wait, or let everybody in."""

    def admit(self) -> None:
        """Let in who waits."""

    def refuse(self) -> None:
        """Do not let in who waits."""


class StaticDoor(StaticModel[DoorViewState]):
    """A door that nobody moves; keeps the intentions."""

    def hold(self, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("hold", on))

    def admit(self) -> None:
        """Keep the intention."""
        self.sent.append(("admit",))

    def refuse(self) -> None:
        """Keep the intention."""
        self.sent.append(("refuse",))
