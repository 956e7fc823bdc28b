"""GET /notifications and POST /notifications/read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.auth import Authenticated
from backend.database import Connection
from backend.notices import queries
from backend.services import ServicesOf
from backend_client.models import Notifications, ReadNotificationsRequest, WholeNumber

router = APIRouter(prefix="/v1/notifications", tags=["notifications"])


@router.get("")
async def list_notifications(
    caller: Authenticated,
    services: ServicesOf,
    limit: Annotated[WholeNumber, Query(ge=1, le=100)] = 50,
    cursor: UUID | None = None,
) -> Notifications:
    """The caller's notifications, newest first."""

    async def read(connection: Connection) -> Notifications:
        return await queries.list_page(connection, limit=limit, cursor=cursor)

    return await services.database.as_caller(caller, read)


@router.post("/read", status_code=204)
async def mark_read(body: ReadNotificationsRequest, caller: Authenticated, services: ServicesOf) -> Response:
    """Mark some or all as read."""

    async def mark(connection: Connection) -> None:
        await queries.mark_read(connection, body.ids, everything=body.all)

    await services.database.as_caller(caller, mark)
    return Response(status_code=204)
