"""The database's side of live events: each person's own, under his own claims, many people at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from backend.database import Caller, Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import EventKind, LiveEvent

BACKLOG_MAX = 500
"""More than this at once is not told one by one: `reset` says to fetch everything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose events after which number; just the newest number when `after` is None."""

    caller: Caller
    after: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What came after a number.

    Attributes:
        events: in order; a single `reset` when they cannot be told one by one.
        last: the number to ask from next.
        ended_sessions: sessions whose end is among the events, for streams opened by them.
    """

    events: list[LiveEvent]
    last: int
    ended_sessions: frozenset[UUID]


async def read_events(connection: Connection, asked: Sequence[Asked]) -> list[DictRow]:
    """What each asked for, in that order, as `batch_of` reads it.

    The transaction has no claims: the statement puts on each person's own before it reads for him.
    """
    cursor = await connection.execute(
        "select * from private.read_events(%s::text[], %s::bigint[], %s)",
        [[one.caller.claims() for one in asked], [one.after for one in asked], BACKLOG_MAX],
    )
    return await cursor.fetchall()


def batch_of(row: DictRow, after: int | None, *, opening: bool) -> Batch:
    """One person's row.

    Args:
        row: of `read_events`.
        after: the number that was asked for.
        opening: he only begins to listen, for which he must be signed in. A stream that is open has to
            tell the end of its session first, and ends by that.

    Raises:
        ServiceError: `FORBIDDEN` for an account that was deactivated: that ends its streams;
            `SESSION_ENDED`.
    """
    if opening and not row["has_session"]:
        raise ServiceError(ApiErrorCode.SESSION_ENDED)
    if not row["active"]:
        raise ServiceError(ApiErrorCode.FORBIDDEN, detail="the account is not active")
    first, last = int(row["first_seq"]), int(row["last_seq"])
    if after is None:
        return Batch([], last, frozenset())
    # Older than what is kept, or from another life of the database.
    if after < first - 1 or after > last or last - after > BACKLOG_MAX:
        return Batch([reset(last)], last, frozenset())
    rows: list[dict[str, Any]] = row["events"]
    ended = {UUID(row["payload"]["session_id"]) for row in rows if row["kind"] == EventKind.SESSION_REVOKED}
    events = [
        LiveEvent.model_validate({**row["payload"], "seq": row["seq"], "kind": row["kind"]}) for row in rows
    ]
    return Batch(events, last, frozenset(ended))


def reset(last: int) -> LiveEvent:
    """The event that says: fetch everything anew, and go on from this number."""
    return LiveEvent(seq=last, kind=EventKind.RESET)
