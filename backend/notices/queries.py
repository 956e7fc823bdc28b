"""The database's side of notifications."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backend.database import Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import Notification, Notifications


async def list_page(connection: Connection, *, limit: int, cursor: UUID | None) -> Notifications:
    """The caller's notifications, newest first; `cursor` is the last one of the page before.

    Raises:
        ServiceError: `INVALID` when the cursor is no notification of the caller's.
    """
    values: dict[str, object] = {"limit": limit + 1, "cursor": cursor}
    if cursor is not None:
        found = await (
            await connection.execute("select created_at from public.notifications where id = %s", [cursor])
        ).fetchone()
        if found is None:
            raise ServiceError(ApiErrorCode.INVALID, fields={"/cursor": FieldErrorCode.WRONG_TYPE})
        values["created_at"] = found["created_at"]
        rows = await (
            await connection.execute(
                "select id, kind, meeting_id, body, created_at, read_at from public.notifications"
                " where recipient = (select auth.uid()) and (created_at, id) < (%(created_at)s, %(cursor)s)"
                " order by created_at desc, id desc limit %(limit)s",
                values,
            )
        ).fetchall()
    else:
        rows = await (
            await connection.execute(
                "select id, kind, meeting_id, body, created_at, read_at from public.notifications"
                " where recipient = (select auth.uid()) order by created_at desc, id desc limit %(limit)s",
                values,
            )
        ).fetchall()
    items = [Notification.model_validate(row) for row in rows[:limit]]
    return Notifications(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


async def mark_read(connection: Connection, ids: Sequence[UUID], *, everything: bool) -> None:
    """Mark some or all of the caller's notifications as read; those of others stay as they are."""
    await connection.execute("select public.mark_notifications_read(%s::uuid[], %s)", [list(ids), everything])
