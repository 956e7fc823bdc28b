"""Log-in, refresh, log-out, and who the caller is."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request, Response

from backend.accounts import queries
from backend.auth import ACCESS_TOKEN_LIFE_S, Authenticated
from backend.database import Connection
from backend.errors import ServiceError
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import Clients, LoginRequest, RefreshRequest, Tokens, User

log = structlog.stdlib.get_logger(__name__)
router = APIRouter(prefix="/v1", tags=["accounts"])


@router.post("/auth/login")
async def log_in(body: LoginRequest, request: Request, response: Response, services: ServicesOf) -> Tokens:
    """Exchange address and password for tokens.

    The answer to a wrong one is the same, and takes as long, whether the account exists or not.
    """
    address = client_address(request)
    if not services.flood.allow(address):
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=1)

    async def begin(connection: Connection) -> queries.SignInCheck:
        return await queries.begin_sign_in(connection, body.email, address)

    check = await services.database.as_worker(begin)
    if check.retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=check.retry_after_s)
    # No connection is held while the hash is computed.
    right = await services.passwords.matches(check.password_hash, body.password)
    if not right or check.account_id is None or check.password_hash is None:

        async def note(connection: Connection) -> None:
            await queries.audit_failed_sign_in(connection, check.account_id)

        await services.database.as_worker(note)
        raise ServiceError(ApiErrorCode.INVALID_CREDENTIALS)
    new_hash = await services.passwords.renewed(check.password_hash, body.password)
    account_id = check.account_id

    async def complete(connection: Connection) -> tuple[UUID, User | None]:
        session_id = await queries.complete_sign_in(
            connection,
            account_id,
            email=body.email,
            address=address,
            device=body.device,
            new_hash=new_hash,
        )
        return session_id, await queries.profile(connection, account_id)

    session_id, user = await services.database.as_worker(complete)
    if user is None:
        # Deactivated while the hash was computed: the same answer as a moment later.
        raise ServiceError(ApiErrorCode.INVALID_CREDENTIALS)
    response.headers["Cache-Control"] = "no-store"
    return _tokens(services, user, session_id, counter=0)


@router.post("/auth/refresh")
async def refresh(body: RefreshRequest, request: Request, response: Response, services: ServicesOf) -> Tokens:
    """Exchange a refresh token for new tokens; a token that was already used ends the session."""
    held = services.refresh_tokens.decode(body.refresh_token)
    if held is None:
        raise ServiceError(ApiErrorCode.UNAUTHENTICATED)
    session_id, counter = held
    address = client_address(request)

    async def rotate(connection: Connection) -> tuple[queries.Rotation, User | None]:
        rotation = await queries.rotate_session(connection, session_id, counter, address)
        if rotation.account_id is None:
            return rotation, None
        return rotation, await queries.profile(connection, rotation.account_id)

    rotation, user = await services.database.as_worker(rotate)
    if user is None or rotation.counter is None:
        if rotation.outcome == "reused":
            log.warning("a refresh token came back after its time, session ended", session=str(session_id))
        raise ServiceError(ApiErrorCode.SESSION_ENDED)
    response.headers["Cache-Control"] = "no-store"
    return _tokens(services, user, session_id, counter=rotation.counter)


@router.post("/auth/logout", status_code=204)
async def log_out(body: RefreshRequest, services: ServicesOf) -> Response:
    """End the session behind a refresh token; 204 whatever the token is worth."""
    held = services.refresh_tokens.decode(body.refresh_token)
    if held is not None:
        session_id = held[0]

        async def end(connection: Connection) -> None:
            await queries.end_session(connection, session_id, "logged-out")

        await services.database.as_worker(end)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@router.get("/me")
async def read_me(caller: Authenticated, services: ServicesOf) -> User:
    """The signed-in person."""
    return (await services.database.as_caller(caller, queries.me)).user


@router.get("/clients")
async def list_clients(
    caller: Authenticated,
    services: ServicesOf,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    cursor: UUID | None = None,
) -> Clients:
    """The clients an operator can plan a meeting with."""

    async def read(connection: Connection) -> Clients:
        return await queries.list_clients(connection, limit=limit, after=cursor)

    return await services.database.as_caller(caller, read)


def client_address(request: Request) -> str:
    """The address limits count by: whole for IPv4, the /64 for IPv6, where hosts own so many."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _tokens(services: Services, user: User, session_id: UUID, *, counter: int) -> Tokens:
    return Tokens(
        access_token=services.access_tokens.issue(user.id, session_id),
        expires_in=ACCESS_TOKEN_LIFE_S,
        refresh_token=services.refresh_tokens.encode(session_id, counter),
        user=user,
    )
