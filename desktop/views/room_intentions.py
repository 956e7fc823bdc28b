"""What the panels and menus of the room ask of their view-models beside chat, people and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from desktop.view_models.room_states import SavingState, StatisticsState


class SavingIntentions(Protocol):
    """What is done without."""

    @property
    def state(self) -> SavingState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `SavingState`."""

    def set_saving(self, on: bool) -> None:
        """Send and paint less."""

    def set_audio_only(self, on: bool) -> None:
        """Without cameras, ours included."""


class StatisticsIntentions(Protocol):
    """Figures of every stream."""

    @property
    def state(self) -> StatisticsState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `StatisticsState`."""

    def set_open(self, open_: bool) -> None:
        """Somebody reads them, or nobody any more."""
