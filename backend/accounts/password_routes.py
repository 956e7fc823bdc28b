"""New passwords: by invitation, by a reset's code, by the old one; and giving one's password again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from backend.accounts import password_queries
from backend.accounts.addresses import client_address
from backend.accounts.password_queries import CodeOwner, PasswordOwner
from backend.accounts.queries import profile
from backend.accounts.strength import demand_strong
from backend.accounts.tokens import tokens_for
from backend.auth import Authenticated
from backend.database import Caller, Connection
from backend.errors import ServiceError
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import (
    AcceptInviteRequest,
    PasswordChange,
    PasswordCheck,
    ResetConfirmation,
    ResetRequest,
    Tokens,
)

router = APIRouter(prefix="/v1/auth", tags=["accounts"])


@router.post(
    "/password-reset", status_code=202, response_class=Response, responses=problems(ApiErrorCode.TOO_MANY)
)
async def ask_for_reset(body: ResetRequest, request: Request, services: ServicesOf) -> Response:
    """Ask for a mail with a code; 202 in the same time, whether the account exists or not."""
    address = _not_a_flood(services, request)

    async def ask(connection: Connection) -> int:
        return await password_queries.ask_for_reset(connection, body.email, address)

    retry_after_s = await services.database.as_worker(ask)
    if retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=retry_after_s)
    services.jobs.wake()
    return Response(status_code=202, headers={"Cache-Control": "no-store"})


@router.post(
    "/password-reset/confirm",
    status_code=204,
    responses=problems(ApiErrorCode.CODE_EXPIRED, ApiErrorCode.TOO_MANY),
)
async def confirm_reset(body: ResetConfirmation, request: Request, services: ServicesOf) -> Response:
    """Set a password by the mailed code. Every session ends and the owner is told by mail."""
    address = _not_a_flood(services, request)
    await _demand_good(services, "reset", body.code, body.password, address)
    new_hash = await services.passwords.hashed(body.password)

    async def confirm(connection: Connection) -> bool:
        return await password_queries.confirm_reset(connection, body.code, new_hash, address)

    if not await services.database.as_worker(confirm):
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    services.jobs.wake()
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@router.post("/invites/accept", responses=problems(ApiErrorCode.CODE_EXPIRED, ApiErrorCode.TOO_MANY))
async def accept_invite(
    body: AcceptInviteRequest, request: Request, response: Response, services: ServicesOf
) -> Tokens:
    """Accept an invitation: choose a password, correct one's name, and be signed in."""
    address = _not_a_flood(services, request)
    await _demand_good(services, "invite", body.code, body.password, address, body.full_name)
    new_hash = await services.passwords.hashed(body.password)

    async def accept(connection: Connection) -> Tokens | None:
        accepted = await password_queries.accept_invite(
            connection, body.code, new_hash, full_name=body.full_name, address=address, device=body.device
        )
        if accepted is None:
            return None
        user = await profile(connection, accepted.account_id)
        return None if user is None else tokens_for(services, response, user, accepted.session_id)

    tokens = await services.database.as_worker(accept)
    if tokens is None:
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    return tokens


@router.post("/password-check", status_code=204, responses=problems(ApiErrorCode.TOO_MANY))
async def check_password(body: PasswordCheck, caller: Authenticated, services: ServicesOf) -> Response:
    """Give one's password again; for ten minutes the session may do what asks for a recent one."""
    await _demand_own(services, caller, body.password, "/password")

    async def note(connection: Connection) -> None:
        await password_queries.confirm_password(connection, caller)

    await services.database.as_worker(note)
    return Response(status_code=204)


@router.post("/password", status_code=204, responses=problems(ApiErrorCode.TOO_MANY))
async def change_password(body: PasswordChange, caller: Authenticated, services: ServicesOf) -> Response:
    """Replace one's password. The other sessions end and the owner is told by mail."""
    owner = await _demand_own(services, caller, body.old_password, "/old_password")
    await demand_strong(body.password, [owner.email, owner.full_name])
    new_hash = await services.passwords.hashed(body.password)

    async def change(connection: Connection) -> bool:
        return await password_queries.change_password(connection, caller, new_hash, owner.password_set_at)

    if not await services.database.as_worker(change):
        # Somebody changed it meanwhile: the old password is no longer the old password.
        raise _wrong_password("/old_password")
    services.jobs.wake()
    return Response(status_code=204)


def _not_a_flood(services: Services, request: Request) -> str:
    """The caller's address, if it does not ask too often."""
    address = client_address(request)
    if not services.flood.allow(address):
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=1)
    return address


async def _demand_good(
    services: Services, kind: str, code: str, password: str, address: str, *more_words: str
) -> None:
    """Refuse a code that is over, before any work, and a weak password, before the code is used."""

    async def look_up(connection: Connection) -> CodeOwner:
        return await password_queries.look_up_code(connection, kind, code, address)

    owner = await services.database.as_worker(look_up)
    if owner.retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=owner.retry_after_s)
    if owner.email is None or owner.full_name is None:
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    await demand_strong(password, [owner.email, owner.full_name, *more_words])


async def _demand_own(services: Services, caller: Caller, password: str, pointer: str) -> PasswordOwner:
    """Refuse a password that is not the caller's."""

    async def begin(connection: Connection) -> PasswordOwner:
        return await password_queries.begin_password_check(connection, caller)

    owner = await services.database.as_worker(begin)
    if owner.retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=owner.retry_after_s)
    if not await services.passwords.matches(owner.password_hash, password):
        raise _wrong_password(pointer)
    return owner


def _wrong_password(pointer: str) -> ServiceError:
    return ServiceError(ApiErrorCode.INVALID, fields={pointer: FieldErrorCode.WRONG_PASSWORD})
