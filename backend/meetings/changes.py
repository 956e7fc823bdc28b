"""The database's side of changing a meeting, and of what belongs to it: note, lateness, waiting.

Each is one call of a function of `0007_meeting_changes.sql`, which decides who may and whether there
is anything to do.
"""

from __future__ import annotations

from uuid import UUID

from backend.database import Connection
from backend.meetings import queries
from backend_client.models import (
    CancelRequest,
    DoorState,
    LeavingReport,
    Meeting,
    MeetingChange,
    MeetingNote,
    MeetingSeries,
    Rating,
    RatingRequest,
    Readiness,
    ReadinessReport,
    SeriesRequest,
    StartNowRequest,
    Waiting,
)


async def change(connection: Connection, meeting_id: UUID, version: int, wanted: MeetingChange) -> Meeting:
    """Edit or move a scheduled meeting that is still at `version`; nothing when all is as wanted.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_STARTED`, `MEETING_CLOSED`, `VERSION_CONFLICT`,
            `INVALID` with fields.
    """
    await connection.execute(
        "select public.change_meeting(%s, %s, %s, %s, %s, %s)",
        [
            meeting_id,
            version,
            wanted.title,
            wanted.description,
            wanted.scheduled_at,
            wanted.planned_minutes,
        ],
    )
    return await queries.with_conflicts(connection, await queries.get(connection, meeting_id))


async def cancel(connection: Connection, meeting_id: UUID, request: CancelRequest) -> Meeting:
    """Cancel a scheduled meeting, once; with `following` the later ones of its series too.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_STARTED`, `MEETING_CLOSED`.
    """
    await connection.execute(
        "select public.cancel_meeting(%s, %s, %s)", [meeting_id, request.reason, request.following]
    )
    return await queries.get(connection, meeting_id)


async def extend(connection: Connection, meeting_id: UUID, planned_minutes: int) -> Meeting:
    """Give a meeting in progress at least this planned length.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`.
    """
    await connection.execute("select public.extend_meeting(%s, %s)", [meeting_id, planned_minutes])
    return await queries.get(connection, meeting_id)


async def create_series(connection: Connection, request: SeriesRequest) -> MeetingSeries:
    """Schedule a meeting weekly; each answer names what it overlaps with.

    Raises:
        ServiceError: `FORBIDDEN`, `INVALID` with fields.
    """
    cursor = await connection.execute(
        "select public.create_meeting_series(%s, %s, %s, %s, %s, %s) as id",
        [
            request.client_id,
            request.title,
            request.description,
            request.scheduled_at,
            request.planned_minutes,
            request.count,
        ],
    )
    ids = [row["id"] for row in await cursor.fetchall()]
    items = [await queries.with_conflicts(connection, await queries.get(connection, id_)) for id_ in ids]
    series_id = items[0].series_id
    assert series_id is not None
    return MeetingSeries(series_id=series_id, items=items)


async def start_now(connection: Connection, meeting_id: UUID, request: StartNowRequest) -> Meeting:
    """Make a meeting that is in progress at once, under an id whose room is open.

    Raises:
        ServiceError: `FORBIDDEN`, `INVALID` with fields.
    """
    await connection.execute(
        "select public.start_meeting_now(%s, %s, %s, %s, %s)",
        [meeting_id, request.client_id, request.title, request.description, request.planned_minutes],
    )
    return await queries.with_conflicts(connection, await queries.get(connection, meeting_id))


async def read_note(connection: Connection, meeting_id: UUID) -> MeetingNote:
    """The operator's private note; empty while there is none.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`.
    """
    cursor = await connection.execute("select * from public.read_meeting_note(%s)", [meeting_id])
    row = await cursor.fetchone()
    return MeetingNote(body="") if row is None else MeetingNote.model_validate(row)


async def write_note(connection: Connection, meeting_id: UUID, body: str) -> MeetingNote:
    """Replace the operator's private note.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`.
    """
    cursor = await connection.execute(
        "select public.write_meeting_note(%s, %s) as updated_at", [meeting_id, body]
    )
    row = await cursor.fetchone()
    assert row is not None
    return MeetingNote(body=body, updated_at=row["updated_at"])


async def announce_delay(connection: Connection, meeting_id: UUID, minutes: int) -> None:
    """Tell the other side that the caller comes later.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_CLOSED`, `TOO_MANY`.
    """
    await connection.execute("select public.announce_delay(%s, %s)", [meeting_id, minutes])


async def nudge(connection: Connection, meeting_id: UUID) -> None:
    """Tell the other side that the caller waits.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_CLOSED`.
    """
    await connection.execute("select public.nudge_meeting(%s)", [meeting_id])


async def wait(connection: Connection, meeting_id: UUID) -> Waiting:
    """The calling client is in the waiting room.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_STARTED` (go in), `MEETING_CLOSED`,
            `DOOR_REFUSED`.
    """
    cursor = await connection.execute("select * from public.wait_for_meeting(%s)", [meeting_id])
    row = await cursor.fetchone()
    assert row is not None
    return Waiting.model_validate(row)


async def set_door(connection: Connection, meeting_id: UUID, state: DoorState) -> Meeting:
    """Open or hold the meeting's door, admit or refuse its client.

    Raises:
        ServiceError: `NOT_FOUND`, `NOT_HOST`, `MEETING_CLOSED`.
    """
    await connection.execute("select public.set_meeting_door(%s, %s)", [meeting_id, state])
    return await queries.get(connection, meeting_id)


async def rate(connection: Connection, meeting_id: UUID, rating: RatingRequest) -> Rating:
    """Keep what the calling client thought of the call.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_NOT_LIVE`, `MEETING_CLOSED`.
    """
    cursor = await connection.execute(
        "select public.rate_meeting(%s, %s, %s, %s, %s) as rated_at",
        [meeting_id, rating.stars, rating.comment, rating.weak_percent, rating.reconnections],
    )
    row = await cursor.fetchone()
    assert row is not None
    return Rating(**rating.model_dump(), rated_at=row["rated_at"])


async def report_readiness(connection: Connection, meeting_id: UUID, report: ReadinessReport) -> Readiness:
    """Keep what the calling client's check of his side found.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`, `MEETING_CLOSED`.
    """
    cursor = await connection.execute(
        "select public.report_readiness(%s, %s, %s, %s, %s) as checked_at",
        [meeting_id, report.microphone, report.camera, report.speaker, report.network],
    )
    row = await cursor.fetchone()
    assert row is not None
    return Readiness(**report.model_dump(), checked_at=row["checked_at"])


async def report_leaving(connection: Connection, meeting_id: UUID, report: LeavingReport) -> None:
    """The caller has left the room; OpenVidu is asked whether that is so.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`.
    """
    await connection.execute(
        "select public.report_leaving(%s, %s, %s)", [meeting_id, report.device_id, report.seconds_ago]
    )


async def stop_waiting(connection: Connection, meeting_id: UUID) -> None:
    """The calling client has left the waiting room.

    Raises:
        ServiceError: `NOT_FOUND`, `FORBIDDEN`.
    """
    await connection.execute("select public.stop_waiting(%s)", [meeting_id])
