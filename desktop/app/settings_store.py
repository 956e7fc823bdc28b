"""The settings of the running app: changed at once, kept for the next start, locked where IT has decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.system.settings import Settings, checked_changes, save_user_settings


class SettingsStore(QObject):
    """Implements `SettingsPort`.

    Args:
        settings: what the app started with.
        settings_file: the user's file; None keeps changes for this run.
        is_locked: which settings IT has decided.
    """

    changed = Signal(object)

    def __init__(
        self, settings: Settings, settings_file: Path | None, is_locked: Callable[[str], bool]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._file = settings_file
        self._is_locked = is_locked

    @property
    def current(self) -> Settings:
        """See `SettingsPort.current`."""
        return self._settings

    def is_locked(self, key: str) -> bool:
        """See `SettingsPort.is_locked`."""
        return self._is_locked(key)

    async def change(self, **changes: object) -> None:
        """See `SettingsPort.change`."""
        wanted = {key: value for key, value in changes.items() if not self._is_locked(key)}
        valid = checked_changes(wanted)
        settings = self._settings.model_copy(update=valid)
        if settings != self._settings:
            self._settings = settings
            self.changed.emit(settings)
        if self._file is not None:
            await asyncio.to_thread(save_user_settings, self._file, wanted)
