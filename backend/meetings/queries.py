"""The database's side of meetings: planning and reading. Changing is in `changes.py`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast
from uuid import UUID

from backend.database import Connection
from backend.errors import ServiceError
from backend.openvidu import RoomRole
from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import (
    PLANNED_MINUTES_MAX,
    HistoryEntry,
    Meeting,
    MeetingHistory,
    MeetingRequest,
    Meetings,
    MeetingStatus,
    Presence,
    Presences,
    Role,
)

_COLUMNS: LiteralString = """
select m.id, m.title, m.description, m.status, m.scheduled_at, m.planned_minutes, m.started_at, m.ended_at,
       m.duration_seconds, m.end_reason, m.cancel_reason, m.series_id, m.version, m.updated_at,
       c.id as client_id, c.full_name as client_name, o.id as operator_id, o.full_name as operator_name,
       w.since as client_waiting_since, r.checked_at as ready_checked_at, r.microphone as ready_microphone,
       r.camera as ready_camera, r.speaker as ready_speaker, r.network as ready_network,
       coalesce(d.state, 'open') as door,
       g.stars as rating_stars, g.comment as rating_comment, g.weak_percent as rating_weak_percent,
       g.reconnections as rating_reconnections, g.rated_at,
       m.operator_id = any (array(select private.my_operator_ids())) as hosted
  from public.meetings m
  join public.clients c on c.id = m.client_id
  join public.operators o on o.id = m.operator_id
  left join public.meeting_waits w
    on w.meeting_id = m.id and w.seen_at > statement_timestamp() - private.waiting_span()
  left join public.meeting_readiness r on r.meeting_id = m.id
  left join public.meeting_doors d on d.meeting_id = m.id
  left join public.meeting_ratings g on g.meeting_id = m.id
"""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads meetings.

    Attributes:
        role: operator or client.
        person_id: id of his operator or client row.
        operator_ids: whose meetings an operator reads: his own; an administrator, everybody's.
        locale: his language, such as `fr`.
        time_zone: IANA name.
    """

    role: Role
    person_id: UUID
    operator_ids: Sequence[UUID]
    locale: str
    time_zone: str


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
    query, values = list_query(await viewer(connection), wanted)
    rows = await (await connection.execute(query, values)).fetchall()
    items = [_meeting(row) for row in rows[: wanted.limit]]
    return Meetings(
        items=items,
        next_cursor=make_cursor(items[-1].scheduled_at, items[-1].id) if len(rows) > wanted.limit else None,
    )


async def viewer(connection: Connection) -> Viewer:
    """The caller as a reader of meetings.

    Raises:
        ServiceError: `FORBIDDEN` for a deactivated account.
    """
    cursor = await connection.execute(
        "select me.role, me.person_id, me.locale, me.time_zone,"
        " array(select private.my_operator_ids()) as operator_ids from private.me() me"
    )
    row = await cursor.fetchone()
    if row is None:
        raise ServiceError(ApiErrorCode.FORBIDDEN)
    return Viewer(**{**row, "role": Role(row["role"])})


def list_query(reader: Viewer, wanted: Filter) -> tuple[LiteralString, dict[str, object]]:
    """The statement behind a page, and its values: one row more than wanted, to know whether more follow.

    The policy guards; the same condition here finds by index. It compares with one value wherever there
    is only one, because an index delivers its order for that and not for a list.

    Raises:
        ServiceError: `INVALID` for a cursor that is none.
    """
    values: dict[str, object] = {"limit": wanted.limit + 1}
    conditions: list[LiteralString] = []
    if reader.role is Role.CLIENT:
        conditions.append("m.client_id = %(person_id)s")
        values["person_id"] = reader.person_id
    elif len(reader.operator_ids) == 1:
        conditions.append("m.operator_id = %(person_id)s")
        values["person_id"] = reader.person_id
    else:
        conditions.append("m.operator_id = any (%(operator_ids)s)")
        values["operator_ids"] = list(reader.operator_ids)
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
    return _COLUMNS + " where " + " and ".join(conditions) + order + " limit %(limit)s", values


async def with_conflicts(connection: Connection, meeting: Meeting) -> Meeting:
    """The meeting with the ids of its operator's other meetings at the same time."""
    query, values = conflict_query(meeting)
    rows = await (await connection.execute(query, values)).fetchall()
    return meeting.model_copy(update={"conflicts": tuple(row["id"] for row in rows)})


def conflict_query(meeting: Meeting) -> tuple[LiteralString, dict[str, object]]:
    """The statement behind `with_conflicts`, and its values.

    Both bounds are values: PostgreSQL uses no computed ones on an index before the policies.
    """
    query: LiteralString = (
        "select m.id from public.meetings m where m.operator_id = %(operator_id)s and m.id <> %(id)s"
        " and m.status in ('scheduled', 'in_progress')"
        " and m.scheduled_at < %(ends)s and m.scheduled_at > %(earliest)s"
        " and m.scheduled_at + m.planned_minutes * interval '1 minute' > %(starts)s"
        " order by m.scheduled_at, m.id"
    )
    return query, {
        "operator_id": meeting.operator.id,
        "id": meeting.id,
        "starts": meeting.scheduled_at,
        "ends": meeting.scheduled_at + timedelta(minutes=meeting.planned_minutes),
        "earliest": meeting.scheduled_at - timedelta(minutes=PLANNED_MINUTES_MAX),
    }


async def presence(connection: Connection, meeting_id: UUID) -> Presences:
    """Who was in the meeting's room, in order of arrival.

    Raises:
        ServiceError: `NOT_FOUND`.
    """
    cursor = await connection.execute("select * from public.meeting_presence(%s)", [meeting_id])
    return Presences(items=[Presence.model_validate(row) for row in await cursor.fetchall()])


async def begin_connection_test(connection: Connection) -> None:
    """The caller may test the way to the media server now.

    Raises:
        ServiceError: `SESSION_ENDED`, `FORBIDDEN` once deactivated, `TOO_MANY`.
    """
    await connection.execute("select public.begin_connection_test()")


async def history(connection: Connection, meeting_id: UUID) -> MeetingHistory:
    """What became of a meeting, oldest first.

    Raises:
        ServiceError: `NOT_FOUND`.
    """
    cursor = await connection.execute("select * from public.meeting_history(%s)", [meeting_id])
    return MeetingHistory(
        items=[HistoryEntry.model_validate({**row, **row["detail"]}) for row in await cursor.fetchall()]
    )


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
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`, `DOOR_HELD`,
            `DOOR_REFUSED`, `TOO_MANY`.
    """
    row = await (await connection.execute("select * from public.room_entry(%s)", [meeting_id])).fetchone()
    assert row is not None
    return RoomEntry(row["session_id"], cast("RoomRole", row["role"]), row["account_id"], row["full_name"])


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
            "client_rating": None
            if row["rated_at"] is None
            else {
                "stars": row["rating_stars"],
                "comment": row["rating_comment"],
                "weak_percent": row["rating_weak_percent"],
                "reconnections": row["rating_reconnections"],
                "rated_at": row["rated_at"],
            },
            "client_readiness": None
            if row["ready_checked_at"] is None
            else {
                "microphone": row["ready_microphone"],
                "camera": row["ready_camera"],
                "speaker": row["ready_speaker"],
                "network": row["ready_network"],
                "checked_at": row["ready_checked_at"],
            },
        }
    )


def make_cursor(scheduled_at: datetime, meeting_id: UUID) -> str:
    """Where a page ended, for the next one to go on after it."""
    return base64.urlsafe_b64encode(f"{scheduled_at.isoformat()}|{meeting_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, _, meeting_id = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("no time zone")
        return instant, UUID(meeting_id)
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise ServiceError(ApiErrorCode.INVALID, fields={"/cursor": FieldErrorCode.WRONG_TYPE}) from error
