"""MiKL looks after his clients by the real widgets, against the real service."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import Client, Meeting
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import Shell
from desktop.view_models.hub_states import ClientDetail
from tests.desktop.app.hub_flow import (
    database,
    elsewhere,
    hub,
    language,
    meeting,
    postgres_cluster,
    service,
    theme,
)
from tests.support.running_shell import PASSWORD, on_screen, press, seen, shown, write
from tests.support.service import RunningService

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]


async def client_named(elsewhere: BackendClient, name: str) -> Client:
    (found,) = [each for each in await elsewhere.clients(inactive=True) if each.full_name.startswith(name)]
    return found


def detail(shell: Shell) -> ClientDetail:
    assert shell.hub is not None
    selected = shell.hub.clients.state.selected
    assert selected is not None
    return selected


async def test_a_client_is_invited_again_and_the_link_copied(hub: Shell, elsewhere: BackendClient) -> None:
    await press("page-clients")
    await press("inviteButton")
    await write("clientNameField", "Emma Roche")
    await write("clientEmailField", "emma@example.org")
    await press("actionButton")
    link = await shown("inviteLink")
    assert on_screen("clientDialog") is None
    first = link.text()  # type: ignore[attr-defined]
    emma = await client_named(elsewhere, "Emma")
    await shown(f"client-{emma.id}")
    assert detail(hub).pill == "Invited"
    await press("copyInviteButton")
    assert QGuiApplication.clipboard().text() == first
    await press("inviteAgainButton")
    await seen(lambda: detail(hub).link != first, "another link")
    await seen(lambda: detail(hub).email == "emma@example.org", "the address")


async def test_an_account_is_closed_after_a_question_and_opened_again(
    hub: Shell, service: RunningService, elsewhere: BackendClient
) -> None:
    bob = await client_named(elsewhere, "Bob")
    phone = BackendClient(service.url, MemoryTokenStore())
    await phone.sign_in.log_in("bob@demo.visio", PASSWORD, stay_signed_in=False)
    await press("page-clients")
    await press(f"client-{bob.id}")
    await press("deactivateButton")
    await press("cancelButton")
    await seen(lambda: on_screen("deactivateDialog") is None, "the end of the question")
    assert (await client_named(elsewhere, "Bob")).active
    await press("deactivateButton")
    await press("actionButton")
    await shown("reactivateButton")
    assert not (await client_named(elsewhere, "Bob")).active
    with pytest.raises(ApiError) as refused:
        await phone.meetings()
    assert refused.value.code in (
        ApiErrorCode.SESSION_ENDED,
        ApiErrorCode.UNAUTHENTICATED,
        ApiErrorCode.FORBIDDEN,
    )
    await phone.close()
    await press("reactivateButton")
    await shown("deactivateButton")
    assert (await client_named(elsewhere, "Bob")).active
    assert hub.hub is not None


async def test_a_clients_name_language_and_zone_are_changed(hub: Shell, elsewhere: BackendClient) -> None:
    alice = await client_named(elsewhere, "Alice")
    await press("page-clients")
    await press(f"client-{alice.id}")
    await press("editClientButton")
    await write("clientNameField", "Alice Martin")
    await press("language-en")
    await write("zoneField", "america montreal")
    await press("actionButton")
    await seen(lambda: detail(hub).person.name == "Alice Martin", "the new name")
    account = await elsewhere.client_account(alice.id)
    assert (account.full_name, account.locale, account.time_zone) == (
        "Alice Martin",
        "en",
        "America/Montreal",
    )


async def test_his_meetings_stand_beside_him_and_the_next_is_planned_from_there(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient
) -> None:
    await press("page-clients")
    await press(f"client-{meeting.client.id}")
    assert [each.title for each in detail(hub).meetings] == ["Bilan"]
    await press("planWithButton")
    await seen(lambda: hub.schedule_model and hub.schedule_model.state.clients, "the clients")
    await write("titleField", "Suite")
    await press("saveButton")
    await seen(lambda: {each.title for each in detail(hub).meetings} == {"Bilan", "Suite"}, "both")
    planned = await elsewhere.meetings(client_id=meeting.client.id)
    assert {each.title for each in planned} == {"Bilan", "Suite"}
