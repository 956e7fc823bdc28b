"""Coming back with the real parts: the service on PostgreSQL, the media server, the app's own wiring.

The view-model asks the real service for a second token when the media server has forgotten its room;
the room runs on the media thread, as in the app. Only widgets are missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingRequest, User
from backend_client.sign_in import MemoryTokenStore
from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.rtc.room import RoomDevices
from desktop.rtc.rooms import open_room
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from tests.desktop.rtc.conftest import Guest, House
from tests.support.openvidu import OpenViduRest, RunningOpenVidu, openvidu_process
from tests.support.service import RunningService, TestDatabase, database, postgres_cluster, running_service
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone, shows
from tests.support.waiting import until

__all__ = ["database", "postgres_cluster"]

OPERATOR, ALICE, PASSWORD = "mikl@demo.visio", "alice@demo.visio", "demo-visio"
TRANSLATIONS = Path(__file__).parents[3] / "resources" / "translations"
LIMIT_S = 40.0
"""For what must happen, on a loaded machine."""


@pytest.fixture
def openvidu() -> Iterator[RunningOpenVidu]:
    """A media server that puts a lost client out at once."""
    with openvidu_process("--log-level", "WARNING") as running:
        yield running


@pytest.fixture
def service(database: TestDatabase, openvidu: RunningOpenVidu) -> Iterator[RunningService]:
    """The service, with that media server."""
    with running_service(database, openvidu_url=openvidu.url, openvidu_secret=openvidu.secret) as running:
        yield running


@asynccontextmanager
async def signed_in(service: RunningService, email: str) -> AsyncIterator[tuple[BackendClient, User]]:
    """Somebody's session with the service."""
    client = BackendClient(service.url, MemoryTokenStore(), device="test")
    try:
        yield client, await client.sign_in.log_in(email, PASSWORD, stay_signed_in=True)
    finally:
        await client.close()


async def started_meeting(operator: BackendClient) -> Meeting:
    """A meeting with Alice, under way."""
    (alice,) = [client for client in await operator.clients() if client.full_name.startswith("Alice")]
    when = operator.now() + timedelta(minutes=5)
    request = MeetingRequest(client_id=alice.id, title="Bilan", scheduled_at=when)
    planned = await operator.create_meeting(request, idempotency_key=str(uuid4()))
    return await operator.start(planned.id)


async def until_on_qt(condition: object, what: str) -> None:
    """Wait for a state of the view-model, whose signals need Qt's event loop to arrive."""
    assert callable(condition)

    def looked() -> object:
        QCoreApplication.processEvents()
        return condition()

    await until(looked, what, LIMIT_S)


async def test_forgotten_by_the_media_server_the_app_comes_back_by_itself(
    service: RunningService, openvidu: RunningOpenVidu, qtbot: QtBot
) -> None:
    """A new token from the service, the same mute and camera, nobody's second self, no click."""
    camera, microphone = BlocksCamera(GREEN), ToneMicrophone(450.0)
    thread = MediaThread()
    thread.start()

    async def devices() -> RoomDevices:
        return RoomDevices(camera, microphone, None)

    bridge = RoomBridge(thread, open_room, devices)
    async with (
        signed_in(service, OPERATOR) as (mikls, _),
        signed_in(service, ALICE) as (alices, alice),
        OpenViduRest(openvidu.url, openvidu.secret) as rest,
    ):
        await started_meeting(mikls)
        (meeting,) = await alices.meetings()
        token = (await mikls.room_token(meeting.id)).token
        mikl = Guest(token, "MiKL", times=SignallingTimes())
        await mikl.room.join()
        model = RoomViewModel(meeting, alice, alices, lambda: bridge, Language(TRANSLATIONS, "fr"))
        try:
            model.start()
            await until_on_qt(lambda: model.room_state.phase is RoomPhase.CONNECTED, "Alice's join")
            model.toggle_microphone()
            await until_on_qt(lambda: not model.room_state.microphone_on, "Alice's mute")
            await until(lambda: shows(mikl.picture_of(), GREEN), "Alice's picture", LIMIT_S)
            former = model.room_state.own_connection_id
            house = House(openvidu.url, rest)
            await house.faults("evict-on-drop")
            await rest.http.post(f"{openvidu.url}/openvidu-local/drop-sockets", json={"connection": former})
            await until(lambda: not mikl.others, "Alice put out", LIMIT_S)
            await house.faults()
            await until_on_qt(
                lambda: (
                    model.room_state.phase is RoomPhase.CONNECTED
                    and model.room_state.own_connection_id != former
                ),
                "the comeback",
            )
            await until(lambda: shows(mikl.picture_of(), GREEN), "Alice's picture again", LIMIT_S)
            (again,) = mikl.others
            assert again.connection_id == model.room_state.own_connection_id
            assert (again.streams[0].microphone_on, again.streams[0].camera_on) == (False, True)
            assert (model.room_state.microphone_on, model.room_state.camera_on) == (False, True)
            assert (camera.opened, camera.is_open) == (1, True)
            await until_on_qt(lambda: len(model.room_state.participants) == 1, "MiKL, once")
            assert model.room_state.participants[0].connection_id == mikl.state.own_connection_id
        finally:
            await model.close()
            await mikl.room.leave()
            await asyncio.to_thread(thread.stop)
