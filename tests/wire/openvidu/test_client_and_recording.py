"""The client's messages agree with the recorded conversations: it says the same and reads everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.rtc.messages import (
    NOTIFICATIONS,
    REQUESTS,
    Announcement,
    AnswerResult,
    ConnectionPropertyChanged,
    FilterEventDispatched,
    Incoming,
    JoinResult,
    NetworkQualityLevelChanged,
    OfferResult,
    ParticipantJoined,
    ParticipantPublished,
    PublishResult,
    RecordingStopped,
    Reply,
    SignalReceived,
    SpeechToTextMessage,
    StreamPropertyChanged,
    decode_message,
    decode_notification,
    encode_request,
    read,
)

Frame = dict[str, Any]
FLIP = {"command": "videoflip method=vertical-flip"}
NO_FLIP = {"method": "setElementProperty", "params": {"propertyName": "method", "propertyValue": "none"}}
QUALITY = "networkQualityLevelChanged"
RESULTS: dict[str, type[Incoming]] = {
    "joinRoom": JoinResult,
    "publishVideo": PublishResult,
    "prepareReceiveVideoFrom": OfferResult,
}
SCENES = sorted(Path(__file__).parent.glob("*.json"))


def frames(what: str) -> Iterator[tuple[str, str, Frame, Frame | None]]:
    """Every recorded frame of one direction, with its scene, who, and the request that a reply answers."""
    for path in SCENES:
        asked: dict[tuple[str, int], Frame] = {}
        for who, step, frame in json.loads(path.read_text(encoding="utf-8"))["steps"]:
            if who == "rest":
                continue
            if step == "sends":
                asked[who, frame["id"]] = frame
            if step == what:
                yield path.stem, who, frame, asked.get((who, frame.get("id", -1)))


def told(name: str) -> list[Frame]:
    """The parameters of every recorded notification of that name."""
    return [frame["params"] for *_, frame, _ in frames("receives") if frame.get("method") == name]


MISTAKES = {("26_errors_of_the_handler", 91)}
"""Scene and request id of what no client of ours says: a request that lacks most of its members."""

SENT = [(scene, frame) for scene, _, frame, _ in frames("sends") if (scene, frame["id"]) not in MISTAKES]
RECEIVED = [(scene, frame, asked) for scene, _, frame, asked in frames("receives")]


@pytest.mark.parametrize(
    "frame",
    [frame for _, frame in SENT],
    ids=[f"{scene}-{frame['method']}-{frame['id']}" for scene, frame in SENT],
)
def test_what_is_sent_can_be_said(frame: Frame) -> None:
    """Our request with the recorded parameters goes over the wire exactly as recorded."""
    request = REQUESTS[frame["method"]].model_validate(frame.get("params", {}))
    assert json.loads(encode_request(request, frame["id"])) == frame


@pytest.mark.parametrize(
    ("scene", "frame", "asked"),
    RECEIVED,
    ids=[
        f"{number}-{scene}-{frame.get('method', 'reply')}"
        for number, (scene, frame, _) in enumerate(RECEIVED)
    ],
)
def test_what_is_received_can_be_read(scene: str, frame: Frame, asked: Frame | None) -> None:
    """Replies settle in the model of their request; known notifications are typed, others skipped."""
    message = decode_message(json.dumps(frame))
    if isinstance(message, Announcement):
        typed = decode_notification(message)
        assert (typed is not None) == (frame["method"] in NOTIFICATIONS)
        return
    assert isinstance(message, Reply)
    assert asked is not None, f"{scene} has a reply to nothing"
    assert message.id == asked["id"]
    if "error" in frame:
        assert message.error is not None
        assert message.error.code == frame["error"]["code"]
        return
    model = RESULTS.get(asked["method"])
    if "sdpAnswer" in frame["result"] and model is None:
        model = AnswerResult
    if model is not None:
        read(model, message.result, what=asked["method"])


def test_every_message_is_recorded() -> None:
    """No method and no notification of ours without a conversation it stands in, and none unknown to us."""
    assert {frame["method"] for _, frame in SENT} == set(REQUESTS)
    told_of = {frame["method"] for _, frame, _ in RECEIVED if "method" in frame}
    assert told_of - set(NOTIFICATIONS) == {"somethingOfALaterVersion"}
    assert set(NOTIFICATIONS) <= told_of


def test_the_recording_names_no_member_that_is_not_read() -> None:
    """Every member of a recorded notification has a place in its model."""
    for _, frame, _ in RECEIVED:
        if (model := NOTIFICATIONS.get(frame.get("method", ""))) is None:
            continue
        known = {field.alias or name for name, field in model.model_fields.items()}
        # The session's own id: a client is in one session only.
        assert set(frame.get("params", {})) - {"sessionId"} <= known, frame["method"]


def test_the_join_result_in_full() -> None:
    """Who was there, what they publish, and where TURN is."""
    results = [
        read(JoinResult, frame["result"], what="joinRoom")
        for _, frame, asked in RECEIVED
        if asked is not None and asked["method"] == "joinRoom"
    ]
    ada, bo = results
    assert (ada.id, ada.is_moderator, ada.server_offers, ada.value) == ("con_K4tW9xZpQ1", True, False, ())
    assert ada.session_id == "7o1ckq2v4n0m3r9t5b6u8d1e2f"
    assert (ada.coturn_ip, ada.coturn_port) == ("203.0.113.20", 3478)
    assert [server.url for server in ada.custom_ice_servers] == ["turn:203.0.113.20:3478"]
    assert (bo.is_moderator, bo.may_publish) == (False, True)
    (there,) = bo.value
    (stream,) = there.streams
    assert there.metadata == '{"name":"Ada"}%/%{"userId": 41}'
    assert stream.id == "str_CAM_T9fJ_con_K4tW9xZpQ1"
    assert (stream.audio_active, stream.video_active, stream.size_px) == (True, True, (640, 480))


def test_notifications_mean_what_they_say() -> None:
    """The values behind the recorded notifications, strings inside strings included."""
    (joined,) = (read(ParticipantJoined, params, what="") for params in told("participantJoined"))
    assert (joined.id, joined.metadata) == ("con_B8mY2cRvN5", '{"name":"Bo"}')
    (published,) = (read(ParticipantPublished, params, what="") for params in told("participantPublished"))
    assert [stream.size_px for stream in published.streams] == [(1280, 720)]
    changes = [read(StreamPropertyChanged, params, what="") for params in told("streamPropertyChanged")]
    assert [(change.property_name, change.value) for change in changes] == [
        ("videoActive", False),
        ("videoDimensions", {"width": 720, "height": 1280}),
        ("audioActive", False),
        ("videoActive", True),
        ("videoDimensions", {"width": 720, "height": 480}),
        ("videoTrack", {"label": "USB cam"}),
        ("filter", {"type": "GStreamerFilter", "options": {"command": "videobalance saturation=0.0"}}),
        ("filter", {"type": "GStreamerFilter", "options": FLIP}),
        ("filter", {"type": "GStreamerFilter", "options": FLIP, "lastExecMethod": NO_FLIP}),
        ("filter", {}),
    ]
    signals = [read(SignalReceived, params, what="") for params in told("sendMessage")]
    assert [(signal.type_name, signal.data, signal.sender) for signal in signals] == [
        ("chat", "Hello", "con_K4tW9xZpQ1"),
        ("chat", "Hello", "con_K4tW9xZpQ1"),
        ("chat", "Server says hi", ""),
    ]


def test_what_paid_editions_tell_is_typed() -> None:
    """Qualities, roles, recordings and texts arrive as values, not as an object of the wire's."""
    (quality,) = (read(NetworkQualityLevelChanged, each, what="") for each in told(QUALITY))
    assert (quality.connection_id, quality.new_value, quality.old_value) == ("con_B8mY2cRvN5", 3, 5)
    (role,) = (read(ConnectionPropertyChanged, each, what="") for each in told("connectionPropertyChanged"))
    assert (role.property_name, role.value) == ("role", "MODERATOR")
    (stopped,) = (read(RecordingStopped, each, what="") for each in told("recordingStopped"))
    assert (stopped.id, stopped.name, stopped.reason) == ("classroom-7", "lesson", "recordingStoppedByServer")
    (text,) = (read(SpeechToTextMessage, each, what="") for each in told("speechToTextMessage"))
    assert (text.connection_id, text.text, text.reason) == ("con_B8mY2cRvN5", "Good morning", "RECOGNIZED")
    (event,) = (read(FilterEventDispatched, each, what="") for each in told("filterEventDispatched"))
    assert (event.filter_type, event.event_type) == ("ZBarFilter", "CodeFound")
    assert json.loads(event.data) == {"value": "https://example.org"}
