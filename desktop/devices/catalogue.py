"""Kinds of device, what one is called, and which of them somebody meant. No Qt: cheap to import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class DeviceKind(StrEnum):
    """What a device is for."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Device:
    """One device.

    Attributes:
        device_id: what the system calls it, the same over restarts.
        name: what people call it.
        is_default: the system's own choice.
    """

    device_id: str
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class DeviceWish:
    """The device that somebody chose, whether it is there or not.

    Attributes:
        device_id: its id; "" stands for the system's default, whichever that is.
        name: what it was called: a headset in another socket has another id and the same name.
    """

    device_id: str = ""
    name: str = ""

    def find(self, devices: Sequence[Device]) -> Device | None:
        """The device that is meant: by id, else the only one of that name; None when it is not there."""
        for device in devices:
            if self.device_id and device.device_id == self.device_id:
                return device
        namesakes = [device for device in devices if self.name and device.name == self.name]
        return namesakes[0] if len(namesakes) == 1 else None


SYSTEM_DEFAULT = DeviceWish()
"""Whatever the system prefers."""


def device_to_use(devices: Sequence[Device], wish: DeviceWish) -> Device | None:
    """The device that is meant; while it is not there the system's default, else the first; None: none."""
    meant = wish.find(devices)
    if meant is not None:
        return meant
    return next((device for device in devices if device.is_default), devices[0] if devices else None)
