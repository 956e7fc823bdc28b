"""Ways into the app, with the real widgets against the real service: invitation, reset, second factor."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest
from pydantic import SecretStr

from backend_client.client import BackendClient
from backend_client.models import ClientRequest
from backend_client.sign_in import MemoryTokenStore
from tests.backend.mail.mail_server import mail_server
from tests.support.app_process import AppProcess
from tests.support.kept_keyring import keyring_at
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service
from tests.support.waiting import until

__all__ = ["database", "postgres_cluster"]

OLD, NEW = "demo-visio", "velours chaloupe 39 brume"


@pytest.fixture
async def operator(database: TestDatabase) -> AsyncIterator[tuple[RunningService, BackendClient]]:
    """A running service and MiKL's session with it."""
    with running_service(database, totp_key=SecretStr("k" * 32)) as service:
        client = BackendClient(service.url, MemoryTokenStore())
        try:
            await client.sign_in.log_in("mikl@demo.visio", OLD, stay_signed_in=False)
            yield service, client
        finally:
            await client.close()


async def test_an_invitations_link_leads_to_the_list(
    operator: tuple[RunningService, BackendClient], tmp_path: Path
) -> None:
    service, mikl = operator
    request = ClientRequest(email="eva@example.org", full_name="Eva Moreau")
    invited = await mikl.invite_client(request, idempotency_key=str(uuid4()))
    assert invited.invite is not None
    app = AppProcess("participant", "eva", service.url, tmp_path, ("--language", "en", invited.invite.link))
    await app.start()
    try:
        await app.do("type", object="fullName", text="Éva Moreau", timeout_s=60)
        await app.do("type", object="newPassword", text="password12")
        await app.do("click", object="acceptButton")
        weak = await app.do("find", object="newPasswordError")
        assert weak["text"].startswith("This password is too easy")
        await app.do("type", object="newPassword", text=NEW)
        await app.do("click", object="acceptButton")
        greeting = await app.do("find", object="greeting", timeout_s=40)
        assert greeting["text"] == "Hello Éva"
    finally:
        assert await app.quit() == 0


async def test_a_forgotten_password_is_replaced_by_the_mailed_code(
    database: TestDatabase, tmp_path: Path
) -> None:
    async with mail_server() as mails:
        with running_service(
            database,
            smtp_host="127.0.0.1",
            smtp_port=mails.port,
            smtp_security="none",
            mail_from="visio@example.org",
        ) as service:
            app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "fr"))
            await app.start()
            try:
                await app.do("click", object="forgottenButton", timeout_s=60)
                await app.do("type", object="resetEmail", text="alice@demo.visio", enter=True)
                told = await app.do("find", object="signInNotice")
                assert told["accessible"].startswith("Si alice@demo.visio a un compte")
                await until(lambda: mails.taken, "the mail", 20)
                body = mails.taken[0].get_body(("plain",))
                assert body is not None
                found = re.search(r"mikl://reset/\S+|https?://\S+/reset#\S+", body.get_content())
                assert found is not None
                await app.do("type", object="resetCode", text=found.group())
                await app.do("type", object="newPassword", text=NEW, enter=True)
                await app.do("type", object="password", text=NEW)
                await app.do("type", object="email", text="alice@demo.visio", enter=True)
                await app.do("list", timeout_s=40)
            finally:
                assert await app.quit() == 0


async def test_an_operator_with_a_second_factor_is_asked_for_it(
    operator: tuple[RunningService, BackendClient], tmp_path: Path
) -> None:
    service, mikl = operator
    enrolment = await mikl.enrol_totp()
    codes = pyotp.parse_uri(enrolment.otpauth_uri)
    assert isinstance(codes, pyotp.TOTP)
    await mikl.confirm_totp(codes.now())
    app = AppProcess("hub", "mikl", service.url, tmp_path, ("--language", "en"))
    await app.start()
    try:
        await app.do("type", object="email", text="mikl@demo.visio", timeout_s=60)
        await app.do("type", object="password", text=OLD, enter=True)
        await app.do("type", object="secondFactor", text="12", enter=True)
        await app.do("find", object="secondFactorError")
        # A code works once, and the current one has been used.
        await app.do("type", object="secondFactor", text=enrolment.recovery_codes[0], enter=True)
        await app.do("list", timeout_s=40)
    finally:
        assert await app.quit() == 0


async def test_a_stored_session_goes_on_once_the_service_answers(
    database: TestDatabase, tmp_path: Path
) -> None:
    kept = keyring_at(tmp_path / "keyring.json")
    with running_service(database) as service:
        port = int(service.url.rpartition(":")[2])
        app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"), env=kept)
        await app.start()
        await app.sign_in("alice@demo.visio", OLD)
        assert await app.quit() == 0
    shutil.rmtree(tmp_path / "profile-alice" / "data")  # the kept list would be shown instead of the card
    app = AppProcess("participant", "alice", service.url, tmp_path, ("--language", "en"), env=kept)
    await app.start()
    try:
        told = await app.do("find", object="signInNotice", timeout_s=60)
        assert told["accessible"].startswith("The service does not answer.")
        with running_service(database, port=port):
            await app.do("list", timeout_s=60)
            assert await app.quit() == 0
    finally:
        await app.stop()
