"""Sharing that shares nothing: for the gallery and for tests of the views."""

from __future__ import annotations

from desktop.view_models.share_states import ShareState
from desktop.views.intentions import PaintedSlot
from desktop.views.static_models import StaticModel, StaticSlot


class StaticShare(StaticModel[ShareState]):
    """A picker whose pictures stand still.

    Args:
        state: what to draw.
        slots: pictures by key; unknown keys have none.
    """

    def __init__(self, state: ShareState, slots: dict[str, StaticSlot] | None = None) -> None:
        super().__init__(state)
        self._slots = slots or {}

    def picture(self, key: str) -> PaintedSlot:
        """The live picture of a choice."""
        return self._slots.setdefault(key, StaticSlot())

    def pick(self) -> None:
        """Keep the intention."""
        self.sent.append(("pick",))

    def cancel(self) -> None:
        """Keep the intention."""
        self.sent.append(("cancel",))

    def share(self, key: str) -> None:
        """Keep the intention."""
        self.sent.append(("share", key))

    def stop(self) -> None:
        """Keep the intention."""
        self.sent.append(("stop",))
