"""The preview before a meeting, on generated devices."""

from __future__ import annotations

import asyncio
import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.device_port import Lists, MachineDevices
from desktop.app.device_preview import DevicePreview, bar_of
from desktop.devices import device_list, voice_recording
from desktop.devices.catalogue import DeviceKind
from desktop.devices.frame_code import source_id_of
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.test_tone import energy_at, tone_frequency_hz
from desktop.system.settings import CameraChoice, Settings
from desktop.view_models.device_states import PreviewState, SpeakerTest
from tests.support.waiting import until

GENERATED = Settings(backend_url="http://localhost:1", camera=CameraChoice.TEST)
NOTHING: Lists = dict.fromkeys(DeviceKind, ())


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No devices: everything is generated."""
    monkeypatch.setattr(device_list, "listed", lambda: dict(NOTHING))


def test_picture_and_level_come_and_go(qtbot: QtBot) -> None:
    async def walk() -> None:
        devices = MachineDevices(GENERATED)
        preview = devices.preview()
        assert preview.loudness == 0.0
        preview.show_camera(True)
        preview.listen(True)
        await until(lambda: preview.picture.picture is not None, "a picture")
        await until(lambda: preview.loudness > 0.3, "a level")
        assert not preview.state.camera_opening
        preview.show_camera(False)
        await until(lambda: preview.picture.picture is None, "no picture")
        assert "test-picture" not in [thread.name for thread in threading.enumerate()]
        await preview.close()
        assert preview.loudness == 0.0
        await devices.close()

    asyncio.run(walk())
    assert "test-tone" not in [thread.name for thread in threading.enumerate()]


def test_the_speaker_test_plays_what_the_microphone_heard(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It also opens the microphone where nobody listened, and releases it afterwards."""
    monkeypatch.setattr(voice_recording, "RECORDED_FRAMES", 10)
    speaker = SilentSpeaker()
    states: list[PreviewState] = []

    async def walk() -> None:
        devices = MachineDevices(GENERATED, account_id="alice")
        monkeypatch.setattr(devices, "speaker", lambda: speaker)
        preview = devices.preview()
        preview.changed.connect(states.append)
        preview.test_speaker()
        await until(lambda: SpeakerTest.PLAYING in [state.test for state in states], "playing")
        await until(lambda: preview.state.test is SpeakerTest.IDLE, "the end")
        await preview.close()
        await devices.close()

    asyncio.run(walk())
    tests = [state.test for state in states]
    assert tests == [SpeakerTest.RECORDING, SpeakerTest.PLAYING, SpeakerTest.IDLE]
    assert energy_at(speaker.recent(), tone_frequency_hz(source_id_of("alice"))) > 0.03


def test_the_speaker_test_can_be_stopped(qtbot: QtBot) -> None:
    async def walk() -> DevicePreview:
        devices = MachineDevices(GENERATED)
        preview = devices.preview()
        preview.test_speaker()
        await until(lambda: preview.state.test is SpeakerTest.RECORDING, "recording")
        preview.test_speaker()
        await until(lambda: preview.state.test is SpeakerTest.IDLE, "stopped")
        await preview.close()
        await devices.close()
        return preview

    asyncio.run(walk())
    assert "test-tone" not in [thread.name for thread in threading.enumerate()]


def test_a_bar_shows_decibels() -> None:
    assert bar_of(0.0) == 0.0
    assert bar_of(1.0) == 1.0
    assert bar_of(0.03) == pytest.approx(0.52, abs=0.02), "speech at arm's length: half"


def test_the_room_gets_the_devices_as_they_are(qtbot: QtBot) -> None:
    """Open, and delivering to whoever asks next; what it does not take is released."""

    async def walk() -> None:
        devices = MachineDevices(GENERATED)
        preview = devices.preview()
        preview.show_camera(True)
        preview.listen(True)
        await until(lambda: preview.picture.picture is not None, "a picture")
        await until(lambda: preview.loudness > 0.3, "a level")
        running = {thread for thread in threading.enumerate() if thread.name == "test-picture"}
        assert len(running) == 1
        await preview.hand_over(camera=True, microphone=False)
        await preview.close()
        taken: list[object] = []
        camera = devices.camera()
        camera.open(taken.append)
        assert {thread for thread in threading.enumerate() if thread.name == "test-picture"} == running
        await until(lambda: len(taken) > 2, "pictures in the room")
        assert "test-tone" not in [thread.name for thread in threading.enumerate()]
        assert devices.camera() is not camera  # one that was taken is not given twice
        await devices.close_kept()
        await devices.close()

    asyncio.run(walk())
    assert "test-picture" not in [thread.name for thread in threading.enumerate()]
