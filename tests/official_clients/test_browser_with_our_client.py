"""openvidu-browser 2.32.2 in Chromium and our client in one room of the local server."""

from __future__ import annotations

import json

import pytest

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.signals import CHAT, Signal, application_signal
from desktop.rtc.state import EndReason, RoomPhase, StreamKind, StreamPhase
from tests.official_clients.browser import LIMIT_S, BrowserParticipant
from tests.official_clients.chromium import PageError
from tests.official_clients.conftest import Meeting, in_both_modes
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(90)

WEB, DESK = 3, 21
"""Source ids: of the browser (475 Hz) and of our client (925 Hz)."""


@in_both_modes
@pytest.mark.parametrize("first", ["browser", "ours"])
async def test_each_sees_and_hears_the_other(meeting: Meeting, first: str) -> None:
    """Moving frame codes and tones both ways, whoever comes first."""
    if first == "browser":
        browser = await meeting.publishing_browser(WEB)
        ours = await meeting.client(DESK)
    else:
        ours = await meeting.client(DESK)
        browser = await meeting.publishing_browser(WEB)
    await browser.sees(ours.connection_id, DESK)
    await ours.sees(browser.connection_id, WEB)
    await browser.hears(ours.connection_id, ours.tone.frequency_hz)
    await ours.hears(browser.frequency_hz)


async def test_what_each_knows_of_the_other(meeting: Meeting) -> None:
    """Names, kinds, sizes and roles; the one who was there first shows up in the join."""
    ours = await meeting.client(DESK, role="MODERATOR", name="Ada")
    browser = await meeting.publishing_browser(WEB, name="Bo")
    told = await browser.events("connectionCreated", "streamCreated")
    assert [(event["type"], event["connectionId"]) for event in told] == [
        ("connectionCreated", browser.connection_id),
        ("connectionCreated", ours.connection_id),
        ("streamCreated", ours.connection_id),
    ]
    (other,) = await browser.others()
    assert json.loads(other["data"]) == {"name": "Ada"}
    assert other["stream"] == {
        "streamId": ours.room.state.own_stream_id,
        "hasAudio": True,
        "hasVideo": True,
        "audioActive": True,
        "videoActive": True,
        "typeOfVideo": "CAMERA",
        "frameRate": 15,
        "videoDimensions": {"width": 320, "height": 240},
    }
    await until(lambda: ours.picture_of(browser.connection_id).picture, "a picture", LIMIT_S)
    person = ours.other(browser.connection_id)
    assert person is not None
    assert person.name == "Bo"
    (stream,) = person.streams
    assert stream.kind is StreamKind.CAMERA
    assert stream.phase is StreamPhase.CONNECTED
    assert (stream.has_audio, stream.has_video) == (True, True)
    assert (stream.microphone_on, stream.camera_on) == (True, True)
    assert (stream.width_px, stream.height_px) == (320, 240)
    await browser.sees(ours.connection_id, DESK)
    assert await browser.call("receivedCodec", ours.connection_id) == "video/VP8"


async def test_a_session_in_h264(meeting: Meeting) -> None:
    """The other codec that both have: forced by the service, relayed as it is."""
    await meeting.rest.create_session(meeting.session_id, forcedVideoCodec="H264")
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await browser.sees(ours.connection_id, DESK)
    await ours.sees(browser.connection_id, WEB)
    assert await browser.call("receivedCodec", ours.connection_id) == "video/H264"


async def test_mute_in_the_browser_is_seen_by_us(meeting: Meeting) -> None:
    """Silence and black arrive, the marks change, and everything comes back."""
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await ours.sees(browser.connection_id, WEB)
    await ours.hears(browser.frequency_hz)

    def marks() -> tuple[bool, bool]:
        person = ours.other(browser.connection_id)
        assert person is not None
        return person.streams[0].microphone_on, person.streams[0].camera_on

    await browser.call("publishAudio", False)
    await until(lambda: marks() == (False, True), "the microphone's mark", LIMIT_S)
    await ours.hears_nothing(browser.frequency_hz)
    await browser.call("publishVideo", False)
    await until(lambda: marks() == (False, False), "the camera's mark", LIMIT_S)
    await ours.sees_nothing(browser.connection_id)
    await browser.call("publishAudio", True)
    await browser.call("publishVideo", True)
    await until(lambda: marks() == (True, True), "both marks gone", LIMIT_S)
    await ours.hears(browser.frequency_hz)
    await ours.sees(browser.connection_id, WEB)
    # The library tells itself too, once the server has confirmed.
    changes = await browser.events("streamPropertyChanged", on="publisher")
    assert [(change["changed"], change["newValue"], change["reason"]) for change in changes] == [
        ("audioActive", False, "publishAudio"),
        ("videoActive", False, "publishVideo"),
        ("audioActive", True, "publishAudio"),
        ("videoActive", True, "publishVideo"),
    ]


async def test_our_mute_is_seen_in_the_browser(meeting: Meeting) -> None:
    """The events of a browser that mutes, in values and reasons; RTP goes on in silence and black."""
    browser = await meeting.publishing_browser(WEB)
    ours = await meeting.client(DESK)
    await browser.sees(ours.connection_id, DESK)
    await browser.hears(ours.connection_id, ours.tone.frequency_hz)
    await ours.room.set_microphone(False)
    await browser.hears_nothing(ours.connection_id, ours.tone.frequency_hz)
    await ours.room.set_camera(False)
    await browser.sees_nothing(ours.connection_id)
    await ours.room.set_microphone(True)
    await browser.hears(ours.connection_id, ours.tone.frequency_hz)
    await ours.room.set_camera(True)
    await browser.event("streamPropertyChanged", changed="videoActive", newValue=True)
    changes = await browser.events("streamPropertyChanged")
    told = [
        (change["changed"], change["oldValue"], change["newValue"], change["reason"]) for change in changes
    ]
    assert told == [
        ("audioActive", True, False, "publishAudio"),
        ("videoActive", True, False, "publishVideo"),
        ("audioActive", False, True, "publishAudio"),
        ("videoActive", False, True, "publishVideo"),
    ]
    assert {change["connectionId"] for change in changes} == {ours.connection_id}
    await browser.sees(ours.connection_id, DESK)


async def test_another_size_of_the_browsers_picture(meeting: Meeting) -> None:
    """A browser's own camera, then another track in its place: kind, size and picture follow."""
    ours = await meeting.client(DESK)
    browser = await meeting.browser(WEB)
    await browser.call("publishDevices", "320x240")
    await until(lambda: ours.picture_of(browser.connection_id).picture, "the fake camera", LIMIT_S)

    def size() -> tuple[int, int]:
        person = ours.other(browser.connection_id)
        assert person is not None
        return person.streams[0].width_px, person.streams[0].height_px

    assert size() == (320, 240)
    await browser.call("replacePicture", {"sourceId": WEB, "width": 240, "height": 320, "frameRate": 15})
    await until(lambda: size() == (240, 320), "the announced size", LIMIT_S)
    await ours.sees(browser.connection_id, WEB)
    slot = ours.picture_of(browser.connection_id)
    await until(
        lambda: slot.picture and slot.picture.width_px < slot.picture.height_px, "an upright picture", LIMIT_S
    )
    changes = await browser.events("streamPropertyChanged", on="publisher")
    assert [(change["changed"], change["reason"]) for change in changes] == [
        ("videoTrack", "trackReplaced"),
        ("videoDimensions", "trackReplaced"),
    ]


async def test_chat_goes_both_ways(meeting: Meeting) -> None:
    """To everybody and to one, with its sender; the service's has none."""
    ours = await meeting.client(DESK, name="Ada")
    browser = await meeting.browser(WEB, name="Bo", watching=False)
    silent = await meeting.browser(WEB, role="SUBSCRIBER", watching=False)
    await until(lambda: len(ours.others) == 2, "both browsers", LIMIT_S)
    await browser.call("signal", "chat", "to all")
    await browser.call("signal", "chat", "to one", [ours.connection_id])
    await ours.room.send(Signal(CHAT, "réponse"))
    await ours.room.send(Signal(CHAT, "to Bo"), [browser.connection_id])
    await ours.room.send(application_signal("poll", {"answer": 42}))
    body = {"session": meeting.session_id, "type": "chat", "data": "from the service"}
    assert (await meeting.rest.http.post("/signal", json=body)).status_code == 200
    await until(lambda: len(ours.signals) == 5, "every signal for us", LIMIT_S)
    heard = [(signal.kind, signal.data, signal.from_connection_id, signal.name) for signal in ours.signals]
    assert heard == [
        (CHAT, "to all", browser.connection_id, "Bo"),
        (CHAT, "to one", browser.connection_id, "Bo"),
        (CHAT, "réponse", ours.connection_id, "Ada"),
        ("mikl.poll", '{"answer":42}', ours.connection_id, "Ada"),
        (CHAT, "from the service", None, ""),
    ]
    await browser.event("signal:chat", data="from the service")
    told = await browser.events("signal:chat", "signal:mikl.poll")
    assert [(event["type"], event["data"], event.get("from")) for event in told] == [
        ("signal:chat", "to all", browser.connection_id),
        ("signal:chat", "réponse", ours.connection_id),
        ("signal:chat", "to Bo", ours.connection_id),
        ("signal:mikl.poll", '{"answer":42}', ours.connection_id),
        ("signal:chat", "from the service", None),
    ]
    await silent.event("signal:chat", data="from the service")
    bystander = [event["data"] for event in await silent.events("signal:chat")]
    assert bystander == ["to all", "réponse", "from the service"]


async def test_our_moderator_takes_the_browsers_stream_down_and_removes_it(meeting: Meeting) -> None:
    """The browser's own events with the moderator's reasons, first for its stream, then for itself."""
    ours = await meeting.client(DESK, role="MODERATOR")
    browser = await meeting.browser(WEB, watching=False)
    stream_id = await browser.publish()
    await ours.sees(browser.connection_id, WEB)
    await ours.room.force_unpublish(stream_id)
    gone = await browser.event("streamDestroyed", on="publisher", streamId=stream_id)
    assert gone["reason"] == "forceUnpublishByUser"
    await until(lambda: [person.streams for person in ours.others] == [()], "the end of its stream", LIMIT_S)
    assert await browser.publish() != stream_id
    await ours.sees(browser.connection_id, WEB)
    await ours.room.force_disconnect(browser.connection_id)
    assert (await browser.event("sessionDisconnected"))["reason"] == "forceDisconnectByUser"
    told = await browser.events("streamDestroyed", on="publisher")
    assert [event["reason"] for event in told] == ["forceUnpublishByUser", "forceDisconnectByUser"]
    await until(lambda: ours.others == (), "the browser's departure", LIMIT_S)
    assert ours.room.state.phase is RoomPhase.CONNECTED


async def test_we_are_no_moderator(meeting: Meeting) -> None:
    """What a publisher may not do is refused to us as it is to a browser."""
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB, watching=False)
    await until(lambda: ours.others and ours.others[0].streams, "the browser's stream", LIMIT_S)
    for refused in (
        ours.room.force_disconnect(browser.connection_id),
        ours.room.force_unpublish(ours.others[0].streams[0].stream_id),
    ):
        with pytest.raises(RtcError) as raised:
            await refused
        assert raised.value.code is RtcErrorCode.NOT_ALLOWED
    with pytest.raises(PageError, match="OPENVIDU_PERMISSION_DENIED"):
        await browser.call("forceDisconnect", ours.connection_id)
    assert len(await browser.others()) == 1
    assert len(ours.others) == 1


async def test_we_leave(meeting: Meeting) -> None:
    browser = await meeting.publishing_browser(WEB)
    ours = await meeting.client(DESK)
    await browser.sees(ours.connection_id, DESK)
    await ours.room.leave()
    await browser.event("connectionDestroyed")
    assert await _endings(browser) == [
        ("streamDestroyed", ours.connection_id, "disconnect"),
        ("connectionDestroyed", ours.connection_id, "disconnect"),
    ]
    assert await browser.others() == []


async def test_the_browser_leaves(meeting: Meeting) -> None:
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await ours.sees(browser.connection_id, WEB)
    slot = ours.picture_of(browser.connection_id)
    await browser.call("leave")
    await until(lambda: ours.others == (), "the browser's departure", LIMIT_S)
    assert slot.picture is None
    assert ours.room.state.phase is RoomPhase.CONNECTED
    assert (await browser.event("sessionDisconnected"))["reason"] == "disconnect"


async def test_a_moderator_in_the_browser_removes_us(meeting: Meeting) -> None:
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB, role="MODERATOR")
    await browser.sees(ours.connection_id, DESK)
    await browser.call("forceDisconnect", ours.connection_id)
    await until(lambda: ours.room.state.phase is RoomPhase.LEFT, "our removal", LIMIT_S)
    assert ours.room.state.end_reason is EndReason.REMOVED
    await browser.event("connectionDestroyed")
    assert await _endings(browser) == [
        ("streamDestroyed", ours.connection_id, "forceDisconnectByUser"),
        ("connectionDestroyed", ours.connection_id, "forceDisconnectByUser"),
    ]


@in_both_modes
async def test_a_moderator_in_the_browser_takes_our_stream_down(meeting: Meeting) -> None:
    """We go dark and stay in the room; switching the camera on publishes anew, and the browser sees it."""
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB, role="MODERATOR")
    await browser.sees(ours.connection_id, DESK)
    before = ours.room.state.own_stream_id
    await browser.call("forceUnpublish", ours.connection_id)
    await until(lambda: ours.room.state.own_stream_id == "", "the end of our stream", LIMIT_S)
    await browser.event("streamDestroyed", streamId=before, reason="forceUnpublishByUser")
    assert (ours.room.state.camera_on, ours.room.state.microphone_on) == (False, False)
    await ours.room.set_camera(True)
    await browser.event("streamCreated", connectionId=ours.connection_id)
    await until(lambda: ours.room.state.own_stream_id not in ("", before), "our new stream", LIMIT_S)
    await browser.sees(ours.connection_id, DESK)
    assert await browser.events("connectionDestroyed") == []


async def test_the_service_removes_the_browser(meeting: Meeting) -> None:
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await ours.sees(browser.connection_id, WEB)
    await meeting.delete(f"/connection/{browser.connection_id}")
    assert (await browser.event("sessionDisconnected"))["reason"] == "forceDisconnectByServer"
    gone = await browser.event("streamDestroyed", on="publisher")
    assert gone["reason"] == "forceDisconnectByServer"
    await until(lambda: ours.others == (), "the browser's departure", LIMIT_S)
    assert ours.room.state.phase is RoomPhase.CONNECTED


async def test_the_service_closes_the_session(meeting: Meeting) -> None:
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await ours.sees(browser.connection_id, WEB)
    await meeting.delete()
    assert (await browser.event("sessionDisconnected"))["reason"] == "sessionClosedByServer"
    await until(lambda: ours.room.state.phase is RoomPhase.LEFT, "our end", LIMIT_S)
    assert ours.room.state.end_reason is EndReason.CLOSED


async def test_the_browsers_line_is_cut(meeting: Meeting) -> None:
    """It resumes by itself; for us nothing happened, and later messages reach both."""
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB)
    await ours.sees(browser.connection_id, WEB)
    known = len(ours.states)
    await meeting.cut_socket(browser.connection_id)
    await browser.event("reconnecting")
    await browser.event("reconnected")
    assert len(ours.states) == known
    await ours.sees(browser.connection_id, WEB)
    await browser.sees(ours.connection_id, DESK)
    await ours.room.set_camera(False)
    await browser.event("streamPropertyChanged", changed="videoActive", newValue=False)


@in_both_modes
async def test_our_line_is_cut(meeting: Meeting) -> None:
    """We resume by ourselves; the browser keeps our picture and hears of nothing."""
    browser = await meeting.publishing_browser(WEB)
    ours = await meeting.client(DESK)
    await browser.sees(ours.connection_id, DESK)
    stream_id = ours.room.state.own_stream_id
    known, before = len(await browser.events()), len(ours.states)
    await meeting.cut_socket(ours.connection_id)
    await until(
        # It may be over between two looks.
        lambda: any(state.phase is RoomPhase.RECONNECTING for state in ours.states[before:]),
        "reconnecting",
        LIMIT_S,
    )
    await until(lambda: ours.states[-1].phase is RoomPhase.CONNECTED, "connected again", LIMIT_S)
    assert ours.room.state.own_stream_id == stream_id
    assert len(await browser.events()) == known
    await browser.sees(ours.connection_id, DESK)
    await ours.sees(browser.connection_id, WEB)


async def _endings(browser: BrowserParticipant) -> list[tuple[str, str, str]]:
    told = await browser.events("streamDestroyed", "connectionDestroyed")
    return [(event["type"], event["connectionId"], event["reason"]) for event in told]
