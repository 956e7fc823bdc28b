"""The operator's clients: inviting them, changing them, closing and opening their accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from backend.accounts import client_queries
from backend.accounts.addresses import mail_address
from backend.accounts.links import app_link, new_code, web_link
from backend.accounts.profiles import demand_known_time_zone
from backend.auth import Authenticated
from backend.database import Connection
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import ClientAccount, ClientRequest, Invite, InvitedClient, ProfileChange

router = APIRouter(prefix="/v1/clients", tags=["accounts"])


@router.post("", status_code=201, responses=problems(ApiErrorCode.IDEMPOTENCY_MISMATCH))
async def invite_client(
    body: ClientRequest,
    caller: Authenticated,
    services: ServicesOf,
    response: Response,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> InvitedClient:
    """Make a client's account and mail him a single-use link, which is given here too.

    The same `Idempotency-Key` gives the same client for a day; the link is not kept, so only the
    first answer has it.
    """
    asked = body.model_copy(update={"email": mail_address(body.email)})
    demand_known_time_zone(body.time_zone)
    code = new_code()

    async def invite(connection: Connection) -> InvitedClient:
        if idempotency_key is not None:
            known = await client_queries.claim_key(connection, idempotency_key, asked)
            if known is not None:
                return InvitedClient(**(await client_queries.get(connection, known)).model_dump())
        client_id, until = await client_queries.invite(connection, asked, code)
        if idempotency_key is not None:
            await client_queries.keep_answer(connection, idempotency_key, client_id)
        account = await client_queries.get(connection, client_id)
        return InvitedClient(**account.model_dump(), invite=_links(services, code, until))

    invited = await services.database.as_caller(caller, invite)
    services.jobs.wake()
    response.headers["Location"] = f"{router.prefix}/{invited.id}"
    response.headers["Cache-Control"] = "no-store"
    return invited


@router.get("/{client_id}")
async def read_client(client_id: UUID, caller: Authenticated, services: ServicesOf) -> ClientAccount:
    """One client with his address (operators)."""

    async def read(connection: Connection) -> ClientAccount:
        return await client_queries.get(connection, client_id)

    return await services.database.as_caller(caller, read)


@router.patch("/{client_id}")
async def change_client(
    client_id: UUID, body: ProfileChange, caller: Authenticated, services: ServicesOf
) -> ClientAccount:
    """Change a client's name, language or time zone (operators)."""
    demand_known_time_zone(body.time_zone)

    async def change(connection: Connection) -> ClientAccount:
        await client_queries.change(connection, client_id, body)
        return await client_queries.get(connection, client_id)

    return await services.database.as_caller(caller, change)


@router.post(
    "/{client_id}/invite",
    status_code=202,
    responses=problems(ApiErrorCode.CLIENT_INACTIVE, ApiErrorCode.INVITE_ACCEPTED, ApiErrorCode.TOO_MANY),
)
async def invite_again(
    client_id: UUID, caller: Authenticated, services: ServicesOf, response: Response
) -> Invite:
    """Mail a new link; the one before it no longer works. 409 once the client has accepted."""
    code = new_code()

    async def renew(connection: Connection) -> Invite:
        return _links(services, code, await client_queries.renew_invite(connection, client_id, code))

    invite = await services.database.as_caller(caller, renew)
    services.jobs.wake()
    response.headers["Cache-Control"] = "no-store"
    return invite


@router.post("/{client_id}/deactivate", status_code=204)
async def deactivate_client(client_id: UUID, caller: Authenticated, services: ServicesOf) -> Response:
    """Close a client's account: he sees nothing from now on and his sessions end."""
    return await _set_active(services, caller, client_id, active=False)


@router.post("/{client_id}/reactivate", status_code=204)
async def reactivate_client(client_id: UUID, caller: Authenticated, services: ServicesOf) -> Response:
    """Open a closed account again; he signs in with his password."""
    return await _set_active(services, caller, client_id, active=True)


async def _set_active(
    services: Services, caller: Authenticated, client_id: UUID, *, active: bool
) -> Response:
    async def change(connection: Connection) -> None:
        await client_queries.set_active(connection, client_id, active=active)

    await services.database.as_caller(caller, change)
    return Response(status_code=204)


def _links(services: Services, code: str, until: datetime) -> Invite:
    return Invite(
        link=app_link("invite", code),
        web_link=web_link(services.settings.public_url or "", "invite", code),
        expires_at=until,
    )
