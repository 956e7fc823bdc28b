"""What may stand in REST bodies, what is made of it, and what is refused with 400."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from openvidu_local import rest_bodies
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.wire_client import Frame
from tests.support.openvidu import SECRET, OpenViduRest

COMPOSED: Frame = {
    "name": "",
    "hasAudio": True,
    "hasVideo": True,
    "outputMode": "COMPOSED",
    "recordingLayout": "BEST_FIT",
    "resolution": "1280x720",
    "frameRate": 25,
    "shmSize": 536870912,
}
NO_PICTURE: Frame = {"name": "", "hasAudio": True, "hasVideo": False, "outputMode": "COMPOSED"}
INDIVIDUAL: Frame = {
    "name": "",
    "hasAudio": True,
    "hasVideo": True,
    "outputMode": "INDIVIDUAL",
    "ignoreFailedStreams": False,
}
TURN: Frame = {"url": "turn:turn.example.org:3478", "username": "u", "credential": "c"}
STUN: Frame = {"url": "stun:stun.example.org:3478"}
BASIC = "Basic " + base64.b64encode(f"OPENVIDUAPP:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({}, COMPOSED),
        ({"unknown": 1, "name": None}, COMPOSED),
        ({"name": "lesson~1", "frameRate": 30.0}, COMPOSED | {"name": "lesson~1", "frameRate": 30}),
        (
            {"recordingLayout": "CUSTOM", "customLayout": "mine"},
            COMPOSED | {"recordingLayout": "CUSTOM", "customLayout": "mine"},
        ),
        ({"customLayout": "without CUSTOM"}, COMPOSED),
        ({"hasVideo": False}, NO_PICTURE),
        ({"outputMode": "INDIVIDUAL", "resolution": "640x480"}, INDIVIDUAL),
    ],
)
async def test_recording_properties(rest: OpenViduRest, wanted: Frame, shown: Frame) -> None:
    """Only the members that OpenVidu shows for each kind of recording, with its defaults."""
    answer = await rest.http.post("/sessions", json={"defaultRecordingProperties": wanted})
    assert answer.json()["defaultRecordingProperties"] == shown


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "two words"},
        {"name": 7},
        {"hasAudio": "yes"},
        {"hasAudio": False, "hasVideo": False},
        {"outputMode": "VINYL"},
        {"recordingLayout": "ROUND"},
        {"resolution": "99x720"},
        {"resolution": "1280x2000"},
        {"resolution": "large"},
        {"frameRate": 0},
        {"frameRate": 121},
        {"frameRate": "25"},
        {"shmSize": 134217727},
        {"shmSize": True},
        {"customLayout": []},
        {"outputMode": "INDIVIDUAL", "ignoreFailedStreams": "no"},
    ],
)
async def test_impossible_recording_properties(rest: OpenViduRest, wanted: Frame) -> None:
    answer = await rest.http.post("/sessions", json={"defaultRecordingProperties": wanted})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("node", "status"), [({"id": "media_1"}, 200), ("media_1", 400), ({}, 400), ({"id": 1}, 400)]
)
async def test_a_media_node_is_read_and_not_used(rest: OpenViduRest, node: object, status: int) -> None:
    """The Community Edition checks this paid member's form and shows nothing of it."""
    answer = await rest.http.post("/sessions", json={"mediaNode": node})
    assert answer.status_code == status
    assert "mediaNode" not in answer.json()
    assert "mediaNodeId" not in answer.json()


async def test_kurento_options_show_only_what_openvidu_knows(rest: OpenViduRest) -> None:
    await rest.create_session("room")
    wanted = {"videoMaxRecvBandwidth": 600, "videoMinSendBandwidth": None, "color": "blue"}
    connection = await rest.create_connection("room", kurentoOptions=wanted)
    assert connection["kurentoOptions"] == {"videoMaxRecvBandwidth": 600}


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (STUN, 200),
        (STUN | {"url": "stuns:[2001:db8::1]:5349"}, 200),
        (STUN | {"username": "u"}, 400),
        (STUN | {"credential": "c"}, 400),
        (STUN | {"staticAuthSecret": "s"}, 400),
        (STUN | {"url": "stun:stun.example.org?transport=udp"}, 400),
        (STUN | {"url": "stun:"}, 400),
        (STUN | {"url": "stun:stun.example.org:0"}, 400),
        (STUN | {"url": "stun:stun.example.org:65536"}, 400),
        (STUN | {"url": "stun:stun.example.org:x"}, 400),
        (STUN | {"url": "stun:[2001:db8::1"}, 400),
        (STUN | {"url": "stun:a b"}, 400),
        (TURN, 200),
        (TURN | {"url": "turns:turn.example.org?transport=tcp"}, 200),
        (TURN | {"url": "turn:turn.example.org?transport=sctp"}, 400),
        (TURN | {"url": "turn:turn.example.org?ttl=1"}, 400),
        (TURN | {"username": 1}, 400),
        ({"url": TURN["url"], "username": "u"}, 400),
        ({"url": TURN["url"], "credential": "c"}, 400),
        ({"url": TURN["url"], "staticAuthSecret": "s"}, 200),
        (TURN | {"staticAuthSecret": "s"}, 400),
    ],
)
async def test_custom_ice_servers(rest: OpenViduRest, entry: Frame, status: int) -> None:
    """STUN has no credentials; TURN has a user's or a shared secret, never both."""
    await rest.create_session("room")
    answer = await rest.http.post("/sessions/room/connection", json={"customIceServers": [entry]})
    assert answer.status_code == status


async def test_a_shared_secret_becomes_credentials(rest: OpenViduRest, join: Joiner) -> None:
    """The client gets ephemeral credentials that a TURN server with that secret takes, never the secret."""
    client = await join(customIceServers=[{"url": TURN["url"], "staticAuthSecret": "s3cret"}])
    (server,) = client.frames[0]["result"]["customIceServers"]
    assert set(server) == {"url", "username", "credential"}
    digest = hmac.new(b"s3cret", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(digest).decode()
    shown = (await rest.http.get(f"/sessions/room/connection/{client.connection_id}")).text
    assert "s3cret" not in shown


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("application/json", b'{"customSessionId": "\xff"}'),
        ("application/json; charset=nonsense", b'{"customSessionId": "a"}'),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"a": ' + b"1" * 5000 + b"}"),
        ("application/json", b'{"frameRate": NaN}'),
    ],
)
async def test_bodies_that_cannot_be_read(rest: OpenViduRest, content_type: str, content: bytes) -> None:
    """400 as for any other nonsense, and the server has nothing to complain about."""
    answer = await rest.http.post("/sessions", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json()["status"] == 400


async def test_a_huge_body_is_refused(rest: OpenViduRest) -> None:
    """413 with the headers of every answer; what comes next is served."""
    answer = await rest.http.post("/sessions", content=b'{"pad": "' + b"x" * 2_000_000 + b'"}')
    assert answer.status_code == 413
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (await rest.http.get("/sessions")).status_code == 200


async def test_a_body_that_never_ends(
    server: OpenViduServer, rest: OpenViduRest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow client is given up after a while, with 408; others are served meanwhile."""
    monkeypatch.setattr(rest_bodies, "BODY_LIMIT_S", 0.2)
    host, _, port = server.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /openvidu/api/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
    writer.write(f"{head}Content-Length: 10\r\n\r\n{{".encode())
    await writer.drain()
    assert (await rest.http.get("/sessions")).status_code == 200
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    await writer.wait_closed()


async def test_any_text_is_data(rest: OpenViduRest, join: Joiner) -> None:
    """Half of a surrogate pair, which no UTF-8 can carry, arrives as a question mark and stops nobody."""
    ada = await join("MODERATOR", metadata="ada")
    body = json.dumps({"role": "PUBLISHER", "data": "half \ud83d of a pair"})
    headers = {"Content-Type": "application/json"}
    made: Any = await rest.http.post("/sessions/room/connection", content=body, headers=headers)
    assert made.status_code == 200
    bo = await join(data="zwölf €")
    await ada.notification("participantJoined")
    assert (await ada.notification("participantJoined"))["metadata"] == "zwölf €"
    await bo.call("sendMessage", {"message": '{"data":"x\\ud83d","type":"signal:x"}'})
    assert (await ada.notification("sendMessage"))["data"] == "x?"
    assert await ada.call("echo")
