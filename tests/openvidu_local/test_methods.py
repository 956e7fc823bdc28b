"""People: join, roles, signals, properties, forced and voluntary ends, and the order of everything."""

from __future__ import annotations

import json

import pytest

from openvidu_local.options import Options
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import SHORT, Joiner
from tests.openvidu_local.wire_client import OFFER, Frame, WireClient, WireError
from tests.support.openvidu import SECRET, OpenViduRest, openvidu_server

PUBLISH: Frame = {
    "sdpOffer": OFFER,
    "doLoopback": False,
    "hasAudio": True,
    "hasVideo": False,
    "audioActive": True,
    "frameRate": -1,
}


def signal(**members: object) -> Frame:
    """Parameters of `sendMessage`."""
    return {"message": json.dumps(members)}


async def test_join_result(server: OpenViduServer, rest: OpenViduRest) -> None:
    """Every member of OpenVidu's result, and the connection id that REST gave."""
    await rest.create_session("room")
    connection = await rest.create_connection("room", role="MODERATOR", data='{"userId": 41}')
    async with await WireClient.open(server.url) as client:
        result = await client.join(connection["token"], metadata='{"name":"Ada"}')
    assert result["id"] == connection["connectionId"]
    assert result["metadata"] == '{"name":"Ada"}%/%{"userId": 41}'
    assert {
        name: result[name] for name in ("session", "version", "mediaServer", "role", "record", "value")
    } == {
        "session": "room",
        "version": "2.32.2",
        "mediaServer": "kurento",
        "role": "MODERATOR",
        "record": True,
        "value": [],
    }
    assert result["videoSimulcast"] is False
    assert result["customIceServers"] == []
    assert len(result["finalUserId"]) == 16
    assert result["createdAt"] > 1_600_000_000_000


async def test_the_others_hear_of_a_join_and_the_joiner_sees_them(join: Joiner) -> None:
    """`participantJoined` to who is there; `value` lists them with their streams."""
    ada = await join("MODERATOR", metadata="ada")
    published = await ada.call("publishVideo", PUBLISH)
    bo = await join(metadata="bo")
    assert (await ada.notification("participantJoined"))["metadata"] == "bo"
    listed = bo.frames[0]["result"]["value"]
    assert [entry["id"] for entry in listed] == [ada.connection_id]
    assert listed[0]["metadata"] == "ada"
    assert listed[0]["streams"] == [
        {
            "id": published["id"],
            "createdAt": published["createdAt"],
            "hasAudio": True,
            "hasVideo": False,
            "audioActive": True,
            "frameRate": -1,
            "filter": {},
        }
    ]
    assert bo.notifications() == [], "nothing is announced twice"


async def test_a_token_is_good_for_one_join(server: OpenViduServer, rest: OpenViduRest, join: Joiner) -> None:
    """The second use is 401 and the first connection does not notice."""
    await rest.create_session("room")
    token = await rest.token("room")
    async with await WireClient.open(server.url) as first, await WireClient.open(server.url) as second:
        await first.join(token)
        with pytest.raises(WireError) as raised:
            await second.join(token)
        assert raised.value.code == 401
        assert await first.call("echo")
        assert first.notifications() == []
        assert await second.stays_silent("echo") is False
        assert await second.stays_silent("leaveRoom"), "a failed join leaves a caller that is nowhere"


async def test_unknown_tokens_and_sessions(server: OpenViduServer, rest: OpenViduRest) -> None:
    await rest.create_session("room")
    token = await rest.token("room")
    async with await WireClient.open(server.url) as client:
        for changed, code in (
            ({"session": "elsewhere"}, 202),
            ({"token": "tok_only"}, 401),
            ({"metadata": None}, -1),
            ({"recorder": "yes"}, -1),
        ):
            with pytest.raises(WireError) as raised:
                await client.join(token, **changed)
            assert raised.value.code == code
        await client.join(token)


async def test_a_malformed_version_burns_the_token(server: OpenViduServer, rest: OpenViduRest) -> None:
    await rest.create_session("room")
    token = await rest.token("room")
    async with await WireClient.open(server.url) as client:
        codes = []
        for _ in range(2):
            with pytest.raises(WireError) as raised:
                await client.join(token, sdkVersion="newest")
            codes.append(raised.value.code)
        assert codes == [-1, 401]


async def test_joining_with_the_secret(server: OpenViduServer, rest: OpenViduRest, join: Joiner) -> None:
    """A recorder is a subscriber by name, may do everything, and nobody sees it."""
    ada = await join()
    params = {
        "token": "",
        "session": "room",
        "platform": "",
        "metadata": "",
        "secret": SECRET,
        "recorder": True,
    }
    async with await WireClient.open(server.url) as recorder:
        result = await recorder.call("joinRoom", params)
        assert (result["id"], result["role"]) == ("RECORDER", "SUBSCRIBER")
        bo = await join()
        assert [entry["id"] for entry in bo.frames[0]["result"]["value"]] == [ada.connection_id]
        assert ada.notifications() == ["participantJoined"]
        assert await recorder.call("publishVideo", PUBLISH)


async def test_turn_is_named_when_there_is_one() -> None:
    options = Options(secret=SECRET, coturn_host="203.0.113.20")
    async with OpenViduServer(options) as server, OpenViduRest(server.url) as rest:
        await rest.create_session("room")
        async with await WireClient.open(server.url) as client:
            result = await client.join(await rest.token("room"))
    assert (result["coturnIp"], result["coturnPort"]) == ("203.0.113.20", 3478)
    assert result["customIceServers"] == [
        {
            "url": "turn:203.0.113.20:3478",
            "username": result["turnUsername"],
            "credential": result["turnCredential"],
        }
    ]


async def test_leaving_tells_the_others_first_and_the_session_dies_with_the_last(
    server: OpenViduServer, rest: OpenViduRest, join: Joiner
) -> None:
    """No `participantUnpublished` besides; unused tokens die with the session; callers hear nothing more."""
    ada, bo = await join("MODERATOR"), await join()
    await bo.call("publishVideo", PUBLISH)
    unused = await rest.token("room")
    await bo.call("leaveRoom")
    await ada.call("echo")
    assert ada.notifications() == ["participantJoined", "participantPublished", "participantLeft"]
    assert (await ada.notification("participantLeft")) == {
        "connectionId": bo.connection_id,
        "reason": "disconnect",
    }
    assert await bo.stays_silent("sendMessage", signal(data="x", type="signal:x"))
    await ada.call("leaveRoom")
    assert not server.rooms.sessions
    async with await WireClient.open(server.url) as late:
        with pytest.raises(WireError) as raised:
            await late.join(unused)
        assert raised.value.code == 202


async def test_the_socket_is_closed_some_time_after_leaving() -> None:
    async with openvidu_server(timing=SHORT) as server, OpenViduRest(server.url) as rest:
        await rest.create_session("room")
        async with await WireClient.open(server.url) as client:
            await client.join(await rest.token("room"))
            await client.call("leaveRoom")
            assert client.close_code is None
            assert await client.closed() == 1000


async def test_a_forced_unpublication(join: Joiner) -> None:
    """The reply comes first; then everybody is told, the publisher too, who may publish again."""
    ada, bo, cy = await join("MODERATOR"), await join(), await join()
    stream = (await bo.call("publishVideo", PUBLISH))["id"]
    await ada.notification("participantPublished")
    ada.frames.clear()
    await ada.call("forceUnpublish", {"streamId": stream})
    expected = {"connectionId": bo.connection_id, "reason": "forceUnpublishByUser"}
    for client in (ada, bo, cy):
        assert await client.notification("participantUnpublished") == expected
    assert ada.order() == ["reply", "participantUnpublished"]
    again = (await bo.call("publishVideo", PUBLISH))["id"]
    assert again != stream
    assert await ada.stays_silent("forceUnpublish", {"streamId": stream})


async def test_a_forced_disconnection(join: Joiner) -> None:
    """`participantLeft`, the reply, `participantEvicted`; the target only hears the last."""
    ada, bo, cy = await join("MODERATOR"), await join(), await join()
    await ada.notification("participantJoined", number=2)
    ada.frames.clear()
    await ada.call("forceDisconnect", {"connectionId": bo.connection_id})
    expected = {"connectionId": bo.connection_id, "reason": "forceDisconnectByUser"}
    for client in (ada, bo, cy):
        assert await client.notification("participantEvicted") == expected
    assert ada.order() == ["participantLeft", "reply", "participantEvicted"]
    assert cy.notifications() == ["participantLeft", "participantEvicted"]
    assert bo.notifications()[-1:] == ["participantEvicted"]
    assert "participantLeft" not in bo.notifications()
    assert await bo.stays_silent("echo") is False
    assert await bo.stays_silent("publishVideo", PUBLISH)
    assert (await ada.fails("forceDisconnect", {"connectionId": bo.connection_id})).code == 102


@pytest.mark.parametrize("role", ["SUBSCRIBER", "PUBLISHER"])
async def test_only_moderators_force(join: Joiner, role: str) -> None:
    ada, other = await join("MODERATOR"), await join(role)
    for method, params in (
        ("forceUnpublish", {"streamId": f"str_CAM_Abcd_{ada.connection_id}"}),
        ("forceDisconnect", {"connectionId": ada.connection_id}),
    ):
        assert (await other.fails(method, params)).code == 401
    assert await ada.call("echo")


async def test_subscribers_do_not_publish(join: Joiner) -> None:
    subscriber = await join("SUBSCRIBER")
    error = await subscriber.fails("publishVideo", PUBLISH)
    assert error.code == 401
    assert "sessionId" not in error.frame["error"], "thrown by the handler"


async def test_a_signal_to_everybody_comes_before_the_reply(join: Joiner) -> None:
    """Its sender hears it too."""
    ada, bo = await join("MODERATOR"), await join()
    await ada.notification("participantJoined")
    ada.frames.clear()
    await ada.call("sendMessage", signal(to=[], data="Hello", type="signal:chat"))
    expected = {"data": "Hello", "type": "signal:chat", "from": ada.connection_id}
    assert await ada.notification("sendMessage") == expected
    assert await bo.notification("sendMessage") == expected
    assert ada.order() == ["sendMessage", "reply"]


async def test_a_signal_to_one(join: Joiner) -> None:
    ada, bo, cy = await join("MODERATOR"), await join(), await join()
    await ada.call("sendMessage", signal(to=[bo.connection_id], data="psst", type="signal:chat"))
    await bo.notification("sendMessage")
    await cy.call("echo")
    assert "sendMessage" not in ada.notifications() + cy.notifications()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"message": "no json"}, 600),
        ({"message": "[1]"}, 600),
        (signal(to=["con_Nobody"], data="x", type="signal:x"), 601),
        (signal(to="everybody", data="x", type="signal:x"), 601),
        (signal(to=[1], data="x", type="signal:x"), 601),
        ({}, -1),
    ],
)
async def test_signals_that_nobody_gets(join: Joiner, params: Frame, code: int) -> None:
    ada, bo = await join("MODERATOR"), await join()
    assert (await ada.fails("sendMessage", params)).code == code
    await bo.call("echo")
    assert "sendMessage" not in bo.notifications()


async def test_a_signal_without_type_is_delivered_and_answered_twice(join: Joiner) -> None:
    """OpenVidu's own slip: a result and then an error with the same id."""
    ada = await join()
    request = await ada.send("sendMessage", signal(data="x"))
    await ada.wait(lambda frame: frame.get("id") == request and "error" in frame, "the second answer")
    answers = [set(frame) & {"result", "error"} for frame in ada.frames if frame.get("id") == request]
    assert answers == [{"result"}, {"error"}]
    assert await ada.notification("sendMessage") == {"data": "x", "from": ada.connection_id}


@pytest.mark.parametrize(
    ("name", "value", "text", "member"),
    [
        ("audioActive", False, "false", "audioActive"),
        ("videoActive", True, "true", "videoActive"),
        (
            "videoDimensions",
            '{"width":720,"height":480}',
            '"{\\"width\\":720,\\"height\\":480}"',
            "videoDimensions",
        ),
        ("videoTrack", {"label": "USB cam"}, '{"label":"USB cam"}', None),
        ("audioTrack", {"label": "Mikro für später"}, '{"label":"Mikro für später"}', None),
    ],
)
async def test_stream_properties(
    join: Joiner, name: str, value: object, text: str, member: str | None
) -> None:
    """Others get the JSON of the value as a string; three of them are shown to later joiners."""
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    params = {"streamId": "str_of_somebody_else", "property": name, "newValue": value, "reason": "because"}
    await ada.call("streamPropertyChanged", params)
    assert await bo.notification("streamPropertyChanged") == {
        "connectionId": ada.connection_id,
        "streamId": stream,
        "property": name,
        "newValue": text,
        "reason": "because",
    }
    assert "streamPropertyChanged" not in ada.notifications()
    shown = (await join()).frames[0]["result"]["value"][0]["streams"][0]
    assert shown.get(member or name) == (value if member else None)


async def test_properties_of_nothing_and_of_the_wrong_type(join: Joiner) -> None:
    ada = await join()
    params: Frame = {"streamId": "s", "property": "audioActive", "newValue": False, "reason": "publishAudio"}
    assert (await ada.fails("streamPropertyChanged", params)).code == -1
    await ada.call("publishVideo", PUBLISH)
    assert (await ada.fails("streamPropertyChanged", params | {"newValue": "no"})).code == -1
    assert (await ada.fails("streamPropertyChanged", params | {"newValue": None})).code == -1


async def test_video_data_is_taken(join: Joiner) -> None:
    ada = await join()
    params: Frame = {"height": 480, "width": 640, "videoActive": True, "audioActive": True}
    assert await ada.call("videoData", params)
    assert (await ada.fails("videoData", {"height": 480})).code == -1


async def test_speech_to_text_is_a_paid_feature(join: Joiner) -> None:
    ada = await join()
    params = {"connectionId": ada.connection_id, "lang": "fr-FR"}
    assert (await ada.fails("subscribeToSpeechToText", params)).code == 997


async def test_a_silent_method_gets_no_reply(server: OpenViduServer, join: Joiner) -> None:
    ada = await join()
    server.faults.set("silent=echo")
    assert await ada.stays_silent("echo")
    server.faults.clear()
    assert await ada.call("echo")


@pytest.mark.parametrize(
    ("members", "heard"),
    [
        ({"data": 5, "type": "signal:x"}, {"data": "5", "type": "signal:x"}),
        ({"data": True, "type": "signal:x"}, {"data": "true", "type": "signal:x"}),
        ({"data": "x", "type": 7}, {"data": "x", "type": "7"}),
    ],
)
async def test_signals_carry_text(join: Joiner, members: Frame, heard: Frame) -> None:
    """A number or a truth value becomes its text, as it does in OpenVidu."""
    ada = await join()
    await ada.call("sendMessage", signal(**members))
    assert await ada.notification("sendMessage") == {**heard, "from": ada.connection_id}


@pytest.mark.parametrize("data", [{"a": 1}, [1, 2], None])
async def test_signals_of_anything_else_fail(join: Joiner, data: object) -> None:
    """Error -1, and nobody gets anything."""
    ada, bo = await join("MODERATOR"), await join()
    assert (await ada.fails("sendMessage", signal(data=data, type="signal:x"))).code == -1
    await bo.call("echo")
    assert "sendMessage" not in bo.notifications()


async def test_a_receiver_named_twice_hears_once(join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    await ada.call("sendMessage", signal(to=[bo.connection_id] * 3, data="x", type="signal:x"))
    await bo.call("echo")
    assert bo.notifications() == ["sendMessage"]


async def test_an_unknown_method_before_the_join_is_refused(server: OpenViduServer) -> None:
    """Whether somebody joined is looked at before the name of the method."""
    async with await WireClient.open(server.url) as client:
        assert (await client.fails("noSuchMethod")).code == 803


@pytest.mark.parametrize("index", [2**31, -(2**31) - 1, 10**300, 0.5, True])
async def test_numbers_of_thirty_two_bits(join: Joiner, index: object) -> None:
    """What no 32-bit integer can hold is malformed; the socket lives on."""
    ada = await join()
    params = {"endpointName": ada.connection_id, "candidate": "", "sdpMid": "0", "sdpMLineIndex": index}
    assert (await ada.fails("onIceCandidate", params)).code == -1
    assert (await ada.fails("ping", {"interval": index})).code == -1
    assert await ada.call("echo")
