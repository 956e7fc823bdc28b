"""Which apps are served: what they say of themselves, and what the service answers."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from backend.client_versions import read_version, refuse_too_old
from backend.config import Settings
from backend.demo_accounts import PASSWORD
from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.identity import user_agent, version
from backend_client.sign_in import MemoryTokenStore
from resources.brand import DISTRIBUTION, HUB
from tests.backend.people import MIKL, code_of
from tests.support.http import client_without_tls
from tests.support.service import TestDatabase, running_service

NEWER = "99.1"


def settings(**members: str) -> Settings:
    return Settings(database_url=SecretStr("postgresql://visio_api@h/c"), **members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agent", "refused"),
    [
        ("mikl-visio/1.3.9 (windows; amd64)", True),
        ("mikl-hub/1.3 (linux; x86_64)", True),
        ("mikl-hub/0 (linux; x86_64)", True),
        ("mikl-visio/1.4.0 (darwin; arm64)", False),
        ("mikl-visio/1.4rc1 (darwin; arm64)", False),
        ("mikl-visio/10.0 (darwin; arm64)", False),
        ("mikl-visio/unknown (linux; x86_64)", False),
        ("mikl-visiospy/0.1", False),
        ("curl/8.0", False),
        ("", False),
    ],
)
def test_only_our_old_apps_are_refused(agent: str, *, refused: bool) -> None:
    """By number, not by text; whoever does not say that it is ours is not judged."""
    refusal = refuse_too_old(settings(minimum_client_version="1.4"), "/v1/me", agent)
    assert (refusal is not None) == refused


def test_nothing_is_refused_without_a_minimum_or_outside_the_contract() -> None:
    """Also an old app can ask whether it is too old."""
    old = "mikl-visio/0.1 (linux; x86_64)"
    assert refuse_too_old(settings(), "/v1/me", old) is None
    assert refuse_too_old(settings(minimum_client_version="2"), "/client-config", old) is None


def test_versions_compare_by_their_numbers() -> None:
    """Zeros at the end say nothing."""
    assert read_version("1.10") == (1, 10)
    assert read_version("1.4.0") == read_version("1.4")
    assert read_version("dev") is None


@pytest.mark.parametrize(
    "members",
    [
        {"minimum_client_version": "one"},
        {"minimum_client_version": "1.4-beta"},
        {"client_message_fr": "Bonjour"},
        {"door_minutes": "61"},
        {"door_minutes": "-1"},
    ],
)
def test_a_wrong_setting_is_refused_at_the_start(members: dict[str, str]) -> None:
    """Not when the first app comes."""
    with pytest.raises(ValidationError):
        settings(**members)


async def test_an_app_that_is_too_old_is_told_so(database: TestDatabase) -> None:
    """426 by every route of the contract, as a typed error; health and webhooks know no apps."""
    with running_service(
        database,
        minimum_client_version=NEWER,
        client_message_fr="Lundi",
        client_message_en="Monday",
        client_download_url="https://visio.example/apps",
    ) as service:
        app = BackendClient(service.url, MemoryTokenStore(), program=HUB.program)
        try:
            with pytest.raises(ApiError) as caught:
                await app.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=False)
            assert (caught.value.code, caught.value.status) == (ApiErrorCode.CLIENT_TOO_OLD, 426)
            assert not caught.value.retryable
            told = await app.client_config()
            assert (told.status, told.minimum, told.download_url) == (
                "too-old",
                NEWER,
                "https://visio.example/apps",
            )
            assert told.message is not None
            assert (told.message.fr, told.message.en) == ("Lundi", "Monday")
            assert (await app.health()).status == "ok"
        finally:
            await app.close()
        async with client_without_tls(service.url) as http:
            http.headers["User-Agent"] = user_agent()
            refused = await http.get("/v1/meetings")
            assert code_of(refused) == (426, "client-too-old")
            assert refused.headers["Upgrade"] == DISTRIBUTION
            http.headers["User-Agent"] = "python-httpx"
            assert code_of(await http.get("/v1/meetings")) == (401, "unauthenticated")


async def test_an_app_below_the_recommended_version_works(database: TestDatabase) -> None:
    """It only learns that there is a newer one."""
    with running_service(
        database, minimum_client_version="0.0.1", recommended_client_version=NEWER, door_minutes=45
    ) as service:
        app = BackendClient(service.url, MemoryTokenStore())
        try:
            told = await app.client_config()
            assert (told.status, told.door_minutes) == ("outdated", 45)
            await app.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=False)
        finally:
            await app.close()
        async with client_without_tls(service.url) as http:
            current = await http.get("/client-config", params={"app": HUB.program, "version": NEWER})
            assert current.json()["status"] == "current"
            assert (await http.get("/client-config")).json()["status"] == "current"
            assert current.headers["Cache-Control"] == "public, max-age=300"


def test_an_app_says_what_it_is() -> None:
    """Program, version, system; nothing that a header could not carry."""
    assert user_agent("mikl-hub").startswith(f"mikl-hub/{version()} (")
    assert user_agent().isascii()
