"""What the pickers of devices, the preview and the room show of the machine's devices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desktop.devices.blur_switch import BlurEnd
from desktop.devices.catalogue import SYSTEM_DEFAULT, Device, DeviceKind, DeviceWish
from desktop.rtc.errors import RtcErrorCode
from desktop.rtc.media import ALL_ON, SoundSwitches

__all__ = ["BlurEnd", "Device", "DeviceKind", "DeviceWish", "SoundSwitches"]


@dataclass(frozen=True, slots=True)
class KindState:
    """The devices of one kind.

    Attributes:
        devices: what is plugged in, in the system's order; empty while the lists are not loaded.
        wish: what the user chose; `SYSTEM_DEFAULT` follows the system.
        used: what sound or picture goes through: the wish, or the default while it is not there; None
            where the machine has none (generated picture and tone, no sound).
        error: why the device that is in use or was just chosen does not open; None while it does.
    """

    devices: tuple[Device, ...] = ()
    wish: DeviceWish = SYSTEM_DEFAULT
    used: Device | None = None
    error: RtcErrorCode | None = None

    @property
    def wish_missing(self) -> bool:
        """The chosen device is not plugged in; its name is `wish.name`."""
        return self.wish != SYSTEM_DEFAULT and self.wish.find(self.devices) is None


class DeviceEvent(Enum):
    """What happened to a device in use."""

    UNPLUGGED = "unplugged"
    """Gone; we go on with the one in `DeviceNotice.used`."""
    RETURNED = "returned"
    """The chosen one is back and in use again."""
    BLUR_LATE = "blur-late"
    """The camera's background is in focus again: blurring it came late."""
    BLUR_BROKEN = "blur-broken"
    """The same: blurring it does not work."""


@dataclass(frozen=True, slots=True)
class DeviceNotice:
    """Something that happened to a device in use, to be said once.

    Attributes:
        number: grows with every notice, so that the same one twice is two.
        kind: of which kind.
        event: what happened.
        name: of the device that went or came.
        used: name of what is used now; "" for none.
    """

    number: int
    kind: DeviceKind
    event: DeviceEvent
    name: str
    used: str


@dataclass(frozen=True, slots=True)
class BlurState:
    """The background of our picture.

    Attributes:
        available: this installation can blur it; False until the lists are loaded.
        on: it is out of focus.
        locked: decided by IT.
        ended: why it went off by itself; None when it did not, or was switched on again since.
    """

    available: bool = False
    on: bool = False
    locked: bool = False
    ended: BlurEnd | None = None


@dataclass(frozen=True, slots=True)
class DevicesState:
    """All devices at one moment: `DevicesPort.state`.

    Attributes:
        loaded: the lists are known; before that nothing may be concluded from their being empty.
        camera, microphone, speaker: by kind.
        generated: the picture and the sound are generated although devices exist (`--camera test`).
        switches: what is done to our voice.
        blur: what is done to our picture.
        notice: the last thing that happened to a device in use; None before the first.
    """

    loaded: bool = False
    camera: KindState = KindState()
    microphone: KindState = KindState()
    speaker: KindState = KindState()
    generated: bool = False
    switches: SoundSwitches = ALL_ON
    blur: BlurState = BlurState()
    notice: DeviceNotice | None = None

    def of(self, kind: DeviceKind) -> KindState:
        """The part of one kind."""
        return {
            DeviceKind.CAMERA: self.camera,
            DeviceKind.MICROPHONE: self.microphone,
            DeviceKind.SPEAKER: self.speaker,
        }[kind]


class SpeakerTest(Enum):
    """How far *Test* is: three seconds are recorded, then played on the chosen loudspeaker."""

    IDLE = "idle"
    RECORDING = "recording"
    PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class PreviewState:
    """What the preview does: `PreviewPort.state`.

    Attributes:
        camera_on: a picture is wanted.
        camera_opening: it is wanted and not there yet.
        camera_error: why it does not come; None while nothing is wrong.
        microphone_on: the level is measured.
        microphone_error: why it cannot be.
        test: how far *Test* is.
    """

    camera_on: bool = False
    camera_opening: bool = False
    camera_error: RtcErrorCode | None = None
    microphone_on: bool = False
    microphone_error: RtcErrorCode | None = None
    test: SpeakerTest = SpeakerTest.IDLE
