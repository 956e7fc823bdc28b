"""Camera, microphone and loudspeaker before a meeting: seen, measured, tested, released."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.devices.catalogue import DeviceKind
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AudioLevel, AudioSource, PictureSlot, Samples, VideoSource
from desktop.view_models.device_states import PreviewState, SpeakerTest
from desktop.view_models.tasks import TaskScope

if TYPE_CHECKING:
    import av

    from desktop.app.device_port import MachineDevices
    from desktop.devices.kept_open import KeptCamera, KeptMicrophone
    from desktop.devices.voice_recording import VoiceRecording

QUIETEST_DB, LOUDEST_DB = -54.0, -9.0
"""Root mean square that makes an empty and a full bar: a quiet room, and a voice close to clipping."""


def bar_of(rms: float) -> float:
    """How much of a level bar a loudness fills, 0.0 to 1.0, as ears hear it: by decibels."""
    decibels = 20 * math.log10(max(rms, 1e-6))
    return min(1.0, max(0.0, (decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)))


class DevicePreview(QObject):
    """Implements `PreviewPort`. Opening and closing run in worker threads, one at a time for each kind."""

    changed = Signal(object)

    def __init__(self, devices: MachineDevices) -> None:
        super().__init__()
        self._devices = devices
        self._state = PreviewState()
        self._picture = PictureSlot()
        self._level = AudioLevel()
        self._recording: VoiceRecording | None = None
        self._camera: KeptCamera | None = None
        self._microphone: KeptMicrophone | None = None
        self._camera_id: str | None = None
        self._microphone_id: str | None = None
        self._turns = {DeviceKind.CAMERA: asyncio.Lock(), DeviceKind.MICROPHONE: asyncio.Lock()}
        self._scope = TaskScope()
        self._test: asyncio.Task[None] | None = None
        self._closed = False
        devices.changed.connect(self._follow)

    # --- the PreviewPort interface ----------------------------------------------------------------

    @property
    def state(self) -> PreviewState:
        """See `PreviewPort.state`."""
        return self._state

    @property
    def picture(self) -> PictureSlot:
        """See `PreviewPort.picture`."""
        return self._picture

    @property
    def loudness(self) -> float:
        """See `PreviewPort.loudness`."""
        return bar_of(self._level.rms) if self._microphone is not None else 0.0

    def show_camera(self, on: bool) -> None:
        """See `PreviewPort.show_camera`."""
        self._set(camera_on=on, camera_error=None)
        self._follow()

    def listen(self, on: bool) -> None:
        """See `PreviewPort.listen`."""
        self._set(microphone_on=on, microphone_error=None)
        self._follow()

    def test_speaker(self) -> None:
        """See `PreviewPort.test_speaker`."""
        if self._test is not None and not self._test.done():
            self._test.cancel()
        elif not self._closed:
            self._test = asyncio.get_running_loop().create_task(self._test_speaker(), name="speaker test")

    async def hand_over(self, *, camera: bool, microphone: bool) -> None:
        """Leave the devices that are open to the room, which then need not open them again.

        Args:
            camera: the room is going to use it; otherwise `close` closes it.
            microphone: the same.
        """
        await self._end_work()
        async with self._turns[DeviceKind.CAMERA], self._turns[DeviceKind.MICROPHONE]:
            if camera and self._camera is not None and self._camera_id is not None:
                self._devices.keep_open(DeviceKind.CAMERA, self._camera_id, self._camera)
                self._camera = self._camera_id = None
            if microphone and self._microphone is not None and self._microphone_id is not None:
                self._devices.keep_open(DeviceKind.MICROPHONE, self._microphone_id, self._microphone)
                self._microphone = self._microphone_id = None

    async def _end_work(self) -> None:
        if not self._closed:
            self._closed = True
            self._devices.changed.disconnect(self._follow)
        if self._test is not None:
            self._test.cancel()
            await asyncio.wait([self._test])

    async def close(self) -> None:
        """See `PreviewPort.close`."""
        await self._end_work()
        self._set(camera_on=False, microphone_on=False)
        # After whatever is under way, which must end by itself: a device cannot be left half open.
        await asyncio.gather(self._turn(self._show), self._turn(self._measure))
        await self._scope.close()

    # --- inside -----------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Open and close what the wishes and the choice of devices ask for."""
        self._scope.start(self._turn(self._show), name="preview camera")
        self._scope.start(self._turn(self._measure), name="preview microphone")

    async def _turn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something to its end: cancelled half-way, a device would stay open without an owner."""
        await asyncio.shield(asyncio.ensure_future(work()))

    async def _show(self) -> None:
        async with self._turns[DeviceKind.CAMERA]:
            if self._state.camera_on:
                await self._devices.load()
            wanted = self._devices.used_id(DeviceKind.CAMERA) if self._state.camera_on else None
            if wanted == self._camera_id:
                return
            former, self._camera, self._camera_id = self._camera, None, wanted
            if former is not None:
                await asyncio.to_thread(former.close)
                self._picture.clear()
            if wanted is None:
                self._set(camera_opening=False)
                return
            self._set(camera_opening=True, camera_error=None)
            camera = _kept_camera(self._devices.camera())
            error = await _opening(lambda: camera.open(_painter(self._picture)))
            if error is None:
                self._camera = camera
            self._set(camera_opening=False, camera_error=error)

    async def _measure(self) -> None:
        async with self._turns[DeviceKind.MICROPHONE]:
            on = self._state.microphone_on or self._recording is not None
            if on:
                await self._devices.load()
            wanted = self._devices.used_id(DeviceKind.MICROPHONE) if on else None
            if wanted == self._microphone_id:
                return
            former, self._microphone, self._microphone_id = self._microphone, None, wanted
            if former is not None:
                await asyncio.to_thread(former.close)
            if wanted is None:
                return
            microphone = _kept_microphone(self._devices.microphone())
            error = await _opening(lambda: microphone.open(self._hear))
            if error is None:
                self._microphone = microphone
            self._set(microphone_error=error)

    def _hear(self, samples: Samples) -> None:
        """Take 20 ms from the microphone, in its thread."""
        self._level.measure(samples)
        recording = self._recording
        if recording is not None:
            recording.add(samples)

    async def _test_speaker(self) -> None:
        from desktop.devices.voice_recording import VoiceRecording, play  # noqa: PLC0415  (numpy)

        self._set(test=SpeakerTest.RECORDING)
        try:
            self._recording = recording = VoiceRecording()
            await self._turn(self._measure)
            if self._microphone is None:
                return  # the state says why it does not open
            frames = await recording.wait()
            self._recording = None
            self._set(test=SpeakerTest.PLAYING)
            await play(frames, self._devices.speaker())
        finally:
            self._recording = None
            self._set(test=SpeakerTest.IDLE)
            self._scope.start(self._turn(self._measure), name="preview microphone")

    def _set(self, **changes: Any) -> None:
        state = replace(self._state, **changes)
        if state != self._state:
            self._state = state
            self.changed.emit(state)


async def _opening(call: Callable[[], None]) -> RtcErrorCode | None:
    """Open a device in a worker thread; why it does not open, None when it does."""
    try:
        await asyncio.to_thread(call)
    except RtcError as error:
        return error.code
    return None


def _painter(slot: PictureSlot) -> Callable[[av.VideoFrame], None]:
    """Puts frames into a slot, on the thread they come on."""
    from av.video.reformatter import VideoReformatter  # noqa: PLC0415  (0.1 s)

    from desktop.rtc.painting import paint  # noqa: PLC0415

    reformatter = VideoReformatter()
    return lambda frame: paint(frame, reformatter, slot)


def _kept_camera(camera: VideoSource) -> KeptCamera:
    from desktop.devices.kept_open import KeptCamera  # noqa: PLC0415  (av)

    return KeptCamera(camera)


def _kept_microphone(microphone: AudioSource) -> KeptMicrophone:
    from desktop.devices.kept_open import KeptMicrophone  # noqa: PLC0415  (av)

    return KeptMicrophone(microphone)
