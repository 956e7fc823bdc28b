"""What the database itself says, asked as one person at a time under row-level security."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from backend_client.models import User

MEETING_COLUMNS: LiteralString = (
    "id, client_id, status, scheduled_at, started_at, ended_at, duration_seconds, session_id, version"
)


def claims_of(user: User) -> str:
    """The claims under which the service would run this person's request."""
    return json.dumps({"sub": str(user.id), "role": "authenticated"})


async def rows_as(
    database_url: str, user: User, query: LiteralString, parameters: tuple[Any, ...] = ()
) -> list[dict[str, Any]]:
    """Run one query as the database sees this person: login role → `authenticated` with his claims."""
    async with (
        await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as connection,
        connection.transaction(),
    ):
        await connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (claims_of(user),),
        )
        cursor = await connection.execute(query, parameters)
        rows = await cursor.fetchall()
    return [{name: readable(value) for name, value in row.items()} for row in rows]


async def meeting_row(database_url: str, user: User, meeting_id: str) -> dict[str, Any]:
    """One meeting's row, as stored."""
    rows = await rows_as(
        database_url,
        user,
        "select " + MEETING_COLUMNS + " from public.meetings where id = %s",
        (meeting_id,),
    )
    return rows[0] if rows else {}


def readable(value: Any) -> Any:
    """A database value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
