"""Waiting for the start, with both real apps, the service on PostgreSQL and the media server.

Alice is early: she sees herself and a countdown, MiKL's list says that she waits, and the moment he
starts she is in the room, with the camera that was open already.
"""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest
from desktop.app.wiring import HUB_APP, PARTICIPANT_APP, Shell
from desktop.devices import device_list
from desktop.devices.catalogue import DeviceKind
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.states import MeetingAction, MeetingRow
from desktop.views.theme import Theme
from tests.desktop.app.whole_rooms import ALICE, OPERATOR, TRANSLATIONS, openvidu, service, signed_in
from tests.support.running_shell import press, running_shell, seen
from tests.support.service import RunningService, database, postgres_cluster

__all__ = ["database", "openvidu", "postgres_cluster", "service"]

LIMIT_S = 40.0


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices: everything is generated."""
    monkeypatch.setattr(device_list, "listed", lambda: dict.fromkeys(DeviceKind, ()))


def next_row(shell: Shell) -> MeetingRow | None:
    """The largest thing in somebody's list; None while there is nothing."""
    return shell.list_model.state.next if shell.list_model is not None else None


def row_of(shell: Shell, meeting: Meeting) -> MeetingRow:
    """The next meeting in somebody's list."""
    model = shell.list_model
    assert model is not None
    assert model.state.next is not None
    assert model.state.next.meeting_id == str(meeting.id)
    return model.state.next


async def soon(client: BackendClient) -> Meeting:
    """A meeting with Alice in ten minutes."""
    (alice,) = [each for each in await client.clients() if each.full_name.startswith("Alice")]
    request = MeetingRequest(
        client_id=alice.id, title="Bilan", scheduled_at=client.now() + timedelta(minutes=10)
    )
    return await client.create_meeting(request, idempotency_key=str(uuid4()))


def camera_threads() -> set[threading.Thread]:
    """The generated cameras that run."""
    return {thread for thread in threading.enumerate() if thread.name == "test-picture"}


def test_who_waits_is_seen_and_taken_in(qtbot: QtBot, qapp: QApplication, service: RunningService) -> None:
    language, theme = Language(TRANSLATIONS, "en"), Theme(qapp, scale=1.0, animated=False)

    async def walk() -> None:
        async with (
            signed_in(service, OPERATOR) as (operator, _),
            running_shell(HUB_APP, service.url, OPERATOR, language, theme) as hub,
            running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as alice,
        ):
            meeting = await soon(operator)
            for shell in (hub, alice):
                await seen(partial(next_row, shell), "the meeting in the list", LIMIT_S)
            assert row_of(alice, meeting).action is MeetingAction.WAIT
            alice.list_model.act(str(meeting.id))  # type: ignore[union-attr]
            await seen(lambda: alice.entry.model is not None, "the waiting room")
            model = alice.entry.model
            assert model is not None
            assert model.state.waiting
            assert model.state.countdown.startswith(("09:", "10:"))
            await seen(lambda: model.picture.picture is not None, "her own picture", LIMIT_S)
            await seen(
                lambda: row_of(hub, meeting).pill == "Alice is waiting", "the pill in the Hub", LIMIT_S
            )
            cameras = camera_threads()
            await operator.start(meeting.id)
            await seen(lambda: alice.room.model is not None, "her room", LIMIT_S)
            await seen(
                lambda: alice.room.model.room_state.phase is RoomPhase.CONNECTED,  # type: ignore[union-attr]
                "her place in it",
                LIMIT_S,
            )
            assert alice.entry.window is None
            assert camera_threads() == cameras  # the same one goes on
            await seen(lambda: "progress" in row_of(hub, meeting).pill, "nobody waits any more", LIMIT_S)
            await operator.end(meeting.id)

    asyncio.run(walk())
    language.close()
    assert camera_threads() == set()


def test_who_goes_back_is_not_waiting_any_more(
    qtbot: QtBot, qapp: QApplication, service: RunningService
) -> None:
    language, theme = Language(TRANSLATIONS, "en"), Theme(qapp, scale=1.0, animated=False)

    async def walk() -> None:
        async with (
            signed_in(service, OPERATOR) as (operator, _),
            running_shell(PARTICIPANT_APP, service.url, ALICE, language, theme) as alice,
        ):
            meeting = await soon(operator)
            await seen(partial(next_row, alice), "the meeting", LIMIT_S)
            await press(f"meetingAction-{meeting.id}")
            async with asyncio.timeout(LIMIT_S):
                while (await operator.meeting(meeting.id)).client_waiting_since is None:
                    QApplication.processEvents()
                    await asyncio.sleep(0.02)
            await press("backButton")
            async with asyncio.timeout(LIMIT_S):
                while (await operator.meeting(meeting.id)).client_waiting_since is not None:
                    QApplication.processEvents()
                    await asyncio.sleep(0.02)
            await seen(lambda: alice.window is not None and alice.window.isVisible(), "the list")
            assert alice.entry.window is None

    asyncio.run(walk())
    language.close()
    assert camera_threads() == set()
