"""OpenVidu's messages: what we write, and how tolerantly we read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import (
    NOTIFICATIONS,
    REQUESTS,
    Announcement,
    ChangeStreamProperty,
    ExecFilterMethod,
    Failure,
    ForceDisconnect,
    ForceUnpublish,
    JoinResult,
    JoinRoom,
    LeaveRoom,
    OnIceCandidate,
    ParticipantPublished,
    Ping,
    PublishVideo,
    ReceiveVideoFrom,
    ReconnectStream,
    Reply,
    Request,
    SendMessage,
    SignalReceived,
    StreamPropertyChanged,
    decode_dimensions,
    decode_message,
    decode_notification,
    encode_request,
    error_for,
    read,
)


def sent(request: Request) -> Any:
    """What goes over the wire."""
    return json.loads(encode_request(request, 3))


def test_join_room_has_every_compulsory_member() -> None:
    """The server fails with -1, the token burnt, when one is missing."""
    message = sent(JoinRoom(token="wss://…", session="s", platform="p", metadata=""))
    assert message["method"] == "joinRoom"
    assert message["params"] == {
        "token": "wss://…",
        "session": "s",
        "platform": "p",
        "metadata": "",
        "secret": "",
        "sdkVersion": "2.32.2",
        "recorder": False,
        "stt": False,
    }


def test_requests_without_parameters_have_none() -> None:
    assert sent(LeaveRoom()) == {"jsonrpc": "2.0", "id": 3, "method": "leaveRoom"}
    assert "params" not in sent(Ping())
    assert sent(Ping(interval=5000))["params"] == {"interval": 5000}


def test_absent_members_are_left_out() -> None:
    """`null` would count as a wrong type."""
    publish = PublishVideo(
        sdp_offer="o", has_audio=True, has_video=False, audio_active=True, video_active=False
    )
    assert "typeOfVideo" not in sent(publish)["params"]
    assert sent(ReceiveVideoFrom(sender="s", sdp_offer="o"))["params"] == {"sender": "s", "sdpOffer": "o"}


def test_stream_property_request() -> None:
    change = ChangeStreamProperty(
        stream_id="s", property="videoActive", new_value=False, reason="publishVideo"
    )
    assert sent(change)["params"] == {
        "streamId": "s",
        "property": "videoActive",
        "newValue": False,
        "reason": "publishVideo",
    }


def test_candidate_request() -> None:
    """All four members are compulsory, in the browser's spelling."""
    text = "candidate:4f2a 1 udp 1694498815 203.0.113.7 50214 typ srflx raddr 192.0.2.15 rport 50214"
    candidate = OnIceCandidate(endpoint_name="con_1", candidate=text, sdp_mid="0")
    assert sent(candidate) == {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "onIceCandidate",
        "params": {"endpointName": "con_1", "candidate": text, "sdpMid": "0", "sdpMLineIndex": 0},
    }


def test_a_request_larger_than_the_server_takes_is_refused_here() -> None:
    """The server would close the socket."""
    with pytest.raises(RtcError) as caught:
        encode_request(ReceiveVideoFrom(sender="s", sdp_offer="x" * 60_000), 1)
    assert caught.value.code is RtcErrorCode.PROTOCOL


def test_only_the_resume_names_a_session_id() -> None:
    """In any other request the framing would take it for an RPC session."""
    with_session = [model for model in Request.__subclasses__() if "session_id" in model.model_fields]
    assert [model.method for model in with_session] == ["connect"]


JOINED = {
    "id": "con_K4tW9xZpQ1",
    "finalUserId": "4F1C",
    "value": [
        {
            "id": "con_B8mY2cRvN5",
            "metadata": '{"name":"Bo"}',
            "streams": [
                {
                    "id": "str_CAM_L2qX_con_B8mY2cRvN5",
                    "hasAudio": True,
                    "hasVideo": True,
                    "videoActive": False,
                    "typeOfVideo": "CAMERA",
                    "frameRate": -1,
                    "videoDimensions": '{"width":640,"height":480}',
                    "filter": {},
                }
            ],
        },
        {"id": "con_quiet", "metadata": ""},
    ],
    "mediaServer": "kurento",
    "role": "MODERATOR",
    "sessionId": "7o1ckq2v4n0m3r9t5b6u8d1e2f",
    "customIceServers": [{"url": "turn:203.0.113.20:3478", "username": "u", "credential": "c"}],
    "something": {"new": 1},
}


def test_join_result() -> None:
    result = read(JoinResult, JOINED, what="joinRoom")
    assert (result.id, result.session_id) == ("con_K4tW9xZpQ1", "7o1ckq2v4n0m3r9t5b6u8d1e2f")
    assert result.is_moderator
    assert result.may_publish
    assert not result.server_offers
    stream = result.value[0].streams[0]
    assert (stream.audio_active, stream.video_active, stream.size_px) == (True, False, (640, 480))
    assert result.value[1].streams == ()


def test_join_result_of_an_old_server() -> None:
    """Before 2.16 it says little more than the id."""
    result = read(JoinResult, {"id": "con_1", "value": [], "mediaServer": None}, what="joinRoom")
    assert (result.media_server, result.may_publish, result.custom_ice_servers) == ("kurento", True, ())


def test_a_broken_join_result_names_members_not_values() -> None:
    with pytest.raises(RtcError) as caught:
        read(JoinResult, {"id": 7, "turnCredential": ["very secret"]}, what="joinRoom")
    assert caught.value.code is RtcErrorCode.PROTOCOL
    assert "turnCredential" in str(caught.value)
    assert "very secret" not in str(caught.value)


def test_credentials_are_not_shown() -> None:
    assert '"c"' not in repr(read(JoinResult, JOINED, what="joinRoom")).replace("'", '"')


def changed(name: str, new_value: object) -> StreamPropertyChanged:
    """The notification as it comes over the wire."""
    params = {
        "connectionId": "con_1",
        "streamId": "s",
        "property": name,
        "newValue": new_value,
        "reason": "r",
    }
    message = decode_notification(Announcement(name="streamPropertyChanged", params=params))
    assert isinstance(message, StreamPropertyChanged)
    return message


@pytest.mark.parametrize(
    ("name", "wire", "value"),
    [
        ("audioActive", "false", False),
        ("videoActive", "true", True),
        ("videoDimensions", '"{\\"width\\":720,\\"height\\":480}"', {"width": 720, "height": 480}),
        ("videoTrack", '{"label":"USB cam"}', {"label": "USB cam"}),
        ("filter", {}, {}),
        ("audioActive", True, True),
        ("audioTrack", "not JSON", "not JSON"),
    ],
)
def test_new_value_is_decoded(name: str, wire: object, value: object) -> None:
    """JSON inside a string, twice for dimensions, an object for filters."""
    assert changed(name, wire).value == value


def test_stream_property_meanings() -> None:
    muted = changed("audioActive", "false")
    assert (muted.audio_active, muted.video_active, muted.size_px) == (False, None, None)
    shown = changed("videoActive", "true")
    assert (shown.audio_active, shown.video_active) == (None, True)
    assert changed("videoDimensions", '"{\\"width\\":720,\\"height\\":480}"').size_px == (720, 480)
    assert changed("audioActive", '"loud"').audio_active is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"width":"a","height":1}', '{"width":0,"height":5}', '{"width":1e99,"height":5}', "[" * 5000],
)
def test_unreadable_dimensions_are_unknown(text: str) -> None:
    assert decode_dimensions(text) == (0, 0)


@pytest.mark.parametrize(
    "frame",
    [
        '{"id":2,"error":{"code":401,"message":"No. Code: 401"},"jsonrpc":"2.0"}',
        '{"id":2,"error":{"sessionId":"x","code":401,"message":"No. Code: 401"},"data":{},"jsonrpc":"2.0"}',
        '{"id":2,"error":{"code":401,"message":"…","data":"java.lang.RuntimeException"},"jsonrpc":"2.0"}',
    ],
)
def test_both_error_shapes(frame: str) -> None:
    reply = decode_message(frame)
    assert isinstance(reply, Reply)
    assert reply.error is not None
    assert reply.error.code == 401


@pytest.mark.parametrize(
    ("wire_code", "request_made", "code"),
    [
        (401, JoinRoom(token="t", session="s", platform="p", metadata=""), RtcErrorCode.TOKEN_REFUSED),
        (401, LeaveRoom(), RtcErrorCode.NOT_ALLOWED),
        (202, LeaveRoom(), RtcErrorCode.ROOM_GONE),
        (203, LeaveRoom(), RtcErrorCode.ROOM_GONE),
        (303, LeaveRoom(), RtcErrorCode.MEDIA_FAILED),
        (800, LeaveRoom(), RtcErrorCode.MEDIA_FAILED),
        (-1, LeaveRoom(), RtcErrorCode.PROTOCOL),
    ],
)
def test_wire_errors(wire_code: int, request_made: Request, code: RtcErrorCode) -> None:
    error = error_for(Failure(code=wire_code, message="secret"), request_made)
    assert (error.code, error.wire_code) == (code, wire_code)
    assert "secret" not in str(error)


def test_every_notification_of_the_protocol_is_known() -> None:
    """Those of OpenVidu 2.32's ProtocolElements that go over the wire."""
    assert set(NOTIFICATIONS) == {
        "participantJoined",
        "participantPublished",
        "participantUnpublished",
        "participantLeft",
        "participantEvicted",
        "iceCandidate",
        "sendMessage",
        "streamPropertyChanged",
        "connectionPropertyChanged",
        "networkQualityLevelChanged",
        "recordingStarted",
        "recordingStopped",
        "broadcastStarted",
        "broadcastStopped",
        "filterEventDispatched",
        "mediaError",
        "forciblyReconnectSubscriber",
        "speechToTextMessage",
        "speechToTextDisconnected",
        "masterNodeCrashedNotification",
    }


def test_every_method_of_the_protocol_is_known() -> None:
    """Those that a client may call on OpenVidu 2.32's RpcHandler, and the three below it."""
    assert set(REQUESTS) == {
        "ping",
        "connect",
        "closeSession",
        "echo",
        "joinRoom",
        "leaveRoom",
        "publishVideo",
        "unpublishVideo",
        "receiveVideoFrom",
        "prepareReceiveVideoFrom",
        "unsubscribeFromVideo",
        "onIceCandidate",
        "reconnectStream",
        "sendMessage",
        "streamPropertyChanged",
        "videoData",
        "forceUnpublish",
        "forceDisconnect",
        "applyFilter",
        "removeFilter",
        "execFilterMethod",
        "addFilterEventListener",
        "removeFilterEventListener",
        "subscribeToSpeechToText",
        "unsubscribeFromSpeechToText",
    }


def test_signal_request() -> None:
    """JSON inside a string, always with a type and a list of receivers; letters stay as they are."""
    message = sent(SendMessage.signal("chat", "Réunion « à midi »", ["con_1"]))
    assert list(message["params"]) == ["message"]
    assert json.loads(message["params"]["message"]) == {
        "to": ["con_1"],
        "data": "Réunion « à midi »",
        "type": "signal:chat",
    }
    assert json.loads(sent(SendMessage.signal("hand", ""))["params"]["message"])["to"] == []


@pytest.mark.parametrize(("wire", "name"), [("signal:chat", "chat"), ("chat", "chat"), (None, "")])
def test_a_signals_type_has_no_prefix(wire: str | None, name: str) -> None:
    """One of the REST API comes without the prefix and without a sender."""
    signal = decode_notification(Announcement(name="sendMessage", params={"data": "x", "type": wire}))
    assert isinstance(signal, SignalReceived)
    assert (signal.type_name, signal.data, signal.sender) == (name, "x", "")
    assert "x" not in repr(signal).replace("SignalReceived", "")


def test_force_requests() -> None:
    assert sent(ForceDisconnect(connection_id="con_1"))["params"] == {"connectionId": "con_1"}
    assert sent(ForceUnpublish(stream_id="str_1"))["params"] == {"streamId": "str_1"}


def test_the_sdp_of_a_renewal_has_the_name_that_tells_its_meaning() -> None:
    """A publisher's offer, a subscriber's offer, and a subscriber's answer."""
    own = ReconnectStream(stream="s", sdp_string="offer")
    assert sent(own)["params"] == {"stream": "s", "sdpString": "offer"}
    offered = ReconnectStream(stream="s", sdp_offer="offer", forcibly_reconnect=False)
    assert sent(offered)["params"] == {"stream": "s", "sdpOffer": "offer", "forciblyReconnect": False}
    answered = ReconnectStream(stream="s", sdp_string="answer", forcibly_reconnect=True)
    assert sent(answered)["params"] == {"stream": "s", "sdpString": "answer", "forciblyReconnect": True}


def test_a_filters_method_is_named_as_on_the_wire() -> None:
    """Although the request itself has a method, and parameters."""
    message = sent(ExecFilterMethod(stream_id="s", filter_method="setUrl", arguments="{}"))
    assert message["method"] == "execFilterMethod"
    assert message["params"] == {"streamId": "s", "method": "setUrl", "params": "{}"}


def test_a_member_that_nothing_depends_on_spares_its_message() -> None:
    """A frame rate of a wrong type counts as not set, and the stream is there."""
    stream = {"id": "s", "hasVideo": True, "frameRate": "fast", "filter": [1], "createdAt": {}}
    message = decode_notification(
        Announcement(name="participantPublished", params={"id": "c", "streams": [stream]})
    )
    assert isinstance(message, ParticipantPublished)
    (read_stream,) = message.streams
    assert (read_stream.id, read_stream.frame_rate, read_stream.created_at) == ("s", -1, 0)
    assert read_stream.filter.type == ""


def test_unknown_notifications_and_members_are_skipped() -> None:
    assert decode_notification(Announcement(name="somethingNew", params={"a": 1})) is None
    message = decode_message(
        '{"method":"participantPublished","params":{"id":"c","new":1,"streams":[{"id":"s","x":[]}]},"y":0}'
    )
    assert isinstance(message, Announcement)
    published = decode_notification(message)
    assert isinstance(published, ParticipantPublished)
    assert published.streams[0].id == "s"


def test_a_notification_without_its_essentials_is_a_protocol_error() -> None:
    with pytest.raises(RtcError) as caught:
        decode_notification(Announcement(name="participantLeft", params={"reason": "x"}))
    assert caught.value.code is RtcErrorCode.PROTOCOL


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.text(max_size=60) | json_values.map(json.dumps))
def test_any_frame_is_read_or_refused(text: str) -> None:
    """Never another exception than ours."""
    code = None
    try:
        decode_message(text)
    except RtcError as error:
        code = error.code
    assert code in {None, RtcErrorCode.PROTOCOL}


@settings(deadline=None)
@given(st.sampled_from(sorted(NOTIFICATIONS)), st.dictionaries(st.text(max_size=12), json_values, max_size=4))
def test_any_notification_is_read_or_refused(name: str, params: dict[str, Any]) -> None:
    essentials = {"id": "c", "connectionId": "c", "senderConnectionId": "c", "property": "videoDimensions"}
    for values in (params, {**essentials, **params}, {**essentials, "newValue": params}):
        code, message = None, None
        try:
            message = decode_notification(Announcement(name=name, params=values))
        except RtcError as error:
            code = error.code
        assert code in {None, RtcErrorCode.PROTOCOL}
        if isinstance(message, StreamPropertyChanged):
            assert message.size_px is None or len(message.size_px) == 2
