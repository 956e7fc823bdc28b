"""Switching the second factor on and off. Offered where `VISIO_TOTP_KEY` is set."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.accounts import queries
from backend.accounts.second_factor import (
    SecondFactor,
    matching_step,
    new_recovery_codes,
    new_secret,
    otpauth_uri,
    recovery_hash,
)
from backend.auth import Authenticated
from backend.database import Connection
from backend.errors import ServiceError
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import TotpConfirmation, TotpEnrolment

router = APIRouter(prefix="/v1/auth/totp", tags=["accounts"])


def second_factor_of(services: Services) -> SecondFactor | None:
    """What seals secrets, or None where no key is configured: then nobody can enrol."""
    key = services.settings.totp_key
    return None if key is None else SecondFactor(key.get_secret_value())


def _demanded(services: Services) -> SecondFactor:
    factor = second_factor_of(services)
    if factor is None:
        raise ServiceError(ApiErrorCode.NOT_FOUND, detail="no second factor: VISIO_TOTP_KEY is not set")
    return factor


@router.post("/enrol", responses=problems(ApiErrorCode.PASSWORD_REQUIRED, ApiErrorCode.NOT_FOUND))
async def enrol(caller: Authenticated, services: ServicesOf, response: Response) -> TotpEnrolment:
    """Get a secret and recovery codes (operators, recent password). Without effect until confirmed."""
    factor = _demanded(services)
    secret, codes = new_secret(), new_recovery_codes()
    sealed = factor.seal(caller.account_id, secret)

    async def stage(connection: Connection) -> str:
        await connection.execute(
            "select public.stage_totp(%s, %s)", [sealed, [recovery_hash(code) for code in codes]]
        )
        return (await queries.me(connection)).user.email

    email = await services.database.as_caller(caller, stage)
    response.headers["Cache-Control"] = "no-store"
    return TotpEnrolment(otpauth_uri=otpauth_uri(secret, email), recovery_codes=codes)


@router.post(
    "/confirm", status_code=204, responses=problems(ApiErrorCode.PASSWORD_REQUIRED, ApiErrorCode.NOT_FOUND)
)
async def confirm(body: TotpConfirmation, caller: Authenticated, services: ServicesOf) -> Response:
    """Prove the enrolled secret by a code; from now on log-in asks for one."""
    factor = _demanded(services)

    async def use(connection: Connection) -> bool:
        row = await (await connection.execute("select public.my_staged_totp() as sealed")).fetchone()
        sealed: bytes | None = row["sealed"] if row else None
        if sealed is None:
            return False
        step = matching_step(factor.unseal(caller.account_id, sealed), body.code)
        if step is None:
            return False
        row = await (
            await connection.execute("select public.confirm_totp(%s, %s) as confirmed", [sealed, step])
        ).fetchone()
        return bool(row and row["confirmed"])

    if not await services.database.as_caller(caller, use):
        raise ServiceError(ApiErrorCode.INVALID, fields={"/code": FieldErrorCode.WRONG_CODE})
    return Response(status_code=204)


@router.post("/disable", status_code=204, responses=problems(ApiErrorCode.PASSWORD_REQUIRED))
async def disable(caller: Authenticated, services: ServicesOf) -> Response:
    """Do without the second factor again (recent password)."""

    async def end(connection: Connection) -> None:
        await connection.execute("select public.disable_totp()")

    await services.database.as_caller(caller, end)
    return Response(status_code=204)
