"""openvidu-node-client 2.32.2 and our client: the service's model and our room's state say the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from desktop.rtc.signals import CHAT
from desktop.rtc.state import EndReason, ParticipantState, RoomPhase
from openvidu_local.options import Mode
from openvidu_local.server import OpenViduServer
from tests.official_clients.browser import LIMIT_S
from tests.official_clients.node_client import NodeClient, node_client
from tests.official_clients.our_client import OurClient
from tests.official_clients.packages import NodePackages
from tests.support.openvidu import OpenViduRest, openvidu_server
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(90)

MEETING = "mtg_1"
ADA, BO = 5, 17
"""Source ids."""


@dataclass
class Hall:
    """A server, the official client of its REST API, and our clients that join by its tokens."""

    server: OpenViduServer
    node: NodeClient
    stack: AsyncExitStack

    async def join(self, name: str, source_id: int, role: str = "PUBLISHER") -> OurClient:
        """One of our clients, joined and publishing."""
        data = json.dumps({"account": name.lower(), "name": name})
        made = await self.node.call("createConnection", MEETING, {"role": role, "data": data})
        client = OurClient(made["token"], name, source_id)
        self.stack.push_async_callback(client.room.leave)
        await client.room.join()
        assert client.connection_id == made["connectionId"]
        return client

    async def model(self) -> dict[str, dict[str, Any]]:
        """Active connections by id, as the library shows them after asking the server."""
        await self.node.call("fetch")
        (session,) = await self.node.call("sessions")
        return {each["connectionId"]: each for each in session["activeConnections"]}


@pytest.fixture(params=list(Mode))
async def hall(request: pytest.FixtureRequest, node_packages: NodePackages) -> AsyncIterator[Hall]:
    """A server in each mode with one session; at the end nothing of it is left open."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(openvidu_server(mode=request.param))
        node = await stack.enter_async_context(node_client(node_packages, server.url, server.secret))
        await node.call("createSession", {"customSessionId": MEETING})
        yield Hall(server, node, await stack.enter_async_context(AsyncExitStack()))
    assert server.relay.open_count == 0


async def both_see_each_other(ada: OurClient, bo: OurClient) -> None:
    """Wait for moving pictures both ways."""
    await ada.sees(bo.connection_id, bo.source_id)
    await bo.sees(ada.connection_id, ada.source_id)


async def test_the_model_is_our_rooms_state(hall: Hall) -> None:
    """Who is there, who publishes what, who receives it, and who is muted, seen from both sides."""
    ada, bo = await hall.join("Ada", ADA, "MODERATOR"), await hall.join("Bo", BO)
    await both_see_each_other(ada, bo)
    await bo.room.set_microphone(False)

    def muted() -> bool:
        person = ada.other(bo.connection_id)
        return person is not None and not person.streams[0].microphone_on

    await until(muted, "Bo's mark at Ada's", LIMIT_S)
    model = await hall.model()
    assert set(model) == {ada.connection_id, bo.connection_id}
    for we, them in ((ada, bo), (bo, ada)):
        (person,) = we.others
        shown = model[them.connection_id]
        assert (person.connection_id, person.streams[0].stream_id) == (
            them.connection_id,
            them.room.state.own_stream_id,
        )
        assert json.loads(shown["serverData"]) == {"account": person.account_id, "name": person.name}
        assert _published(shown) == _shown_by_us(person)
        assert model[we.connection_id]["subscribers"] == [stream.stream_id for stream in person.streams]
        assert (shown["role"] == "MODERATOR") is them.room.state.is_moderator


async def test_a_signal_of_the_service(hall: Hall) -> None:
    """openvidu-node-client has no call for it: a plain REST call, heard with no sender."""
    ada = await hall.join("Ada", ADA)
    async with OpenViduRest(hall.server.url, hall.server.secret) as rest:
        body = {"session": MEETING, "type": "chat", "data": "five minutes left"}
        assert (await rest.http.post("/signal", json=body)).status_code == 200
    await until(lambda: ada.signals, "the signal", LIMIT_S)
    (signal,) = ada.signals
    assert (signal.kind, signal.data, signal.from_connection_id) == (CHAT, "five minutes left", None)


async def test_force_unpublish(hall: Hall) -> None:
    """Gone from the model, from the other's state and from ours; we may publish again."""
    ada, bo = await hall.join("Ada", ADA), await hall.join("Bo", BO)
    await both_see_each_other(ada, bo)
    before = bo.room.state.own_stream_id
    await hall.node.call("forceUnpublish", MEETING, before)
    await until(lambda: bo.room.state.own_stream_id == "", "the end of our stream", LIMIT_S)
    await until(lambda: ada.others[0].streams == (), "its end at the other's", LIMIT_S)
    model = await hall.model()
    assert model[bo.connection_id]["publishers"] == []
    assert model[ada.connection_id]["subscribers"] == []
    await bo.room.set_camera(True)
    await ada.sees(bo.connection_id, BO)
    (again,) = (await hall.model())[bo.connection_id]["publishers"]
    assert again["streamId"] == bo.room.state.own_stream_id != before


async def test_force_disconnect_and_close(hall: Hall) -> None:
    """One is removed, then the session is closed for the other; each says why."""
    ada, bo = await hall.join("Ada", ADA), await hall.join("Bo", BO)
    await both_see_each_other(ada, bo)
    await hall.node.call("forceDisconnect", MEETING, bo.connection_id)
    await until(lambda: bo.room.state.phase is RoomPhase.LEFT, "our removal", LIMIT_S)
    assert bo.room.state.end_reason is EndReason.REMOVED
    await until(lambda: ada.others == (), "the other's departure", LIMIT_S)
    assert set(await hall.model()) == {ada.connection_id}
    await hall.node.call("close", MEETING)
    await until(lambda: ada.room.state.phase is RoomPhase.LEFT, "the end", LIMIT_S)
    assert ada.room.state.end_reason is EndReason.CLOSED
    assert await hall.node.call("sessions") == []


async def test_creating_the_session_again_while_we_are_in_it(hall: Hall) -> None:
    """The library gets the session that is there, with us in it, and we notice nothing."""
    ada = await hall.join("Ada", ADA)
    known = len(ada.states)
    again = await hall.node.call("createSession", {"customSessionId": MEETING})
    assert [each["connectionId"] for each in again["activeConnections"]] == [ada.connection_id]
    bo = await hall.join("Bo", BO)
    await both_see_each_other(ada, bo)
    assert {state.phase for state in ada.states[known:]} == {RoomPhase.CONNECTED}


def _published(shown: dict[str, Any]) -> list[tuple[str, bool, bool, bool, bool, str]]:
    """What the library says that a connection publishes."""
    names = ("streamId", "hasAudio", "hasVideo", "audioActive", "videoActive", "typeOfVideo")
    return [tuple(publisher[name] for name in names) for publisher in shown["publishers"]]


def _shown_by_us(person: ParticipantState) -> list[tuple[str, bool, bool, bool, bool, str]]:
    """The same, as our room's state has it."""
    return [
        (
            stream.stream_id,
            stream.has_audio,
            stream.has_video,
            stream.microphone_on,
            stream.camera_on,
            stream.kind.value.upper(),
        )
        for stream in person.streams
    ]
