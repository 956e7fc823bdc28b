"""Models of the Hub's own parts that never change by themselves, as in `static_models.py`."""

from __future__ import annotations

from desktop.view_models.hub_states import CancelState
from desktop.views.static_models import StaticModel


class StaticCancel(StaticModel[CancelState]):
    """A question whose answer goes nowhere."""

    def cancel(self, reason: str, following: bool) -> None:
        """Keep the intention."""
        self.sent.append(("cancel", reason, following))
