"""The machine's own devices, by the system's default choice. Importing this loads QtMultimedia."""

from __future__ import annotations

from desktop.devices.camera import Camera
from desktop.devices.device_list import cameras, microphones, speakers
from desktop.devices.microphone import Microphone
from desktop.devices.speaker import Speaker


def system_camera() -> Camera | None:
    """The default camera, not open; None when the machine has none."""
    return Camera() if cameras() else None


def system_microphone() -> Microphone | None:
    """The default microphone, not open; None when the machine has none."""
    return Microphone() if microphones() else None


def system_speaker() -> Speaker | None:
    """The default loudspeaker, not open; None when the machine has none."""
    return Speaker() if speakers() else None
