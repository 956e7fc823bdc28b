"""Log-in, refresh, log-out, and who the caller is; the other routes of accounts stand in their modules."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, Request, Response

from backend.accounts import (
    client_routes,
    company_routes,
    links,
    password_routes,
    profiles,
    queries,
    second_factor_routes,
    session_routes,
)
from backend.accounts.addresses import client_address
from backend.accounts.second_factor import matching_step, recovery_hash
from backend.accounts.second_factor_routes import second_factor_of
from backend.accounts.tokens import tokens_for
from backend.auth import Authenticated
from backend.database import Connection
from backend.errors import ServiceError
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import (
    Clients,
    LoginRequest,
    ProfileChange,
    RefreshRequest,
    Tokens,
    User,
    WholeNumber,
)

log = structlog.stdlib.get_logger(__name__)
_APP_CODE_LENGTH_MAX = 8
"""Six digits, however they are spaced; recovery codes are longer."""

accounts = APIRouter(prefix="/v1", tags=["accounts"])


@accounts.post(
    "/auth/login",
    responses=problems(ApiErrorCode.INVALID_CREDENTIALS, ApiErrorCode.TOTP_REQUIRED, ApiErrorCode.TOO_MANY),
)
async def log_in(body: LoginRequest, request: Request, response: Response, services: ServicesOf) -> Tokens:
    """Exchange address and password for tokens; with a second factor, its code as well.

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
        await _note_refusal(services, check.account_id)
        raise ServiceError(ApiErrorCode.INVALID_CREDENTIALS)
    account_id = check.account_id
    aal = "aal1"
    if check.totp_secret is not None:
        await _demand_second_factor(services, account_id, check.totp_secret, body, address)
        aal = "aal2"
    new_hash = await services.passwords.renewed(check.password_hash, body.password)

    async def complete(connection: Connection) -> tuple[UUID | None, User | None]:
        session_id = await queries.complete_sign_in(
            connection,
            account_id,
            email=body.email,
            address=address,
            device=body.device,
            aal=aal,
            password_set_at=check.password_set_at,
            new_hash=new_hash,
        )
        return session_id, await queries.profile(connection, account_id)

    session_id, user = await services.database.as_worker(complete)
    if user is None or session_id is None:
        # Deactivated, or given another password, meanwhile: the same answer as a moment later.
        raise ServiceError(ApiErrorCode.INVALID_CREDENTIALS)
    return tokens_for(services, response, user, session_id, aal=aal)


async def _note_refusal(services: Services, account_id: UUID | None) -> None:
    async def note(connection: Connection) -> None:
        await queries.audit_failed_sign_in(connection, account_id)

    await services.database.as_worker(note)


async def _demand_second_factor(
    services: Services, account_id: UUID, sealed: bytes, body: LoginRequest, address: str
) -> None:
    """Use up the code that came with a right password.

    Raises:
        ServiceError: `TOTP_REQUIRED` for none and for a wrong one, `TOO_MANY`.
    """
    given = body.totp
    if given is None:

        async def forgive(connection: Connection) -> None:
            await queries.forgive_sign_in(connection, account_id, body.email, address)

        await services.database.as_worker(forgive)
        raise ServiceError(ApiErrorCode.TOTP_REQUIRED)

    async def count(connection: Connection) -> int:
        return await queries.count_second_factor(connection, account_id)

    retry_after_s = await services.database.as_worker(count)
    if retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=retry_after_s)
    factor = second_factor_of(services)
    # A recovery code needs no secret: it also helps when the key of the settings is lost.
    by_app = len(given) <= _APP_CODE_LENGTH_MAX
    step = matching_step(factor.unseal(account_id, sealed), given) if factor and by_app else None

    async def use(connection: Connection) -> bool:
        return await queries.use_second_factor(connection, account_id, step, recovery_hash(given))

    if not await services.database.as_worker(use):
        await _note_refusal(services, account_id)
        raise ServiceError(ApiErrorCode.TOTP_REQUIRED)


@accounts.post("/auth/refresh", responses=problems(ApiErrorCode.UNAUTHENTICATED, ApiErrorCode.SESSION_ENDED))
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
    if user is None or rotation.counter is None or rotation.aal is None:
        if rotation.outcome == "reused":
            log.warning("a refresh token came back after its time, session ended", session=str(session_id))
            services.jobs.wake()
        raise ServiceError(ApiErrorCode.SESSION_ENDED)
    return tokens_for(services, response, user, session_id, aal=rotation.aal, counter=rotation.counter)


@accounts.post("/auth/logout", status_code=204)
async def log_out(body: RefreshRequest, services: ServicesOf) -> Response:
    """End the session behind a refresh token; 204 whatever the token is worth."""
    held = services.refresh_tokens.decode(body.refresh_token)
    if held is not None:
        session_id = held[0]

        async def end(connection: Connection) -> None:
            await queries.end_session(connection, session_id, "logged-out")

        await services.database.as_worker(end)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@accounts.get("/me")
async def read_me(caller: Authenticated, services: ServicesOf) -> User:
    """The signed-in person."""
    return (await services.database.as_caller(caller, queries.me)).user


@accounts.patch("/me")
async def change_me(body: ProfileChange, caller: Authenticated, services: ServicesOf) -> User:
    """Change one's own name, language or time zone."""
    profiles.demand_known_time_zone(body.time_zone)

    async def change(connection: Connection) -> User:
        await queries.update_me(connection, body)
        return (await queries.me(connection)).user

    return await services.database.as_caller(caller, change)


@accounts.get("/clients")
async def list_clients(
    caller: Authenticated,
    services: ServicesOf,
    limit: Annotated[WholeNumber, Query(ge=1, le=100)] = 100,
    cursor: UUID | None = None,
    inactive: bool = False,
) -> Clients:
    """The clients an operator can plan a meeting with; with `inactive` also the deactivated ones."""

    async def read(connection: Connection) -> Clients:
        return await queries.list_clients(connection, limit=limit, after=cursor, inactive=inactive)

    return await services.database.as_caller(caller, read)


router = APIRouter()
for part in (
    accounts,
    client_routes.router,
    password_routes.router,
    second_factor_routes.router,
    session_routes.router,
    company_routes.router,
    links.router,
):
    router.include_router(part)
