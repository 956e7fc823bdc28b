"""Our devices in a whole room; switching and exchanging are in `test_openvidu_room`, `test_room_quality`."""

from __future__ import annotations

from desktop.rtc.openvidu_room import OpenViduRoom
from tests.desktop.rtc.conftest import House
from tests.support.waiting import until


async def test_a_stream_taken_down_leaves_nothing_on(house: House) -> None:
    """The light is out and nothing that is said goes anywhere, whatever the state says."""
    host = await house.joined("MiKL", role="MODERATOR", camera_on=False, microphone_on=False)
    bo = await house.joined("Bo")
    await until(lambda: host.others and host.others[0].streams, "Bo's stream")
    assert isinstance(bo.room, OpenViduRoom)
    microphone = bo.room._devices.microphone
    assert microphone is not None
    assert microphone.on
    await host.room.force_unpublish(bo.state.own_stream_id)
    await until(lambda: bo.state.stream_taken, "the stream taken down")
    assert (microphone.on, bo.camera.is_open) == (False, False)
    assert (bo.state.microphone_on, bo.state.camera_on) == (False, False)
