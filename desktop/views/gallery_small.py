"""The room's device menus and the small window in the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.prejoin_states import BlurChoice, DeviceChoice, PickerState, RoomDevicesState
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.gallery_scene import Scene, click_on, nothing
from desktop.views.gallery_states import Samples
from desktop.views.room.device_menus import RoomDeviceMenus
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.small_room import SmallRoom
from desktop.views.static_models import StaticRoom, StaticSlot
from desktop.views.theme import Theme

Slots = dict[str, StaticSlot]


class StaticRoomDevices(QObject):
    """Devices that stay as they are; keeps what was asked.

    Args:
        state: what to draw.
    """

    changed = Signal(object)

    def __init__(self, state: RoomDevicesState) -> None:
        super().__init__()
        self.state = state
        self.sent: list[tuple[object, ...]] = []

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("choose", kind, device_id))

    def set_blur(self, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_blur", on))

    def open_settings(self) -> None:
        """Keep the intention."""
        self.sent.append(("open_settings",))


def _devices(samples: Samples) -> RoomDevicesState:
    say = samples.say
    default = say("Périphérique par défaut ({})", "System default ({})")

    def picker(kind: DeviceKind, *names: str, chosen: str = "") -> PickerState:
        first = DeviceChoice("", default.format(names[0]))
        choices = (first, *(DeviceChoice(name, name) for name in names))
        return PickerState(kind, choices, chosen, chosen or names[0])

    return RoomDevicesState(
        microphone=picker(
            DeviceKind.MICROPHONE,
            say("Micro interne", "Built-in microphone"),
            "Jabra Evolve2",
            chosen="Jabra Evolve2",
        ),
        speaker=picker(
            DeviceKind.SPEAKER, say("Haut-parleurs internes", "Built-in speakers"), "Jabra Evolve2"
        ),
        camera=replace(
            picker(DeviceKind.CAMERA, "FaceTime HD", "Logitech BRIO", chosen="Logitech BRIO"),
            error=say(
                "Une autre application utilise la caméra. Fermez-la, puis activez la caméra.",
                "Another application is using the camera. Close it, then turn the camera on.",
            ),
        ),
    )


def _late(samples: Samples) -> BlurChoice:
    """The blur has just gone off by itself."""
    note = samples.say(
        "Il s’est désactivé\u00a0: cet ordinateur n’arrivait plus à suivre.",
        "It turned itself off: this computer could not keep up.",
    )
    return BlurChoice(offered=True, note=note)


def _room(room: RoomViewState, devices: RoomDevicesState, slots: Slots, theme: Theme) -> QWidget:
    window = RoomWindow(StaticRoom(room, slots), theme.stage_look, mark="mark-visio")
    model = StaticRoomDevices(devices)
    model.setParent(window)
    RoomDeviceMenus(model, window, theme.stage_look)
    return window


def _small(room: RoomViewState, slots: Slots, theme: Theme) -> QWidget:
    return SmallRoom(StaticRoom(room, slots), theme.stage_look)


def _point(window: QWidget) -> None:
    assert isinstance(window, SmallRoom)
    window.show_buttons()


def scenes(samples: Samples, slots: Slots) -> Iterator[Scene]:
    """The menus behind the arrows, and the small window with and without its buttons."""
    room = samples.room()["one-to-one"]
    devices = replace(_devices(samples), blur=BlurChoice(offered=True, on=True))
    make = partial(_room, room, devices, slots)
    late = partial(_room, room, replace(devices, blur=_late(samples)), slots)
    yield Scene("room", "sound-devices", make, click_on("soundDevicesButton"))
    yield Scene("room", "camera-devices", make, click_on("cameraDevicesButton"))
    yield Scene("room", "blur-late", late, click_on("cameraDevicesButton"))
    yield Scene("small-room", "speaker", partial(_small, room, slots), nothing)
    yield Scene("small-room", "buttons", partial(_small, room, slots), _point)
    muted = replace(room, microphone_on=False, camera_on=False, stage=RoomStage.RECONNECTING)
    yield Scene("small-room", "reconnecting", partial(_small, muted, slots), _point)
