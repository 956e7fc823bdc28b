"""A session that the service ends: one sentence, one button, and nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import Shell
from desktop.view_models.states import RowAction
from tests.desktop.app.hub_flow import (
    MIKL,
    database,
    elsewhere,
    hub,
    language,
    meeting,
    postgres_cluster,
    service,
    theme,
)
from tests.support.running_shell import PASSWORD, has_list, on_screen, press, seen, shown, write
from tests.support.service import RunningService, TestDatabase

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]

LIMIT_S = 60.0
OLGA = "olga@demo.visio"


def content_of(name: str) -> str:
    """What a field on screen holds."""
    field = on_screen(name)
    if isinstance(field, QPlainTextEdit | QTextEdit):
        return field.toPlainText()
    assert isinstance(field, QLineEdit), name
    return field.text()


async def end_session(shell: Shell, elsewhere: BackendClient) -> None:
    """The service ends it from another device; the card says so."""
    await elsewhere.end_other_sessions()
    await seen(lambda: on_screen("signInWindow"), "the log-in card", LIMIT_S)
    notice = await seen(lambda: on_screen("signInNotice"), "the sentence", LIMIT_S)
    assert notice is not None
    assert notice.accessibleName() == "Your session has ended. Sign in again to go on."
    assert shell.dialog is None


async def sign_in(shell: Shell, email: str = MIKL) -> None:
    """With one button; the address is filled in already."""
    assert content_of("email") == MIKL
    if email != MIKL:
        await write("email", email)
    await write("password", PASSWORD)
    await press("signInButton")
    await seen(lambda: has_list(shell), "the list", LIMIT_S)


async def test_another_device_s_session_may_end_without_ending_this_one(
    hub: Shell, service: RunningService, elsewhere: BackendClient
) -> None:
    other = BackendClient(service.url, MemoryTokenStore(), device="Old phone")
    try:
        await other.sign_in.log_in(MIKL, PASSWORD, stay_signed_in=False)
        (session,) = [each for each in await other.sessions() if each.current]
        await elsewhere.end_session(session.id)
        # What follows reaches the app after the end of that session did.
        (alice,) = [each for each in await elsewhere.clients() if each.full_name.startswith("Alice")]
        later = elsewhere.now() + timedelta(days=3)
        request = MeetingRequest(client_id=alice.id, title="Ensuite", scheduled_at=later)
        planned = await elsewhere.create_meeting(request, idempotency_key=str(uuid4()))
        await seen(lambda: on_screen(f"meetingMenu-{planned.id}"), "the next event's meeting", LIMIT_S)
        assert hub.client.sign_in.user is not None
        assert on_screen("signInWindow") is None
    finally:
        await other.close()


async def test_a_plan_is_gone_on_with(hub: Shell, elsewhere: BackendClient, meeting: Meeting) -> None:
    await press("scheduleButton")
    await shown("titleField")
    await seen(
        lambda: hub.schedule_model is not None and hub.schedule_model.state.clients, "the clients", LIMIT_S
    )
    await write("clientField", "Alice Laurent")
    await write("titleField", "Bilan de printemps")
    await write("descriptionField", "Trois points")
    await end_session(hub, elsewhere)
    await sign_in(hub)
    await seen(lambda: on_screen("scheduleDialog"), "the dialog", LIMIT_S)
    await seen(lambda: content_of("clientField") == "Alice Laurent", "the client", LIMIT_S)
    assert content_of("titleField") == "Bilan de printemps"
    assert content_of("descriptionField") == "Trois points"
    await press("saveButton")
    await seen(lambda: hub.dialog is None, "saved", LIMIT_S)
    assert "Bilan de printemps" in [each.title for each in await elsewhere.meetings()]


async def test_a_reason_to_cancel_is_kept_for_the_same_person_alone(
    hub: Shell, elsewhere: BackendClient, meeting: Meeting, database: TestDatabase
) -> None:
    await open_cancel(hub, meeting)
    await write("reasonField", "Une grippe")
    await end_session(hub, elsewhere)
    await sign_in(hub)
    await seen(lambda: on_screen("cancelMeetingDialog"), "the dialog", LIMIT_S)
    assert content_of("reasonField") == "Une grippe"
    # Once more; now somebody else signs in on this computer.
    await end_session(hub, elsewhere)
    database.admin(
        "select private.provision_account(%s, 'operator', 'Olga', (select c.password_hash"
        " from private.credentials c join auth.users u on u.id = c.user_id where u.email = %s))",
        (OLGA, MIKL),
    )
    await sign_in(hub, OLGA)
    assert hub.dialog is None


async def open_cancel(hub: Shell, meeting: Meeting) -> None:
    """As the meeting's menu does."""
    assert hub.list_model is not None
    hub.list_model.choose(str(meeting.id), RowAction.CANCEL)
    await shown("reasonField")


async def test_a_dialog_without_words_is_not_opened_again(
    hub: Shell, elsewhere: BackendClient, meeting: Meeting
) -> None:
    await open_cancel(hub, meeting)
    await end_session(hub, elsewhere)
    await sign_in(hub)
    assert hub.dialog is None
