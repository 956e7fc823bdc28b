"""Devices that the preview leaves open for the room."""

from __future__ import annotations

import pytest

from desktop.devices.kept_open import KeptCamera, KeptMicrophone
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import Samples
from tests.support.sources import BlocksCamera, ToneMicrophone
from tests.support.waiting import until


async def test_whoever_opens_it_next_takes_over_without_a_gap() -> None:
    device = BlocksCamera()
    camera = KeptCamera(device)
    assert (camera.width_px, camera.height_px) == (device.width_px, device.height_px)
    first: list[object] = []
    second: list[object] = []
    camera.open(first.append)
    await until(lambda: len(first) >= 2, "pictures in the preview")
    camera.open(second.append)
    count = len(first)
    await until(lambda: len(second) >= 2, "pictures in the room")
    assert len(first) == count
    assert device.opened == 1
    camera.close()
    assert not device.is_open
    camera.open(first.append)  # switched off and on again in the room
    await until(lambda: len(first) > count, "pictures again")
    assert device.opened == 2
    camera.close()
    camera.close()


async def test_what_does_not_open_is_tried_anew() -> None:
    device = BlocksCamera(error=RtcErrorCode.CAMERA_BUSY)
    camera = KeptCamera(device)
    for _ in range(2):
        with pytest.raises(RtcError, match="camera-busy"):
            camera.open(lambda _: None)


async def test_a_microphone_goes_over_as_well() -> None:
    device = ToneMicrophone(450.0)
    microphone = KeptMicrophone(device)
    heard: list[Samples] = []
    microphone.open(lambda _: None)
    microphone.open(heard.append)
    await until(lambda: len(heard) >= 2, "sound in the room")
    microphone.close()
    assert not device.is_open
