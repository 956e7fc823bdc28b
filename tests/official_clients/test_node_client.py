"""openvidu-node-client 2.32.2 on the REST API: its object model against what raw clients see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from openvidu_local.options import Mode
from openvidu_local.server import OpenViduServer
from tests.official_clients.node_client import NodeClient, NodeError, node_client
from tests.official_clients.packages import NodePackages
from tests.openvidu_local.media_client import MediaClient
from tests.openvidu_local.wire_client import WireClient, until
from tests.support.openvidu import openvidu_server

pytestmark = pytest.mark.timeout(60)


@dataclass
class Office:
    """A server, the official client of its REST API, and raw clients that join."""

    server: OpenViduServer
    node: NodeClient
    stack: AsyncExitStack
    media: dict[str, MediaClient] = field(default_factory=dict)

    async def join(self, session_id: str, **properties: Any) -> tuple[WireClient, dict[str, Any]]:
        """Somebody who joined by a token of `createConnection`, and the join result."""
        made = await self.node.call("createConnection", session_id, properties)
        wire = await self.stack.enter_async_context(await WireClient.open(self.server.url))
        result = await wire.join(made["token"], metadata=f"client of {made['connectionId']}")
        assert wire.connection_id == made["connectionId"]
        self.media[wire.connection_id] = MediaClient(wire)
        self.stack.push_async_callback(self.media[wire.connection_id].close)
        return wire, result

    async def session(self, session_id: str) -> dict[str, Any]:
        """A session as the library's model has it now, without asking the server."""
        sessions = await self.node.call("sessions")
        (found,) = (each for each in sessions if each["sessionId"] == session_id)
        assert isinstance(found, dict)
        return found


@pytest.fixture(params=list(Mode))
async def office(request: pytest.FixtureRequest, node_packages: NodePackages) -> AsyncIterator[Office]:
    """A server in each mode; at the end nothing of it is left open."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(openvidu_server(mode=request.param))
        node = await stack.enter_async_context(node_client(node_packages, server.url, server.secret))
        yield Office(server, node, await stack.enter_async_context(AsyncExitStack()))
    assert server.relay.open_count == 0


async def test_creating_a_session_twice_is_once(office: Office) -> None:
    """The library takes the 409 for what it is and shows the session that is there."""
    first = await office.node.call("createSession", {"customSessionId": "mtg_1", "forcedVideoCodec": "NONE"})
    assert first["sessionId"] == "mtg_1"
    made = await office.node.call("createConnection", "mtg_1", {"role": "PUBLISHER"})
    second = await office.node.call("createSession", {"customSessionId": "mtg_1", "forcedVideoCodec": "H264"})
    assert second["sessionId"] == "mtg_1"
    assert second["createdAt"] == first["createdAt"]
    assert second["properties"]["forcedVideoCodec"] == "NONE"
    assert [each["connectionId"] for each in second["connections"]] == [made["connectionId"]]
    assert list(office.server.rooms.sessions) == ["mtg_1"]


async def test_defaults_of_a_session(office: Office) -> None:
    """What the library shows of a session made without any wish."""
    made = await office.node.call("createSession")
    assert made["sessionId"].startswith("ses_")
    assert made["recording"] is False
    assert made["connections"] == made["activeConnections"] == []
    properties = made["properties"]
    assert properties["mediaMode"] == "ROUTED"
    assert properties["recordingMode"] == "MANUAL"
    assert properties["forcedVideoCodec"] == "MEDIA_SERVER_PREFERRED"
    assert properties["allowTranscoding"] is False
    await office.node.call("fetch")
    assert (await office.session(made["sessionId"]))["createdAt"] == made["createdAt"]


async def test_roles_and_data_of_connections(office: Office) -> None:
    """Each role arrives in the join result, and the service's data in the metadata."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    for role in ("SUBSCRIBER", "PUBLISHER", "MODERATOR"):
        wire, result = await office.join("mtg_1", role=role, data=f"service of {role}")
        assert result["role"] == role
        assert result["metadata"] == f"client of {wire.connection_id}%/%service of {role}"
    pending = await office.node.call("createConnection", "mtg_1", {"role": "PUBLISHER"})
    await office.node.call("fetchSession", "mtg_1")
    model = await office.session("mtg_1")
    assert [each["role"] for each in model["activeConnections"]] == ["SUBSCRIBER", "PUBLISHER", "MODERATOR"]
    assert [each["status"] for each in model["connections"]] == ["active", "active", "active", "pending"]
    assert model["connections"][-1]["token"] == pending["token"]
    assert model["activeConnections"][0]["clientData"].startswith("client of con_")
    assert model["activeConnections"][0]["serverData"] == "service of SUBSCRIBER"


async def test_connections_with_ice_servers_and_options(office: Office) -> None:
    """Further members of `createConnection` reach the joiner."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    turn = {"url": "turn:192.0.2.1:3478", "username": "ada", "credential": "secret"}
    stun = {"url": "stun:192.0.2.1:3478"}
    _, result = await office.join(
        "mtg_1",
        role="PUBLISHER",
        record=False,
        customIceServers=[turn, stun],
        kurentoOptions={"allowedFilters": ["X"]},
    )
    assert result["customIceServers"] == [turn, stun]
    assert result["record"] is False
    with pytest.raises(NodeError, match="400"):
        await office.node.call(
            "createConnection",
            "mtg_1",
            {"role": "PUBLISHER", "customIceServers": [{"url": "http://192.0.2.1"}]},
        )


async def test_the_model_agrees_with_raw_clients(office: Office) -> None:
    """Publishers and subscribers in the library are those that the participants have on the wire."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    ada, _ = await office.join("mtg_1", role="MODERATOR")
    stream_id = await _publish(office, ada)
    bo, seen = await office.join("mtg_1", role="PUBLISHER")
    await _subscribe(office, bo, stream_id)
    cleo, seen_by_cleo = await office.join("mtg_1", role="SUBSCRIBER")
    await office.node.call("fetch")
    active = {each["connectionId"]: each for each in (await office.session("mtg_1"))["activeConnections"]}
    assert set(active) == {ada.connection_id, bo.connection_id, cleo.connection_id}
    assert {person["id"] for person in seen_by_cleo["value"]} == set(active) - {cleo.connection_id}
    ((publisher,), nobody) = (active[wire.connection_id]["publishers"] for wire in (ada, bo))
    assert nobody == []
    (on_the_wire,) = seen["value"][0]["streams"]
    assert publisher["streamId"] == on_the_wire["id"] == stream_id
    for name in ("hasAudio", "hasVideo", "audioActive", "videoActive", "typeOfVideo"):
        assert publisher[name] == on_the_wire[name]
    assert active[bo.connection_id]["subscribers"] == [stream_id]
    assert active[ada.connection_id]["subscribers"] == active[cleo.connection_id]["subscribers"] == []


async def test_force_unpublish(office: Office) -> None:
    """Everybody hears the server's reason, and the model forgets the stream by itself."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    ada, _ = await office.join("mtg_1", role="PUBLISHER")
    bo, _ = await office.join("mtg_1", role="PUBLISHER")
    await office.node.call("createConnection", "mtg_1", {"role": "PUBLISHER"})  # stays pending
    stream_id = await _publish(office, ada)
    await _subscribe(office, bo, stream_id)
    await office.node.call("fetch")
    await office.node.call("forceUnpublish", "mtg_1", stream_id)
    for wire in (ada, bo):
        told = await wire.notification("participantUnpublished")
        assert told == {"connectionId": ada.connection_id, "reason": "forceUnpublishByServer"}
    model = await office.session("mtg_1")
    assert all(each["publishers"] == each["subscribers"] == [] for each in model["connections"])
    assert await office.node.call("fetch") is False, "the server knows something else"
    with pytest.raises(NodeError, match="404"):
        await office.node.call("forceUnpublish", "mtg_1", stream_id)


async def test_force_disconnect(office: Office) -> None:
    """An active connection is evicted, a pending one loses its token."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    ada, _ = await office.join("mtg_1", role="PUBLISHER")
    bo, _ = await office.join("mtg_1", role="PUBLISHER")
    pending = await office.node.call("createConnection", "mtg_1", {"role": "PUBLISHER"})
    await office.node.call("fetch")
    await office.node.call("forceDisconnect", "mtg_1", ada.connection_id)
    reason = {"connectionId": ada.connection_id, "reason": "forceDisconnectByServer"}
    assert await ada.notification("participantEvicted") == reason
    assert await bo.notification("participantLeft") == reason
    await office.node.call("forceDisconnect", "mtg_1", pending["connectionId"])
    model = await office.session("mtg_1")
    assert [each["connectionId"] for each in model["connections"]] == [bo.connection_id]
    assert await office.node.call("fetch") is False, "the server knows something else"
    late = await office.stack.enter_async_context(await WireClient.open(office.server.url))
    refused = await late.fails(
        "joinRoom",
        {"token": pending["token"], "session": "mtg_1", "platform": "", "metadata": "", "secret": ""},
    )
    assert refused.code == 401
    with pytest.raises(NodeError, match="404"):
        await office.node.call("forceDisconnect", "mtg_1", ada.connection_id)


async def test_close(office: Office) -> None:
    """Everybody is evicted with the server's reason; the session is gone on both sides."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    ada, _ = await office.join("mtg_1", role="MODERATOR")
    bo, _ = await office.join("mtg_1", role="PUBLISHER")
    await office.node.call("close", "mtg_1")
    # Evicted one after the other: who is last hears of the other's eviction first.
    told = [
        (await ada.notification("participantEvicted")),
        (await bo.notification("participantEvicted", number=2)),
    ]
    assert told == [
        {"connectionId": wire.connection_id, "reason": "sessionClosedByServer"} for wire in (ada, bo)
    ]
    assert await office.node.call("sessions") == []
    assert await office.node.call("fetch") is False
    assert office.server.rooms.sessions == {}


async def test_a_session_that_ended_by_itself(office: Office) -> None:
    """Its last participant leaves: the library finds it gone, and each call on it says 404."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    ada, _ = await office.join("mtg_1", role="PUBLISHER")
    await ada.call("leaveRoom")
    await until(lambda: not office.server.rooms.sessions, "the end of the session")
    for method, *parameters in (("fetchSession",), ("createConnection", {"role": "PUBLISHER"}), ("close",)):
        with pytest.raises(NodeError, match="404"):
            await office.node.call(method, "mtg_1", *parameters)
    assert await office.node.call("fetch") is True
    assert await office.node.call("sessions") == []


async def test_recording_is_off(office: Office) -> None:
    """501, as a Community edition without the recording module answers."""
    await office.node.call("createSession", {"customSessionId": "mtg_1"})
    for method, *parameters in (("listRecordings",), ("startRecording", "mtg_1")):
        with pytest.raises(NodeError, match="501"):
            await office.node.call(method, *parameters)


async def test_a_wrong_secret(node_packages: NodePackages, office: Office) -> None:
    async with node_client(node_packages, office.server.url, "wrong") as stranger:
        with pytest.raises(NodeError, match="401"):
            await stranger.call("createSession", {"customSessionId": "mtg_1"})


async def _publish(office: Office, wire: WireClient) -> str:
    """Publish a picture and a tone; returns the stream's id."""
    media = office.media[wire.connection_id]
    await media.publish()
    return media.stream_id


async def _subscribe(office: Office, wire: WireClient, stream_id: str) -> None:
    """Subscribe as the mode asks for, and wait for a picture."""
    media = office.media[wire.connection_id]
    if office.server.options.mode is Mode.KURENTO:
        received = await media.subscribe(stream_id)
    else:
        received = await media.subscribe_to_offer(stream_id)
    await received.picture()
