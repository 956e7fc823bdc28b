"""Reminders before meetings, by the local clock, also while the service is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.models import Meeting, MeetingStatus, Role
from desktop.meeting.reminders import Key, Planned, due
from desktop.system.meeting_cache import Coming, ComingMeeting, MeetingCache
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

LOOK_MS = 5_000
"""How often the clock is looked at: a reminder comes at most this late, and soon after a sleep."""


class Reminders(QObject):
    """Watches the clock for the signed-in person.

    Signals:
        reminded(str, str, str): title and text of a reminder, and the meeting's id.

    Args:
        now: the service's clock as far as it is known, else the machine's; aware.
        cache: keeps the coming meetings over a restart.
    """

    reminded = Signal(str, str, str)

    def __init__(
        self, now: Callable[[], datetime], cache: MeetingCache, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._cache = cache
        self._meetings: tuple[ComingMeeting, ...] = ()
        self._reminded: set[Key] = set()
        # What was reminded before the restart is known: nothing may be said before.
        self._restored = False
        self._scope = TaskScope()
        self._keeping = asyncio.Lock()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin with what was kept."""
        self._timer.start()
        self._scope.start(self._restore(), name="kept meetings")

    @property
    def restored(self) -> bool:
        """What was kept has been read."""
        return self._restored

    def know(self, meetings: list[Meeting]) -> None:
        """The list as the service told it last."""
        coming = tuple(
            ComingMeeting(
                meeting_id=str(each.id),
                scheduled_at=each.scheduled_at,
                title=each.title,
                other=(each.client if each.my_role is Role.OPERATOR else each.operator).full_name,
            )
            for each in meetings
            if each.status is MeetingStatus.SCHEDULED and each.scheduled_at > self._now()
        )
        if coming != self._meetings:
            self._meetings = coming
            known = {each.meeting_id for each in coming}
            self._reminded = {key for key in self._reminded if key[0] in known}
            self._keep()
        self.look()

    def forget(self) -> None:
        """Somebody signed out: nothing of his is kept."""
        self._meetings = ()
        self._reminded = set()
        self._scope.start(self._forget(), name="forget kept meetings")

    def look(self) -> None:
        """Give what is due now."""
        if not self._restored:
            return
        planned = [Planned(each.meeting_id, each.scheduled_at) for each in self._meetings]
        known = {each.meeting_id: each for each in self._meetings}
        for reminder in due(planned, self._reminded, now=self._now()):
            self._reminded.update(reminder.keys)
            self._keep()
            meeting = known[reminder.planned.meeting_id]
            when = self.tr("In %n minute(s)", "", reminder.minutes)
            title = self.tr("{when}: {title}").format(when=when, title=meeting.title)
            text = self.tr("with {name}").format(name=meeting.other)
            self.reminded.emit(title, text, meeting.meeting_id)

    async def close(self) -> None:
        """Stop watching; what is being kept is kept."""
        self._timer.stop()
        async with self._keeping:
            pass
        await self._scope.close()

    async def _restore(self) -> None:
        coming = await asyncio.to_thread(self._cache.read)
        self._reminded |= set(coming.reminded)
        if not self._meetings:  # the service may have been quicker
            self._meetings = coming.meetings
        self._restored = True
        self.look()

    def _keep(self) -> None:
        self._scope.start(self._write(), name="keep meetings")

    async def _write(self) -> None:
        async with self._keeping:
            coming = Coming(meetings=self._meetings, reminded=tuple(sorted(self._reminded)))
            try:
                await asyncio.to_thread(self._cache.write, coming)
            except OSError as error:
                log.warning("the coming meetings could not be kept: %s", error.strerror)

    async def _forget(self) -> None:
        async with self._keeping:
            try:
                await asyncio.to_thread(self._cache.forget)
            except OSError as error:
                log.warning("the kept meetings could not be removed: %s", error.strerror)
