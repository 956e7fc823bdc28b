"""Publishing and subscribing as calls: names, orders, errors. Real media is in `test_relay.py`."""

from __future__ import annotations

import asyncio
import re

import pytest

from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.wire_client import OFFER, Frame, WireClient, until
from tests.support.openvidu import OpenViduRest

PUBLISH: Frame = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}
CANDIDATE: Frame = {
    "candidate": "candidate:1 1 UDP 2015363327 192.0.2.9 50214 typ host",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
}
TWO_KINDS = OFFER.replace("BUNDLE 0", "BUNDLE 0 1") + OFFER[OFFER.index("m=audio") :].replace(
    "m=audio 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 97"
).replace("a=mid:0", "a=mid:1").replace("a=rtpmap:96 opus/48000/2", "a=rtpmap:97 VP8/90000")


def candidates(client: WireClient) -> list[Frame]:
    """Parameters of every `iceCandidate` so far."""
    return [frame["params"] for frame in client.frames if frame.get("method") == "iceCandidate"]


async def test_publishing_replies_first_and_then_tells_the_others(join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    result = await ada.call("publishVideo", PUBLISH | {"audioActive": False, "frameRate": 30})
    assert set(result) == {"id", "sdpAnswer", "createdAt", "sessionId"}
    assert re.fullmatch(rf"str_MIC_\w{{4}}_{ada.connection_id}", result["id"])
    published = await bo.notification("participantPublished")
    assert published["id"] == ada.connection_id
    (stream,) = published["streams"]
    assert (stream["id"], stream["audioActive"], stream["frameRate"]) == (result["id"], False, 30)
    assert "typeOfVideo" not in stream
    assert "participantPublished" not in ada.notifications()


async def test_candidates_of_a_publisher_are_named_after_its_stream(join: Joiner) -> None:
    """Some overtake the reply, each is repeated for every m-line, and the answer has none."""
    ada = await join()
    result = await ada.call(
        "publishVideo", PUBLISH | {"sdpOffer": TWO_KINDS, "hasVideo": True, "typeOfVideo": "SCREEN"}
    )
    assert result["id"].startswith("str_SCR_")
    assert "a=candidate" not in result["sdpAnswer"]
    await ada.call("echo")
    sent = candidates(ada)
    assert {params["senderConnectionId"] for params in sent} == {ada.connection_id}
    assert {params["endpointName"] for params in sent} == {result["id"]}
    by_line = {
        mid: [
            params["candidate"]
            for params in sent
            if (params["sdpMid"], params["sdpMLineIndex"]) == (mid, index)
        ]
        for index, mid in enumerate(("0", "1"))
    }
    assert by_line["0"] == by_line["1"]
    assert any(" TCP " in text for text in by_line["0"])
    assert any(" udp " in text for text in by_line["0"])
    assert all(text.startswith("candidate:") for text in by_line["0"])
    kinds = [frame.get("method", "reply") for frame in ada.frames]
    reply = next(n for n, frame in enumerate(ada.frames) if "sdpAnswer" in frame.get("result", {}))
    assert "iceCandidate" in kinds[:reply]
    assert "iceCandidate" in kinds[reply:]


async def test_candidates_of_a_subscriber_name_both(join: Joiner) -> None:
    """`<own connection>_<stream>`, sent by the publisher's connection."""
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    result = await bo.call(
        "receiveVideoFrom", {"sender": stream, "sdpOffer": OFFER.replace("sendonly", "recvonly")}
    )
    assert set(result) == {"sdpAnswer", "sessionId"}
    assert "a=sendonly" in result["sdpAnswer"]
    await bo.call("echo")
    sent = candidates(bo)
    assert {params["senderConnectionId"] for params in sent} == {ada.connection_id}
    assert {params["endpointName"] for params in sent} == {f"{bo.connection_id}_{stream}"}


async def test_no_candidates_with_the_switch(server: OpenViduServer, join: Joiner) -> None:
    server.faults.set("no-candidates")
    ada = await join()
    await ada.call("publishVideo", PUBLISH)
    await ada.call("echo")
    assert candidates(ada) == []


@pytest.mark.parametrize("member", ["sdpOffer", "doLoopback", "hasAudio", "hasVideo", "typeOfVideo"])
async def test_compulsory_members_of_a_publication(join: Joiner, member: str) -> None:
    ada = await join()
    params = PUBLISH | {"sdpOffer": TWO_KINDS, "hasVideo": True, "typeOfVideo": "CAMERA", member: None}
    assert (await ada.fails("publishVideo", params)).code == -1


@pytest.mark.parametrize(
    ("offer", "has_video", "code"),
    [
        ("nonsense\nm=audio", False, 302),
        ("", False, 302),
        (OFFER.replace("a=ice-ufrag:abcd\r\n", ""), False, 302),
        (OFFER.replace("opus", "speex"), False, 302),
        (TWO_KINDS.replace("VP8", "H264"), True, 800),
        (OFFER, True, 800),
    ],
)
async def test_offers_that_cannot_be_answered(
    server: OpenViduServer, join: Joiner, offer: str, has_video: bool, code: int
) -> None:
    """They fail, leave nothing behind, and the same connection may publish afterwards."""
    ada = await join()
    params = PUBLISH | {"sdpOffer": offer, "hasVideo": has_video, "typeOfVideo": "CAMERA"}
    assert (await ada.fails("publishVideo", params)).code == code
    await until(lambda: server.relay.open_count == 0, "the endpoint is closed")
    assert await ada.call("publishVideo", PUBLISH)


async def test_sessions_may_force_a_codec_that_a_relay_has_not(rest: OpenViduRest, join: Joiner) -> None:
    await rest.create_session("room", forcedVideoCodec="VP9")
    ada = await join()
    params = PUBLISH | {"sdpOffer": TWO_KINDS, "hasVideo": True, "typeOfVideo": "CAMERA"}
    assert (await ada.fails("publishVideo", params)).code == 800


async def test_one_publication_at_a_time(join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    assert (await ada.fails("unpublishVideo")).code == 105
    await ada.call("publishVideo", PUBLISH)
    assert (await ada.fails("publishVideo", PUBLISH)).code == 106
    await ada.call("unpublishVideo")
    assert await bo.notification("participantUnpublished") == {
        "connectionId": ada.connection_id,
        "reason": "unpublish",
    }
    await ada.call("echo")
    assert "participantUnpublished" not in ada.notifications()
    await ada.call("publishVideo", PUBLISH)


async def test_a_filter_must_be_in_the_token(join: Joiner) -> None:
    ada = await join()
    wanted = PUBLISH | {"filter": {"type": "FaceOverlayFilter", "options": {}}}
    assert (await ada.fails("publishVideo", wanted)).code == 406
    bo = await join(kurentoOptions={"allowedFilters": ["FaceOverlayFilter"]})
    assert await bo.call("publishVideo", wanted)


async def test_what_cannot_be_received(join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    own = (await ada.call("publishVideo", PUBLISH))["id"]
    offer = OFFER.replace("sendonly", "recvonly")
    for sender, code in (
        ("str_CAM_Abcd_con_Nobody1234", 102),
        (own, 105),
        (f"str_CAM_Abcd_{bo.connection_id}", 105),
    ):
        assert (await ada.fails("receiveVideoFrom", {"sender": sender, "sdpOffer": offer})).code == code
    assert (await bo.fails("receiveVideoFrom", {"sender": own, "sdpOffer": "nonsense"})).code == 302
    assert await bo.call("receiveVideoFrom", {"sender": own, "sdpOffer": offer})
    assert (await bo.fails("receiveVideoFrom", {"sender": own, "sdpOffer": offer})).code == 303
    assert await bo.stays_silent("receiveVideoFrom", {"sender": own})
    assert (await bo.fails("receiveVideoFrom", {"sdpOffer": offer})).code == -1


async def test_unsubscribing_takes_a_connection_id(server: OpenViduServer, join: Joiner) -> None:
    """Nobody is told, and one may subscribe again."""
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    params = {"sender": stream, "sdpOffer": OFFER.replace("sendonly", "recvonly")}
    await bo.call("receiveVideoFrom", params)
    assert (await bo.fails("unsubscribeFromVideo", {"sender": stream})).code == 102
    ada.frames.clear()
    await bo.call("unsubscribeFromVideo", {"sender": ada.connection_id})
    await ada.call("echo")
    assert ada.notifications() == []
    await until(lambda: server.relay.open_count == 1, "the subscriber's endpoint is closed")
    assert await bo.call("receiveVideoFrom", params)


async def test_candidates_are_taken_early_late_and_empty(join: Joiner) -> None:
    """They may come before the publication; the empty last one of browsers is fine."""
    ada = await join()
    own = {"endpointName": ada.connection_id}
    assert set(await ada.call("onIceCandidate", own | CANDIDATE)) == {"sessionId"}
    await ada.call("publishVideo", PUBLISH)
    await ada.call("onIceCandidate", own | CANDIDATE)
    await ada.call("onIceCandidate", own | CANDIDATE | {"candidate": ""})
    await ada.call("onIceCandidate", own | CANDIDATE | {"candidate": "candidate:nonsense"})
    await ada.call("onIceCandidate", {"endpointName": "con_Somebody12"} | CANDIDATE)
    for member in ("candidate", "sdpMid", "sdpMLineIndex", "endpointName"):
        assert (await ada.fails("onIceCandidate", own | CANDIDATE | {member: None})).code == -1


async def test_what_cannot_be_reconnected(join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    own = f"str_CAM_Abcd_{ada.connection_id}"
    assert (await ada.fails("reconnectStream", {"stream": own, "sdpString": OFFER})).code == 303
    params = {"stream": f"str_CAM_Abcd_{bo.connection_id}", "sdpOffer": OFFER, "forciblyReconnect": False}
    assert (await ada.fails("reconnectStream", params)).code == 105
    assert (await ada.fails("reconnectStream", {"stream": own})).code == -1
    stream = (await bo.call("publishVideo", PUBLISH))["id"]
    # An offer under the answer's name is read as an answer, and there is nothing to answer.
    trap = {"stream": stream, "sdpString": OFFER, "forciblyReconnect": False}
    assert (await ada.fails("reconnectStream", trap)).code == 303


async def test_evicted_while_publishing(server: OpenViduServer, join: Joiner) -> None:
    """The answer never comes, and the half-made endpoint is closed."""
    ada, bo = await join("MODERATOR"), await join()
    server.faults.set("delay-answer=0.4")
    request = await bo.send("publishVideo", PUBLISH)
    await until(lambda: server.relay.open_count == 1, "the negotiation runs")
    await ada.call("forceDisconnect", {"connectionId": bo.connection_id})
    await until(lambda: server.relay.open_count == 0, "the endpoint is closed")
    await bo.call("ping")
    assert all(frame.get("id") != request for frame in bo.frames)
    assert "participantPublished" not in ada.notifications()


async def test_the_publisher_goes_while_somebody_subscribes(server: OpenViduServer, join: Joiner) -> None:
    ada, bo = await join("MODERATOR"), await join()
    stream = (await ada.call("publishVideo", PUBLISH))["id"]
    server.faults.set("delay-answer=0.4")
    offer = OFFER.replace("sendonly", "recvonly")
    subscribing = asyncio.create_task(bo.fails("receiveVideoFrom", {"sender": stream, "sdpOffer": offer}))
    await until(lambda: server.relay.open_count == 2, "the negotiation runs")
    await ada.call("unpublishVideo")
    assert (await subscribing).code == 303
    await until(lambda: server.relay.open_count == 0, "both endpoints are closed")
