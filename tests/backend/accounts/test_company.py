"""The company's own log-in, against a real provider over HTTP: there and back, and every wrong turn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from backend.accounts.company import challenge_of
from backend.config import Settings
from backend_client.client import BackendClient
from backend_client.company import CompanyAttempt
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.sign_in import MemoryTokenStore
from tests.backend.people import ALICE, BOB, MIKL, code_of, signed_in
from tests.support.http import client_without_tls
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider
from tests.support.service import RunningService, TestDatabase, running_service

ALICE_THERE = {"sub": "emp-1001", "email": "Alice@demo.visio", "email_verified": True}


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """A provider at which Alice is signed in."""
    async with openid_provider() as made:
        made.person = dict(ALICE_THERE)
        yield made


@pytest.fixture
def service(database: TestDatabase, provider: OpenIdProvider) -> Iterator[RunningService]:
    """A service that knows the provider."""
    with running_service(
        database,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="Contoso",
    ) as running:
        yield running


@pytest.fixture
async def app(service: RunningService) -> AsyncIterator[BackendClient]:
    """An app that nobody is signed in to."""
    client = BackendClient(service.url, MemoryTokenStore(), device="Alice's laptop")
    yield client
    await client.close()


async def browse(url: str) -> str:
    """What a browser does with the address: follows it until it leaves HTTP or this machine's services."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        for _ in range(3):
            answer = await browser.get(url)
            assert answer.status_code in {302, 303}, answer.text
            url = answer.headers["location"]
            if "/company/" in url and "/v1/" not in url:
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["referrer-policy"] == "no-referrer"
                return url
    raise AssertionError(f"the browser did not come to the app: {url}")


async def test_from_the_app_through_the_browser_and_back(
    app: BackendClient, provider: OpenIdProvider, database: TestDatabase
) -> None:
    """Alice, invited by her address, signs in without a password; the provider learns no secret of hers."""
    told = await app.sign_in.company()
    assert told is not None
    assert told.name == "Contoso"
    attempt = await app.sign_in.begin_company_log_in()
    link = await browse(attempt.authorize_url)
    assert link.startswith("mikl://company/")
    user = await app.sign_in.finish_company_log_in(attempt, link.rpartition("/")[2], stay_signed_in=False)
    assert (user.email, user.role) == (ALICE, "client")
    assert (await app.me()).id == database.account_id(ALICE)
    (asked,) = provider.questions
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert "openid" in asked["scope"].split()
    assert attempt.verifier not in str(asked)
    (session,) = database.admin("select device from private.sessions where revoked_at is null")
    assert session["device"] == "Alice's laptop"


async def test_the_secret_goes_the_way_the_provider_takes_it(
    app: BackendClient, provider: OpenIdProvider
) -> None:
    """In the form, where it does not want it in a header."""
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    attempt, code = await come_back(app)
    await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)


async def test_the_way_back_may_be_a_port_of_this_machine(app: BackendClient) -> None:
    """Never another machine's: the app names a number only."""
    attempt = await app.sign_in.begin_company_log_in(port=54321)
    link = await browse(attempt.authorize_url)
    assert link.startswith("http://127.0.0.1:54321/company/")
    await app.sign_in.finish_company_log_in(attempt, link.rpartition("/")[2], stay_signed_in=False)


async def come_back(app: BackendClient) -> tuple[CompanyAttempt, str]:
    attempt = await app.sign_in.begin_company_log_in()
    return attempt, (await browse(attempt.authorize_url)).removeprefix("mikl://company/")


async def refused(app: BackendClient, attempt: CompanyAttempt, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    assert (caught.value.code, caught.value.status) == (ApiErrorCode.CODE_EXPIRED, 410)


async def test_a_code_works_once_for_its_app_for_a_minute(app: BackendClient, database: TestDatabase) -> None:
    """Somebody else's verifier uses it up; so do a second time and sixty seconds."""
    attempt, code = await come_back(app)
    other = await app.sign_in.begin_company_log_in()
    await refused(app, other, code)
    await refused(app, attempt, code)
    attempt, code = await come_back(app)
    await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    await refused(app, attempt, code)
    attempt, code = await come_back(app)
    (row,) = database.admin(
        "select extract(epoch from max(code_expires_at) - clock_timestamp()) as left_s"
        " from private.company_logins where used_at is null and code_sha256 is not null"
    )
    assert 50 < row["left_s"] <= 60
    database.admin("update private.company_logins set code_expires_at = now()")
    await refused(app, attempt, code)
    stored = database.admin("select l::text as text from private.company_logins l")
    assert not [entry for entry in stored if code in entry["text"]]


async def test_a_state_comes_back_once(app: BackendClient, service: RunningService) -> None:
    """A second time, a made-up one and none are refused; what the provider gave is not exchanged."""
    attempt = await app.sign_in.begin_company_log_in()
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        back = (await browser.get(attempt.authorize_url)).headers["location"]
        assert (await browser.get(back)).status_code == 303
        assert code_of(await browser.get(back)) == (410, "code-expired")
        for query in ("?state=made-up&code=x", "?code=x", ""):
            answer = await browser.get(f"{service.url}/v1/auth/company/callback{query}")
            assert code_of(answer) == (410, "code-expired")


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (None, "error/denied"),
        ({"sub": "x", "email": "stranger@demo.visio", "email_verified": True}, "error/no-account"),
        ({"sub": "x", "email": ALICE, "email_verified": False}, "error/no-account"),
        ({"sub": "x", "email": ALICE, "email_verified": "true"}, "error/no-account"),
        ({"sub": "x", "email": ALICE}, "error/no-account"),
        ({"sub": "x"}, "error/no-account"),
    ],
    ids=["denied there", "not invited", "unverified", "verified as a text", "nothing said", "no address"],
)
async def test_only_whom_an_operator_invited_and_the_provider_vouches_for(
    app: BackendClient,
    provider: OpenIdProvider,
    database: TestDatabase,
    person: dict[str, Any] | None,
    why: str,
) -> None:
    """The app gets the reason, nobody a session, and no account comes about."""
    before = database.admin("select count(*) as n from auth.users")
    provider.person = person
    _, came = await come_back(app)
    assert came == why
    assert database.admin("select from private.sessions") == []
    assert database.admin("select from private.company_people") == []
    assert database.admin("select count(*) as n from auth.users") == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"changes": {"nonce": "another"}},
        {"changes": {"nonce": None}},
        {"changes": {"aud": "another-client"}},
        {"changes": {"aud": [CLIENT_ID, "another-client"]}},
        {"changes": {"azp": "another-client"}},
        {"changes": {"iss": "https://elsewhere.example"}},
        {"changes": {"exp": int(time.time()) - 3600}},
        {"changes": {"exp": None}},
        {"changes": {"sub": None}},
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"publishes_key": False},
        {"headers": {"kid": "made-up"}},
    ],
    ids=[
        *("foreign nonce", "no nonce", "foreign audience", "two audiences", "made for another"),
        *("foreign issuer", "over", "without end", "nobody", "unsigned", "signed with a secret"),
        *("key not published", "unknown key"),
    ],
)
async def test_an_id_token_that_proves_nothing_opens_nothing(
    app: BackendClient, provider: OpenIdProvider, database: TestDatabase, wrong: dict[str, Any]
) -> None:
    """Whatever is wrong with it."""
    for name, value in wrong.items():
        setattr(provider, name, value)
    _, came = await come_back(app)
    assert came == "error/refused"
    assert database.admin("select from private.company_people") == []


async def test_the_provider_may_change_its_key(
    app: BackendClient, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new one is fetched when the first token with it comes."""
    _, first = await come_back(app)
    assert not first.startswith("error")
    provider.change_key()
    # The keys are asked for anew twice a minute at most: a minute has passed.
    now = time.monotonic()
    monkeypatch.setattr("backend.accounts.company.time.monotonic", lambda: now + 60)
    _, second = await come_back(app)
    assert not second.startswith("error")


async def test_afterwards_the_person_counts_and_not_the_address(
    app: BackendClient, provider: OpenIdProvider, database: TestDatabase
) -> None:
    """Whose address changes keeps the account; who gets the old address later does not get it."""
    attempt, code = await come_back(app)
    await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    provider.person = {**ALICE_THERE, "email": "alice.married@demo.visio"}
    attempt, code = await come_back(app)
    user = await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    assert user.id == database.account_id(ALICE)
    provider.person = {**ALICE_THERE, "sub": "emp-2002"}
    assert (await come_back(app))[1] == "error/no-account"
    # Nor does somebody linked once get into a second account by its address.
    provider.person = {**ALICE_THERE, "email": BOB}
    attempt, code = await come_back(app)
    again = await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    assert again.id == database.account_id(ALICE)


async def test_a_deactivated_person_stays_out(
    app: BackendClient, provider: OpenIdProvider, database: TestDatabase
) -> None:
    """Before the first log-in and after it, and between the code and its exchange."""
    attempt, code = await come_back(app)
    database.admin("update public.clients set active = false")
    await refused(app, attempt, code)
    assert (await come_back(app))[1] == "error/no-account"


async def test_a_second_factor_of_ours_is_not_gone_round(
    app: BackendClient, provider: OpenIdProvider, database: TestDatabase
) -> None:
    """Who has one signs in with password and code."""
    provider.person = {"sub": "boss", "email": MIKL, "email_verified": True}
    account = database.account_id(MIKL)
    database.admin("update private.credentials set totp_secret = 'sealed' where user_id = %s", (account,))
    attempt, code = await come_back(app)
    with pytest.raises(ApiError) as caught:
        await app.sign_in.finish_company_log_in(attempt, code, stay_signed_in=False)
    assert caught.value.code is ApiErrorCode.TOTP_REQUIRED


async def test_a_provider_that_is_away_is_a_typed_error(app: BackendClient, provider: OpenIdProvider) -> None:
    """At the start the app is told; in between, the way back says so; passwords go on working."""
    provider.away = True
    with pytest.raises(ApiError) as caught:
        await app.sign_in.begin_company_log_in()
    assert (caught.value.code, caught.value.retryable) == (ApiErrorCode.IDENTITY_UNAVAILABLE, True)
    async with signed_in(app.base_url, ALICE):
        pass
    provider.away = False
    attempt = await app.sign_in.begin_company_log_in()
    provider.away = True
    assert (await browse(attempt.authorize_url)).endswith("/error/unavailable")


@pytest.mark.parametrize(
    "discovery", [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "https://elsewhere.example/t"}]
)
async def test_a_provider_that_names_others_is_not_believed(
    app: BackendClient, provider: OpenIdProvider, discovery: dict[str, str]
) -> None:
    """The issuer of the settings, and addresses of its kind."""
    provider.discovery = discovery
    with pytest.raises(ApiError) as caught:
        await app.sign_in.begin_company_log_in()
    assert caught.value.code is ApiErrorCode.IDENTITY_UNAVAILABLE


async def test_tries_are_counted(app: BackendClient, database: TestDatabase) -> None:
    """Fifty in a quarter of an hour from one address."""
    await app.sign_in.begin_company_log_in()
    database.admin("update private.attempts set count = 50 where starts_with(key, 'company:')")
    with pytest.raises(ApiError) as caught:
        await app.sign_in.begin_company_log_in()
    assert caught.value.code is ApiErrorCode.TOO_MANY
    assert (caught.value.retry_after_s or 0) > 60


async def test_without_a_provider_there_is_nothing(database: TestDatabase) -> None:
    """404 for each of the routes, and an app learns that there is no such log-in."""
    with running_service(database) as service:
        app = BackendClient(service.url, MemoryTokenStore())
        assert await app.sign_in.company() is None
        await app.close()
        async with client_without_tls(service.url) as http:
            start = {"challenge": challenge_of("v" * 43)}
            exchange = {"code": "x", "verifier": "v" * 43}
            for answer in (
                await http.post("/v1/auth/company/start", json=start),
                await http.post("/v1/auth/company/exchange", json=exchange),
                await http.get("/v1/auth/company/callback", params={"state": "x", "code": "y"}),
            ):
                assert code_of(answer) == (404, "not-found")


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_client_id", "oidc_client_secret"])
def test_half_a_provider_is_refused_at_the_start(missing: str) -> None:
    """The three belong together."""
    members: dict[str, Any] = {
        "oidc_issuer": "https://login.example",
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SecretStr(CLIENT_SECRET),
    }
    del members[missing]
    with pytest.raises(ValidationError, match="belong together"):
        Settings(database_url=SecretStr("postgresql://visio_api@h/c"), **members)
