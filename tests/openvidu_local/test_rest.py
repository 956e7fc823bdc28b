"""The REST API: status codes, shapes and quirks."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable

import httpx
import pytest

from openvidu_local.options import Options
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.media_client import MediaClient
from tests.openvidu_local.wire_client import OFFER, Frame, WireClient
from tests.support.openvidu import OpenViduRest, openvidu_server

PUBLISH: Frame = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}


async def test_session_object(rest: OpenViduRest) -> None:
    """Every member OpenVidu shows, with its defaults."""
    answer = await rest.http.post("/sessions", json={"customSessionId": "classroom-7"})
    assert answer.status_code == 200
    session = answer.json()
    assert session.pop("createdAt") > 1_600_000_000_000
    assert session == {
        "id": "classroom-7",
        "object": "session",
        "sessionId": "classroom-7",
        "recording": False,
        "broadcasting": False,
        "mediaMode": "ROUTED",
        "recordingMode": "MANUAL",
        "defaultRecordingProperties": {
            "name": "",
            "hasAudio": True,
            "hasVideo": True,
            "outputMode": "COMPOSED",
            "recordingLayout": "BEST_FIT",
            "resolution": "1280x720",
            "frameRate": 25,
            "shmSize": 536870912,
        },
        "customSessionId": "classroom-7",
        "forcedVideoCodec": "MEDIA_SERVER_PREFERRED",
        "allowTranscoding": False,
        "connections": {"numberOfElements": 0, "content": []},
    }


async def test_an_existing_session_is_409_without_a_body(rest: OpenViduRest) -> None:
    await rest.create_session("room", forcedVideoCodec="H264")
    answer = await rest.http.post("/sessions", json={"customSessionId": "room", "forcedVideoCodec": "VP8"})
    assert (answer.status_code, answer.content) == (409, b"")
    assert (await rest.http.get("/sessions/room")).json()["forcedVideoCodec"] == "H264"


async def test_an_empty_object_forces_a_codec_and_no_body_does_not(
    server: OpenViduServer, rest: OpenViduRest
) -> None:
    forced = (await rest.http.post("/sessions", json={})).json()["id"]
    free = (await rest.http.post("/sessions")).json()["id"]
    assert re.fullmatch(r"ses_[A-Z][A-Za-z0-9]{9}", forced)
    assert server.rooms.sessions[forced].resolved_codec == "VP8"
    assert server.rooms.sessions[free].resolved_codec == ""


async def test_mediasoup_forces_nothing_by_itself() -> None:
    async with openvidu_server(mode="mediasoup") as server, OpenViduRest(server.url) as rest:
        session = await rest.create_session("room")
        assert server.rooms.sessions[session].resolved_codec == ""


@pytest.mark.parametrize(
    "body",
    [
        {"customSessionId": "a b"},
        {"customSessionId": 7},
        {"forcedVideoCodec": "AV1"},
        {"mediaMode": 1},
        {"allowTranscoding": "yes"},
        {"defaultRecordingProperties": []},
    ],
)
async def test_bad_sessions(rest: OpenViduRest, body: Frame) -> None:
    """400 with OpenVidu's error object."""
    answer = await rest.http.post("/sessions", json=body)
    assert answer.status_code == 400
    error = answer.json()
    assert set(error) == {"timestamp", "status", "error", "message", "path"}
    assert (error["status"], error["error"], error["path"]) == (400, "Bad Request", "/openvidu/api/sessions")


@pytest.mark.parametrize("text", ["{", "[]", '"x"'])
async def test_bodies_that_are_no_object(rest: OpenViduRest, text: str) -> None:
    assert (await rest.http.post("/sessions", content=text)).status_code == 400


async def test_listing_and_deleting_sessions(rest: OpenViduRest) -> None:
    await rest.create_session("a")
    await rest.create_session("b")
    listed = (await rest.http.get("/sessions")).json()
    assert (listed["numberOfElements"], [s["id"] for s in listed["content"]]) == (2, ["a", "b"])
    deleted = await rest.http.delete("/sessions/a")
    assert (deleted.status_code, deleted.content) == (204, b"")
    for method in ("GET", "DELETE"):
        gone = await rest.http.request(method, "/sessions/a")
        assert (gone.status_code, gone.content) == (404, b"")


async def test_pending_connection_object(server: OpenViduServer, rest: OpenViduRest) -> None:
    """Every member, absent ones as null, and a token URL of the server's own address."""
    await rest.create_session("room")
    body = {"role": "MODERATOR", "data": '{"userId": 41}', "record": False}
    connection = (await rest.http.post("/sessions/room/connection", json=body)).json()
    token = connection.pop("token")
    base = re.escape(server.url.replace("http", "ws"))
    assert re.fullmatch(rf"{base}\?sessionId=room&token=tok_[A-Z][A-Za-z0-9]{{15}}", token)
    identifier = connection.pop("id")
    assert re.fullmatch(r"con_[A-Z][A-Za-z0-9]{9}", identifier)
    assert connection.pop("connectionId") == identifier
    assert connection.pop("createdAt") > 1_600_000_000_000
    assert connection == {
        "object": "connection",
        "status": "pending",
        "sessionId": "room",
        "type": "WEBRTC",
        "record": False,
        "role": "MODERATOR",
        "kurentoOptions": None,
        "customIceServers": [],
        "rtspUri": None,
        "adaptativeBitrate": None,
        "onlyPlayWithSubscribers": None,
        "networkCache": None,
        "serverData": '{"userId": 41}',
        "activeAt": None,
        "location": None,
        "ip": None,
        "platform": None,
        "clientData": None,
        "publishers": None,
        "subscribers": None,
    }


async def test_active_connection_object(rest: OpenViduRest, join: Joiner) -> None:
    """What was null fills up, and the token is used."""
    ada, bo = await join("MODERATOR", metadata="ada"), await join()
    published = await ada.call("publishVideo", PUBLISH | {"audioActive": True, "frameRate": 30})
    offer = OFFER.replace("sendonly", "recvonly")
    await bo.call("receiveVideoFrom", {"sender": published["id"], "sdpOffer": offer})
    publisher = (await rest.http.get(f"/sessions/room/connection/{ada.connection_id}")).json()
    assert publisher["status"] == "active"
    assert publisher["token"] is None
    assert publisher["activeAt"] >= publisher["createdAt"]
    assert (publisher["ip"], publisher["location"]) == ("127.0.0.1", "unknown")
    assert (publisher["platform"], publisher["clientData"]) == ("tests", "ada")
    assert publisher["subscribers"] == []
    assert publisher["publishers"] == [
        {
            "createdAt": published["createdAt"],
            "streamId": published["id"],
            "mediaOptions": {
                "hasAudio": True,
                "audioActive": True,
                "hasVideo": False,
                "videoActive": None,
                "typeOfVideo": None,
                "frameRate": 30,
                "videoDimensions": None,
                "filter": {},
            },
        }
    ]
    subscriber = (await rest.http.get(f"/sessions/room/connection/{bo.connection_id}")).json()
    assert [entry["streamId"] for entry in subscriber["subscribers"]] == [published["id"]]


async def test_pending_connections_are_listed_where_asked(rest: OpenViduRest, join: Joiner) -> None:
    """By default among the connections, not within the session."""
    ada = await join()
    pending = (await rest.create_connection("room"))["id"]

    async def ids(path: str) -> list[str]:
        answer = (await rest.http.get(path)).json()
        content = answer.get("connections", answer)["content"]
        return [connection["id"] for connection in content]

    assert await ids("/sessions/room") == [ada.connection_id]
    assert await ids("/sessions/room?pendingConnections=true") == [ada.connection_id, pending]
    assert await ids("/sessions/room/connection") == [ada.connection_id, pending]
    assert await ids("/sessions/room/connection?pendingConnections=false") == [ada.connection_id]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sessions/none/connection", 404),
        ("/sessions/none/connection/con_A", 400),
        ("/sessions/room/connection/con_A", 404),
    ],
)
async def test_missing_connections(rest: OpenViduRest, path: str, status: int) -> None:
    """A missing session is 400 where a connection is named, 404 where not."""
    await rest.create_session("room")
    assert (await rest.http.get(path)).status_code == status


async def test_missing_things_to_delete(rest: OpenViduRest) -> None:
    await rest.create_session("room")
    for path, status in (
        ("/sessions/none/connection/con_A", 400),
        ("/sessions/room/connection/con_A", 404),
        ("/sessions/none/stream/str_A", 400),
        ("/sessions/room/stream/str_A", 404),
    ):
        assert (await rest.http.delete(path)).status_code == status
    assert (await rest.http.post("/sessions/none/connection", json={})).status_code == 404


TURN = {"url": "turn:turn.example.org:3478?transport=tcp", "username": "u", "credential": "c"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 200),
        ({"role": "ADMIN"}, 400),
        ({"data": 1}, 400),
        ({"record": "no"}, 400),
        ({"type": "RADIO"}, 400),
        ({"type": "IPCAM"}, 400),
        ({"type": "IPCAM", "rtspUri": "gopher://camera"}, 400),
        ({"type": "IPCAM", "rtspUri": "rtsp://camera", "networkCache": "long"}, 400),
        ({"type": "IPCAM", "rtspUri": "rtsp://camera", "networkCache": -1}, 400),
        ({"type": "IPCAM", "rtspUri": "rtsp://camera", "adaptativeBitrate": 1}, 400),
        ({"type": "IPCAM", "rtspUri": "rtsp://camera", "onlyPlayWithSubscribers": 1}, 400),
        ({"type": "IPCAM", "rtspUri": "rtsp://camera"}, 500),
        ({"kurentoOptions": {"videoMaxRecvBandwidth": 600, "allowedFilters": ["ZBarFilter"]}}, 200),
        ({"kurentoOptions": {"videoMaxRecvBandwidth": "much"}}, 400),
        ({"kurentoOptions": {"videoMinSendBandwidth": True}}, 400),
        ({"kurentoOptions": {"allowedFilters": [1]}}, 400),
        ({"customIceServers": [{"url": "stun:stun.example.org"}]}, 200),
        ({"customIceServers": [TURN]}, 200),
        ({"customIceServers": [{"url": "turn:turn.example.org"}]}, 400),
        ({"customIceServers": [TURN | {"url": "stun:stun.example.org"}]}, 400),
        ({"customIceServers": [TURN | {"url": "http://example.org"}]}, 400),
        ({"customIceServers": ["turn:x"]}, 400),
    ],
)
async def test_members_of_a_connection(rest: OpenViduRest, body: Frame, status: int) -> None:
    await rest.create_session("room")
    assert (await rest.http.post("/sessions/room/connection", json=body)).status_code == status


async def test_own_ice_servers_reach_the_client(rest: OpenViduRest, join: Joiner) -> None:
    ada = await join(customIceServers=[TURN])
    assert ada.frames[0]["result"]["customIceServers"] == [TURN]


async def test_deleting_a_connection(rest: OpenViduRest, join: Joiner) -> None:
    """The evicted one hears why; a pending one's token dies."""
    ada, bo = await join("MODERATOR"), await join()
    deleted = await rest.http.delete(f"/sessions/room/connection/{bo.connection_id}")
    assert deleted.status_code == 204
    expected = {"connectionId": bo.connection_id, "reason": "forceDisconnectByServer"}
    assert await bo.notification("participantEvicted") == expected
    assert await ada.notification("participantEvicted") == expected
    assert ada.notifications() == ["participantJoined", "participantLeft", "participantEvicted"]
    pending = await rest.create_connection("room")
    assert (await rest.http.delete(f"/sessions/room/connection/{pending['id']}")).status_code == 204
    async with await WireClient.open(ada.url) as late:
        params = {"token": pending["token"], "session": "room", "platform": "", "metadata": "", "secret": ""}
        assert (await late.fails("joinRoom", params)).code == 401


async def test_deleting_a_stream(rest: OpenViduRest, join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    stream = (await bo.call("publishVideo", PUBLISH))["id"]
    assert (await rest.http.delete(f"/sessions/room/stream/{stream}")).status_code == 204
    for client in (ada, bo):
        assert await client.notification("participantUnpublished") == {
            "connectionId": bo.connection_id,
            "reason": "forceUnpublishByServer",
        }


async def test_deleting_a_session_evicts_one_by_one(rest: OpenViduRest, join: Joiner) -> None:
    """Who is still there sees the others go before its own eviction."""
    ada, bo = await join("MODERATOR"), await join()
    assert (await rest.http.delete("/sessions/room")).status_code == 204
    evicted = [
        {"connectionId": client.connection_id, "reason": "sessionClosedByServer"} for client in (ada, bo)
    ]
    assert await ada.notification("participantEvicted") == evicted[0]
    assert await bo.notification("participantEvicted", number=2) == evicted[1]
    assert bo.notifications() == ["participantLeft", "participantEvicted", "participantEvicted"]
    assert (await rest.http.get("/sessions/room")).status_code == 404


async def test_signals(rest: OpenViduRest, join: Joiner) -> None:
    """The type goes out as it is and there is no sender."""
    assert (await rest.http.post("/signal", json={"session": "room"})).status_code == 404
    await rest.create_session("room")
    assert (await rest.http.post("/signal", json={"session": "room"})).status_code == 406
    ada, bo = await join("MODERATOR"), await join()
    body = {"session": "room", "to": [], "type": "chat", "data": "Server says hi"}
    answer = await rest.http.post("/signal", json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    for client in (ada, bo):
        assert await client.notification("sendMessage") == {"data": "Server says hi", "type": "chat"}
    await rest.http.post("/signal", json=body | {"to": [bo.connection_id]})
    await bo.notification("sendMessage", number=2)
    await ada.call("echo")
    assert ada.notifications().count("sendMessage") == 1
    assert (await rest.http.post("/signal", json=body | {"to": ["con_A"]})).status_code == 406
    assert (await rest.http.post("/signal", json=body | {"to": "all"})).status_code == 400
    assert (await rest.http.post("/signal", json={"data": "x"})).status_code == 400


async def test_authentication(server: OpenViduServer) -> None:
    """Everything needs the secret, except what OpenVidu leaves open."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        for auth in (None, ("OPENVIDUAPP", "wrong"), ("admin", server.secret)):
            for path in ("/openvidu/api/sessions", "/openvidu/api/config", "/openvidu/api/recordings"):
                refused = await http.get(path, auth=auth) if auth else await http.get(path)
                assert refused.status_code == 401
                assert refused.headers["WWW-Authenticate"].startswith("Basic")
        public = await http.get("/openvidu/api/config/openvidu-publicurl")
        assert (public.status_code, public.text) == (200, server.url)
        assert (await http.get("/openvidu/accept-certificate")).status_code == 200


async def test_every_origin_is_welcome(server: OpenViduServer) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        preflight = await http.options("/openvidu/api/sessions", headers={"Origin": "https://example.org"})
        assert preflight.status_code == 200
        refused = await http.get("/openvidu/api/sessions")
    for answer in (preflight, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_configuration(server: OpenViduServer, rest: OpenViduRest) -> None:
    config = (await rest.http.get("/config")).json()
    assert config["VERSION"] == "2.32.2"
    assert config["OPENVIDU_PUBLICURL"] == server.url
    assert config["OPENVIDU_STREAMS_VIDEO_MAX_RECV_BANDWIDTH"] == 1000
    assert (await rest.http.get("/config/openvidu-version")).text == "2.32.2"
    assert config["HTTPS_PORT"] == int(server.url.rpartition(":")[2])
    assert (config["OPENVIDU_RECORDING"], config["OPENVIDU_CDR"], config["OPENVIDU_WEBHOOK"]) == (False,) * 3
    assert not [name for name in config if name.startswith(("OPENVIDU_WEBHOOK_", "OPENVIDU_RECORDING_"))]
    for switched_off in ("openvidu-recording", "openvidu-cdr"):
        assert (await rest.http.get(f"/config/{switched_off}")).json() is False


async def test_configuration_of_a_webhook() -> None:
    """Its address, its headers and its events are shown to whoever knows the secret."""
    options = Options(
        webhook_url="http://127.0.0.1:9/hook",
        webhook_headers=(("Authorization", "Basic eDp5"),),
        webhook_events=("sessionDestroyed",),
    )
    async with OpenViduServer(options) as server, OpenViduRest(server.url, server.secret) as rest:
        config = (await rest.http.get("/config")).json()
    assert config["OPENVIDU_WEBHOOK"] is True
    assert config["OPENVIDU_WEBHOOK_ENDPOINT"] == "http://127.0.0.1:9/hook"
    assert config["OPENVIDU_WEBHOOK_HEADERS"] == ["Authorization: Basic eDp5"]
    assert config["OPENVIDU_WEBHOOK_EVENTS"] == ["sessionDestroyed"]


@pytest.mark.parametrize("path", ["/recordings", "/recordings/start", "/recordings/stop/x", "/recordings/x"])
async def test_recordings_are_off(rest: OpenViduRest, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await rest.http.request(method, path)
        assert (answer.status_code, answer.content) == (501, b"")


async def test_deprecated_calls(server: OpenViduServer, rest: OpenViduRest) -> None:
    """`POST /tokens`, and the paths without prefix."""
    await rest.create_session("room")
    made = (await rest.http.post("/tokens", json={"session": "room", "role": "SUBSCRIBER"})).json()
    assert made["id"] == made["token"]
    assert made["role"] == "SUBSCRIBER"
    assert (await rest.http.post("/tokens", json={"session": "none"})).status_code == 404
    assert (await rest.http.post("/tokens", json={})).status_code == 400
    for path, new in (("/api/sessions/room", "/sessions/room"), ("/config", "/config")):
        old = await rest.http.get(httpx.URL(f"{server.url}{path}"))
        assert old.status_code == 200
        assert old.json() == (await rest.http.get(new)).json()
    version = await rest.http.get(httpx.URL(f"{server.url}/config/openvidu-version"))
    assert version.text == "2.32.2"
    for path in ("/recordings/room/room.mp4", "/openvidu/recordings/room/room.mp4"):
        assert (await rest.http.get(httpx.URL(f"{server.url}{path}"))).status_code == 404


async def test_what_the_community_edition_has_not(rest: OpenViduRest, join: Joiner) -> None:
    """Changing a connection is a paid feature: 405, and nothing changed; other paid paths: 404."""
    ada = await join("SUBSCRIBER")
    path = f"/sessions/room/connection/{ada.connection_id}"
    refused = await rest.http.patch(path, json={"role": "MODERATOR"})
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "DELETE,GET,HEAD"
    assert refused.json()["error"] == "Method Not Allowed"
    assert (await rest.http.get(path)).json()["role"] == "SUBSCRIBER"
    for paid in ("/media-nodes", "/health", "/broadcast/start"):
        assert (await rest.http.get(paid)).status_code == 404


async def test_statistics_where_asked(
    rest: OpenViduRest, join: Joiner, media: Callable[[WireClient], MediaClient]
) -> None:
    """`webRtcStats=true` says how the peer connections came about; without it nothing is added."""
    ada, bo = await join(), await join()
    stream = (await media(ada).publish())["id"]
    await (await media(bo).subscribe(stream)).picture()

    async def endpoints(query: str) -> tuple[Frame, Frame]:
        listed = (await rest.http.get(f"/sessions/room{query}")).json()["connections"]["content"]
        one, other = sorted(listed, key=lambda entry: not entry["publishers"])
        return one["publishers"][0], other["subscribers"][0]

    publisher, subscriber = await endpoints("?webRtcStats=true")
    assert publisher["webrtcEndpointName"] == stream
    assert subscriber["webrtcEndpointName"] == f"{bo.connection_id}_{stream}"
    for endpoint in (publisher, subscriber):
        assert endpoint["localSdp"].startswith("v=0")
        assert endpoint["remoteSdp"].startswith("v=0")
        assert "typ host" in endpoint["localCandidate"]
        assert " typ " in endpoint["remoteCandidate"]
    assert set(publisher) >= {"createdAt", "streamId", "mediaOptions", "receivedCandidates", "events"}
    for endpoint in await endpoints(""):
        assert "localSdp" not in endpoint


async def test_faults_over_http(server: OpenViduServer, rest: OpenViduRest, join: Joiner) -> None:
    """Switches and cut sockets for servers that run as a process."""
    ada = await join()
    url = httpx.URL(f"{server.url}/openvidu-local/faults")
    answer = await rest.http.put(url, json={"faults": ["rest-status=503"]})
    assert answer.json() == {"faults": ["rest-status=503"]}
    broken = await rest.http.post("/sessions", json={"customSessionId": "new"})
    assert (broken.status_code, broken.content) == (503, b"")
    assert (await rest.http.put(url, json={"faults": ["nonsense"]})).status_code == 400
    assert (await rest.http.put(url, json={"faults": []})).json() == {"faults": []}
    drop = httpx.URL(f"{server.url}/openvidu-local/drop-sockets")
    assert (await rest.http.post(drop, json={})).json() == {"dropped": 1}
    assert await ada.closed() == 1006


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
async def test_the_scheme_of_the_authorization_has_no_case(server: OpenViduServer, scheme: str) -> None:
    known = base64.b64encode(f"OPENVIDUAPP:{server.secret}".encode()).decode()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        headers = {"Authorization": f"{scheme} {known}"}
        assert (await http.get("/openvidu/api/sessions", headers=headers)).status_code == 200


@pytest.mark.parametrize("value", [b"\xff\xfe", b"Basic \xff", b"Basic", b"Basic \xc3\xa9", b"Bearer x"])
async def test_an_authorization_that_is_nonsense(server: OpenViduServer, value: bytes) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        answer = await http.get("/openvidu/api/sessions", headers=[(b"Authorization", value)])
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/openvidu/api/config/openvidu-publicurl/../../sessions",
        "/openvidu/api/config/openvidu-publicurl%2f..%2f..%2fsessions",
        "/openvidu/accept-certificate/../api/sessions",
        "//openvidu/api/sessions",
        "/openvidu//api/sessions",
        "/openvidu/api/sessions/..%2f..%2fconfig",
        "/openvidu/recordings/..%2f..%2fetc%2fpasswd",
        "/openvidu-local/faults",
        "/openvidu/",
    ],
)
async def test_no_path_goes_around_the_password(server: OpenViduServer, path: str) -> None:
    """Sent as it stands, without a client that tidies it up: 401, or nothing there."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.split(b" ", 2)[1] == b"401"
    assert b"numberOfElements" not in answer


async def test_a_flood_of_calls_holds_up_nobody(rest: OpenViduRest, join: Joiner) -> None:
    """Many calls at once are all answered, and a participant is heard in between."""
    ada = await join()
    calls = [rest.http.get(f"/sessions/nobody-{number}") for number in range(40)]
    flood = asyncio.gather(*calls)
    assert await ada.call("echo")
    assert not flood.done(), "answered among them, not after them"
    assert {answer.status_code for answer in await flood} == {404}
