"""Our devices in a whole room; switching and exchanging are in `test_openvidu_room`, `test_room_quality`."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import av
import pytest

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import SoundSwitches
from desktop.rtc.openvidu_room import OpenViduRoom
from tests.desktop.rtc.conftest import House
from tests.support.sources import RecordingOutput
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


async def test_another_loudspeaker_takes_over_and_the_first_is_released(house: House) -> None:
    ada, bo = await house.joined("Ada"), await house.joined("Bo", frequency_hz=700)
    await until(lambda: ada.output.strength(700) > 0.2, "Bo at the first one", 20)
    second = RecordingOutput()
    await ada.room.replace_output(second)
    assert (ada.output.is_open, second.is_open) == (False, True)
    await until(lambda: second.strength(700) > 0.2, "Bo at the second one", 20)
    await ada.room.leave()
    assert not second.is_open
    with pytest.raises(RtcError) as caught:
        await ada.room.replace_output(RecordingOutput())
    assert caught.value.code is RtcErrorCode.CLOSED
    assert bo.state.participants == ()


async def test_what_is_done_to_the_voice_changes_in_a_running_room(house: House) -> None:
    ada = await house.joined("Ada")
    assert isinstance(ada.room, OpenViduRoom)
    microphone = ada.room._devices.microphone
    assert microphone is not None
    await ada.room.set_switches(SoundSwitches(noise_suppression=False))
    assert microphone.processor.switches == SoundSwitches(noise_suppression=False)


async def test_a_camera_that_takes_long_does_not_hold_the_microphone_up(house: House) -> None:
    """A key is held to talk: within 50 ms, whatever the camera does."""
    ada = await house.joined("Ada", camera_on=False)
    opening = threading.Event()
    plain_open = ada.camera.open

    def slow_open(deliver: Callable[[av.VideoFrame], None]) -> None:
        opening.wait(10)
        plain_open(deliver)

    ada.camera.open = slow_open  # type: ignore[method-assign]
    camera = asyncio.ensure_future(ada.room.set_camera(True))
    await asyncio.sleep(0)
    quickest_s = 1.0
    for on in (False, True) * 5:
        begun_s = time.monotonic()
        await ada.room.set_microphone(on)
        quickest_s = min(quickest_s, time.monotonic() - begun_s)
        assert ada.state.microphone_on is on
    assert not camera.done()
    assert quickest_s < 0.05
    opening.set()
    await camera
