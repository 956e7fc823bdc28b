"""Meetings as files for other programs: CSV for spreadsheets, iCalendar for calendars."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from backend.auth import Authenticated
from backend.database import Caller, Connection
from backend.meetings import calendar, queries
from backend.meetings.queries import Filter
from backend.meetings.routes import IfNoneMatch
from backend.meetings.table import Table
from backend.meetings.tags import NOT_MODIFIED, file_answer
from backend.services import Services, ServicesOf
from backend_client.models import Meeting, Meetings, MeetingStatus, Moment

router = APIRouter(prefix="/v1/meetings", tags=["meetings"])

CSV = "text/csv; charset=utf-8"
_CSV_PAGE = 500
FEED_BACK = timedelta(days=180)
"""How far the feed looks back; calendars keep what they have seen."""
FEED_MAX = 1000


@router.get("/export.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_table(
    *,
    caller: Authenticated,
    services: ServicesOf,
    status: Annotated[list[MeetingStatus] | None, Query()] = None,
    from_: Annotated[Moment | None, Query(alias="from")] = None,
    to: Moment | None = None,
    client_id: UUID | None = None,
    order: Literal["asc", "desc"] = "asc",
) -> Response:
    """All the meetings the caller may see, or those that the filters leave, for a spreadsheet."""
    wanted = Filter(status, from_, to, client_id, newest_first=order == "desc", cursor=None, limit=_CSV_PAGE)

    async def begin(connection: Connection) -> tuple[Table, Meetings]:
        return Table(await queries.viewer(connection)), await queries.list_page(connection, wanted)

    # The first page before the answer begins: what is refused is refused in good form.
    table, first = await services.database.as_caller(caller, begin)
    return StreamingResponse(
        _table_text(services, caller, wanted, table, first),
        media_type=CSV,
        headers={"Content-Disposition": 'attachment; filename="meetings.csv"', "Cache-Control": "no-store"},
    )


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={200: {"content": {calendar.MEDIA_TYPE: {}}}, **NOT_MODIFIED},
)
async def export_feed(
    caller: Authenticated, services: ServicesOf, if_none_match: IfNoneMatch = None
) -> Response:
    """The caller's meetings of the last half year and of the future, cancelled ones included."""
    since = datetime.now(UTC) - FEED_BACK
    wanted = Filter(None, since, None, None, newest_first=True, cursor=None, limit=FEED_MAX)

    async def read(connection: Connection) -> tuple[queries.Viewer, list[Meeting]]:
        reader = await queries.viewer(connection)
        return reader, (await queries.list_page(connection, wanted)).items

    reader, meetings = await services.database.as_caller(caller, read)
    content = calendar.calendar_of(meetings, method="PUBLISH", time_zone=reader.time_zone)
    return file_answer(content, calendar.MEDIA_TYPE, "meetings.ics", if_none_match)


@router.get(
    "/{meeting_id}/calendar.ics",
    response_class=Response,
    responses={200: {"content": {calendar.MEDIA_TYPE: {}}}, **NOT_MODIFIED},
)
async def export_entry(
    meeting_id: UUID, caller: Authenticated, services: ServicesOf, if_none_match: IfNoneMatch = None
) -> Response:
    """One meeting for the caller's calendar."""

    async def read(connection: Connection) -> tuple[queries.Viewer, Meeting]:
        return await queries.viewer(connection), await queries.get(connection, meeting_id)

    reader, meeting = await services.database.as_caller(caller, read)
    content = calendar.calendar_of([meeting], method=calendar.method_of(meeting), time_zone=reader.time_zone)
    return file_answer(content, calendar.MEDIA_TYPE, "meeting.ics", if_none_match)


async def _table_text(
    services: Services, caller: Caller, wanted: Filter, table: Table, first: Meetings
) -> AsyncIterator[str]:
    """The table in pieces, a transaction each: a slow reader holds no connection to the database."""
    page = first
    yield table.heading() + table.lines(page.items)
    while page.next_cursor is not None:
        following = replace(wanted, cursor=page.next_cursor)

        async def read(connection: Connection, asked: Filter = following) -> Meetings:
            return await queries.list_page(connection, asked)

        page = await services.database.as_caller(caller, read)
        yield table.lines(page.items)
