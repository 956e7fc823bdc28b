"""GET /livez, /readyz and the public keys: for those who run the service, not for its users."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from backend import migrate
from backend.database import Connection
from backend.errors import ServiceError
from backend.services import Services, ServicesOf
from backend_client.models import Health

router = APIRouter(tags=["health"])

_EXPECTED = [migration.version for migration in migrate.load()]


@router.get("/livez")
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health, "description": "Requests cannot be served"}})
async def ready(services: ServicesOf, response: Response) -> Health:
    """Whether requests can be served: database, its schema, the events' connection.

    OpenVidu is told but not required: without it everything but starting and entering works.
    """
    database, media = await asyncio.gather(_database_ready(services), _media_ready(services))
    events = services.hub.connected
    if not (database and events):
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    return Health(
        status="ok" if database and events else "unavailable", database=database, events=events, media=media
    )


@router.get("/.well-known/jwks.json")
async def key_set(services: ServicesOf, response: Response) -> dict[str, Any]:
    """The public halves of the keys that sign access tokens."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return services.access_tokens.key_set()


async def _database_ready(services: Services) -> bool:
    async def read(connection: Connection) -> list[str]:
        cursor = await connection.execute("select version from private.applied_migrations() as version")
        return [row["version"] for row in await cursor.fetchall()]

    try:
        # A newer database is fine: migrations run while the version before them still serves.
        return set(await services.database.as_worker(read)) >= set(_EXPECTED)
    except ServiceError:
        return False


async def _media_ready(services: Services) -> bool:
    return services.openvidu is not None and await services.openvidu.answers()
