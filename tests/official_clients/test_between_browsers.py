"""Two of openvidu-browser 2.32.2 with each other: what the local server does when none of ours is there."""

from __future__ import annotations

import pytest

from tests.official_clients.browser import BrowserParticipant, eventually
from tests.official_clients.chromium import PageError
from tests.official_clients.conftest import Meeting, in_both_modes

pytestmark = pytest.mark.timeout(90)

ADA, BO = 5, 17
"""Source ids: 525 Hz and 825 Hz."""


@in_both_modes
async def test_two_browsers_see_hear_and_write_to_each_other(meeting: Meeting) -> None:
    """Picture, tone, mute, and signals to everybody and to one."""
    ada = await meeting.publishing_browser(ADA)
    bo = await meeting.publishing_browser(BO)
    await _see_and_hear(ada, bo)
    await ada.call("publishVideo", False)
    muted = await bo.event("streamPropertyChanged", changed="videoActive")
    assert (muted["newValue"], muted["oldValue"], muted["reason"]) == (False, True, "publishVideo")
    await bo.sees_nothing(ada.connection_id)
    await ada.call("signal", "chat", "to all")
    await ada.call("signal", "chat", "to Bo", [bo.connection_id])
    for everybody in (ada, bo):
        assert (await everybody.event("signal:chat", data="to all"))["from"] == ada.connection_id
    await bo.event("signal:chat", data="to Bo")
    assert [event["data"] for event in await ada.events("signal:chat")] == ["to all"]


async def test_a_subscriber_only_watches(meeting: Meeting) -> None:
    """It receives, and is refused to publish."""
    ada = await meeting.publishing_browser(ADA)
    bo = await meeting.browser(BO, role="SUBSCRIBER")
    await bo.sees(ada.connection_id, ADA)
    with pytest.raises(PageError, match="OPENVIDU_PERMISSION_DENIED"):
        await bo.publish()
    (other,) = await ada.others()
    assert other.get("stream") is None


@in_both_modes
async def test_unsubscribing_and_coming_back(meeting: Meeting) -> None:
    """A subscription can be ended and made again while the stream goes on."""
    ada = await meeting.publishing_browser(ADA)
    bo = await meeting.browser(BO)
    await bo.sees(ada.connection_id, ADA)
    await bo.call("unsubscribe", ada.connection_id)
    await bo.call("subscribe", ada.connection_id)
    await bo.sees(ada.connection_id, ADA)
    await bo.hears(ada.connection_id, ada.frequency_hz)


@in_both_modes
async def test_publishing_again_after_the_end(meeting: Meeting) -> None:
    """Unpublished by oneself, then by a moderator: the reasons, and a new stream each time."""
    ada = await meeting.publishing_browser(ADA)
    bo = await meeting.browser(BO, role="MODERATOR")
    streams = [(await bo.event("streamCreated"))["streamId"]]
    await ada.call("unpublish")
    await bo.event("streamDestroyed", streamId=streams[0], reason="unpublish")
    streams.append(await ada.publish())
    await bo.sees(ada.connection_id, ADA)
    await bo.call("forceUnpublish", ada.connection_id)
    await bo.event("streamDestroyed", streamId=streams[1], reason="forceUnpublishByUser")
    await ada.event("streamDestroyed", on="publisher", streamId=streams[1], reason="forceUnpublishByUser")
    streams.append(await ada.publish())
    await bo.sees(ada.connection_id, ADA)
    assert len(set(streams)) == 3
    assert await bo.events("connectionDestroyed") == []


async def test_a_moderator_removes_somebody(meeting: Meeting) -> None:
    """The removed one, the moderator and a witness each get their events, with the same reason."""
    ada = await meeting.publishing_browser(ADA)
    moderator = await meeting.browser(BO, role="MODERATOR", watching=False)
    witness = await meeting.browser(BO, role="SUBSCRIBER")
    await witness.sees(ada.connection_id, ADA)
    with pytest.raises(PageError, match="OPENVIDU_PERMISSION_DENIED"):
        await witness.call("forceDisconnect", ada.connection_id)
    await moderator.call("forceDisconnect", ada.connection_id)
    assert (await ada.event("sessionDisconnected"))["reason"] == "forceDisconnectByUser"
    assert (await ada.event("streamDestroyed", on="publisher"))["reason"] == "forceDisconnectByUser"
    for remaining in (moderator, witness):
        await remaining.event("connectionDestroyed")
        told = await remaining.events("streamDestroyed", "connectionDestroyed", "sessionDisconnected")
        assert [(event["type"], event["connectionId"], event["reason"]) for event in told] == [
            ("streamDestroyed", ada.connection_id, "forceDisconnectByUser"),
            ("connectionDestroyed", ada.connection_id, "forceDisconnectByUser"),
        ]


async def _see_and_hear(ada: BrowserParticipant, bo: BrowserParticipant) -> None:
    async def knows_of_bo() -> bool:
        return any(other.get("stream") for other in await ada.others())

    await eventually(knows_of_bo, "Bo's stream at Ada's")
    for one, other in ((ada, bo), (bo, ada)):
        await one.sees(other.connection_id, other.source_id)
        await one.hears(other.connection_id, other.frequency_hz)
