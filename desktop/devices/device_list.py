"""Which cameras, microphones and loudspeakers the machine has.

The lists follow what is plugged in; with Qt 6.11 and PulseAudio, an audio device that was unplugged
stays in them until the program ends, which `sound_server.py` corrects. Being listed does not promise that
a device opens.

The first call of a process starts QtMultimedia's back end (30 ms on Linux) and must come from the main
thread: Qt watches for cameras that come and go from the thread that asked first, and a worker's watch
would end with the worker. Needs a `QCoreApplication`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from PySide6.QtMultimedia import QAudioDevice, QCameraDevice, QMediaDevices

from desktop.devices.catalogue import Device, DeviceKind

AnyDevice = TypeVar("AnyDevice", QAudioDevice, QCameraDevice)


def cameras() -> tuple[Device, ...]:
    """All cameras."""
    return _listed(QMediaDevices.videoInputs())


def microphones() -> tuple[Device, ...]:
    """All microphones. What a loudspeaker plays ("monitor" devices) does not count as one."""
    return _listed(QMediaDevices.audioInputs())


def speakers() -> tuple[Device, ...]:
    """All loudspeakers and headphones."""
    return _listed(QMediaDevices.audioOutputs())


def listed() -> dict[DeviceKind, tuple[Device, ...]]:
    """All devices, by kind."""
    return {
        DeviceKind.CAMERA: cameras(),
        DeviceKind.MICROPHONE: microphones(),
        DeviceKind.SPEAKER: speakers(),
    }


def watch_devices(on_change: Callable[[], None]) -> QMediaDevices:
    """Call `on_change` on the main thread whenever a list or a default changes; while the result lives."""
    watch = QMediaDevices()
    for changed in (watch.videoInputsChanged, watch.audioInputsChanged, watch.audioOutputsChanged):
        changed.connect(on_change)
    return watch


def id_of(device: QAudioDevice | QCameraDevice) -> str:
    """The `device_id` of one of Qt's devices."""
    return device.id().toStdString()


def pick(devices: Sequence[AnyDevice], device_id: str | None) -> AnyDevice | None:
    """The device with that id; for None the default one, or the first; None when there is none."""
    for device in devices:
        if id_of(device) == device_id if device_id is not None else device.isDefault():
            return device
    return devices[0] if devices and device_id is None else None


def _listed(devices: Iterable[QAudioDevice | QCameraDevice]) -> tuple[Device, ...]:
    return tuple(Device(id_of(each), each.description(), each.isDefault()) for each in devices)
