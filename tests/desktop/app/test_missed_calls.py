"""A call that nobody took: the list and the tray of the real apps say so, until one goes there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from backend_client.client import BackendClient
from backend_client.models import Meeting
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import PARTICIPANT_APP, Shell
from desktop.view_models import calls
from desktop.view_models.language import Language
from desktop.view_models.states import MeetingAction, MeetingRow
from desktop.views.text import Pill
from desktop.views.theme import Theme
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
from tests.support.running_shell import PASSWORD, running_shell, seen
from tests.support.service import RunningService, TestDatabase

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]

ALICE = "alice@demo.visio"
LIMIT_S = 30.0


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call rings for less than its 45 s, which `test_calls.py` reads."""
    monkeypatch.setattr(calls, "RING_MS", 300)


def next_row(shell: Shell) -> MeetingRow:
    assert shell.list_model is not None
    row = shell.list_model.state.next
    assert row is not None
    return row


def pills(shell: Shell) -> list[str]:
    """The words of every pill in the window."""
    assert shell.window is not None
    return [each.text for each in shell.window.findChildren(Pill) if each.isVisible()]


async def called_in_vain(shell: Shell) -> None:
    """Wait for the call window, and for it to give up."""
    assert shell.presence is not None
    call = shell.presence.call
    await seen(lambda: call.state.meeting_id or next_row(shell).call_missed, "the call", LIMIT_S)
    await seen(lambda: not call.state.meeting_id, "the end of patience", LIMIT_S)
    await seen(lambda: next_row(shell).call_missed, "the mark on the row", LIMIT_S)


async def test_mikl_did_not_take_alices_call(
    qapp: QApplication, hub: Shell, service: RunningService, meeting: Meeting
) -> None:
    alice = BackendClient(service.url, MemoryTokenStore())
    try:
        await alice.sign_in.log_in(ALICE, PASSWORD, stay_signed_in=False)
        await alice.wait(meeting.id)
        await called_in_vain(hub)
        row = next_row(hub)
        assert row.pill.startswith("Missed · called at ")
        assert row.action is MeetingAction.START
        assert row.pill in pills(hub)
        assert hub.presence is not None
        assert hub.presence.tray_model.state.line == f"Bilan · {row.pill}"
        assert hub.presence.tray_model.state.attention
    finally:
        await alice.close()


async def test_alice_did_not_take_mikls_call(
    database: TestDatabase, service: RunningService, meeting: Meeting, language: Language, theme: Theme
) -> None:
    async with running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as alice:
        # What the service does once the room is open; there is no media server here.
        database.as_account(database.account_id(MIKL), "select public.begin_meeting(%s)", (meeting.id,))
        await called_in_vain(alice)
        row = next_row(alice)
        assert row.pill.startswith("Missed · called at ")
        assert row.action is MeetingAction.JOIN
        assert row.pill in pills(alice)
        assert alice.presence is not None
        assert alice.presence.tray_model.state.line == f"Bilan · {row.pill}"
        # The meeting ends: what remains is how it ended.
        database.as_account(database.account_id(MIKL), "select public.end_meeting(%s)", (meeting.id,))
        assert alice.list_model is not None
        model = alice.list_model
        await seen(lambda: model.state.history, "the ended meeting", LIMIT_S)
        assert model.state.history[0].pill.startswith("Ended")
