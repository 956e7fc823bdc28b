"""After the room: how long the meeting was, whether one can come back, and what is next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from backend_client.errors import ApiError
from backend_client.models import Meeting, MeetingStatus
from desktop.view_models.ports import MeetingsPort
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

COME_BACK = timedelta(minutes=5)
"""How long whoever left may come back from the end screen."""
LOOK_AGAIN_S = 10.0
"""Between two looks at whether the meeting still runs."""


class RoomEnding:
    """What the service knows about a meeting whose room we have left.

    Args:
        meeting: the meeting.
        service: asked about it.
        scope: owns the asking.
        on_change: called when something is known that was not.
    """

    def __init__(
        self, meeting: Meeting, service: MeetingsPort, scope: TaskScope, on_change: Callable[[], None]
    ) -> None:
        self._meeting = meeting
        self._service = service
        self._scope = scope
        self._on_change = on_change
        self._left_at: datetime | None = None
        self._turn = 0
        self.ended: Meeting | None = None
        """The meeting with its real duration, once it is over."""
        self.next: Meeting | None = None
        """What is planned next."""

    @property
    def can_come_back(self) -> bool:
        """We left by ourselves a short while ago, and the meeting goes on as far as we know."""
        return (
            self._left_at is not None
            and self.ended is None
            and self._service.now() - self._left_at < COME_BACK
        )

    def begin(self, *, may_come_back: bool) -> None:
        """We are out of the room: ask the service from now on.

        Args:
            may_come_back: we left by ourselves.
        """
        self._left_at = self._service.now() if may_come_back else None
        self._turn += 1
        self._scope.start(self._watch(self._turn), name="after the room")

    def come_back(self) -> None:
        """We are in the room again."""
        self._left_at = None
        self._turn += 1

    async def _watch(self, turn: int) -> None:
        """Look until the meeting is over, for as long as one may come back."""
        began = self._service.now()
        while turn == self._turn:
            try:
                if self.next is None:
                    self.next = next_of(await self._service.meetings(), self._meeting, self._service.now())
                meeting = await self._service.meeting(self._meeting.id)
            except ApiError as error:
                log.info("the meeting could not be looked up: %s", error.code.value)
            else:
                if meeting.status is MeetingStatus.COMPLETED:
                    self.ended = meeting
                if turn == self._turn:
                    self._on_change()
            if self.ended is not None or self._service.now() - began >= COME_BACK:
                return
            await asyncio.sleep(LOOK_AGAIN_S)


def next_of(meetings: list[Meeting], than: Meeting, now: datetime) -> Meeting | None:
    """The first meeting still to come, or running, besides this one."""
    ahead = [
        each
        for each in meetings
        if each.id != than.id
        and each.status in (MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS)
        and each.scheduled_at + timedelta(minutes=each.planned_minutes) > now
    ]
    return min(ahead, key=lambda each: each.scheduled_at, default=None)
