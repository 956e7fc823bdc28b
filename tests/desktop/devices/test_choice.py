"""Which devices a room gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.devices.camera import Camera
from desktop.devices.choice import camera_of, microphone_of, speaker_of
from desktop.devices.frame_code import source_id_of
from desktop.devices.microphone import Microphone
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.speaker import Speaker
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone, tone_frequency_hz
from desktop.rtc.errors import RtcError, RtcErrorCode

ROOT = Path(__file__).resolve().parents[3]


def test_the_machines_devices_are_taken_by_their_id() -> None:
    assert isinstance(camera_of("/dev/video0", "alice"), Camera)
    assert isinstance(microphone_of("in", "alice", generated=False), Microphone)
    assert isinstance(speaker_of("out"), Speaker)


def test_generated_ones_say_whose_they_are() -> None:
    camera, microphone = camera_of("", "alice"), microphone_of("", "alice", generated=True)
    assert isinstance(camera, TestPicture)
    assert camera.source_id == source_id_of("alice")
    assert isinstance(microphone, TestTone)
    assert microphone.frequency_hz == tone_frequency_hz(source_id_of("alice"))
    assert isinstance(speaker_of(""), SilentSpeaker)


def test_without_a_microphone_nobody_hums_at_the_others() -> None:
    microphone = microphone_of("", "alice", generated=False)
    with pytest.raises(RtcError) as caught:
        microphone.open(lambda _: None)
    assert caught.value.code is RtcErrorCode.MICROPHONE_MISSING
    microphone.close()


def test_an_app_without_a_room_does_not_load_multimedia() -> None:
    program = (
        "import sys; import desktop.devices.choice, desktop.app.device_port;"
        "sys.exit('PySide6.QtMultimedia' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
