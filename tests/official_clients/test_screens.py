"""Shared screens: openvidu-browser sees ours as any other, and we see a browser's as its person's."""

from __future__ import annotations

import json

import pytest

from desktop.devices.test_picture import TestPicture
from desktop.rtc.state import StreamKind
from tests.official_clients.browser import LIMIT_S
from tests.official_clients.conftest import Meeting, in_mediasoup_mode
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(90)

WEB, DESK, WEB_SCREEN, DESK_SCREEN, OTHER_SCREEN = 3, 21, 33, 45, 47
"""Source ids."""


def service_data(account: str, *, screen: bool = False) -> str:
    """What the service says of a connection."""
    purpose = {"purpose": "screen"} if screen else {}
    return json.dumps({"account": account, "name": account.title()} | purpose)


async def test_our_screen_in_the_browser(meeting: Meeting) -> None:
    """A second connection of type SCREEN beside the camera; another size is told, and the end."""
    browser = await meeting.browser(WEB)
    ours = await meeting.client(DESK, data=service_data("ada"))
    token = await meeting.token(data=service_data("ada", screen=True))
    await ours.room.share_screen(token, TestPicture(DESK_SCREEN, width_px=320, height_px=240, frame_rate=15))
    await browser.sees(ours.connection_id, DESK)
    screen = next(other for other in await browser.others() if other["connectionId"] != ours.connection_id)
    assert screen["stream"]["typeOfVideo"] == "SCREEN"
    assert (screen["stream"]["hasAudio"], screen["stream"]["hasVideo"]) == (False, True)
    assert screen["stream"]["videoDimensions"] == {"width": 320, "height": 240}
    await browser.sees(screen["connectionId"], DESK_SCREEN)
    assert ours.others[0].connection_id == browser.connection_id
    assert len(ours.others) == 1, "we do not meet ourselves"
    wider = TestPicture(OTHER_SCREEN, width_px=480, height_px=240, frame_rate=15)
    await ours.room.share_screen("", wider)
    resized = await browser.event("streamPropertyChanged", connectionId=screen["connectionId"])
    assert (resized["changed"], resized["reason"]) == ("videoDimensions", "screenResized")
    assert resized["oldValue"] == {"width": 320, "height": 240}
    assert resized["newValue"] == {"width": 480, "height": 240}
    await browser.sees(screen["connectionId"], OTHER_SCREEN)
    await ours.room.stop_sharing()
    gone = await browser.event("connectionDestroyed", connectionId=screen["connectionId"])
    assert gone["reason"] == "disconnect"
    await browser.sees(ours.connection_id, DESK)


@in_mediasoup_mode
async def test_a_browsers_screen_belongs_to_its_person(meeting: Meeting) -> None:
    """Two connections of one account are one person with two streams; the end of one leaves the other."""
    ours = await meeting.client(DESK)
    browser = await meeting.publishing_browser(WEB, data=service_data("bo"))
    screen = await meeting.screen_of(browser, WEB_SCREEN, data=service_data("bo", screen=True))
    await until(lambda: ours.others and len(ours.others[0].streams) == 2, "both streams", LIMIT_S)
    (person,) = ours.others
    assert person.connection_id == browser.connection_id
    assert person.screen_connection_ids == (screen.connection_id,)
    assert [stream.kind for stream in person.streams] == [StreamKind.CAMERA, StreamKind.SCREEN]
    assert (person.streams[1].has_audio, person.streams[1].has_video) == (False, True)
    await ours.sees(browser.connection_id, WEB)
    await ours.sees(browser.connection_id, WEB_SCREEN, StreamKind.SCREEN)
    await ours.hears(browser.frequency_hz)
    await screen.call("leave")
    await until(lambda: len(ours.others[0].streams) == 1, "the end of the screen", LIMIT_S)
    (person,) = ours.others
    assert (person.streams[0].kind, person.screen_connection_ids) == (StreamKind.CAMERA, ())
    await ours.sees(browser.connection_id, WEB)
