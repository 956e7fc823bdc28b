"""The local server takes what recorded clients send and answers what the recording says.

Two sequences of frames are equal when they are the same after every id, time, SDP, candidate and
credential has been replaced by a name: the first connection id that appears is `<con 1>` on both sides,
and so on. So the test also sees when an id stands in a wrong place.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiortc import RTCSessionDescription

from openvidu_local.options import Mode, Options, Timing
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.media_client import peer
from tests.openvidu_local.media_node import lose_media_node
from tests.openvidu_local.wire_client import OFFER, Frame, WireClient
from tests.support.openvidu import OpenViduRest

WIRE = Path(__file__).parents[1] / "wire" / "openvidu"
SESSION = "classroom-7"
SDP = "v=0…"
_IDS = re.compile(r"con_[A-Za-z0-9]{10}|str_[A-Z]{3}_[A-Za-z0-9]{4}(?=_con_)")
_SENTENCE = re.compile(r"^.*(?=Code: \d+$)|(?<=RuntimeException:).*$", re.DOTALL)
_CONTENTS = {
    "candidate": "<candidate>",
    "turnUsername": "<username>",
    "username": "<username>",
    "turnCredential": "<credential>",
    "credential": "<credential>",
    "finalUserId": "<user>",
}
_FIRST_TIME_MS = 1_600_000_000_000
VIDEO = [
    "m=video 9 UDP/TLS/RTP/SAVPF 97",
    "c=IN IP4 0.0.0.0",
    "a=sendonly",
    "a=mid:1",
    "a=rtcp-mux",
    "a=rtpmap:97 VP8/90000",
    *[line for line in OFFER.splitlines() if line.startswith(("a=ice-", "a=finger", "a=setup"))],
    "",
]
PUBLISHERS_OFFER = OFFER.replace("BUNDLE 0", "BUNDLE 0 1") + "\r\n".join(VIDEO)
SUBSCRIBERS_OFFER = PUBLISHERS_OFFER.replace("a=sendonly", "a=recvonly")


def scene(name: str) -> dict[str, Any]:
    """A recorded scene."""
    found: dict[str, Any] = json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))
    return found


async def answer_to(offer: str) -> str:
    """A real client's answer; it is gone before anything is connected."""
    client = peer()
    await client.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    answer = await client.createAnswer()
    await client.close()
    return str(answer.sdp)


class Names:
    """Gives every id a name in the order of its appearance."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def of(self, frame: Any, member: str = "") -> Any:
        """`frame` with names in the place of everything that differs from run to run."""
        if isinstance(frame, dict):
            return {name: self.of(value, name) for name, value in frame.items()}
        if isinstance(frame, list):
            return [self.of(value) for value in frame]
        if isinstance(frame, int) and not isinstance(frame, bool):
            return "<time>" if frame > _FIRST_TIME_MS else frame
        if not isinstance(frame, str):
            return frame
        if frame.startswith("v=0"):
            return "<sdp>"
        if member == "sessionId":
            return self._name(frame, "rpc")
        if member == "message":
            return _SENTENCE.sub("", frame)
        if member == "data" and ("trace" in frame or frame.startswith("java.")):
            return "<trace>"
        return _CONTENTS.get(member) or _IDS.sub(lambda found: self._name(found[0], found[0][:3]), frame)

    def _name(self, value: str, kind: str) -> str:
        return self._ids.setdefault(value, f"<{kind} {len(self._ids) + 1}>")


class Replay:
    """A recorded conversation, held again with a server."""

    def __init__(self, server: OpenViduServer, rest: OpenViduRest, clients: AsyncExitStack) -> None:
        self._server = server
        self._rest = rest
        self._clients = clients
        self._sockets: dict[str, WireClient] = {}
        self._ids: dict[str, str] = {}  # of the recording: what they are in this run
        self._seen: dict[str, int] = {}
        self._recorded, self._answered = Names(), Names()

    async def play(self, name: str) -> None:
        """Send what the recording sends, and compare what everybody gets."""
        steps = scene(name)["steps"]
        for who, what, frame in steps:
            if what == "sends":
                replies = [got for one, _, got in steps if one == who and got.get("id") == frame.get("id")]
                await self._send(who, frame, replies[-1])
        for who in sorted({who for who, _, _ in steps} - {"rest"}):
            await self._compare(
                who, [frame for one, what, frame in steps if (one, what) == (who, "receives")]
            )

    async def _send(self, who: str, frame: Frame, reply: Frame) -> None:
        if who == "rest":
            assert (await self._rest.http.post("/signal", json=self._translated(frame))).status_code == 200
            return
        if frame["method"] == "joinRoom":
            await self._make_connection(frame["params"]["token"], reply["result"])
        client = await self._client(who, anew=frame["method"] == "connect")
        message = self._translated(frame)
        params = message.get("params", {})
        if params.get("forciblyReconnect"):
            await self._lose_media_node(client, params["stream"])
        for member in [member for member, value in params.items() if value == SDP]:
            params[member] = await _sdp_for(frame["method"], member, params, client.frames)
        await client.send_text(json.dumps(message))
        answer = await client.wait(lambda got: got.get("id") == frame["id"], f"reply to {frame['method']}")
        if frame["method"] == "publishVideo" and "result" in answer:
            self._ids[reply["result"]["id"]] = answer["result"]["id"]
        if frame["method"] == "joinRoom":
            client.connection_id = answer["result"]["id"]
            self._ids[reply["result"]["sessionId"]] = answer["result"]["sessionId"]

    async def _client(self, who: str, *, anew: bool) -> WireClient:
        """Somebody's socket; `anew` is one that takes the place of a lost one."""
        if anew:
            await self._sockets.pop(who).cut()
            self._seen.pop(who)
        if who not in self._sockets:
            opened = await WireClient.open(self._server.url)
            self._sockets[who] = await self._clients.enter_async_context(opened)
        return self._sockets[who]

    async def _lose_media_node(self, receiver: WireClient, stream_id: str) -> None:
        sender_id = stream_id[stream_id.index("con_") :]
        await lose_media_node(self._server, SESSION, receiver_id=receiver.connection_id, sender_id=sender_id)
        await receiver.notification("forciblyReconnectSubscriber")

    async def _make_connection(self, token: str, result: Frame) -> None:
        await self._rest.create_session(SESSION)
        data = result["metadata"].partition("%/%")[2]
        made = await self._rest.create_connection(SESSION, role=result["role"], data=data)
        self._ids[token], self._ids[result["id"]] = made["token"], made["id"]

    async def _compare(self, who: str, expected: list[Frame]) -> None:
        client = self._sockets[who]
        if expected[-1].get("result", {}).get("value") == "bye":
            assert await client.closed() == 1000
            got = client.frames[self._seen.get(who, 0) :]
        else:
            flush = 10_000 + len(client.frames)
            await client.send("ping", id=flush)
            await client.wait(lambda got: got.get("id") == flush, "everything sent before")
            got = client.frames[self._seen.get(who, 0) : -1]
        self._seen[who] = len(client.frames)
        # How many candidates there are depends on the machine; whom they name does not.
        if recorded := _endpoints(self._recorded, expected):
            assert _endpoints(self._answered, got) == recorded
        assert _others(self._answered, got) == _others(self._recorded, expected)

    def _translated(self, frame: Frame) -> Frame:
        text = json.dumps(frame, ensure_ascii=False)
        for recorded in sorted(self._ids, key=len, reverse=True):
            text = text.replace(recorded, self._ids[recorded])
        translated: Frame = json.loads(text)
        return translated


async def _sdp_for(method: str, member: str, params: Frame, frames: list[Frame]) -> str:
    """An offer, or the answer to the server's last one, as the SDP's place in the request asks for."""
    if member == "sdpAnswer" or (member == "sdpString" and "forciblyReconnect" in params):
        offers = [(frame.get("result") or frame.get("params") or {}).get("sdpOffer") for frame in frames]
        return await answer_to(next(offer for offer in reversed(offers) if offer))
    is_subscriber = method == "receiveVideoFrom" or "forciblyReconnect" in params
    return SUBSCRIBERS_OFFER if is_subscriber else PUBLISHERS_OFFER


def _endpoints(names: Names, frames: list[Frame]) -> list[Frame]:
    """What the candidates among the frames belong to."""
    found: list[Frame] = []
    for frame in frames:
        if frame.get("method") == "iceCandidate":
            params = dict(frame["params"])
            assert isinstance(params.pop("sdpMLineIndex"), int)
            assert isinstance(params.pop("sdpMid"), str)
            if (named := names.of(params)) not in found:
                found.append(named)
    return found


def _others(names: Names, frames: list[Frame]) -> list[Frame]:
    """Everything but candidates."""
    return [names.of(frame) for frame in frames if frame.get("method") != "iceCandidate"]


@pytest_asyncio.fixture
async def replay(request: pytest.FixtureRequest) -> AsyncIterator[Replay]:
    """A conversation with a server that has a TURN host, in Kurento mode unless a test says otherwise."""
    mode = Mode(getattr(request, "param", "kurento"))
    options = Options(mode=mode, coturn_host="203.0.113.20", timing=Timing(farewell_s=0.3))
    async with (
        OpenViduServer(options) as server,
        OpenViduRest(server.url, server.secret) as rest,
        AsyncExitStack() as clients,
    ):
        yield Replay(server, rest, clients)


CONVERSATION = sorted(path.stem for path in WIRE.glob("0?_*.json"))
SCENES = sorted(path.stem for path in WIRE.glob("[23]?_*.json"))


async def test_the_whole_conversation(replay: Replay) -> None:
    """Join, publish, join, receive, mute, signal, put out, leave: in Kurento mode."""
    assert len(CONVERSATION) == 8
    for name in CONVERSATION:
        await replay.play(name)


@pytest.mark.parametrize("name", [name for name in SCENES if scene(name)["mode"] == "kurento"])
async def test_a_scene(replay: Replay, name: str) -> None:
    """A scene between two who publish."""
    for before in CONVERSATION[:3]:
        await replay.play(before)
    await replay.play(name)


@pytest.mark.parametrize("replay", ["mediasoup"], indirect=True)
@pytest.mark.parametrize("name", [name for name in SCENES if scene(name)["mode"] == "mediasoup"])
async def test_a_scene_with_mediasoup(replay: Replay, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same prelude, with the other media server's name and no candidates, and then its own way."""
    original = scene

    def with_mediasoup(scene_name: str) -> dict[str, Any]:
        text = json.dumps(original(scene_name)).replace(
            '"mediaServer": "kurento"', '"mediaServer": "mediasoup"'
        )
        told: dict[str, Any] = json.loads(text)
        told["steps"] = [step for step in told["steps"] if step[2].get("method") != "iceCandidate"]
        return told

    monkeypatch.setitem(globals(), "scene", with_mediasoup)
    for played in (*CONVERSATION[:3], name):
        await replay.play(played)


def test_names_tell_a_wrong_id() -> None:
    """The comparison itself: another order of ids is another sequence."""
    first, second = "con_AAAAAAAAAA", "con_BBBBBBBBBB"
    assert Names().of([first, second]) == Names().of([second, first])
    assert Names().of([first, second, first]) != Names().of([first, second, second])
