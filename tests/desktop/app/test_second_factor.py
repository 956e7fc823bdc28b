"""The second factor in the running Hub: set up by its QR code, asked for, switched off by the password."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pyotp
import pytest
import segno
from pydantic import SecretStr
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import HUB_APP
from desktop.view_models.language import Language
from desktop.view_models.settings_states import SettingsPage
from desktop.views.theme import Theme
from tests.desktop.app.hub_flow import MIKL, language, theme
from tests.support.running_shell import PASSWORD, on_screen, press, running_shell, seen, shown, write
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "language", "postgres_cluster", "theme"]

LIMIT_S = 60.0


@pytest.fixture
def service(database: TestDatabase) -> Iterator[RunningService]:
    """A service that offers second factors."""
    with running_service(database, totp_key=SecretStr("k" * 32)) as running:
        yield running


async def text_of(name: str) -> str:
    label = await seen(lambda: on_screen(name), name, LIMIT_S)
    assert isinstance(label, QLabel)
    return label.text()


def modules_on(widget: QWidget) -> list[list[bool]]:
    """The QR code on a widget as a camera would see it: sized by a finder pattern, read in the middles."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)

    def dark(x: float, y: float) -> bool:
        return picture.pixelColor(int(x), int(y)).lightness() < 128

    size = picture.width()
    left, top = next((x, y) for y in range(size) for x in range(size) if dark(x, y))
    module = next(x - left for x in range(left, size) if not dark(x, top)) / 7  # seven dark modules in a row
    right = max(x for x in range(size) if dark(x, top))
    count = round((right + 1 - left) / module)
    light = [not dark(left - (place + 0.5) * module, top) for place in range(4)]
    assert all(light), "the quiet zone that readers need"
    middles = [(place + 0.5) * module for place in range(count)]
    return [[dark(left + x, top + y) for x in middles] for y in middles]


async def log_in(service: RunningService, totp: str | None = None) -> None:
    client = BackendClient(service.url, MemoryTokenStore())
    try:
        working = asyncio.create_task(client.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=False, totp=totp))
        await seen(working.done, "the log-in", LIMIT_S)
        working.result()
    finally:
        await client.close()


async def test_it_is_set_up_by_its_code_and_switched_off_by_the_password(
    service: RunningService, database: TestDatabase, language: Language, theme: Theme
) -> None:
    async with running_shell(HUB_APP, service.url, MIKL, language, theme) as shell:
        shell.settings.open()
        assert shell.settings.model is not None
        shell.settings.model.show_page(SettingsPage.ACCOUNT)
        await press("enrol")
        key = (await text_of("secretWords")).replace(" ", "")
        address = pyotp.TOTP(key).provisioning_uri(name=MIKL, issuer_name="MiKL")
        expected = [[bool(module) for module in row] for row in segno.make_qr(address, error="m").matrix]
        assert modules_on(await shown("secretCode")) == expected

        await write("totp_code", "12")
        await press("confirm_totp")
        assert "not right" in await text_of("totp_codeError")
        await log_in(service)  # without effect until confirmed
        await write("totp_code", pyotp.TOTP(key).now())
        await press("confirm_totp")
        assert await text_of("toastText") == "The second factor is on."
        with pytest.raises(ApiError) as caught:
            await log_in(service)
        assert caught.value.code is ApiErrorCode.TOTP_REQUIRED
        database.admin("update private.credentials set totp_last_step = null")  # a step later
        await log_in(service, pyotp.TOTP(key).now())

        database.admin("update private.sessions set password_at = now() - interval '11 minutes'")
        await press("disable_totp")
        await write("asked_password", "not it")
        await press("give_password")
        assert "not your current password" in await text_of("asked_passwordError")
        await write("asked_password", PASSWORD)
        await press("give_password")
        await seen(lambda: on_screen("enrol"), "the page as before", LIMIT_S)
        assert await text_of("toastText") == "The second factor is off."
        await log_in(service)


async def test_a_recovery_code_replaces_the_phone_once(
    service: RunningService, language: Language, theme: Theme
) -> None:
    async with running_shell(HUB_APP, service.url, MIKL, language, theme) as shell:
        shell.settings.open()
        assert shell.settings.model is not None
        shell.settings.model.show_page(SettingsPage.ACCOUNT)
        await press("enrol")
        key = (await text_of("secretWords")).replace(" ", "")
        (state,) = [
            row
            for section in shell.settings.model.state.sections
            for row in section.rows
            if row.key == "recovery"
        ]
        codes = state.help.split()
        assert len(codes) == 10
        await write("totp_code", pyotp.TOTP(key).now())
        await press("confirm_totp")
        assert await text_of("toastText") == "The second factor is on."
        await log_in(service, codes[0])
        with pytest.raises(ApiError):
            await log_in(service, codes[0])


async def test_a_service_without_second_factors_says_so(
    database: TestDatabase, language: Language, theme: Theme
) -> None:
    with running_service(database) as plain:
        async with running_shell(HUB_APP, plain.url, MIKL, language, theme) as shell:
            shell.settings.open()
            assert shell.settings.model is not None
            shell.settings.model.show_page(SettingsPage.ACCOUNT)
            await press("enrol")
            assert await text_of("toastText") == "This service offers no second factor."
