"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from backend.auth import Authenticated
from backend.database import Connection
from backend.services import ServicesOf
from backend_client.models import SignInSession, SignInSessions

router = APIRouter(prefix="/v1/auth/sessions", tags=["accounts"])


@router.get("")
async def list_sessions(caller: Authenticated, services: ServicesOf, response: Response) -> SignInSessions:
    """The caller's living sessions, the latest used first."""
    response.headers["Cache-Control"] = "no-store"

    async def read(connection: Connection) -> SignInSessions:
        rows = await (await connection.execute("select * from public.my_sessions()")).fetchall()
        return SignInSessions(items=[SignInSession.model_validate(row) for row in rows])

    return await services.database.as_caller(caller, read)


@router.delete("", status_code=204)
async def end_sessions(caller: Authenticated, services: ServicesOf, keep_current: bool = False) -> Response:
    """Log out everywhere; with `keep_current` everywhere else."""

    async def end(connection: Connection) -> None:
        await connection.execute("select public.end_my_sessions(%s)", [keep_current])

    await services.database.as_caller(caller, end)
    return Response(status_code=204)


@router.delete("/{session_id}", status_code=204)
async def end_session(session_id: UUID, caller: Authenticated, services: ServicesOf) -> Response:
    """End one of the caller's sessions; 404 for those of others, 204 again for one that has ended."""

    async def end(connection: Connection) -> None:
        await connection.execute("select public.end_my_session(%s)", [session_id])

    await services.database.as_caller(caller, end)
    return Response(status_code=204)
