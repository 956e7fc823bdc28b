"""`DevicesPort` and `PreviewPort` without any device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.rtc.media import PictureSlot
from desktop.view_models.device_states import (
    Device,
    DeviceKind,
    DevicesState,
    DeviceWish,
    KindState,
    PreviewState,
    SoundSwitches,
)


class FakePreview(QObject):
    """A preview that does what the test says."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = PreviewState()
        self.picture = PictureSlot()
        self.loudness = 0.0
        self.calls: list[tuple[str, Any]] = []
        self.closed = False

    def tell(self, **changes: Any) -> None:
        """Change the state, as a device would."""
        self.state = replace(self.state, **changes)
        self.changed.emit(self.state)

    def show_camera(self, on: bool) -> None:
        """Keep the wish."""
        self.calls.append(("camera", on))
        self.tell(camera_on=on, camera_error=None)

    def listen(self, on: bool) -> None:
        """Keep the wish."""
        self.calls.append(("microphone", on))
        self.tell(microphone_on=on, microphone_error=None)

    def test_speaker(self) -> None:
        """Keep the wish."""
        self.calls.append(("test", True))

    async def hand_over(self, *, camera: bool, microphone: bool) -> None:
        """Keep the wish."""
        self.calls.append(("hand over", (camera, microphone)))

    async def close(self) -> None:
        """Be closed."""
        self.closed = True


class FakeDevices(QObject):
    """A machine with one camera, two microphones and one loudspeaker."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        headset, built_in = Device("usb", "Headset", False), Device("in", "Built-in", True)
        camera, speaker = Device("cam", "Webcam", True), Device("out", "Speakers", True)
        self.state = DevicesState(
            loaded=True,
            camera=KindState((camera,), used=camera),
            microphone=KindState((built_in, headset), used=built_in),
            speaker=KindState((speaker,), used=speaker),
        )
        self.chosen: list[tuple[DeviceKind, str]] = []
        self.previews: list[FakePreview] = []

    def tell(self, kind: DeviceKind, **changes: Any) -> None:
        """Change one kind, as the machine would."""
        parts: dict[str, Any] = {kind.value: replace(self.state.of(kind), **changes)}
        self.state = replace(self.state, **parts)
        self.changed.emit(self.state)

    async def load(self) -> None:
        """Nothing to load."""

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use another device."""
        self.chosen.append((kind, device_id))
        device = next((each for each in self.state.of(kind).devices if each.device_id == device_id), None)
        wish = DeviceWish(device.device_id, device.name) if device is not None else DeviceWish()
        self.tell(kind, wish=wish, used=device or self.state.of(kind).devices[0])

    def set_switches(self, switches: SoundSwitches) -> None:
        """Change the switches."""
        self.state = replace(self.state, switches=switches)
        self.changed.emit(self.state)

    def set_blur(self, on: bool) -> None:
        """Change the blur."""
        self.tell_blur(on=on, ended=None)

    def tell_blur(self, **changes: Any) -> None:
        """Change the blur, as the machine would."""
        self.state = replace(self.state, blur=replace(self.state.blur, **changes))
        self.changed.emit(self.state)

    def preview(self) -> FakePreview:
        """A new one."""
        self.previews.append(FakePreview())
        return self.previews[-1]
