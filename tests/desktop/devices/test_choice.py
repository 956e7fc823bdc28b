"""Which devices a room gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.devices import system_devices
from desktop.devices.camera import Camera
from desktop.devices.choice import choose_devices, find_devices
from desktop.devices.device_list import Device
from desktop.devices.frame_code import source_id_of
from desktop.devices.microphone import Microphone
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.speaker import Speaker
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone, tone_frequency_hz

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The kinds of device that the machine seems to have: full at first, to be emptied by tests."""
    kinds = {"cameras", "microphones", "speakers"}
    for kind in tuple(kinds):
        monkeypatch.setattr(
            system_devices,
            kind,
            lambda kind=kind: (Device("1", kind, True),) if kind in kinds else (),
        )
    return kinds


def test_the_machines_devices_are_taken_where_they_exist(machine: set[str]) -> None:
    devices = choose_devices("system", "alice")
    assert isinstance(devices.camera, Camera)
    assert isinstance(devices.microphone, Microphone)
    assert isinstance(devices.output, Speaker)
    assert machine


def test_each_missing_device_is_replaced_by_itself(machine: set[str]) -> None:
    machine.remove("cameras")
    devices = choose_devices("system", "alice")
    assert isinstance(devices.camera, TestPicture)
    assert isinstance(devices.microphone, Microphone)
    machine.clear()
    devices = choose_devices("system", "alice")
    assert isinstance(devices.microphone, TestTone)
    assert isinstance(devices.output, SilentSpeaker)


def test_test_devices_are_forced_and_say_whose_they_are(machine: set[str]) -> None:
    devices = choose_devices("test", "alice")
    assert isinstance(devices.camera, TestPicture)
    assert devices.camera.source_id == source_id_of("alice")
    assert isinstance(devices.microphone, TestTone)
    assert devices.microphone.frequency_hz == tone_frequency_hz(source_id_of("alice"))
    assert isinstance(devices.output, Speaker), "people want to hear the others even then"
    assert machine


async def test_finding_gives_the_same(machine: set[str]) -> None:
    machine.clear()
    devices = await find_devices("system", "bob")
    assert isinstance(devices.camera, TestPicture)
    assert devices.camera.source_id == source_id_of("bob")


def test_an_app_without_a_room_does_not_load_multimedia() -> None:
    program = "import sys; import desktop.devices.choice; sys.exit('PySide6.QtMultimedia' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
