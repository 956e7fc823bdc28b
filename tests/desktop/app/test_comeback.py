"""Coming back with the real parts: the service on PostgreSQL, the media server, the app's own wiring.

The view-model asks the real service for a second token when the media server has forgotten its room;
the room runs on the media thread, as in the app. Only widgets are missing.
"""

from __future__ import annotations

import asyncio

from pytestqt.qtbot import QtBot

from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.rtc.room import RoomDevices
from desktop.rtc.rooms import open_room
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
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
from tests.desktop.rtc.conftest import Guest, House
from tests.support.openvidu import OpenViduRest, RunningOpenVidu
from tests.support.service import RunningService, database, postgres_cluster
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone, shows
from tests.support.waiting import until

__all__ = ["database", "openvidu", "postgres_cluster", "service"]


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
        language = Language(TRANSLATIONS, "fr")
        model = RoomViewModel(meeting, alice, alices, lambda: bridge, language)
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
            language.close()
            await mikl.room.leave()
            await asyncio.to_thread(thread.stop)
