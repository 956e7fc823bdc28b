"""Saves private notes while they are typed, and goes on trying until the service has them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from typing import Protocol
from uuid import UUID

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import MeetingNote
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

SAVE_AFTER_S = 0.8
"""A pause in typing as long as this saves."""
RETRY_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Waiting times after a failure that may pass; the last one repeats."""
FLUSH_LIMIT_S = 3.0
"""How long the end of the app waits for notes that are not saved yet."""


class NoteStatus(Enum):
    """Where a note stands."""

    SAVED = "saved"
    TYPING = "typing"
    """Typed, not sent yet."""
    WAITING = "waiting"
    """The service could not take it; tried again by itself."""
    REFUSED = "refused"
    """The service will not take it as it is; the text stays."""


class NotesPort(Protocol):
    """The service's private notes. Every method may raise `ApiError`."""

    async def note(self, meeting_id: UUID) -> MeetingNote:
        """The operator's private note."""

    async def write_note(self, meeting_id: UUID, body: str) -> MeetingNote:
        """Replace it."""


class NoteKeeper:
    """Notes that are typed and not yet saved, by meeting.

    Args:
        service: where they go.
        scope: owns the saving.
        on_status: told when a meeting's status changed.
    """

    def __init__(self, service: NotesPort, scope: TaskScope, on_status: Callable[[UUID], None]) -> None:
        self._service = service
        self._scope = scope
        self._on_status = on_status
        self._texts: dict[UUID, str] = {}
        self._status: dict[UUID, NoteStatus] = {}
        self._saving: set[UUID] = set()
        self._error: dict[UUID, ApiErrorCode] = {}

    def typed(self, meeting_id: UUID) -> str | None:
        """What was typed and is not saved yet; None when nothing waits."""
        return self._texts.get(meeting_id)

    @property
    def unsaved(self) -> dict[UUID, str]:
        """Every note that the service does not have yet."""
        return dict(self._texts)

    def status(self, meeting_id: UUID) -> NoteStatus:
        """Where the note stands."""
        return self._status.get(meeting_id, NoteStatus.SAVED)

    def error(self, meeting_id: UUID) -> ApiErrorCode | None:
        """Why it was refused."""
        return self._error.get(meeting_id)

    def type(self, meeting_id: UUID, text: str) -> None:
        """The note is this now; it is saved after the next pause."""
        self._texts[meeting_id] = text
        self._error.pop(meeting_id, None)
        if self.status(meeting_id) is not NoteStatus.WAITING:
            self._become(meeting_id, NoteStatus.TYPING)
        if meeting_id not in self._saving:
            self._saving.add(meeting_id)
            self._scope.start(self._save(meeting_id), name="private note")

    async def flush(self) -> None:
        """Save what waits, now, for as long as the end of the app may take."""
        waiting = dict(self._texts)
        if not waiting:
            return
        try:
            async with asyncio.timeout(FLUSH_LIMIT_S):
                for meeting_id, text in waiting.items():
                    await self._service.write_note(meeting_id, text)
        except (ApiError, TimeoutError):
            log.warning("%d private notes could not be saved before the end", len(waiting))

    async def _save(self, meeting_id: UUID) -> None:
        attempt = 0
        try:
            while (text := self._texts.get(meeting_id)) is not None:
                await asyncio.sleep(SAVE_AFTER_S)
                if self._texts.get(meeting_id) != text:
                    continue
                try:
                    await self._service.write_note(meeting_id, text)
                except ApiError as error:
                    if not error.retryable:
                        self._error[meeting_id] = error.code
                        self._become(meeting_id, NoteStatus.REFUSED)
                        return
                    self._become(meeting_id, NoteStatus.WAITING)
                    await asyncio.sleep(RETRY_DELAYS_S[min(attempt, len(RETRY_DELAYS_S) - 1)])
                    attempt += 1
                else:
                    attempt = 0
                    if self._texts.get(meeting_id) == text:
                        del self._texts[meeting_id]
                        self._become(meeting_id, NoteStatus.SAVED)
        finally:
            self._saving.discard(meeting_id)

    def _become(self, meeting_id: UUID, status: NoteStatus) -> None:
        if self.status(meeting_id) is not status:
            self._status[meeting_id] = status
            self._on_status(meeting_id)
