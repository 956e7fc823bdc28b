"""The machine's devices as view-models see them: lists that follow the sockets, and the user's choice.

QtMultimedia and what we have on it are loaded by `load()`, and not before: an app that never opens a room
does not pay for it. Ours take 0.2 s, in a worker thread; Qt's own module comes by `desktop.qt_classes`.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, Qt, Signal

from desktop.app.device_preview import DevicePreview
from desktop.devices.blur_switch import BlurEnd, BlurSwitch
from desktop.devices.catalogue import SYSTEM_DEFAULT, Device, DeviceKind, DeviceWish, device_to_use
from desktop.devices.sound_server import SoundServer
from desktop.qt_classes import import_qt
from desktop.rtc.errors import RtcErrorCode
from desktop.rtc.media import AudioOutput, AudioSource, VideoSource
from desktop.system.settings import CameraChoice, Settings, SettingsError, save_user_settings
from desktop.view_models.device_states import (
    BlurState,
    DeviceEvent,
    DeviceNotice,
    DevicesState,
    KindState,
    SoundSwitches,
)
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

Lists = dict[DeviceKind, tuple[Device, ...]]
"""What is plugged in, by kind."""


class MachineDevices(QObject):
    """Implements `DevicesPort`, and makes the sources and outputs that preview and room open.

    Args:
        settings: what was chosen before.
        settings_file: where choices are kept; None keeps them for this run.
        account_id: whose devices: decides what a generated picture looks like.
        is_locked: which settings IT has decided.
    """

    changed = Signal(object)
    _server_changed = Signal()
    _blur_ended = Signal(object)

    def __init__(
        self,
        settings: Settings,
        settings_file: Path | None = None,
        account_id: str = "",
        parent: QObject | None = None,
        *,
        is_locked: Callable[[str], bool] = lambda _: False,
    ) -> None:
        super().__init__(parent)
        self.account_id = account_id
        self._settings_file = settings_file
        self._loading = asyncio.Lock()
        self._scope = TaskScope()
        self._saving = asyncio.Lock()
        self._watch: QObject | None = None
        self._kept: dict[DeviceKind, tuple[str, VideoSource | AudioSource]] = {}
        self._lent: list[VideoSource | AudioSource] = []
        self._lists: Callable[[], Lists] | None = None
        self._server = SoundServer(self._server_changed.emit)
        self._server_changed.connect(self._look_again, Qt.ConnectionType.QueuedConnection)
        self._blur = BlurSwitch(self._blur_ended.emit)
        self._blur_wanted = settings.background_blur
        self._blur_ended.connect(self._take_blur_end, Qt.ConnectionType.QueuedConnection)
        generated = settings.camera is CameraChoice.TEST
        self._state = DevicesState(
            camera=KindState(wish=DeviceWish(settings.camera_device, settings.camera_name)),
            microphone=KindState(wish=DeviceWish(settings.microphone_device, settings.microphone_name)),
            speaker=KindState(wish=DeviceWish(settings.speaker_device, settings.speaker_name)),
            generated=generated,
            switches=SoundSwitches(
                settings.echo_cancellation,
                settings.noise_suppression,
                settings.gain_control,
                settings.notice_when_muted,
            ),
            blur=BlurState(locked=is_locked("background_blur")),
        )

    # --- the DevicesPort interface ----------------------------------------------------------------

    @property
    def state(self) -> DevicesState:
        """See `DevicesPort.state`."""
        return self._state

    async def load(self) -> None:
        """See `DevicesPort.load`."""
        async with self._loading:
            if self._state.loaded:
                return
            import_qt("QtMultimedia")
            choice = await asyncio.to_thread(importlib.import_module, "desktop.devices.choice")
            for module in choice.QT_MODULES:
                await asyncio.to_thread(importlib.import_module, module)
            if await asyncio.to_thread(choice.blur_is_available):
                self._blur.set(self._blur_wanted)
                self._set(blur=replace(self._state.blur, available=True, on=self._blur_wanted))
            from desktop.devices.device_list import listed, watch_devices  # noqa: PLC0415  (now it is quick)

            self._lists = listed
            self._watch = watch_devices(self._look_again)
            self._server.start()
            self._look_again()

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """See `DevicesPort.choose`."""
        device = next((each for each in self._state.of(kind).devices if each.device_id == device_id), None)
        wish = DeviceWish(device.device_id, device.name) if device is not None else SYSTEM_DEFAULT
        self._set_kind(kind, wish=wish, error=None)
        self._look_again()
        self._save({f"{kind.value}_device": wish.device_id, f"{kind.value}_name": wish.name})

    def set_switches(self, switches: SoundSwitches) -> None:
        """See `DevicesPort.set_switches`."""
        self._set(switches=switches)
        self._save(asdict(switches))

    def set_blur(self, on: bool) -> None:
        """See `DevicesPort.set_blur`."""
        blur = self._state.blur
        if blur.available and not blur.locked:
            self._blur.set(on)
            self._set(blur=replace(blur, on=on, ended=None))
            self._save({"background_blur": on})

    def end_blur(self) -> None:
        """The computer has too much to do: the blur goes first. Safe when it is off."""
        self._blur.end(BlurEnd.LATE)

    def preview(self) -> DevicePreview:
        """See `DevicesPort.preview`."""
        return DevicePreview(self)

    # --- for preview and room ---------------------------------------------------------------------

    def used_id(self, kind: DeviceKind) -> str:
        """Id of the device to use now; "" for a generated one."""
        used = self._state.of(kind).used
        return used.device_id if used is not None else ""

    def camera(self) -> VideoSource:
        """The camera to use; the generated picture where there is none. After `load()`.

        Not open, unless a preview has kept it open for whoever asks first.
        """
        kept = self._kept.pop(DeviceKind.CAMERA, None)
        if kept is not None and kept[0] == self.used_id(DeviceKind.CAMERA):
            return cast("VideoSource", kept[1])
        from desktop.devices import choice  # noqa: PLC0415  (av and numpy: not before a room)

        camera = choice.camera_of(self.used_id(DeviceKind.CAMERA), self.account_id)
        return choice.with_blur(camera, self._blur) if self._state.blur.available else camera

    def microphone(self) -> AudioSource:
        """The microphone to use; the generated tone where there is none. See `camera`."""
        kept = self._kept.pop(DeviceKind.MICROPHONE, None)
        if kept is not None and kept[0] == self.used_id(DeviceKind.MICROPHONE):
            return cast("AudioSource", kept[1])
        from desktop.devices import choice  # noqa: PLC0415

        used_id = self.used_id(DeviceKind.MICROPHONE)
        return choice.microphone_of(used_id, self.account_id, generated=self._state.generated)

    def speaker(self) -> AudioOutput:
        """The loudspeaker to use, not open; silence where there is none. After `load()`."""
        from desktop.devices import choice  # noqa: PLC0415

        return choice.speaker_of(self.used_id(DeviceKind.SPEAKER))

    def keep_open(self, kind: DeviceKind, device_id: str, source: VideoSource | AudioSource) -> None:
        """Take a device that is open, for whoever asks for that kind next."""
        self._kept[kind] = (device_id, source)
        self._lent.append(source)

    async def close_kept(self) -> None:
        """Close what was kept open, whether anybody took it or not; who took it is done with it."""
        self._kept.clear()
        lent, self._lent = self._lent, []
        for source in lent:
            await asyncio.to_thread(source.close)

    def report_error(self, kind: DeviceKind, error: RtcErrorCode | None) -> None:
        """Show why the device in use does not open, or that it does."""
        self._set_kind(kind, error=error)

    async def close(self) -> None:
        """Stop following the lists; what is being saved is saved."""
        if self._watch is not None:
            self._watch.deleteLater()
            self._watch = None
        self._lists = None
        await asyncio.to_thread(self._server.stop)
        async with self._saving:
            pass
        await self._scope.close()

    # --- inside -----------------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Read the lists and decide anew what is used."""
        if self._lists is None:
            return
        lists = {kind: self._server.corrected(kind, found) for kind, found in self._lists().items()}
        notice = self._state.notice
        kinds: dict[str, KindState] = {}
        for kind, devices in lists.items():
            former = self._state.of(kind)
            generated = self._state.generated and kind is not DeviceKind.SPEAKER
            used = None if generated else device_to_use(devices, former.wish)
            gone = former.used is not None and former.used.device_id not in {d.device_id for d in devices}
            came_back = (
                used is not None
                and former.wish_missing
                and self._state.loaded
                and former.wish.find(devices) is used
            )
            if gone and former.used is not None:
                notice = self._notice(notice, kind, DeviceEvent.UNPLUGGED, former.used, used)
            elif came_back and used is not None and former.used != used:
                notice = self._notice(notice, kind, DeviceEvent.RETURNED, used, used)
            error = former.error if former.used == used else None
            kinds[kind.value] = replace(former, devices=devices, used=used, error=error)
        self._set(loaded=True, notice=notice, **kinds)

    def _take_blur_end(self, why: BlurEnd) -> None:
        """It went off by itself. What the user wants is still kept: the next start tries again."""
        event = DeviceEvent.BLUR_LATE if why is BlurEnd.LATE else DeviceEvent.BLUR_BROKEN
        used = self._state.camera.used
        device = used if used is not None else Device("", "", False)
        notice = self._notice(self._state.notice, DeviceKind.CAMERA, event, device, used)
        self._set(blur=replace(self._state.blur, on=False, ended=why), notice=notice)

    @staticmethod
    def _notice(
        last: DeviceNotice | None, kind: DeviceKind, event: DeviceEvent, device: Device, used: Device | None
    ) -> DeviceNotice:
        number = 1 if last is None else last.number + 1
        log.info("%s %s", kind.value, event.value)
        return DeviceNotice(number, kind, event, device.name, used.name if used is not None else "")

    def _set_kind(self, kind: DeviceKind, **changes: Any) -> None:
        self._set(**{kind.value: replace(self._state.of(kind), **changes)})

    def _set(self, **changes: Any) -> None:
        state = replace(self._state, **changes)
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    def _save(self, changes: dict[str, Any]) -> None:
        if self._settings_file is not None:
            self._scope.start(self._write(self._settings_file, changes), name="save choice of device")

    async def _write(self, file: Path, changes: dict[str, Any]) -> None:
        async with self._saving:
            try:
                await asyncio.to_thread(save_user_settings, file, changes)
            except (OSError, SettingsError) as error:
                # It holds for this run; the next one begins with the former choice.
                log.warning("the choice of a device could not be kept: %s", error)
