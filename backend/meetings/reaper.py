"""The reaper: every meeting ends, also those that nobody ends.

Every half minute one process of all asks OpenVidu for its sessions and compares:

    a room without people            its meeting ends after 5 minutes, at the moment it became empty
    a room that nobody ever joined   after 15 minutes, with a duration of nothing
    12 hours                         ends in any case
    a session of ours without a meeting in progress, for 2 minutes    is deleted

While OpenVidu cannot be asked, or answers nonsense, nothing changes. What a list takes away from a
room is believed only when the room itself, asked for by name, says the same. Which process looks is
decided by a row with the time of the last look, not by a lock that a frozen process would keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

import psycopg
import structlog

from backend.config import Settings
from backend.database import Connection, Database
from backend.errors import ServiceError
from backend.jobs import is_cancelled
from backend.meetings.presence import Presence, WatchedRoom
from backend.openvidu import MediaUnavailable, OpenVidu, Room

log = structlog.stdlib.get_logger(__name__)

# Shorter than the time after which the database takes an answer for too old.
_LOOK_LIMIT_S = 20.0
_QUESTIONS_AT_ONCE = 8
# After the planned end; the apps call a meeting missed from the same moment on (`desktop/meeting/agenda.py`).
_MISSED_AFTER = timedelta(minutes=30)
_TRIES_PER_LOOK = 3


class Reaper:
    """One per process; together they look once per interval."""

    def __init__(
        self,
        database: Database,
        openvidu: OpenVidu,
        presence: Presence,
        settings: Settings,
    ) -> None:
        """Prepare; the spans are those of `settings`."""
        self._database = database
        self._openvidu = openvidu
        self._presence = presence
        self._look_s = settings.look_s
        self._alarm_s = settings.media_alarm_s
        self._stray_limit = timedelta(seconds=settings.stray_limit_s)
        self._is_silent = False

    async def run(self, on_look: Callable[[], None]) -> None:
        """Look until cancelled; `on_look` is called after each look: there may be jobs now."""
        while not is_cancelled():
            try:
                if await self._claim():
                    await self.look()
                    on_look()
            except ServiceError as error:
                log.warning("the reaper waits for the database", code=error.code.value)
            except psycopg.Error:
                log.exception("the reaper met an unexpected database error")
            await asyncio.sleep(self._look_s / _TRIES_PER_LOOK)

    async def look(self) -> None:
        """Compare once, whoever looked last.

        Raises:
            ServiceError: the database is away; nothing is lost, the next look finds the same.
        """
        await self._note_missed()
        try:
            async with asyncio.timeout(_LOOK_LIMIT_S):
                watched = await self._presence.watched()
                rooms = await self._openvidu.rooms()
                await self._compare(watched, rooms)
                await self._delete_strays(rooms)
        except (MediaUnavailable, TimeoutError) as error:
            await self._note_silence(error)
        else:
            await self._note_answer()

    async def _note_missed(self) -> None:
        async def note(connection: Connection) -> int:
            cursor = await connection.execute("select private.note_missed(%s) as noted", [_MISSED_AFTER])
            row = await cursor.fetchone()
            assert row is not None
            noted: int = row["noted"]
            return noted

        noted = await self._database.as_worker(note)
        if noted:
            log.info("meetings were missed", count=noted)

    async def _compare(self, watched: Iterable[WatchedRoom], rooms: dict[str, Room]) -> None:
        by_name = asyncio.Semaphore(_QUESTIONS_AT_ONCE)

        async def confirmed(room: WatchedRoom) -> tuple[WatchedRoom, Room | None] | None:
            listed = rooms.get(room.session_id)
            active = frozenset() if listed is None else frozenset(listed.occupants)
            if active and room.connection_ids <= active:
                return room, listed
            try:
                async with by_name:
                    asked = await self._openvidu.room(room.session_id)
            except MediaUnavailable as error:
                log.warning("a room cannot be asked for", meeting_id=str(room.meeting_id), reason=str(error))
                return None
            if (asked is None) != (listed is None) and room.connection_ids:
                log.warning("OpenVidu's list and its session disagree", meeting_id=str(room.meeting_id))
            return room, asked

        answers = [found for found in await asyncio.gather(*map(confirmed, watched)) if found is not None]
        with_people = [room for room, _ in answers if room.connection_ids]
        lost = [room for room, found in answers if room.connection_ids and found is None]
        # So many rooms do not end in half a minute: OpenVidu began anew.
        restarted = len(lost) * 2 > len(with_people)
        if restarted:
            log.error("OpenVidu lost its rooms", lost=len(lost), known=len(with_people))
        for room, found in answers:
            gone = bool(room.connection_ids) and found is None
            await self._presence.note(room, found, media_lost=restarted and gone)

    async def _delete_strays(self, rooms: Iterable[str]) -> None:
        names = list(rooms)

        async def read(connection: Connection) -> list[str]:
            cursor = await connection.execute(
                "select * from private.stray_rooms_among(%s, %s) as session_id", [names, self._stray_limit]
            )
            return [row["session_id"] for row in await cursor.fetchall()]

        for session_id in await self._database.as_worker(read):
            log.info("a session without a meeting is deleted", session=session_id)
            await self._openvidu.close_session(session_id)

    async def _claim(self) -> bool:
        async def claim(connection: Connection) -> bool:
            # A little less, so that one who tries at fixed times does not come a moment too early.
            cursor = await connection.execute(
                "select private.claim_look(%s) as claimed", [timedelta(seconds=self._look_s * 0.95)]
            )
            row = await cursor.fetchone()
            assert row is not None
            claimed: bool = row["claimed"]
            return claimed

        return await self._database.as_worker(claim)

    async def _note_silence(self, error: Exception) -> None:
        silent_s = await self._note(answers=False)
        self._is_silent = True
        reason = str(error) or type(error).__name__
        if silent_s >= self._alarm_s:
            log.error(
                "OpenVidu cannot be asked: meetings are not watched", silent_s=round(silent_s), reason=reason
            )
        else:
            log.warning("OpenVidu cannot be asked, nothing is changed", reason=reason)

    async def _note_answer(self) -> None:
        await self._note(answers=True)
        if self._is_silent:
            self._is_silent = False
            log.info("OpenVidu can be asked again")

    async def _note(self, *, answers: bool) -> float:
        async def write(connection: Connection) -> float:
            cursor = await connection.execute("select private.note_media(%s) as silent_s", [answers])
            row = await cursor.fetchone()
            assert row is not None
            return float(row["silent_s"])

        return await self._database.as_worker(write)
