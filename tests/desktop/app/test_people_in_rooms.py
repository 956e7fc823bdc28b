"""Chat, hands, mute by the host and removal between two apps' rooms, with the real parts.

Service and roles from PostgreSQL, the media server's own wire, the media thread, bridge and
view-models; a third person in the room, whom the service does not know, tries what only the host may.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.rtc.room import RoomDevices
from desktop.rtc.rooms import open_room
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.signals import CHAT, Signal, application_signal
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_states import Delivery, PersonAction
from desktop.view_models.states import RoomStage
from tests.desktop.app.whole_rooms import (
    ALICE,
    LIMIT_S,
    OPERATOR,
    TRANSLATIONS,
    openvidu,
    service,
    signed_in,
    started_meeting,
    until_on_qt,
)
from tests.desktop.rtc.conftest import Guest
from tests.support.openvidu import OpenViduRest, RunningOpenVidu
from tests.support.service import RunningService, database, postgres_cluster
from tests.support.sources import GREEN, RED, BlocksCamera, ToneMicrophone
from tests.support.waiting import until

__all__ = ["database", "openvidu", "postgres_cluster", "service"]


@pytest.fixture
def thread() -> Iterator[MediaThread]:
    made = MediaThread()
    made.start()
    yield made
    made.stop()


@dataclass
class Meeting:
    """Everybody in one room."""

    mikl: RoomViewModel
    alice: RoomViewModel
    eve: Guest


@pytest.fixture
async def together(
    service: RunningService, openvidu: RunningOpenVidu, thread: MediaThread, qtbot: QtBot
) -> AsyncIterator[Meeting]:
    """MiKL's and Alice's view-models in one running meeting, and Eve, who came by the media server alone."""
    async with AsyncExitStack() as stack:
        mikls, mikl = await stack.enter_async_context(signed_in(service, OPERATOR))
        alices, alice = await stack.enter_async_context(signed_in(service, ALICE))
        rest = await stack.enter_async_context(OpenViduRest(openvidu.url, openvidu.secret))
        meeting = await started_meeting(mikls)
        session_id = f"mtg_{meeting.id.hex}"
        language = Language(TRANSLATIONS, "fr")
        stack.callback(language.close)
        models = []
        for user, client, colour in ((mikl, mikls, RED), (alice, alices, GREEN)):
            devices = RoomDevices(BlocksCamera(colour), ToneMicrophone(450.0), None)

            async def choose(devices: RoomDevices = devices) -> RoomDevices:
                return devices

            bridge = RoomBridge(thread, open_room, choose)
            (row,) = await client.meetings()
            model = RoomViewModel(row, user, client, lambda bridge=bridge: bridge, language)  # type: ignore[misc]
            stack.push_async_callback(model.close)
            model.start()
            models.append(model)
        token = await rest.token(session_id, data=json.dumps({"account": "eve", "name": "Eve"}))
        eve = Guest(token, "Eve", times=SignallingTimes())
        stack.push_async_callback(eve.room.leave)
        await eve.room.join()
        made = Meeting(models[0], models[1], eve)
        for model in models:
            await until_on_qt(lambda model=model: len(model.room_state.participants) == 2, "everybody")
        yield made


def row_key(model: RoomViewModel, name: str) -> str:
    """The key of somebody's row."""
    (row,) = [row for row in model.people.state.rows if row.key and row.person.name.startswith(name)]
    return row.key


async def test_people_write_ask_mute_and_are_put_out(together: Meeting) -> None:
    mikl, alice, eve = together.mikl, together.alice, together.eve

    alice.chat.send("Bonjour 👋 https://example.org")
    await until_on_qt(lambda: mikl.chat.state.unread == 1, "Alice's line at MiKL's")
    await until_on_qt(lambda: alice.chat.state.lines[0].delivery is Delivery.SENT, "its echo")
    (line,) = mikl.chat.state.lines
    assert (line.name, line.text, line.own) == ("Alice Laurent", "Bonjour 👋 https://example.org", False)

    alice.people.toggle_hand()
    await until_on_qt(lambda: mikl.people.state.hands == 1, "Alice's hand at MiKL's")
    assert [row.hand for row in mikl.people.state.rows] == [0, 1, 0]
    await until_on_qt(lambda: alice.people.state.hand_raised, "her own")
    # Her tone is loud: as soon as the ticker sees that she speaks, the hand goes down again.
    await until_on_qt(lambda: mikl.people.state.hands == 0, "the hand taken down by speaking")

    await eve.room.send(application_signal("mute", {}), [alice.room_state.own_connection_id])
    await eve.room.send(Signal(CHAT, "after it"))
    await until_on_qt(lambda: len(alice.chat.state.lines) == 2, "what Eve said after her mute")
    assert alice.room_state.microphone_on, "nobody but the host is obeyed"
    mikl.people.act(row_key(mikl, "Alice"), PersonAction.MUTE)
    await until_on_qt(lambda: not alice.state.microphone_on, "MiKL's mute at Alice's")
    assert alice.state.warning == "MiKL a coupé votre micro."
    await until_on_qt(lambda: mikl.people.state.rows[1].muted or mikl.people.state.rows[2].muted, "at MiKL's")

    assert PersonAction.REMOVE not in {action for row in alice.people.state.rows for action in row.actions}
    mikl.people.act(row_key(mikl, "Eve"), PersonAction.REMOVE)
    await until(lambda: eve.state.phase is RoomPhase.LEFT, "Eve put out", LIMIT_S)
    mikl.people.act(row_key(mikl, "Alice"), PersonAction.REMOVE)
    await until_on_qt(lambda: alice.state.stage is RoomStage.ENDED, "Alice put out")
    assert alice.state.message == "Vous avez été retiré de la réunion."
    await until_on_qt(lambda: not mikl.room_state.participants, "MiKL alone")
