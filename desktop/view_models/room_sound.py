"""What happens to our own sound and devices in a room, in a sentence at a time.

Most urgent first: that nobody hears what is said while muted, that the microphone hears nothing, then
what was unplugged and what is used instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop.rtc.state import RoomPhase, RoomState
from desktop.view_models.device_states import DeviceEvent, DeviceKind, DeviceNotice, DevicesState
from desktop.view_models.error_texts import text_for
from desktop.view_models.ports import DevicesPort

SAID_S = 8.0
"""How long something that has happened stays on screen; what is still so stays as long as it is."""


class RoomSound(QObject):
    """Watches one room's sound and the devices.

    Args:
        devices: the machine's; None says nothing of them.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        devices: DevicesPort | None,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._port = devices
        self._devices = devices.state if devices is not None else DevicesState()
        if devices is not None:
            devices.changed.connect(self._take_devices)
        self._clock = clock
        self._muted_talk_until_s = self._device_until_s = float("-inf")
        self._talked = False
        self._silent = False
        self._in_room = False
        self._device_sentence: Callable[[], str] = str

    @property
    def silent(self) -> bool:
        """Our microphone is on and hears nothing."""
        return self._silent

    def take_state(self, state: RoomState) -> None:
        """The room has changed."""
        self._in_room = state.phase in {RoomPhase.CONNECTED, RoomPhase.RECONNECTING}
        self._silent = state.microphone_silent and self._in_room
        if state.muted_talk and not self._talked:
            self._muted_talk_until_s = self._clock() + SAID_S
        self._talked = state.muted_talk

    def close(self) -> None:
        """Stop watching. Safe twice."""
        if self._port is not None:
            self._port.changed.disconnect(self._take_devices)
            self._port = None

    def _take_devices(self, devices: DevicesState) -> None:
        former, self._devices = self._devices, devices
        notice = devices.notice
        if notice is not None and (former.notice is None or notice.number > former.notice.number):
            self._say(lambda: self._words(notice))
        for kind in DeviceKind:
            error = devices.of(kind).error
            if error is not None and error is not former.of(kind).error:
                self._say(lambda error=error: text_for(error).sentence)  # type: ignore[misc]

    def _say(self, sentence: Callable[[], str]) -> None:
        self._device_sentence = sentence
        self._device_until_s = self._clock() + SAID_S

    @property
    def sentence(self) -> str:
        """The most urgent one, in the language of the moment; "" for none."""
        now_s = self._clock()
        if not self._in_room:
            return ""
        if self._talked and now_s < self._muted_talk_until_s:
            return self.tr("Are you talking? Your microphone is off.")
        if now_s < self._device_until_s:
            return self._device_sentence()
        if self._silent:
            return self.tr(
                "No sound from your microphone. Look, in this order, at its own switch or key, at which"
                " microphone is chosen, and at its volume in the system's settings."
            )
        return ""

    def _words(self, notice: DeviceNotice) -> str:
        names = {"name": notice.name, "used": notice.used}
        if notice.event is DeviceEvent.RETURNED:
            return self.tr("“{name}” is plugged in again and in use.").format(**names)
        if notice.event is DeviceEvent.BLUR_LATE:
            return self.tr(
                "The background blur turned itself off: this computer could not keep up. What is behind you"
                " can be seen."
            )
        if notice.event is DeviceEvent.BLUR_BROKEN:
            return self.tr(
                "The background blur turned itself off: it does not work on this computer. What is behind"
                " you can be seen."
            )
        match notice.kind:
            case DeviceKind.SPEAKER if notice.used:
                words = self.tr("“{name}” was unplugged: you hear the others through “{used}”.")
            case DeviceKind.SPEAKER:
                words = self.tr("“{name}” was unplugged, and there is no other loudspeaker.")
            case DeviceKind.MICROPHONE if notice.used:
                words = self.tr("“{name}” was unplugged: you are heard through “{used}”.")
            case DeviceKind.MICROPHONE:
                words = self.tr("“{name}” was unplugged, and there is no other microphone.")
            case DeviceKind.CAMERA if notice.used:
                words = self.tr("“{name}” was unplugged: your picture comes from “{used}”.")
            case _:
                words = self.tr("“{name}” was unplugged, and there is no other camera.")
        return words.format(**names)
