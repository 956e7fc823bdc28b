"""Keeps the list on disk while it is fetched, and gives it back to a start without the service."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from backend_client.models import Meeting, User
from desktop.system.list_cache import ListCache, RememberedList
from desktop.view_models.tasks import TaskScope

if TYPE_CHECKING:
    from desktop.view_models.meeting_list import MeetingListViewModel

log = logging.getLogger(__name__)


class ListMemory(QObject):
    """The kept list of the signed-in person; files are touched in worker threads only.

    Args:
        folder: where it is kept; None keeps it nowhere.
        service: address of the service.
    """

    def __init__(self, folder: Path | None, service: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = ListCache(folder, service)
        self._scope = TaskScope()
        self._lock = asyncio.Lock()
        self._user: User | None = None
        self._model: MeetingListViewModel | None = None
        self._written: list[Meeting] | None = None

    async def read(self) -> RememberedList | None:
        """What was kept by the last run."""
        return await asyncio.to_thread(self._cache.read)

    def follow(self, model: MeetingListViewModel, user: User) -> None:
        """Keep what this list fetches from now on."""
        self._user, self._model, self._written = user, model, None
        model.fetched.connect(self._fetched)

    async def forget(self) -> None:
        """Nobody is signed in any more: nothing of his stays."""
        self._user = self._model = self._written = None
        async with self._lock:
            try:
                await asyncio.to_thread(self._cache.forget)
            except OSError as error:
                log.warning("the kept list could not be removed: %s", error.strerror)

    async def close(self) -> None:
        """Finish what is being written."""
        async with self._lock:
            await self._scope.close()

    def _fetched(self, meetings: list[Meeting]) -> None:
        self._scope.start(self._write(meetings), name="keep the list")

    async def _write(self, meetings: list[Meeting]) -> None:
        async with self._lock:
            user, model = self._user, self._model
            if user is None or model is None or model.fresh_at is None:
                return
            if meetings == self._written:
                # Only the moment is newer: not worth a write every time somebody asks.
                return
            try:
                await asyncio.to_thread(self._cache.write, user, meetings, model.fresh_at)
            except OSError as error:
                log.warning("the list could not be kept: %s", error.strerror)
            else:
                self._written = meetings
