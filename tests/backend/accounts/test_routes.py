"""Log-in, refresh, log-out, who somebody is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest

from tests.backend.people import ALICE, BOB, MIKL, Person, code_of, signed_in, wrong_fields
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase


@pytest.fixture
async def http(service: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody yet, at the service's door."""
    async with client_without_tls(f"{service.url}/v1", timeout=20) as client:
        yield client


def login(email: str = ALICE, password: str = "demo-visio") -> dict[str, str]:
    """The body of a log-in."""
    return {"email": email, "password": password, "device": "test"}


async def test_log_in_answers_tokens_and_the_person(http: httpx.AsyncClient, service: RunningService) -> None:
    """Ten minutes, not to be cached, a refresh token that every keyring can hold."""
    answer = await http.post("/auth/login", json=login("  Alice@Demo.Visio "))
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert body["expires_in"] == 600
    assert len(body["refresh_token"]) == 72
    assert body["user"] == {
        "id": body["user"]["id"],
        "role": "client",
        "full_name": "Alice Laurent",
        "email": ALICE,
        "locale": "fr",
        "time_zone": "Europe/Paris",
    }
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert claims["iss"] == service.url
    assert claims["sub"] == body["user"]["id"]
    assert claims["role"] == "authenticated"


async def test_wrong_answers_look_the_same(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """Wrong password, unknown address, deactivated account: one answer."""
    database.admin(
        "update public.clients set active = false where auth_user_id = %s", (database.account_id(BOB),)
    )
    answers = [
        await http.post("/auth/login", json=login(ALICE, "wrong")),
        await http.post("/auth/login", json=login("nobody@demo.visio")),
        await http.post("/auth/login", json=login(BOB)),
    ]
    bodies = []
    for answer in answers:
        assert code_of(answer) == (401, "invalid-credentials")
        bodies.append({name: value for name, value in answer.json().items() if name != "request_id"})
    assert bodies[0] == bodies[1] == bodies[2]


async def test_ten_failures_pause_the_account(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """The eleventh try is refused even with the right password; another account goes on."""
    for _ in range(10):
        assert (await http.post("/auth/login", json=login(ALICE, "wrong"))).status_code == 401
    answer = await http.post("/auth/login", json=login(ALICE))
    assert code_of(answer) == (429, "too-many")
    assert 890 < int(answer.headers["Retry-After"]) <= 900
    assert (await http.post("/auth/login", json=login(BOB))).status_code == 200
    database.admin("update private.attempts set window_start = window_start - interval '15 minutes'")
    assert (await http.post("/auth/login", json=login(ALICE))).status_code == 200


async def test_a_right_password_forgets_the_failures(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """Nine typing errors and a success, twice over, lock nobody out; the second time at a known address."""
    for _ in range(2):
        for _ in range(9):
            await http.post("/auth/login", json=login(ALICE, "wrong"))
        assert (await http.post("/auth/login", json=login(ALICE))).status_code == 200
    (entry,) = database.admin("select count from private.attempts where starts_with(key, 'sign-in:address:')")
    assert entry["count"] == 9


async def test_tries_at_once_do_not_slip_through(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """Twenty-five guesses together: ten are looked at."""
    answers = await asyncio.gather(*(http.post("/auth/login", json=login(ALICE, "wrong")) for _ in range(25)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(401), codes.count(429)) == (10, 15)
    assert database.admin("select from private.sessions") == []


async def test_refresh_rotates(http: httpx.AsyncClient) -> None:
    """Each gives the next token, and an access token that works."""
    first = (await http.post("/auth/login", json=login())).json()
    second = (await http.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    third = (await http.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})).json()
    assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    me = await http.get("/me", headers={"Authorization": f"Bearer {third['access_token']}"})
    assert me.json()["email"] == ALICE


async def test_a_lost_answer_may_be_asked_for_again(http: httpx.AsyncClient) -> None:
    """Within half a minute the previous token gives the current one, also to many at once."""
    first = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    answers = await asyncio.gather(
        *(http.post("/auth/refresh", json={"refresh_token": first}) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_an_old_token_ends_the_session(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """Somebody else may hold it: neither he nor the owner goes on."""
    first = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    second = (await http.post("/auth/refresh", json={"refresh_token": first})).json()["refresh_token"]
    database.admin("update private.sessions set refreshed_at = refreshed_at - interval '31 seconds'")
    for token in (first, second):
        answer = await http.post("/auth/refresh", json={"refresh_token": token})
        assert code_of(answer) == (401, "session-ended")
    assert database.admin("select revoke_reason from private.sessions") == [{"revoke_reason": "reuse"}]


async def test_a_token_two_turns_old_ends_the_session_at_once(
    http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """No grace for what was replaced twice."""
    first = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    second = (await http.post("/auth/refresh", json={"refresh_token": first})).json()["refresh_token"]
    await http.post("/auth/refresh", json={"refresh_token": second})
    assert code_of(await http.post("/auth/refresh", json={"refresh_token": first})) == (401, "session-ended")
    assert len(database.admin("select from private.sessions where revoke_reason = 'reuse'")) == 1


@pytest.mark.parametrize("position", [0, 25, 60])
async def test_a_forged_token_ends_nobodys_session(http: httpx.AsyncClient, position: int) -> None:
    """One changed character: refused, and the real one still works."""
    token = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    changed = "A" if token[position] != "A" else "B"
    forged = token[:position] + changed + token[position + 1 :]
    assert code_of(await http.post("/auth/refresh", json={"refresh_token": forged})) == (
        401,
        "unauthenticated",
    )
    assert (await http.post("/auth/refresh", json={"refresh_token": token})).status_code == 200


@pytest.mark.parametrize("column", ["idle_until", "expires_at"])
async def test_sessions_end_by_themselves(
    http: httpx.AsyncClient, database: TestDatabase, column: str
) -> None:
    """Fourteen days unused, ninety days in all."""
    token = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    (days,) = database.admin(
        "select round(extract(epoch from idle_until - created_at) / 86400) as idle_until,"
        " round(extract(epoch from expires_at - created_at) / 86400) as expires_at from private.sessions"
    )
    assert days[column] == {"idle_until": 14, "expires_at": 90}[column]
    database.admin(f"update private.sessions set {column} = now()")
    answer = await http.post("/auth/refresh", json={"refresh_token": token})
    assert code_of(answer) == (401, "session-ended")


async def test_a_deactivated_account_is_not_refreshed(
    http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """At the latest ten minutes after."""
    token = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    database.admin("update public.clients set active = false")
    answer = await http.post("/auth/refresh", json={"refresh_token": token})
    assert code_of(answer) == (401, "session-ended")


async def test_logging_out_always_works(http: httpx.AsyncClient) -> None:
    """204 for a token that is good, used up or nonsense; afterwards it is worth nothing."""
    token = (await http.post("/auth/login", json=login())).json()["refresh_token"]
    for sent in (token, token, "nonsense"):
        assert (await http.post("/auth/logout", json={"refresh_token": sent})).status_code == 204
    answer = await http.post("/auth/refresh", json={"refresh_token": token})
    assert code_of(answer) == (401, "session-ended")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"/email": "required", "/password": "required"}),
        ({"email": "", "password": "x"}, {"/email": "required"}),
        ({"email": "a@b.c", "password": "x" * 129}, {"/password": "too-long"}),
        ({"email": "a@b.c", "password": "x", "role": "operator"}, {"/role": "not-allowed"}),
        ({"email": 1, "password": "x"}, {"/email": "wrong-type"}),
    ],
)
async def test_a_wrong_log_in_is_named(
    http: httpx.AsyncClient, body: dict[str, Any], fields: dict[str, str]
) -> None:
    """And what was sent is not repeated."""
    answer = await http.post("/auth/login", json=body)
    assert wrong_fields(answer) == fields
    assert "xxx" not in answer.text


async def test_me(mikl: Person, alice: Person) -> None:
    """Each with the role the database says."""
    assert (await mikl.get("/me")).json()["role"] == "operator"
    assert (await alice.get("/me")).json()["role"] == "client"


async def test_operators_list_clients(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """Active ones, by pages; clients are refused; no addresses."""
    answer = await mikl.get("/clients")
    assert {item["full_name"] for item in answer.json()["items"]} == {"Alice Laurent", "Bob Moreau"}
    assert "@" not in answer.text
    first = (await mikl.get("/clients", limit=1)).json()
    second = (await mikl.get("/clients", limit=1, cursor=first["next_cursor"])).json()
    assert second["next_cursor"] is None
    assert {first["items"][0]["id"], second["items"][0]["id"]} == {
        str(database.client_id(ALICE)),
        str(database.client_id(BOB)),
    }
    assert code_of(await alice.get("/clients")) == (403, "forbidden")
    database.admin("update public.clients set active = false where id = %s", (database.client_id(BOB),))
    assert len((await mikl.get("/clients")).json()["items"]) == 1


async def test_signing_in_twice_makes_two_sessions(service: RunningService, database: TestDatabase) -> None:
    """Ending one leaves the other."""
    async with signed_in(service.url, MIKL) as first, signed_in(service.url, MIKL) as second:
        await first.post("/auth/logout", {"refresh_token": first.refresh_token})
        answer = await second.post("/auth/refresh", {"refresh_token": second.refresh_token})
        assert answer.status_code == 200
    assert len(database.admin("select from private.sessions where revoked_at is null")) == 1
