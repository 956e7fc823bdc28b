"""The database's side of live events, always under the caller's claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from backend.database import Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import EventKind, LiveEvent

BACKLOG_MAX = 500
"""More than this at once is not told one by one: `reset` says to fetch everything."""


# One statement, because every listener of a change asks it at the same moment. `auth.uid()` repeats what
# the policy demands: the policy guards, the filter finds.
_READ: LiteralString = (
    "select b.first_seq, b.last_seq, private.my_account_id() is not null as active,"
    " (select coalesce(jsonb_agg(jsonb_build_object("
    "    'seq', e.seq, 'kind', e.kind, 'payload', e.payload) order by e.seq), '[]')"
    "  from public.user_events e"
    "  where e.recipient = (select auth.uid()) and e.seq > %(after)s::bigint and e.seq <= b.last_seq"
    "  and %(after)s::bigint >= b.last_seq - %(most)s::bigint) as events"
    " from private.my_event_bounds() b"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What came after a number.

    Attributes:
        events: in order; a single `reset` when they cannot be told one by one.
        last: the number to ask from next.
        ended_session: a session whose end is among the events, for streams opened by it.
    """

    events: list[LiveEvent]
    last: int
    ended_sessions: frozenset[UUID]


async def read_after(connection: Connection, after: int | None) -> Batch:
    """The caller's events after a number, or just the newest number when `after` is None.

    Raises:
        ServiceError: `FORBIDDEN` for an account that was deactivated: that ends its streams.
    """
    cursor = await connection.execute(_READ, {"after": after, "most": BACKLOG_MAX})
    row = await cursor.fetchone()
    assert row is not None
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
