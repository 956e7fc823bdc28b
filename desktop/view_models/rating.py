"""How a client liked the call: one click on the end screen, nobody asks twice, and nothing waits for it.

How the line was goes along: the share of the time in the room in which it was weak, and how often it
was lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from PySide6.QtCore import QObject

from backend_client.errors import ApiError
from backend_client.models import STARS_MAX, Meeting, Rating, RatingRequest
from desktop.rtc.state import QualityWord, RoomPhase, RoomState
from desktop.view_models.error_texts import text_for
from desktop.view_models.rating_states import RatingState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

LONGEST_STEP_S = 2.0
"""A longer time between two looks was spent asleep, and counts for neither side."""
PATIENCE_S = 5.0
"""How long a rating on its way is waited for when the room's window has gone."""


class LineRecord:
    """How the line was, summed up over a call.

    Attributes:
        reconnections: how often it was lost.
    """

    def __init__(self) -> None:
        self._at_s: float | None = None
        self._phase = RoomPhase.IDLE
        self._was_weak = False
        self._all_s = self._weak_s = 0.0
        self.reconnections = 0

    @property
    def weak_percent(self) -> int | None:
        """How much of the time it was weak or lost; None without a second in the room."""
        return round(100 * self._weak_s / self._all_s) if self._all_s >= 1.0 else None

    def take(self, state: RoomState, at_s: float) -> None:
        """Note how it is at this moment, monotonic seconds."""
        if self._at_s is not None and self._phase in (RoomPhase.CONNECTED, RoomPhase.RECONNECTING):
            passed_s = at_s - self._at_s
            if 0.0 < passed_s <= LONGEST_STEP_S:
                self._all_s += passed_s
                self._weak_s += passed_s if self._was_weak else 0.0
        if state.phase is RoomPhase.RECONNECTING and self._phase is RoomPhase.CONNECTED:
            self.reconnections += 1
        worst = max((state.own_quality, *(each.quality for each in state.participants)), key=lambda q: q.word)
        self._was_weak = worst.word >= QualityWord.POOR or state.phase is RoomPhase.RECONNECTING
        self._phase, self._at_s = state.phase, at_s


class RatingPort(Protocol):
    """The service, as far as ratings are concerned. May raise `ApiError`."""

    async def rate(self, meeting_id: UUID, rating: RatingRequest) -> Rating:
        """Keep a rating."""


class RatingViewModel(ViewModel[RatingState]):
    """One call's rating by its client.

    Args:
        meeting: the meeting.
        service: keeps it.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        meeting: Meeting,
        service: RatingPort,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(RatingState(), on_unexpected, parent)
        self._meeting_id = meeting.id
        self._service = service
        self._clock = clock
        self._comment = ""
        self._idle = asyncio.Event()
        self._idle.set()
        self.line = LineRecord()

    def take_room(self, state: RoomState, *, over: bool) -> None:
        """Follow the room; `over` while its end screen says how the call ended."""
        self.line.take(state, self._clock())
        self._set(offered=over and self.line.weak_percent is not None)

    async def close(self) -> None:
        """The window has gone; what is on its way may still arrive."""
        try:
            await asyncio.wait_for(self._idle.wait(), PATIENCE_S)
        except TimeoutError:
            log.info("a rating did not get to the service in time")
        await super().close()

    # ------------------------------------------------------------------ intentions

    def rate(self, stars: int) -> None:
        """So many stars; again as often as one likes."""
        if self._state.offered and 1 <= stars <= STARS_MAX and not self._state.busy:
            self._set(stars=stars)
            self._send()

    def comment(self, text: str) -> None:
        """A word more."""
        if self._state.stars and text.strip() and not self._state.busy:
            self._comment = text.strip()
            self._send()

    # ------------------------------------------------------------------ work

    def _send(self) -> None:
        self._idle.clear()
        self._set(busy=True, error="")
        self._scope.start(self._ask(), name="rating")

    async def _ask(self) -> None:
        rating = RatingRequest(
            stars=self._state.stars,
            comment=self._comment,
            weak_percent=self.line.weak_percent,
            reconnections=min(1000, self.line.reconnections),
        )
        try:
            await self._service.rate(self._meeting_id, rating)
        except ApiError as error:
            self._set(busy=False, sent=False, error=text_for(error.code).sentence)
        else:
            self._set(busy=False, sent=True, comment_sent=bool(self._comment))
        finally:
            self._idle.set()
