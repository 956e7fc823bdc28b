"""Signing in with the company's log-in, from the app through the browser and back.

    app      POST /auth/company/start {challenge, port}    → the provider's address, opened in the browser
    browser  … the provider …  → GET /auth/company/callback → mikl://company/<code>, or loopback
    app      POST /auth/company/exchange {code, verifier}  → tokens

The code lives for a minute, works once, and only together with the verifier that has never left the
app. Without a provider in the settings every one of these is 404.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response

from backend.accounts import queries
from backend.accounts.addresses import client_address
from backend.accounts.company import Company, CompanyRefusedError, challenge_of
from backend.accounts.links import new_code
from backend.accounts.tokens import tokens_for
from backend.database import Connection
from backend.errors import ServiceError
from backend.openapi import problems
from backend.services import Services, ServicesOf
from backend_client.errors import ApiErrorCode
from backend_client.models import CompanyExchange, CompanyLogIn, CompanyName, CompanyStart, Tokens, User
from resources.brand import URL_SCHEME

log = structlog.stdlib.get_logger(__name__)
router = APIRouter(prefix="/v1/auth/company", tags=["accounts"])


async def _company(services: ServicesOf) -> Company:
    if services.company is None:
        raise ServiceError(ApiErrorCode.NOT_FOUND, detail="no company log-in is configured")
    return services.company


CompanyOf = Annotated[Company, Depends(_company)]


@router.get("", responses=problems(ApiErrorCode.NOT_FOUND))
async def read_company(company: CompanyOf) -> CompanyName:
    """Whether there is a company log-in, and what to call it."""
    return CompanyName(name=company.name)


@router.post(
    "/start",
    responses=problems(ApiErrorCode.NOT_FOUND, ApiErrorCode.TOO_MANY, ApiErrorCode.IDENTITY_UNAVAILABLE),
)
async def start(
    body: CompanyStart, request: Request, response: Response, company: CompanyOf, services: ServicesOf
) -> CompanyLogIn:
    """Begin: the address to open in the person's browser, good for ten minutes."""
    address = client_address(request)
    if not services.flood.allow(address):
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=1)
    question = await company.question()

    async def begin(connection: Connection) -> int:
        cursor = await connection.execute(
            "select private.begin_company_login(%s, %s, %s, %s, %s, %s) as retry_after_s",
            [question.state, question.nonce, question.verifier, body.challenge, body.port, address],
        )
        row = await cursor.fetchone()
        assert row is not None
        return int(row["retry_after_s"])

    retry_after_s = await services.database.as_worker(begin)
    if retry_after_s:
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=retry_after_s)
    response.headers["Cache-Control"] = "no-store"
    return CompanyLogIn(authorize_url=question.url)


@router.get("/callback", include_in_schema=False)
async def come_back(
    company: CompanyOf,
    services: ServicesOf,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Where the provider sends the browser; hands on to the app, with a code of ours or the reason."""

    async def take(connection: Connection) -> dict[str, Any] | None:
        query = "select * from private.return_company_login(%s)"
        return await (await connection.execute(query, [state])).fetchone()

    held = await services.database.as_worker(take)
    if held is None:
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    port = held["port"]
    if error or not code:
        return _to_app(port, "error/denied")
    try:
        person = await company.answer(code, nonce=str(held["nonce"]), verifier=str(held["verifier"]))
    except CompanyRefusedError as refusal:
        log.warning("the company's log-in proves nobody", reason=str(refusal))
        return _to_app(port, "error/refused")
    except ServiceError:
        return _to_app(port, "error/unavailable")
    ours = new_code()

    async def finish(connection: Connection) -> bool:
        cursor = await connection.execute(
            "select private.finish_company_login(%s, %s, %s, %s, %s) as done",
            [state, person.issuer, person.subject, person.email, ours],
        )
        row = await cursor.fetchone()
        return bool(row and row["done"])

    done = await services.database.as_worker(finish)
    return _to_app(port, ours if done else "error/no-account")


@router.post(
    "/exchange",
    responses=problems(
        ApiErrorCode.NOT_FOUND, ApiErrorCode.CODE_EXPIRED, ApiErrorCode.TOTP_REQUIRED, ApiErrorCode.TOO_MANY
    ),
)
async def exchange(
    body: CompanyExchange, request: Request, response: Response, company: CompanyOf, services: ServicesOf
) -> Tokens:
    """End: our code and the app's verifier for tokens.

    Whoever has a second factor here is asked for it by the log-in with a password: `totp-required`.
    """
    del company
    address = client_address(request)
    if not services.flood.allow(address):
        raise ServiceError(ApiErrorCode.TOO_MANY, retry_after_s=1)
    return await _exchange(services, body, address, response)


async def _exchange(services: Services, body: CompanyExchange, address: str, response: Response) -> Tokens:
    async def use(connection: Connection) -> dict[str, Any] | None:
        query = "select * from private.use_company_code(%s, %s)"
        return await (await connection.execute(query, [body.code, challenge_of(body.verifier)])).fetchone()

    owner = await services.database.as_worker(use)
    if owner is None:
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    if owner["has_second_factor"]:
        raise ServiceError(ApiErrorCode.TOTP_REQUIRED)
    account_id: UUID = owner["user_id"]

    async def complete(connection: Connection) -> tuple[UUID | None, User | None]:
        session_id = await queries.complete_sign_in(
            connection,
            account_id,
            email=str(owner["email"]),
            address=address,
            device=body.device,
            aal="aal1",
            password_set_at=None,
            new_hash=None,
        )
        return session_id, await queries.profile(connection, account_id)

    session_id, user = await services.database.as_worker(complete)
    if user is None or session_id is None:
        raise ServiceError(ApiErrorCode.CODE_EXPIRED)
    return tokens_for(services, response, user, session_id)


def _to_app(port: object, rest: str) -> Response:
    """Send the browser to the app: by its scheme, or to where it listens on this machine."""
    place = f"{URL_SCHEME}://company" if port is None else f"http://127.0.0.1:{port}/company"
    return Response(
        status_code=303,
        headers={
            "Location": f"{place}/{rest}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
