"""The calls about accounts, against the real service."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pyotp
import pytest
from pydantic import SecretStr

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import ClientRequest, PasswordChange, ProfileChange, ResetConfirmation
from backend_client.sign_in import MemoryTokenStore
from tests.support.service import RunningService, TestDatabase, running_service

OPERATOR = "mikl@demo.visio"
OLD_PASSWORD = "demo-visio"
PASSWORD = "velours-Chaloupe 39 brume"


@pytest.fixture
def service(database: TestDatabase) -> Iterator[RunningService]:
    """A service with a key for second factors."""
    with running_service(database, totp_key=SecretStr("k" * 32)) as running:
        yield running


async def test_the_way_of_a_client(service: RunningService) -> None:
    """Invited, in, renamed, listed, and shut out again."""
    operator = BackendClient(service.url, MemoryTokenStore(), device="hub")
    client = BackendClient(service.url, MemoryTokenStore(), device="visio")
    try:
        await operator.sign_in.log_in(OPERATOR, OLD_PASSWORD, stay_signed_in=False)
        request = ClientRequest(email="claire@example.org", full_name="Claire")
        invited = await operator.invite_client(request, idempotency_key=str(uuid4()))
        invite = await operator.invite_again(invited.id)
        code = invite.link.rpartition("/")[2]
        with pytest.raises(ApiError) as weak:
            await client.sign_in.accept_invite(code, "claire", "Claire", stay_signed_in=False)
        assert weak.value.fields == {"/password": FieldErrorCode.TOO_SHORT}
        user = await client.sign_in.accept_invite(code, PASSWORD, "Claire P.", stay_signed_in=False)
        assert user.full_name == "Claire P."
        assert (await client.change_me(ProfileChange(locale="en"))).locale == "en"
        changed = await operator.change_client(invited.id, ProfileChange(full_name="Claire Petit"))
        assert (changed.full_name, changed.locale) == ("Claire Petit", "en")
        with pytest.raises(ApiError) as accepted:
            await operator.invite_again(invited.id)
        assert accepted.value.code is ApiErrorCode.INVITE_ACCEPTED
        await operator.deactivate_client(invited.id)
        with pytest.raises(ApiError) as closed:
            await client.me()
        assert closed.value.code is ApiErrorCode.FORBIDDEN
        await operator.reactivate_client(invited.id)
        assert (await operator.client_account(invited.id)).active
    finally:
        await client.close()
        await operator.close()


async def test_passwords_sessions_and_the_second_factor(service: RunningService) -> None:
    """What one does in the account's settings."""
    client = BackendClient(service.url, MemoryTokenStore(), device="hub")
    other = BackendClient(service.url, MemoryTokenStore(), device="other")
    try:
        for each in (other, client):
            await each.sign_in.log_in(OPERATOR, OLD_PASSWORD, stay_signed_in=False)
        assert [session.device for session in await client.sessions()] == ["hub", "other"]
        await client.change_password(PasswordChange(old_password=OLD_PASSWORD, password=PASSWORD))
        assert [session.device for session in await client.sessions()] == ["hub"]
        await client.end_other_sessions()
        await client.check_password(PASSWORD)
        enrolment = await client.enrol_totp()
        app = pyotp.parse_uri(enrolment.otpauth_uri)
        assert isinstance(app, pyotp.TOTP)
        await client.confirm_totp(app.now())
        with pytest.raises(ApiError) as asked:
            await other.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False)
        assert asked.value.code is ApiErrorCode.TOTP_REQUIRED
        recovery_code = enrolment.recovery_codes[0]
        await other.sign_in.log_in(OPERATOR, PASSWORD, stay_signed_in=False, totp=recovery_code)
        (lost,) = [session for session in await client.sessions() if not session.current]
        await client.end_session(lost.id)
        await client.disable_totp()
        await client.ask_for_reset("nobody@example.org")
        with pytest.raises(ApiError) as over:
            await client.confirm_reset(ResetConfirmation(code="nonsense", password=PASSWORD))
        assert over.value.code is ApiErrorCode.CODE_EXPIRED
    finally:
        await other.close()
        await client.close()
