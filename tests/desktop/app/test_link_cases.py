"""Where links lead in the running app: each kind, to whoever is or is not signed in."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from PySide6.QtWidgets import QLabel

from backend_client.client import BackendClient
from backend_client.models import ClientRequest, MeetingRequest
from desktop.app.wiring import HUB_APP, PARTICIPANT_APP, Shell
from desktop.system.single_instance import StartRequest
from desktop.view_models.language import Language
from desktop.views.theme import Theme
from tests.desktop.app.hub_flow import database, elsewhere, language, postgres_cluster, service, theme
from tests.support.running_shell import (
    PASSWORD,
    has_list,
    on_screen,
    press,
    running_shell,
    seen,
    shown,
    write,
)
from tests.support.service import RunningService, TestDatabase

__all__ = ["database", "elsewhere", "language", "postgres_cluster", "service", "theme"]

ALICE = "alice@demo.visio"
LIMIT_S = 60.0


async def running_meeting(elsewhere: BackendClient, database: TestDatabase) -> str:
    """The link to a meeting of Alice's that is under way."""
    (alice,) = [each for each in await elsewhere.clients() if each.full_name.startswith("Alice")]
    request = MeetingRequest(
        client_id=alice.id, title="Bilan", scheduled_at=elsewhere.now() + timedelta(minutes=1)
    )
    meeting = await elsewhere.create_meeting(request, idempotency_key=str(uuid4()))
    database.admin(
        "update public.meetings set status = 'in_progress', started_at = now(), media_started_at = now(),"
        " session_id = 'mtg_' || replace(id::text, '-', '') where id = %s",
        (meeting.id,),
    )
    return f"mikl://meetings/{meeting.id}"


async def invitation(elsewhere: BackendClient) -> str:
    """The link of somebody's invitation."""
    request = ClientRequest(email="eva@example.org", full_name="Eva Moreau")
    invited = await elsewhere.invite_client(request, idempotency_key=str(uuid4()))
    assert invited.invite is not None
    return invited.invite.link


async def said(name: str) -> str:
    label = await seen(lambda: on_screen(name), name, LIMIT_S)
    assert isinstance(label, QLabel)
    return label.text()


def follow(shell: Shell, link: str) -> None:
    """What a second start hands over."""
    shell.started_again(StartRequest(link=link))


async def test_a_meeting_under_way_is_entered_at_once(
    service: RunningService,
    elsewhere: BackendClient,
    database: TestDatabase,
    language: Language,
    theme: Theme,
) -> None:
    link = await running_meeting(elsewhere, database)
    async with running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as shell:
        follow(shell, link)
        await seen(lambda: on_screen("preJoinWindow"), "the screen before the meeting", LIMIT_S)


async def test_after_a_cold_start_it_waits_for_the_log_in(
    service: RunningService,
    elsewhere: BackendClient,
    database: TestDatabase,
    language: Language,
    theme: Theme,
) -> None:
    link = await running_meeting(elsewhere, database)
    async with running_shell(PARTICIPANT_APP, service.url, None, language, theme) as shell:
        follow(shell, link)
        notice = await seen(lambda: on_screen("signInNotice"), "why the card is there", LIMIT_S)
        assert notice is not None
        assert notice.accessibleName() == "Sign in to open the meeting of your link."
        await write("email", ALICE)
        await write("password", PASSWORD)
        await press("signInButton")
        await seen(lambda: on_screen("preJoinWindow"), "the screen before the meeting", LIMIT_S)


async def test_an_invitation_waits_until_the_one_who_is_in_has_left(
    service: RunningService, elsewhere: BackendClient, language: Language, theme: Theme
) -> None:
    link = await invitation(elsewhere)
    async with running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as shell:
        follow(shell, link)
        assert "Sign out first" in await said("toastText")
        assert has_list(shell)
        await press("accountButton")
        await press("signOutButton")
        await seen(lambda: on_screen("fullName"), "the invitation's form", LIMIT_S)
        assert on_screen("invitationCode") is None  # the link has brought it
        await write("fullName", "Éva Moreau")
        await write("newPassword", "velours chaloupe 39 brume")
        await press("acceptButton")
        await seen(lambda: has_list(shell), "her list", LIMIT_S)
        assert shell.client.sign_in.user is not None
        assert shell.client.sign_in.user.email == "eva@example.org"
        # Once more: used up.
        await press("accountButton")
        await press("signOutButton")
        await shown("signInButton")
        follow(shell, link)
        await seen(lambda: on_screen("fullName"), "the invitation's form", LIMIT_S)
        await write("fullName", "Éva Moreau")
        await write("newPassword", "velours chaloupe 39 brume")
        await press("acceptButton")
        assert "no longer valid" in await said("acceptError")


async def test_the_hub_sends_an_invitation_to_the_clients_app(
    service: RunningService, elsewhere: BackendClient, language: Language, theme: Theme
) -> None:
    link = await invitation(elsewhere)
    async with running_shell(HUB_APP, service.url, None, language, theme) as shell:
        follow(shell, link)
        notice = await seen(lambda: on_screen("signInNotice"), "where to go", LIMIT_S)
        assert notice is not None
        assert "MiKL Visio" in notice.accessibleName()
