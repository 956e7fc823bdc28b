"""The database's side of live events, always under the caller's claims."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.database import Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import EventKind, LiveEvent

BACKLOG_MAX = 500
"""More than this at once is not told one by one: `reset` says to fetch everything."""


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
    cursor = await connection.execute(
        "select b.*, private.my_account_id() is not null as active from private.my_event_bounds() b"
    )
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
    # `auth.uid()` repeats what the policy demands: the policy guards, the filter finds.
    cursor = await connection.execute(
        "select e.seq, e.kind, e.payload from public.user_events e"
        " where e.recipient = (select auth.uid()) and e.seq > %s and e.seq <= %s order by e.seq",
        [after, last],
    )
    rows = await cursor.fetchall()
    ended = {UUID(row["payload"]["session_id"]) for row in rows if row["kind"] == EventKind.SESSION_REVOKED}
    events = [
        LiveEvent.model_validate({**row["payload"], "seq": row["seq"], "kind": row["kind"]}) for row in rows
    ]
    return Batch(events, last, frozenset(ended))


def reset(last: int) -> LiveEvent:
    """The event that says: fetch everything anew, and go on from this number."""
    return LiveEvent(seq=last, kind=EventKind.RESET)
