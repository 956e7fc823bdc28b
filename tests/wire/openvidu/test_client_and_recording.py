"""The client's messages agree with the recorded conversations: it says the same and reads everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.rtc.messages import (
    NOTIFICATIONS,
    Announcement,
    AnswerResult,
    Incoming,
    JoinResult,
    OfferResult,
    ParticipantJoined,
    ParticipantPublished,
    PublishResult,
    Reply,
    Request,
    StreamPropertyChanged,
    decode_message,
    decode_notification,
    encode_request,
    read,
)

Frame = dict[str, Any]
RESULTS: dict[str, type[Incoming]] = {
    "joinRoom": JoinResult,
    "publishVideo": PublishResult,
    "prepareReceiveVideoFrom": OfferResult,
}
REQUESTS = {model.method: model for model in Request.__subclasses__()}
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


NEVER_SAID = {("21_stream_properties", 43), ("26_errors_of_the_handler", 91)}
"""Scene and request id of what no client of ours says: a track's label, and a mistake made on purpose."""


def is_ours(scene: str, frame: Frame) -> bool:
    """Whether our client has this request with these parameters; its methods are fewer than the server's."""
    model = REQUESTS.get(frame["method"])
    if model is None or (scene, frame["id"]) in NEVER_SAID:
        return False
    known = {field.alias or name for name, field in model.model_fields.items()}
    return set(frame.get("params", {})) <= known


SENT = [(scene, frame) for scene, _, frame, _ in frames("sends") if is_ours(scene, frame)]
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


def test_most_of_the_recording_is_ours() -> None:
    """The filter above leaves the calls every meeting makes."""
    assert {frame["method"] for _, frame in SENT} >= {
        "ping",
        "joinRoom",
        "publishVideo",
        "receiveVideoFrom",
        "prepareReceiveVideoFrom",
        "unsubscribeFromVideo",
        "reconnectStream",
        "streamPropertyChanged",
        "unpublishVideo",
        "leaveRoom",
        "echo",
    }


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
    ]
