"""Opening and closing a device that takes its time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.errors import RtcError, RtcErrorCode
from tests.support.waiting import until


async def test_calls_run_off_the_loop_and_one_at_a_time() -> None:
    """The loop goes on while a driver thinks, and a second call waits for the first."""
    release, calls = threading.Event(), []

    def open_device() -> None:
        calls.append("open")
        assert release.wait(5)
        assert threading.current_thread() is not threading.main_thread()

    switch = DeviceSwitch(open_device, lambda: calls.append("close"))
    opening = asyncio.create_task(switch.switch_on())
    closing = asyncio.create_task(switch.switch_off())
    await until(lambda: calls, "the call")
    assert calls == ["open"]
    release.set()
    await asyncio.gather(opening, closing)
    assert calls == ["open", "close"]
    assert not switch.on


async def test_twice_is_once() -> None:
    calls: list[str] = []
    switch = DeviceSwitch(lambda: calls.append("open"), lambda: calls.append("close"))
    await switch.switch_off()
    await asyncio.gather(switch.switch_on(), switch.switch_on())
    await asyncio.gather(switch.switch_off(), switch.switch_off())
    assert calls == ["open", "close"]


async def test_a_cancelled_opening_is_closed_afterwards() -> None:
    """The thread cannot be stopped: whoever closes next waits for it and releases the device."""
    release, calls = threading.Event(), []

    def open_device() -> None:
        assert release.wait(5)
        calls.append("open")

    switch = DeviceSwitch(open_device, lambda: calls.append("close"))
    opening = asyncio.create_task(switch.switch_on())
    await asyncio.sleep(0)
    opening.cancel()
    await asyncio.sleep(0)
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await switch.switch_off()
    assert calls == ["open", "close"]


async def test_a_device_that_does_not_open() -> None:
    def open_device() -> None:
        raise RtcError(RtcErrorCode.CAMERA_BUSY)

    switch = DeviceSwitch(open_device, lambda: None)
    with pytest.raises(RtcError):
        await switch.switch_on()
    assert not switch.on
