"""openvidu-browser 2.32.2 in Chromium and our client in one room of the local server."""

from __future__ import annotations

import pytest

from tests.official_clients.conftest import Meeting
from tests.support.openvidu import RunningOpenVidu

pytestmark = pytest.mark.timeout(90)

WEB, DESK = 3, 21
"""Source ids: of the browser (475 Hz) and of our client (925 Hz)."""


@pytest.fixture(params=["kurento", "mediasoup"])
def openvidu(request: pytest.FixtureRequest) -> RunningOpenVidu:
    """Each server in turn."""
    server: RunningOpenVidu = request.getfixturevalue(request.param)
    return server


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
