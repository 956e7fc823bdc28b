"""Who is in a room: OpenVidu is asked, the database takes it in and ends what is over.

Webhooks and the reaper come here with a suspicion. Neither changes anything by itself: each room is
asked for by name, and `private.watch_room` draws the conclusions in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from backend.config import Settings
from backend.database import Connection, Database
from backend.openvidu import OpenVidu, Room, RoomConnection

log = structlog.stdlib.get_logger(__name__)

MEDIA_LOST_REASONS = frozenset({"mediaServerDisconnect", "nodeCrashed", "openviduServerStopped"})
"""OpenVidu's reasons (2.32, `EndReason`) for a session that ended under its people."""


@dataclass(frozen=True, slots=True)
class WatchedRoom:
    """The room of a meeting in progress.

    Attributes:
        meeting_id: the meeting.
        session_id: the room's name at OpenVidu.
        connection_ids: who was inside, as far as we know.
        asked_at: the database's time before OpenVidu is asked.
    """

    meeting_id: UUID
    session_id: str
    connection_ids: frozenset[str]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Spans:
    """How long a meeting may go on with nobody inside, unjoined, and at all."""

    empty: timedelta
    unjoined: timedelta
    longest: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Spans:
        """As configured."""
        return cls(
            empty=timedelta(seconds=settings.empty_limit_s),
            unjoined=timedelta(seconds=settings.unjoined_limit_s),
            longest=timedelta(seconds=settings.longest_meeting_s),
        )


class Presence:
    """Takes OpenVidu's view of rooms into the database."""

    def __init__(self, database: Database, openvidu: OpenVidu, spans: Spans) -> None:
        self._database = database
        self._openvidu = openvidu
        self._spans = spans

    async def watched(self, session_id: str | None = None) -> Sequence[WatchedRoom]:
        """The rooms that should exist; of `session_id` only, if given.

        Raises:
            ServiceError: the database is away.
        """

        async def read(connection: Connection) -> list[WatchedRoom]:
            cursor = await connection.execute("select * from private.rooms_to_watch(%s)", [session_id])
            return [
                WatchedRoom(
                    row["meeting_id"], row["session_id"], frozenset(row["connection_ids"]), row["asked_at"]
                )
                for row in await cursor.fetchall()
            ]

        return await self._database.as_worker(read)

    async def note(self, watched: WatchedRoom, room: Room | None, *, media_lost: bool = False) -> None:
        """Take in what OpenVidu said about a room, None for: it does not exist.

        Args:
            watched: read before OpenVidu was asked.
            room: OpenVidu's answer.
            media_lost: the media server went away under the people; they are told to come back.

        Raises:
            ServiceError: the database is away.
        """
        seen = [
            {
                "connection_id": connection_id,
                "active_ms": occupant.active_ms,
                "account_id": None if occupant.account_id is None else str(occupant.account_id),
                "purpose": "screen" if occupant.screen else "camera",
            }
            for connection_id, occupant in ({} if room is None else room.occupants).items()
        ]

        async def write(connection: Connection) -> str | None:
            cursor = await connection.execute(
                "select private.watch_room(%s, %s, %s, %s, %s, %s, %s) as reason",
                [
                    watched.meeting_id,
                    watched.asked_at,
                    Jsonb(seen),
                    media_lost,
                    self._spans.empty,
                    self._spans.unjoined,
                    self._spans.longest,
                ],
            )
            row = await cursor.fetchone()
            assert row is not None
            reason: str | None = row["reason"]
            return reason

        reason = await self._database.as_worker(write)
        if reason is not None:
            log.info("meeting ended by the service", meeting_id=str(watched.meeting_id), reason=reason)

    async def look_back(self, session_id: str, *, media_reason: bool = False) -> None:
        """Ask OpenVidu about one room, because something is said to have happened there.

        Args:
            session_id: the room.
            media_reason: the media server is said to have gone away; believed when the room has gone.

        Raises:
            MediaUnavailable: it could not be asked; nothing was changed.
            ServiceError: the database is away.
        """
        for watched in await self.watched(session_id):
            room = await self._openvidu.room(session_id)
            await self.note(watched, room, media_lost=media_reason and room is None)


async def keep_connection(
    connection: Connection, meeting_id: UUID, made: RoomConnection, *, purpose: str, device_id: str | None
) -> bool:
    """Note a connection as the caller's; False when the meeting is not in progress any more.

    Older unused connections of the same device, and more than three of a person, will be deleted.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`.
    """
    cursor = await connection.execute(
        "select public.keep_room_connection(%s, %s, %s, %s, %s) as kept",
        [meeting_id, made.connection_id, purpose, device_id, made.created_ms],
    )
    row = await cursor.fetchone()
    assert row is not None
    kept: bool = row["kept"]
    return kept
