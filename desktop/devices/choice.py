"""What preview and room get: the machine's devices where they exist, and what stands for those it lacks.

Each kind by itself: a machine with a microphone and no camera shows a drawing and speaks with its own
voice. Nothing here opens a device.
"""

from __future__ import annotations

from desktop.devices.blur_switch import BlurSwitch
from desktop.devices.frame_code import source_id_of
from desktop.devices.missing_microphone import MissingMicrophone
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


def blur_is_available() -> bool:
    """This installation can put a background out of focus."""
    from desktop.devices.person_segmenter import is_available  # noqa: PLC0415

    return is_available()


def with_blur(camera: VideoSource, switch: BlurSwitch) -> VideoSource:
    """A camera whose background goes out of focus by the switch."""
    from desktop.devices.blurred_camera import BlurredCamera  # noqa: PLC0415
    from desktop.devices.person_segmenter import PersonSegmenter  # noqa: PLC0415

    return BlurredCamera(camera, switch, PersonSegmenter)


def microphone_of(device_id: str, account_id: str, *, generated: bool) -> AudioSource:
    """The microphone with this id.

    Args:
        device_id: "" for none.
        account_id: whose tone it is.
        generated: a tone is wanted in place of a missing one. Nobody else is to hear one: a client who
            has no microphone would hum at the others.
    """
    from desktop.devices.microphone import Microphone  # noqa: PLC0415  (QtMultimedia)

    if device_id:
        return Microphone(device_id)
    return TestTone(source_id_of(account_id)) if generated else MissingMicrophone()


def speaker_of(device_id: str) -> AudioOutput:
    """The loudspeaker with this id; for "" a silent one."""
    from desktop.devices.speaker import Speaker  # noqa: PLC0415  (QtMultimedia)

    return Speaker(device_id) if device_id else SilentSpeaker()
