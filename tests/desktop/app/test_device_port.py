"""The choice of devices: remembered, followed, said. Real plugging is in `test_audio_devices`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.device_port import Lists, MachineDevices
from desktop.devices import device_list
from desktop.devices.catalogue import SYSTEM_DEFAULT, Device, DeviceKind, DeviceWish
from desktop.devices.microphone import Microphone
from desktop.devices.test_tone import TestTone
from desktop.system.settings import CameraChoice, Settings, load_settings
from desktop.view_models.device_states import DeviceEvent, DevicesState, SoundSwitches
from resources.brand import HUB

SETTINGS = Settings(backend_url="http://localhost:1")
BUILT_IN = Device("0", "Built-in", True)
HEADSET = Device("usb-1", "Casque", False)
MICROPHONE = DeviceKind.MICROPHONE


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Lists:
    """What is plugged in, to be changed by the test."""
    plugged: Lists = {DeviceKind.CAMERA: (), MICROPHONE: (BUILT_IN, HEADSET), DeviceKind.SPEAKER: (BUILT_IN,)}
    monkeypatch.setattr(device_list, "listed", lambda: dict(plugged))
    return plugged


async def loaded(settings: Settings = SETTINGS, file: Path | None = None) -> MachineDevices:
    """A port that knows its lists."""
    devices = MachineDevices(settings, file)
    await devices.load()
    return devices


def test_the_default_is_used_until_somebody_chooses(sockets: Lists, qtbot: QtBot) -> None:
    async def walk() -> list[DevicesState]:
        devices = await loaded()
        states = [devices.state]
        devices.changed.connect(states.append)
        devices.choose(MICROPHONE, "usb-1")
        devices.choose(MICROPHONE, "")
        await devices.close()
        return states

    states = asyncio.run(walk())
    assert [state.microphone.used for state in (states[0], states[-1])] == [BUILT_IN, BUILT_IN]
    assert HEADSET in [state.microphone.used for state in states]
    assert states[-1].microphone.wish == SYSTEM_DEFAULT
    assert states[0].camera.used is None
    assert sockets


def test_unplugged_goes_on_with_the_default_and_plugged_back_returns(sockets: Lists, qtbot: QtBot) -> None:
    async def walk() -> list[DevicesState]:
        devices = await loaded()
        devices.choose(MICROPHONE, "usb-1")
        states = []
        sockets[MICROPHONE] = (BUILT_IN,)
        devices._look_again()
        states.append(devices.state)
        sockets[MICROPHONE] = (BUILT_IN, Device("usb-2", "Casque", False))
        devices._look_again()
        states.append(devices.state)
        devices._look_again()
        states.append(devices.state)
        await devices.close()
        return states

    gone, back, same = asyncio.run(walk())
    assert gone.microphone.used == BUILT_IN
    assert gone.microphone.wish_missing
    assert gone.notice is not None
    assert (gone.notice.event, gone.notice.name, gone.notice.used) == (
        DeviceEvent.UNPLUGGED,
        "Casque",
        "Built-in",
    )
    assert back.microphone.used is not None
    assert back.microphone.used.device_id == "usb-2", "another socket, the same headset"
    assert back.notice is not None
    assert (back.notice.event, back.notice.name) == (DeviceEvent.RETURNED, "Casque")
    assert back.notice.number > gone.notice.number
    assert same == back, "said once"


def test_the_choice_is_remembered_by_id_and_name(sockets: Lists, tmp_path: Path, qtbot: QtBot) -> None:
    async def walk(settings: Settings) -> DevicesState:
        devices = await loaded(settings, tmp_path / "settings.json")
        before = devices.state
        devices.choose(MICROPHONE, "usb-1")
        devices.set_switches(SoundSwitches(noise_suppression=False))
        await asyncio.sleep(0)
        await devices.close()
        return before

    asyncio.run(walk(SETTINGS))
    arguments = {"profile": str(tmp_path), "backend_url": "http://localhost:1"}
    settings = load_settings(HUB, arguments, policy_file=tmp_path / "none").settings
    again = asyncio.run(walk(settings))
    assert again.microphone.wish == DeviceWish("usb-1", "Casque")
    assert again.microphone.used == HEADSET
    assert again.switches == SoundSwitches(noise_suppression=False)
    assert sockets


def test_generated_devices_are_used_when_asked_for(sockets: Lists, qtbot: QtBot) -> None:
    async def walk() -> tuple[object, object, DevicesState]:
        forced = await loaded(Settings(backend_url="http://localhost:1", camera=CameraChoice.TEST))
        real = await loaded()
        found = (forced.microphone(), real.microphone(), forced.state)
        await forced.close()
        await real.close()
        return found

    forced, real, state = asyncio.run(walk())
    assert isinstance(forced, TestTone)
    assert isinstance(real, Microphone)
    assert state.generated
    assert state.speaker.used == BUILT_IN, "people want to hear the others even then"
    assert sockets
