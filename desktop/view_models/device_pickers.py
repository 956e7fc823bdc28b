"""The machine's devices in words: what a picker offers, what is in use, and why one does not work."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.rtc.errors import RtcErrorCode
from desktop.view_models.device_states import BlurEnd, BlurState, DeviceKind, DevicesState
from desktop.view_models.error_texts import text_for
from desktop.view_models.prejoin_states import BlurChoice, DeviceChoice, PickerState

translate = QCoreApplication.translate

DENIED = frozenset({RtcErrorCode.CAMERA_DENIED, RtcErrorCode.MICROPHONE_DENIED})
"""The operating system refuses the device: only its own settings help."""


def picker_of(
    devices: DevicesState, kind: DeviceKind, error: RtcErrorCode | None = None, *, settings_page: bool = False
) -> PickerState:
    """The picker of one kind.

    Args:
        devices: all devices at the moment.
        kind: of which kind.
        error: why the device that should work does not; None takes the room's own.
        settings_page: this system has a page where access is allowed, and we can open it.
    """
    state = devices.of(kind)
    error = error or state.error
    default = next((device.name for device in state.devices if device.is_default), "")
    choices: tuple[DeviceChoice, ...] = ()
    if state.devices and not (devices.generated and kind is not DeviceKind.SPEAKER):
        default_text = (
            translate("Devices", "System default ({name})").format(name=default)
            if default
            else translate("Devices", "System default")
        )
        choices = (
            DeviceChoice("", default_text),
            *(DeviceChoice(device.device_id, device.name) for device in state.devices),
        )
    meant = state.wish.find(state.devices)
    note = ""
    if state.wish_missing and devices.loaded:
        note = translate("Devices", "“{name}” is not plugged in.").format(name=state.wish.name)
    return PickerState(
        kind=kind,
        choices=choices,
        chosen=meant.device_id if meant is not None else "",
        shown=_shown(devices, kind),
        note="" if error else note,
        error=text_for(error).sentence if error else "",
        action=_action(error, settings_page=settings_page) if error else "",
    )


def _shown(devices: DevicesState, kind: DeviceKind) -> str:
    used = devices.of(kind).used
    if not devices.loaded:
        return translate("Devices", "Looking for devices…")
    if used is not None:
        return used.name
    if devices.generated and kind is not DeviceKind.SPEAKER:
        return translate("Devices", "Generated, for a test")
    return {
        DeviceKind.CAMERA: translate("Devices", "No camera: a drawing is shown"),
        DeviceKind.MICROPHONE: translate("Devices", "No microphone"),
        DeviceKind.SPEAKER: translate("Devices", "No loudspeaker"),
    }[kind]


def _action(error: RtcErrorCode, *, settings_page: bool) -> str:
    if error in DENIED and settings_page:
        return translate("Devices", "Open the system's settings")
    return translate("Devices", "Try again")


def blur_of(devices: DevicesState) -> BlurChoice:
    """The switch of the background blur."""
    blur = devices.blur
    return BlurChoice(offered=blur.available, on=blur.on, locked=blur.locked, note=blur_note(blur))


def blur_note(blur: BlurState) -> str:
    """What is to be said under the switch; "" for nothing."""
    match blur.ended:
        case BlurEnd.LATE:
            return translate("Devices", "It turned itself off: this computer could not keep up.")
        case BlurEnd.BROKEN:
            return translate("Devices", "It turned itself off: it does not work on this computer.")
        case _:
            return translate("Devices", "Managed by your organisation") if blur.locked else ""
