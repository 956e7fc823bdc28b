"""A stage for presence: meetings in progress, people who come and go at the fake OpenVidu, and time.

Time passes by moving everything that is written into the past; nothing waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from pydantic import SecretStr

from backend.config import Settings
from backend.database import Database
from backend.meetings.presence import Presence, Spans
from backend.meetings.reaper import Reaper
from backend.openvidu import OpenVidu
from tests.backend.people import ALICE, MIKL
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.service import TestDatabase


@dataclass(slots=True)
class Stage:
    """One database, one fake OpenVidu, and the parts that watch it.

    Attributes:
        database: the test's.
        fake: where people come and go.
        openvidu: our client of it.
        presence: under test.
        reaper: under test.
    """

    database: TestDatabase
    fake: FakeOpenVidu
    openvidu: OpenVidu
    presence: Presence
    reaper: Reaper

    async def begin(self, email: str = ALICE) -> UUID:
        """A meeting of MiKL with a client, in progress."""
        mikl = self.database.account_id(MIKL)
        meeting_id: UUID = self.database.as_account(
            mikl,
            "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60) as id",
            (self.database.client_id(email),),
        )[0]["id"]
        await self.openvidu.ensure_session(room_of(meeting_id))
        self.database.as_account(mikl, "select public.begin_meeting(%s)", (meeting_id,))
        return meeting_id

    async def token(
        self, meeting_id: UUID, email: str, *, purpose: str = "camera", device: str | None = None
    ) -> str:
        """A token, as the service gives it."""
        await self.openvidu.ensure_session(room_of(meeting_id))
        made = await self.openvidu.connect(
            room_of(meeting_id), role="PUBLISHER", account_id="someone", name="Someone"
        )
        self.database.as_account(
            self.database.account_id(email),
            "select public.keep_room_connection(%s, %s, %s, %s, %s)",
            (meeting_id, made.connection_id, purpose, device, made.created_ms),
        )
        return made.token

    async def join(self, meeting_id: UUID, email: str, **members: Any) -> str:
        """Somebody takes a token and goes in; the token."""
        token = await self.token(meeting_id, email, **members)
        self.fake.join(token)
        return token

    def pass_time(self, span: timedelta) -> None:
        """Let time pass, on both clocks."""
        span_ms = int(span.total_seconds() * 1000)
        for session in self.fake.sessions.values():
            for connection in session.connections.values():
                connection.created_ms -= span_ms
                if connection.active_ms is not None:
                    connection.active_ms -= span_ms
        with psycopg.connect(self.database.admin_dsn) as admin:
            # No trigger may object to the past being changed.
            admin.execute("set session_replication_role = replica")
            admin.execute(
                "update public.meetings set started_at = started_at - %(span)s,"
                " ended_at = ended_at - %(span)s, empty_since = empty_since - %(span)s",
                {"span": span},
            )
            admin.execute(
                "update public.meeting_participants"
                " set joined_at = joined_at - %(span)s, left_at = left_at - %(span)s",
                {"span": span},
            )
            admin.execute(
                "update private.room_connections set issued_at = issued_at - %(span)s,"
                " seen_at = seen_at - %(span)s, left_told_at = left_told_at - %(span)s,"
                " created_ms = created_ms - %(span_ms)s",
                {"span": span, "span_ms": span_ms},
            )
            admin.execute(
                "update private.webhook_events set received_at = received_at - %s, body = jsonb_set("
                "body, '{timestamp}', to_jsonb((body ->> 'timestamp')::bigint - %s))",
                [span, span_ms],
            )
            admin.execute("update private.stray_rooms set found_at = found_at - %s", [span])
            admin.execute("update private.media_watch set silent_since = silent_since - %s", [span])

    def meeting(self, meeting_id: UUID) -> dict[str, Any]:
        """Its row."""
        return self.database.admin("select * from public.meetings where id = %s", (meeting_id,))[0]

    def people(self, meeting_id: UUID) -> list[dict[str, Any]]:
        """Its presence rows, in the order of joins."""
        return self.database.admin(
            "select * from public.meeting_participants where meeting_id = %s order by joined_at",
            (meeting_id,),
        )

    def events(self, kind: str) -> int:
        """So many events of a kind were told."""
        count: int = self.database.admin(
            "select count(*) as n from public.user_events where kind = %s", (kind,)
        )[0]["n"]
        return count

    def jobs(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of the open jobs of a kind."""
        rows = self.database.admin(
            "select payload from private.jobs where kind = %s and done_at is null order by created_at",
            (kind,),
        )
        return [row["payload"] for row in rows]


@asynccontextmanager
async def stage(database: TestDatabase, fake: FakeOpenVidu, **settings: Any) -> AsyncIterator[Stage]:
    """The parts that watch, as one process has them."""
    chosen = Settings(
        database_url=SecretStr(database.api_dsn), jobs_database_url=SecretStr(database.jobs_dsn), **settings
    )
    door = Database(database.api_dsn, database.jobs_dsn, pool_size=1)
    openvidu = OpenVidu(fake.url, SECRET)
    await door.open()
    try:
        presence = Presence(door, openvidu, Spans.of(chosen))
        yield Stage(database, fake, openvidu, presence, Reaper(door, openvidu, presence, chosen))
    finally:
        await openvidu.close()
        await door.close()


def room_of(meeting_id: UUID) -> str:
    """The room's name at OpenVidu."""
    return f"mtg_{meeting_id.hex}"
