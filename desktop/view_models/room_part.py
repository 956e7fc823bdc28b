"""Base of the view-models of which a room's consists: each sees the same room and has a state of its own."""

from __future__ import annotations

from typing import TypeVar

from desktop.rtc.signals import Signal
from desktop.rtc.state import RoomState
from desktop.view_models.ports import RoomPort
from desktop.view_models.view_model import ViewModel

State = TypeVar("State")


class RoomPart(ViewModel[State]):
    """What happens in a room, as hooks; a part takes what it needs. It outlives every connection."""

    _room: RoomPort | None = None

    def attach(self, room: RoomPort) -> None:
        """Ask this room from now on: one more attempt to join."""
        self._room = room

    def take_state(self, state: RoomState) -> None:
        """The room changed."""

    def take_signal(self, signal: Signal) -> None:
        """A data signal of somebody's arrived."""

    def tick(self) -> None:
        """A fifth of a second passed."""

    def rewrite(self) -> None:
        """Write the state anew: the language changed."""
