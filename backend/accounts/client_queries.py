"""The database's side of an operator's clients, under the operator's claims."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from backend.database import Connection
from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode
from backend_client.models import ClientAccount, ClientRequest, ProfileChange

_OPERATION = "POST /v1/clients"


async def get(connection: Connection, client_id: UUID) -> ClientAccount:
    """One client, deactivated or not.

    Raises:
        ServiceError: `FORBIDDEN` for clients, `NOT_FOUND`.
    """
    cursor = await connection.execute("select * from public.client_accounts(1, null, true, %s)", [client_id])
    row = await cursor.fetchone()
    if row is None:
        raise ServiceError(ApiErrorCode.NOT_FOUND)
    return ClientAccount.model_validate(row)


async def invite(connection: Connection, request: ClientRequest, code: str) -> tuple[UUID, datetime]:
    """Make the account, its code and its mail; the client's id and the code's end.

    Raises:
        ServiceError: `FORBIDDEN`, `SESSION_ENDED`, `INVALID` (`ALREADY_USED`).
    """
    row = await _one(
        connection,
        "select * from public.invite_client(%s, %s, %s, %s, %s)",
        [request.email, request.full_name, request.locale, request.time_zone, code],
    )
    return row["client_id"], row["expires_at"]


async def renew_invite(connection: Connection, client_id: UUID, code: str) -> datetime:
    """A new code in place of those before it; when it ends.

    Raises:
        ServiceError: `FORBIDDEN`, `NOT_FOUND`, `INVITE_ACCEPTED`, `CLIENT_INACTIVE`, `TOO_MANY`.
    """
    row = await _one(connection, "select public.renew_invite(%s, %s) as until", [client_id, code])
    until: datetime = row["until"]
    return until


async def change(connection: Connection, client_id: UUID, wanted: ProfileChange) -> None:
    """Change what is named.

    Raises:
        ServiceError: `FORBIDDEN`, `NOT_FOUND`.
    """
    await connection.execute(
        "select public.update_client(%s, %s, %s, %s)",
        [client_id, wanted.full_name, wanted.locale, wanted.time_zone],
    )


async def set_active(connection: Connection, client_id: UUID, *, active: bool) -> None:
    """Close or open an account; nothing happens when it is so already.

    Raises:
        ServiceError: `FORBIDDEN`, `NOT_FOUND`.
    """
    await connection.execute("select public.set_client_active(%s, %s)", [client_id, active])


async def claim_key(connection: Connection, key: str, request: ClientRequest) -> UUID | None:
    """Claim an idempotency key; the client that an earlier request with it made, if there was one.

    Raises:
        ServiceError: `IDEMPOTENCY_MISMATCH`.
    """
    digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    row = await _one(
        connection, "select * from private.claim_idempotency_key(%s, %s, %s)", [key, _OPERATION, digest]
    )
    return UUID(row["response"]["id"]) if row["status"] is not None else None


async def keep_answer(connection: Connection, key: str, client_id: UUID) -> None:
    """Keep which client a key stands for. The code is not kept: the table holds no secrets."""
    await connection.execute(
        "select private.keep_idempotent_answer(%s, 201, %s)", [key, Jsonb({"id": str(client_id)})]
    )


async def _one(connection: Connection, query: Any, parameters: list[Any]) -> dict[str, Any]:
    row = await (await connection.execute(query, parameters)).fetchone()
    assert row is not None
    return row
