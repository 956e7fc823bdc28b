"""Microphone and camera on and off: one switch at a time, and what fails is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.state import RoomPhase
from desktop.view_models.error_texts import text_for
from desktop.view_models.ports import RoomPort
from desktop.view_models.tasks import TaskScope


class Device(Enum):
    """What can be switched."""

    MICROPHONE = "microphone"
    CAMERA = "camera"


class RoomSwitches:
    """Switches one room's devices.

    Args:
        scope: owns the switching.
        on_change: called when `busy` or `warning` changed.
    """

    def __init__(self, scope: TaskScope, on_change: Callable[[], None]) -> None:
        self._scope = scope
        self._on_change = on_change
        self._in_turn = asyncio.Lock()
        self._held = False
        self.busy: set[Device] = set()
        self.warning = ""
        """Why the last switch failed, or who made it; goes with the next one."""

    def toggle(self, device: Device, room: RoomPort | None) -> None:
        """On to off, off to on; nothing while it is under way."""
        if room is None or device in self.busy or room.state.phase is RoomPhase.LEFT:
            return
        state = room.state
        on = not (state.microphone_on if device is Device.MICROPHONE else state.camera_on)
        self.warning = ""
        self._begin(device, room, on=on)

    def hold(self, room: RoomPort | None, *, pressed: bool) -> None:
        """A key is held to talk: on until it is let go. Nothing happens while the microphone is on anyway."""
        if room is None or room.state.phase is RoomPhase.LEFT:
            self._held = False
            return
        if pressed is self._held or (pressed and room.state.microphone_on):
            return
        self._held = pressed
        self.warning = ""
        # Not `busy`: both are done in their order, and the button keeps still.
        self._scope.start(self._switch(Device.MICROPHONE, room, on=pressed), name="hold to talk")

    def mute(self, room: RoomPort | None, sentence: str) -> None:
        """Somebody else's will, with the words for it; it waits for what is under way and is not lost."""
        if room is not None:
            self.warning = sentence
            self._begin(Device.MICROPHONE, room, on=False)

    def _begin(self, device: Device, room: RoomPort, *, on: bool) -> None:
        self.busy.add(device)
        self._on_change()
        self._scope.start(self._switch(device, room, on=on), name=f"switch {device.value}")

    async def _switch(self, device: Device, room: RoomPort, *, on: bool) -> None:
        try:
            async with self._in_turn:
                if device is Device.MICROPHONE:
                    await room.set_microphone(on)
                else:
                    await room.set_camera(on)
        except RtcError as error:
            if error.code is not RtcErrorCode.CLOSED:
                self.warning = text_for(error.code).sentence
        finally:
            self.busy.discard(device)
            self._on_change()
