"""Signing in with the company's log-in in the real apps, before the real service and a real provider.

Only the browser is ours: it follows the addresses as one does, until it leaves for the app.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from pydantic import SecretStr
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel

from desktop.app.wiring import HUB_APP, PARTICIPANT_APP, Shell
from desktop.system.single_instance import StartRequest
from desktop.view_models.language import Language
from desktop.views.theme import Theme
from tests.desktop.app.hub_flow import language, theme
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider
from tests.support.running_shell import has_list, on_screen, press, running_shell, seen, shown
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "language", "postgres_cluster", "theme"]

LIMIT_S = 60.0
ALICE_THERE = {"sub": "emp-1001", "email": "alice@demo.visio", "email_verified": True}
MIKL_THERE = {"sub": "emp-1", "email": "mikl@demo.visio", "email_verified": True}


class Browser(QObject):
    """What the system opens `http:` addresses with."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        QDesktopServices.setUrlHandler("http", self, "open")  # type: ignore[arg-type]  # the stub is wrong

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        """Keep the address; a test goes there when it likes."""
        self.opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))

    async def go(self, url: str) -> str:
        """Follow an address until it leads to an app's link or to a page; that link, or the page's words."""

        async def follow(at: str) -> str:
            async with httpx.AsyncClient(trust_env=False, verify=False) as http:
                while at.startswith("http:"):
                    answer = await http.get(at)
                    if not answer.is_redirect:
                        return answer.text
                    at = answer.headers["location"]
            return at

        going = asyncio.create_task(follow(url))
        await seen(going.done, "the end of the browser's way", LIMIT_S)
        return going.result()

    def close(self) -> None:
        """Give the addresses back to the system."""
        QDesktopServices.unsetUrlHandler("http")


@pytest.fixture
def browser(qapp: QApplication) -> Iterator[Browser]:
    made = Browser()
    yield made
    made.close()


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with openid_provider() as made:
        made.person = dict(ALICE_THERE)
        yield made


@pytest.fixture
def service(database: TestDatabase, provider: OpenIdProvider) -> Iterator[RunningService]:
    """The service, which knows the provider as Contoso."""
    with running_service(
        database,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="Contoso",
    ) as running:
        yield running


async def into_the_browser(browser: Browser) -> str:
    """Press the card's button; the address that the browser is sent to."""
    before = len(browser.opened)
    await seen(lambda: on_screen("companyButton"), "the company's button", LIMIT_S)
    await press("companyButton")
    await seen(lambda: len(browser.opened) > before, "the browser", LIMIT_S)
    await shown("cancelButton")
    return browser.opened[-1]


async def words_of(name: str) -> str:
    label = await seen(lambda: on_screen(name), name, LIMIT_S)
    assert isinstance(label, QLabel)
    return label.text()


def follow_link(shell: Shell, link: str) -> None:
    """What the app's second start does with the link that a browser gave it."""
    shell.started_again(StartRequest(link=link))


async def test_a_client_comes_back_by_a_link(
    service: RunningService, browser: Browser, database: TestDatabase, language: Language, theme: Theme
) -> None:
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme) as shell:
        address = await into_the_browser(browser)
        link = await browser.go(address)
        assert link.startswith("mikl://company/")
        follow_link(shell, link)
        await seen(lambda: has_list(shell), "the list", LIMIT_S)
        assert shell.client.sign_in.user is not None
        assert shell.client.sign_in.user.id == database.account_id("alice@demo.visio")
        assert shell.client.sign_in.persistent is False  # this store ends with the process
        follow_link(shell, link)  # the browser's page was loaded again
        assert "You are signed in as Alice" in await words_of("toastText")


async def test_the_hub_is_come_back_to_on_this_machine(
    service: RunningService, provider: OpenIdProvider, browser: Browser, language: Language, theme: Theme
) -> None:
    """Links of our scheme open the clients' app: the Hub listens for its own way back."""
    provider.person = dict(MIKL_THERE)
    async with running_shell(HUB_APP, service.url, None, language, theme) as shell:
        page = await browser.go(await into_the_browser(browser))
        assert "You can close this page" in page
        await seen(lambda: has_list(shell), "the list", LIMIT_S)
        assert shell.client.sign_in.user is not None
        assert shell.client.sign_in.user.email == "mikl@demo.visio"


async def test_given_up_or_begun_elsewhere_it_opens_nothing(
    service: RunningService, browser: Browser, database: TestDatabase, language: Language, theme: Theme
) -> None:
    """Cancelled; after a cold start; and another app's answer in the middle of ours."""
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme) as shell:
        cancelled = await browser.go(await into_the_browser(browser))
        await press("cancelButton")
        await shown("signInButton")
        follow_link(shell, cancelled)
        assert "not begun in this window" in await words_of("signInError")
        ours = await into_the_browser(browser)
        follow_link(shell, cancelled)  # a good code, and not for this verifier
        assert "not begun in this window" in await words_of("signInError")
        await shown("signInButton")
        follow_link(shell, await browser.go(ours))
        assert "not begun in this window" in await words_of("signInError")
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme) as shell:
        follow_link(shell, "mikl://company/" + "a" * 43)
        assert "not begun in this window" in await words_of("signInError")
        assert shell.client.sign_in.user is None
    assert database.admin("select from private.sessions") == []


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (None, "was cancelled at Contoso"),
        ({"sub": "x", "email": "nobody@demo.visio", "email_verified": True}, "Ask MiKL for an invitation"),
        (MIKL_THERE, "This account is the host's. Open MiKL Hub instead."),
    ],
    ids=["refused there", "not invited", "of the other app"],
)
async def test_who_does_not_get_in_is_told_why(
    service: RunningService,
    provider: OpenIdProvider,
    browser: Browser,
    language: Language,
    theme: Theme,
    person: dict[str, object] | None,
    words: str,
) -> None:
    provider.person = person
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme) as shell:
        follow_link(shell, await browser.go(await into_the_browser(browser)))
        assert words in await words_of("signInError")
        await shown("signInButton")
        assert shell.client.sign_in.user is None


async def test_a_provider_that_is_away_leaves_the_password(
    service: RunningService, provider: OpenIdProvider, browser: Browser, language: Language, theme: Theme
) -> None:
    provider.away = True
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme):
        await seen(lambda: on_screen("companyButton"), "the company's button", LIMIT_S)
        await press("companyButton")
        assert "Your password still works" in await words_of("signInError")
        assert browser.opened == []
        await shown("email")


async def test_without_a_browser_it_is_said(
    service: RunningService, language: Language, theme: Theme
) -> None:
    """Qt's offscreen platform has none, as a locked-down session may have none."""
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme):
        await seen(lambda: on_screen("companyButton"), "the company's button", LIMIT_S)
        await press("companyButton")
        assert "No browser could be opened" in await words_of("signInError")


async def test_a_service_without_a_company_shows_no_button(
    database: TestDatabase, language: Language, theme: Theme
) -> None:
    with running_service(database) as plain:
        async with running_shell(PARTICIPANT_APP, plain.url, None, language, theme) as shell:
            await shown("signInButton")
            async with httpx.AsyncClient(trust_env=False, verify=False) as http:
                asking = asyncio.create_task(http.get(f"{plain.url}/v1/auth/company"))
                await seen(asking.done, "the service's answer", LIMIT_S)
            assert asking.result().status_code == 404
            assert on_screen("companyButton") is None
            assert shell.sign_in.model is not None
            assert shell.sign_in.model.state.company_label == ""
