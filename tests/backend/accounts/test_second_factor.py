"""The second factor: its codes, its secret's seal, and the whole way through the service."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pyotp
import pytest
from pydantic import SecretStr

from backend.accounts.second_factor import (
    STEP_S,
    SecondFactor,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hash,
)
from backend.errors import ServiceError
from tests.backend.people import ALICE, MIKL, Person, code_of, signed_in, wrong_fields
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase, running_service

PASSWORD = "demo-visio"


@pytest.fixture
def sealing_service(database: TestDatabase) -> Iterator[RunningService]:
    """A service with a key for second factors."""
    with running_service(database, totp_key=SecretStr("k" * 32)) as running:
        yield running


@pytest.fixture
async def operator(sealing_service: RunningService) -> AsyncIterator[Person]:
    """The operator there."""
    async with signed_in(sealing_service.url, MIKL) as person:
        yield person


@pytest.fixture
async def door(sealing_service: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet, there."""
    async with client_without_tls(f"{sealing_service.url}/v1", timeout=20) as client:
        yield client


def test_three_steps_match_and_no_others() -> None:
    """The current code and its neighbours; spaces do not matter."""
    secret, now_s = new_secret(), 1_700_000_000.0
    step = int(now_s // STEP_S)
    for offset in range(-3, 4):
        code = pyotp.TOTP(secret).at(int(now_s) + offset * STEP_S)
        expected = step + offset if abs(offset) <= 1 else None
        assert matching_step(secret, f"{code[:3]} {code[3:]}", now_s) == expected
    for wrong in ("", "000", "abcdef", "١٢٣٤٥٦"):
        assert matching_step(secret, wrong, now_s) is None


def test_the_seal_holds_key_and_account() -> None:
    """Another key, another account or a changed byte: refused; and it never looks the same twice."""
    factor, account, secret = SecondFactor("k" * 32), uuid4(), new_secret()
    sealed = factor.seal(account, secret)
    assert factor.unseal(account, sealed) == secret
    assert secret.encode() not in sealed
    assert factor.seal(account, secret) != sealed
    for other, who, what in (
        (SecondFactor("x" * 32), account, sealed),
        (factor, uuid4(), sealed),
        (factor, account, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(ServiceError, match="internal"):
            other.unseal(who, what)


def test_recovery_codes_are_written_as_one_likes() -> None:
    """Ten different ones; dashes, spaces and capitals do not matter."""
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([A-Z2-9]{4}-){3}[A-Z2-9]{4}", code) for code in codes)
    assert recovery_hash(codes[0]) == recovery_hash(codes[0].replace("-", " ").lower())
    assert recovery_hash(codes[0]) != recovery_hash(codes[1])


async def enrolled(operator: Person) -> tuple[pyotp.TOTP, list[str], str]:
    """The operator's authenticator, his recovery codes, and the code that he confirmed with."""
    answer = await operator.post("/auth/totp/enrol")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    address = urlsplit(body["otpauth_uri"])
    app = pyotp.TOTP(parse_qs(address.query)["secret"][0])
    # The step before: the current one is left for the first log-in.
    code = app.at(int(time.time()) - STEP_S)
    assert (await operator.post("/auth/totp/confirm", {"code": code})).status_code == 204
    return app, body["recovery_codes"], code


async def log_in(door: httpx.AsyncClient, **members: str) -> httpx.Response:
    """The operator's log-in."""
    return await door.post("/auth/login", json={"email": MIKL, "password": PASSWORD, **members})


async def test_log_in_asks_for_the_code_and_takes_each_once(
    operator: Person, door: httpx.AsyncClient, database: TestDatabase
) -> None:
    """None, a wrong one and a used one are refused alike; a right one makes a session of level two."""
    assert (await log_in(door)).status_code == 200
    app, _, used = await enrolled(operator)
    assert code_of(await log_in(door)) == (401, "totp-required")
    for wrong in (used, "000000" if app.now() != "000000" else "111111"):
        assert code_of(await log_in(door, totp=wrong)) == (401, "totp-required")
    assert code_of(await log_in(door, password="wrong", totp=app.now())) == (401, "invalid-credentials")
    code = app.now()
    answers = await asyncio.gather(*(log_in(door, totp=code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    levels = database.admin("select aal, count(*) as n from private.sessions group by aal order by aal")
    assert levels == [{"aal": "aal1", "n": 1}, {"aal": "aal2", "n": 2}]


async def test_a_recovery_code_stands_in_once(
    operator: Person, door: httpx.AsyncClient, database: TestDatabase
) -> None:
    """For the day the phone is gone; it is noted."""
    _, codes, _ = await enrolled(operator)
    assert (await log_in(door, totp=codes[3].lower())).status_code == 200
    assert code_of(await log_in(door, totp=codes[3])) == (401, "totp-required")
    assert (await log_in(door, totp=codes[4])).status_code == 200
    noted = database.admin("select from private.audit_log where action = 'totp.recovery-code-used'")
    assert len(noted) == 2


async def test_codes_cannot_be_tried_without_end(operator: Person, door: httpx.AsyncClient) -> None:
    """Ten an hour for the account, with the right password, from wherever."""
    app, _, _ = await enrolled(operator)
    statuses = [(await log_in(door, totp="12345")).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert code_of(await log_in(door, totp=app.now())) == (429, "too-many")


async def test_it_needs_a_recent_password(operator: Person, database: TestDatabase) -> None:
    """Eleven minutes after log-in the password has to be given again, to switch it on or off."""
    database.admin("update private.sessions set password_at = now() - interval '11 minutes'")
    for path in ("/auth/totp/enrol", "/auth/totp/disable"):
        assert code_of(await operator.post(path)) == (403, "password-required")
    assert (await operator.post("/auth/password-check", {"password": PASSWORD})).status_code == 204
    await enrolled(operator)


async def test_it_has_no_effect_before_it_is_confirmed_nor_after_it_is_disabled(
    operator: Person, door: httpx.AsyncClient
) -> None:
    """A wrong code confirms nothing."""
    await operator.post("/auth/totp/enrol")
    answer = await operator.post("/auth/totp/confirm", {"code": "12345"})
    assert wrong_fields(answer) == {"/code": "wrong-code"}
    assert (await log_in(door)).status_code == 200
    await enrolled(operator)
    assert (await log_in(door)).status_code == 401
    assert (await operator.post("/auth/totp/disable")).status_code == 204
    assert (await log_in(door)).status_code == 200


async def test_it_is_for_operators_where_there_is_a_key(
    sealing_service: RunningService, service: RunningService
) -> None:
    """Clients are refused; without a key the routes do not exist."""
    async with signed_in(sealing_service.url, ALICE) as alice:
        assert code_of(await alice.post("/auth/totp/enrol")) == (403, "forbidden")
    async with signed_in(service.url, MIKL) as mikl:
        assert code_of(await mikl.post("/auth/totp/enrol")) == (404, "not-found")


async def test_the_secret_is_stored_sealed(operator: Person, database: TestDatabase) -> None:
    """Neither the secret nor a recovery code can be read in the table."""
    app, codes, _ = await enrolled(operator)
    (row,) = database.admin("select c::text as text from private.credentials c where totp_secret is not null")
    stored = row["text"]
    assert app.secret not in stored
    assert app.secret.encode().hex() not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
