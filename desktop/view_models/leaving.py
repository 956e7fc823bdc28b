"""Tells the service when we have left a room, until it has heard.

OpenVidu tells it, too, but once: while the service was away for a moment nobody would know how long an
abandoned meeting was.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from backend_client.errors import ApiError
from desktop.view_models.tasks import OnUnexpected, TaskScope

log = logging.getLogger(__name__)

PAUSES_S = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0)
"""Before each try. Five minutes in all: by then an empty meeting is over."""
LAST_WORD_S = 2.0
"""How long an app that ends waits for it."""


class LeavingPort(Protocol):
    """The service. May raise `ApiError`."""

    async def report_leaving(self, meeting_id: UUID, seconds_ago: float) -> None:
        """We left this meeting's room so many seconds ago."""


class LeavingReports:
    """What there is to report, and the trying.

    Args:
        service: hears it.
        on_unexpected: told about an exception that nobody handled.
        clock: monotonic seconds: nobody sets it, and it goes on while we try.
    """

    def __init__(
        self,
        service: LeavingPort,
        on_unexpected: OnUnexpected | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._clock = clock
        self._scope = TaskScope(on_unexpected)
        self._under_way: set[asyncio.Future[None]] = set()

    def left(self, meeting_id: UUID) -> None:
        """We have just left this meeting's room."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.add(heard)
        self._scope.start(self._report(meeting_id, self._clock(), heard), name="report leaving")

    async def close(self) -> None:
        """Give what is under way a moment, and end."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORD_S)
        await self._scope.close()

    async def _report(self, meeting_id: UUID, left_at: float, done: asyncio.Future[None]) -> None:
        try:
            await self._tell(meeting_id, left_at)
        finally:
            self._under_way.discard(done)
            done.cancel()

    async def _tell(self, meeting_id: UUID, left_at: float) -> None:
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            try:
                await self._service.report_leaving(meeting_id, self._clock() - left_at)
            except ApiError as error:
                log.info("our leaving could not be told: %s", error.code.value)
                if not error.retryable:
                    return
            else:
                return
