"""Base of all view-models: one frozen state, one signal, one scope for what runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.view_models.tasks import OnUnexpected, TaskScope

State = TypeVar("State")


class ViewModel(QObject, Generic[State]):
    """Holds a state and tells when it changes.

    Signals:
        changed(State): the new state, only when it differs from the one before.
    """

    changed = Signal(object)

    def __init__(
        self, state: State, on_unexpected: OnUnexpected | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._scope = TaskScope(on_unexpected)

    @property
    def state(self) -> State:
        """What the view draws now."""
        return self._state

    def _set(self, **changes: Any) -> None:
        state = replace(self._state, **changes)  # type: ignore[type-var]  # every State is a dataclass
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    async def close(self) -> None:
        """End what still runs; the view-model stays readable."""
        await self._scope.close()
