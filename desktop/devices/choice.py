"""What preview and room get: the machine's devices where they exist, generated ones where they do not.

Each kind by itself: a machine with a microphone and no camera shows the test picture and speaks with
its own voice. Nothing here opens a device.
"""

from __future__ import annotations

from desktop.devices.frame_code import source_id_of
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.media import AudioOutput, AudioSource, VideoSource

QT_MODULES = tuple(f"desktop.devices.{name}" for name in ("device_list", "camera", "microphone", "speaker"))
"""What loads QtMultimedia (0.2 s): to be imported in a worker thread before the functions below."""


def camera_of(device_id: str, account_id: str) -> VideoSource:
    """The camera with this id; for "" the generated picture of the account."""
    from desktop.devices.camera import Camera  # noqa: PLC0415  (QtMultimedia)

    return Camera(device_id) if device_id else TestPicture(source_id_of(account_id))


def microphone_of(device_id: str, account_id: str) -> AudioSource:
    """The microphone with this id; for "" the generated tone of the account."""
    from desktop.devices.microphone import Microphone  # noqa: PLC0415  (QtMultimedia)

    return Microphone(device_id) if device_id else TestTone(source_id_of(account_id))


def speaker_of(device_id: str) -> AudioOutput:
    """The loudspeaker with this id; for "" a silent one."""
    from desktop.devices.speaker import Speaker  # noqa: PLC0415  (QtMultimedia)

    return Speaker(device_id) if device_id else SilentSpeaker()
