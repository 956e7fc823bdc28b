"""Keeps a running room on the devices that the choice asks for: chosen anew, unplugged, plugged back."""

from __future__ import annotations

import asyncio
import logging

from desktop.app.device_port import MachineDevices
from desktop.app.media_thread import RoomBridge
from desktop.devices.catalogue import DeviceKind
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import SoundSwitches
from desktop.rtc.room import RoomDevices
from desktop.rtc.state import QualityReason, RoomPhase, RoomState
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)


class RoomDeviceFollower:
    """Exchanges a room's devices when others are to be used.

    Args:
        devices: what is to be used.
        scope: owns the exchanges.
    """

    def __init__(self, devices: MachineDevices, scope: TaskScope) -> None:
        self._devices = devices
        self._scope = scope
        self._bridge: RoomBridge | None = None
        self._in_use: dict[DeviceKind, str] = {}
        self._switches = SoundSwitches()
        self._turn = asyncio.Lock()

    async def choose(self) -> RoomDevices:
        """What the room begins with."""
        devices = self._devices
        await devices.load()
        self._in_use = {kind: devices.used_id(kind) for kind in DeviceKind}
        return RoomDevices(camera=devices.camera(), microphone=devices.microphone(), output=devices.speaker())

    def follow(self, bridge: RoomBridge) -> None:
        """Begin, with the room that got what `choose` gave."""
        self._bridge = bridge
        bridge.changed.connect(self._look)
        self._devices.changed.connect(self._look)

    def _look(self) -> None:
        bridge = self._bridge
        if bridge is None or not self._in_use:
            return
        if bridge.state.phase is RoomPhase.LEFT:
            self._devices.changed.disconnect(self._look)
            self._bridge = None
            return
        if bridge.state.phase not in {RoomPhase.CONNECTED, RoomPhase.RECONNECTING}:
            return
        for kind in DeviceKind:
            if self._in_use[kind] != self._devices.used_id(kind):
                self._scope.start(self._exchange(kind, bridge), name=f"exchange {kind.value}")

        if self._devices.state.blur.on and _is_overloaded(bridge.state):
            self._devices.end_blur()
        if self._switches != self._devices.state.switches:
            self._scope.start(self._switch(bridge), name="switches of our sound")

    async def _switch(self, bridge: RoomBridge) -> None:
        async with self._turn:
            self._switches = self._devices.state.switches
            try:
                await bridge.set_switches(self._switches)
            except RtcError as error:
                log.info("the room is over: %s", error)  # the next one begins with them

    async def _exchange(self, kind: DeviceKind, bridge: RoomBridge) -> None:
        async with self._turn:
            wanted = self._devices.used_id(kind)
            if self._in_use[kind] == wanted or self._bridge is not bridge:
                return
            self._in_use[kind] = wanted
            try:
                await self._replace(kind, bridge)
            except RtcError as error:
                if error.code is not RtcErrorCode.CLOSED:
                    log.warning("the %s was not exchanged: %s", kind.value, error)
                    self._devices.report_error(kind, error.code)
            else:
                self._devices.report_error(kind, None)

    async def _replace(self, kind: DeviceKind, bridge: RoomBridge) -> None:
        match kind:
            case DeviceKind.CAMERA:
                await bridge.replace_camera(self._devices.camera())
            case DeviceKind.MICROPHONE:
                await bridge.replace_microphone(self._devices.microphone())
            case DeviceKind.SPEAKER:
                await bridge.replace_output(self._devices.speaker())


def _is_overloaded(state: RoomState) -> bool:
    """Our own picture cannot be encoded as fast as it comes."""
    quality = state.own_quality
    return quality.ours and quality.reason is QualityReason.COMPUTER
