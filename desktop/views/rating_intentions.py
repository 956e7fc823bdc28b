"""What the end screen's rating asks of its view-model, as in `intentions.py`; and one that goes nowhere."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.rating_states import RatingState
from desktop.views.static_models import StaticModel


class RatingIntentions(Protocol):
    """How somebody liked the call."""

    @property
    def state(self) -> RatingState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `RatingState`."""

    def rate(self, stars: int) -> None:
        """So many stars."""

    def comment(self, text: str) -> None:
        """A word more."""


class StaticRating(StaticModel[RatingState]):
    """A rating that nobody gets; keeps the intentions."""

    def rate(self, stars: int) -> None:
        """Keep the intention."""
        self.sent.append(("rate", stars))

    def comment(self, text: str) -> None:
        """Keep the intention."""
        self.sent.append(("comment", text))
