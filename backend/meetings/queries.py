"""The database's side of meetings."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from backend.accounts.queries import me
from backend.database import Connection
from backend.errors import ServiceError
from backend.openvidu import RoomRole
from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import Meeting, MeetingRequest, Meetings, MeetingStatus, Role

_COLUMNS: LiteralString = """
select m.id, m.title, m.description, m.status, m.scheduled_at, m.planned_minutes, m.started_at, m.ended_at,
       m.duration_seconds, m.end_reason, m.version,
       c.id as client_id, c.full_name as client_name, o.id as operator_id, o.full_name as operator_name,
       m.operator_id = any (array(select private.my_operator_ids())) as hosted
  from public.meetings m
  join public.clients c on c.id = m.client_id
  join public.operators o on o.id = m.operator_id
"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which meetings to list; None leaves that out.

    Attributes:
        statuses: any of these.
        from_: scheduled at this instant or later.
        to: scheduled before this instant.
        client_id: with this client.
        newest_first: order by descending instead of ascending (scheduled_at, id).
        cursor: where the page before ended, as its answer said.
        limit: meetings on a page.
    """

    statuses: Sequence[MeetingStatus] | None
    from_: datetime | None
    to: datetime | None
    client_id: UUID | None
    newest_first: bool
    cursor: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class RoomEntry:
    """What the database lets the caller enter a room with."""

    session_id: str
    role: RoomRole
    account_id: UUID
    full_name: str


async def create(connection: Connection, request: MeetingRequest) -> UUID:
    """Schedule a meeting of the calling operator.

    Raises:
        ServiceError: `FORBIDDEN`, `INVALID` with fields.
    """
    cursor = await connection.execute(
        "select public.create_meeting(%s, %s, %s, %s, %s) as id",
        [
            request.client_id,
            request.title,
            request.description,
            request.scheduled_at,
            request.planned_minutes,
        ],
    )
    row = await cursor.fetchone()
    assert row is not None
    meeting_id: UUID = row["id"]
    return meeting_id


async def get(connection: Connection, meeting_id: UUID) -> Meeting:
    """One meeting.

    Raises:
        ServiceError: `NOT_FOUND`, also for meetings the caller may not see.
    """
    row = await (await connection.execute(_COLUMNS + " where m.id = %s", [meeting_id])).fetchone()
    if row is None:
        raise ServiceError(ApiErrorCode.NOT_FOUND)
    return _meeting(row)


async def list_page(connection: Connection, wanted: Filter) -> Meetings:
    """One page of the caller's meetings, by keyset on (scheduled_at, id).

    Somebody else's `client_id` simply finds nothing.

    Raises:
        ServiceError: `FORBIDDEN` for a deactivated account, `INVALID` for a cursor that is none.
    """
    caller = await me(connection)
    # The policy guards; the same condition here finds by index, whatever the policy costs.
    if caller.user.role is Role.OPERATOR:
        conditions: list[LiteralString] = ["m.operator_id = any (array(select private.my_operator_ids()))"]
    else:
        conditions = ["m.client_id = %(person_id)s"]
    values: dict[str, object] = {"person_id": caller.person_id, "limit": wanted.limit + 1}
    if wanted.statuses:
        conditions.append("m.status = any (%(statuses)s)")
        values["statuses"] = [status.value for status in wanted.statuses]
    if wanted.from_ is not None:
        conditions.append("m.scheduled_at >= %(from)s")
        values["from"] = wanted.from_
    if wanted.to is not None:
        conditions.append("m.scheduled_at < %(to)s")
        values["to"] = wanted.to
    if wanted.client_id is not None:
        conditions.append("m.client_id = %(client_id)s")
        values["client_id"] = wanted.client_id
    if wanted.cursor is not None:
        values["cursor_at"], values["cursor_id"] = _read_cursor(wanted.cursor)
        conditions.append(
            "(m.scheduled_at, m.id) < (%(cursor_at)s, %(cursor_id)s)"
            if wanted.newest_first
            else "(m.scheduled_at, m.id) > (%(cursor_at)s, %(cursor_id)s)"
        )
    order: LiteralString = (
        " order by m.scheduled_at desc, m.id desc"
        if wanted.newest_first
        else " order by m.scheduled_at, m.id"
    )
    query = _COLUMNS + " where " + " and ".join(conditions) + order + " limit %(limit)s"
    rows = await (await connection.execute(query, values)).fetchall()
    items = [_meeting(row) for row in rows[: wanted.limit]]
    return Meetings(items=items, next_cursor=_make_cursor(items[-1]) if len(rows) > wanted.limit else None)


async def begin(connection: Connection, meeting_id: UUID) -> None:
    """Begin: scheduled → in_progress, once.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_CLOSED`.
    """
    await connection.execute("select public.begin_meeting(%s)", [meeting_id])


async def end(connection: Connection, meeting_id: UUID) -> None:
    """End: in_progress → completed, once; leaves a job that closes the room.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`.
    """
    await connection.execute("select public.end_meeting(%s)", [meeting_id])


async def room_entry(connection: Connection, meeting_id: UUID) -> RoomEntry:
    """What the caller may enter the room with, if the meeting is live.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`, `TOO_MANY`.
    """
    row = await (await connection.execute("select * from public.room_entry(%s)", [meeting_id])).fetchone()
    assert row is not None
    return RoomEntry(row["session_id"], cast("RoomRole", row["role"]), row["account_id"], row["full_name"])


async def claim_idempotency_key(
    connection: Connection, key: str, operation: str, request: MeetingRequest
) -> Meeting | None:
    """The answer stored under the key, or None when this request is the first to use it.

    Raises:
        ServiceError: `IDEMPOTENCY_MISMATCH` when the key came with another request.
    """
    digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    cursor = await connection.execute(
        "select * from private.claim_idempotency_key(%s, %s, %s)", [key, operation, digest]
    )
    row = await cursor.fetchone()
    assert row is not None
    return None if row["status"] is None else Meeting.model_validate(row["response"])


async def keep_answer(connection: Connection, key: str, meeting: Meeting) -> None:
    """Store the answer under the key that was claimed in this transaction."""
    await connection.execute(
        "select private.keep_idempotent_answer(%s, 201, %s)", [key, Jsonb(meeting.model_dump(mode="json"))]
    )


def session_id_of(meeting_id: UUID) -> str:
    """The room's name at OpenVidu: fixed by the meeting's id, so that making it twice makes one."""
    return f"mtg_{meeting_id.hex}"


def _meeting(row: Mapping[str, Any]) -> Meeting:
    return Meeting.model_validate(
        {
            **row,
            "client": {"id": row["client_id"], "full_name": row["client_name"]},
            "operator": {"id": row["operator_id"], "full_name": row["operator_name"]},
            "my_role": Role.OPERATOR if row["hosted"] else Role.CLIENT,
        }
    )


def _make_cursor(last: Meeting) -> str:
    return base64.urlsafe_b64encode(f"{last.scheduled_at.isoformat()}|{last.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, _, meeting_id = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("no time zone")
        return instant, UUID(meeting_id)
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise ServiceError(ApiErrorCode.INVALID, fields={"/cursor": FieldErrorCode.WRONG_TYPE}) from error
