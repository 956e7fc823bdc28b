"""What the screen before a meeting draws: to join, or to wait for the host; and device menus."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.view_models.device_states import DeviceKind, SpeakerTest
from desktop.view_models.states import PersonState, TileState, Tone


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """One row of a device menu; `value` is the device's id, "" for the system's default."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class PickerState:
    """Where one kind of device is chosen.

    Attributes:
        kind: of which kind.
        choices: the default first, then every device; empty where there is nothing to choose.
        chosen: value of the one that is checked.
        shown: what the closed picker says: the device in use.
        note: a calm line, such as "not plugged in".
        error: why it does not work, in a sentence.
        action: what the button beside the error says; "" for none.
    """

    kind: DeviceKind
    choices: tuple[DeviceChoice, ...] = ()
    chosen: str = ""
    shown: str = ""
    note: str = ""
    error: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class BlurChoice:
    """The switch of the background blur.

    Attributes:
        offered: there is one; not where this installation cannot do it.
        on: the background is out of focus.
        locked: decided by IT.
        note: a line under it: that IT has decided, or that it went off by itself.
    """

    offered: bool = False
    on: bool = False
    locked: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PreJoinState:
    """`PreJoinViewModel`.

    Attributes:
        title, hours: the meeting, and "lundi 23 novembre, 14:00–15:00".
        with_whom, with_whom_line: the other person.
        line, line_tone: one sentence on how the meeting stands.
        waiting: the host has not started, or holds the door: there is no button to join yet.
        countdown: "12:05", "" once the planned hour has come.
        countdown_line: what the countdown runs to, or that the hour has come.
        own: our own picture.
        camera_on, microphone_on: what one joins with.
        camera_opening: the camera is on its way.
        camera, microphone, speaker: the pickers.
        blur: the switch of the background blur.
        test: how far *Test* is.
        skip: next time straight into the room; `can_skip` False where IT has decided.
        nudge: what the button says that tells the host once more; "" while it is too early.
        starts: the button starts the meeting: we are its host.
        joining: the button was pressed.
        error: why there is nothing to join any more; only the way back is left.
    """

    title: str = ""
    hours: str = ""
    with_whom: PersonState = field(default_factory=PersonState)
    with_whom_line: str = ""
    line: str = ""
    line_tone: Tone = Tone.NEUTRAL
    waiting: bool = False
    countdown: str = ""
    countdown_line: str = ""
    own: TileState | None = None
    camera_on: bool = True
    microphone_on: bool = True
    camera_opening: bool = False
    camera: PickerState = PickerState(DeviceKind.CAMERA)
    microphone: PickerState = PickerState(DeviceKind.MICROPHONE)
    speaker: PickerState = PickerState(DeviceKind.SPEAKER)
    blur: BlurChoice = BlurChoice()
    test: SpeakerTest = SpeakerTest.IDLE
    skip: bool = False
    can_skip: bool = True
    nudge: str = ""
    starts: bool = False
    joining: bool = False
    error: str = ""

    def picker(self, kind: DeviceKind) -> PickerState:
        """The picker of one kind."""
        return {
            DeviceKind.CAMERA: self.camera,
            DeviceKind.MICROPHONE: self.microphone,
            DeviceKind.SPEAKER: self.speaker,
        }[kind]


@dataclass(frozen=True, slots=True)
class RoomDevicesState:
    """`RoomDevicesViewModel`: one picker of each kind, and the switch of the background blur."""

    microphone: PickerState = PickerState(DeviceKind.MICROPHONE)
    speaker: PickerState = PickerState(DeviceKind.SPEAKER)
    camera: PickerState = PickerState(DeviceKind.CAMERA)
    blur: BlurChoice = BlurChoice()

    def picker(self, kind: DeviceKind) -> PickerState:
        """The picker of one kind."""
        return {
            DeviceKind.CAMERA: self.camera,
            DeviceKind.MICROPHONE: self.microphone,
            DeviceKind.SPEAKER: self.speaker,
        }[kind]
