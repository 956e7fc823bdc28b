"""The devices of a running room in words, for the small arrows beside microphone and camera."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.view_models.device_pickers import blur_of, picker_of
from desktop.view_models.device_states import DeviceKind
from desktop.view_models.language import Language
from desktop.view_models.ports import DevicesPort
from desktop.view_models.prejoin_states import RoomDevicesState
from desktop.view_models.view_model import ViewModel


class RoomDevicesViewModel(ViewModel[RoomDevicesState]):
    """What can be chosen while a room runs; a choice takes effect in it at once.

    Signals:
        settings_requested(): the settings, which have more.

    Args:
        devices: the machine's.
        language: words.
    """

    settings_requested = Signal()

    def __init__(self, devices: DevicesPort, language: Language, parent: QObject | None = None) -> None:
        super().__init__(RoomDevicesState(), parent=parent)
        self._devices = devices
        devices.changed.connect(self._write)
        language.changed.connect(self._write)
        self._write()

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use this device from now on; "" for the system's default."""
        self._devices.choose(kind, device_id)

    def set_blur(self, on: bool) -> None:
        """Put the background of our picture out of focus, or not."""
        self._devices.set_blur(on)

    def open_settings(self) -> None:
        """Show the settings."""
        self.settings_requested.emit()

    def _write(self) -> None:
        devices = self._devices.state
        pickers = {kind.value: picker_of(devices, kind) for kind in DeviceKind}
        self._set(blur=blur_of(devices), **pickers)
