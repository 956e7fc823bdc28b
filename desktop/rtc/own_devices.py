"""Our camera, microphone and loudspeaker in a room: opened, switched, exchanged, released.

What is switched shows in the room's state and is told to the others over our place. Of each kind one
thing is switched at a time, whoever wants it: the user, a moderator, or the care for the voice.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from desktop.rtc.camera import Camera
from desktop.rtc.device_switch import DeviceSwitch
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import (
    AudioLevel,
    AudioOutput,
    AudioSource,
    PictureSlot,
    Samples,
    SoundSwitches,
    VideoSource,
)
from desktop.rtc.microphone import Microphone
from desktop.rtc.mixer import Mixer
from desktop.rtc.place import Place
from desktop.rtc.room import RoomDevices, RoomRequest
from desktop.rtc.state import RoomNotice, RoomState
from desktop.rtc.tasks import finish

log = logging.getLogger(__name__)

_CAMERA_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("camera-"))
_MICROPHONE_ERRORS = frozenset(code for code in RtcErrorCode if code.value.startswith("microphone-"))


class DevicesOwner(Protocol):
    """Whose devices they are."""

    @property
    def state(self) -> RoomState:
        """The current snapshot."""

    @property
    def is_open(self) -> bool:
        """We are in the room, or coming back to it."""

    @property
    def place(self) -> Place:
        """Ours in the session, where the others are told."""

    def set_state(self, **changes: Any) -> None:
        """Change fields of the state and tell about it."""


class OwnDevices:
    """The devices of one room.

    Args:
        owner: asked and told from `open_…` on, not before.
        devices: the sources and the output; the room closes them.
        request: what is to be on from the beginning.
        mixer: what the loudspeaker plays.
        slot: our own view of the camera.
        level: our own loudness.
    """

    def __init__(
        self,
        owner: DevicesOwner,
        devices: RoomDevices,
        request: RoomRequest,
        *,
        mixer: Mixer,
        slot: PictureSlot,
        level: AudioLevel,
    ) -> None:
        self._owner = owner
        self._mixer = mixer
        mixer.tell_played(self.played)
        self._request = request
        self._camera = Camera(devices.camera, slot) if devices.camera else None
        self._microphone = (
            Microphone(devices.microphone, level, switches=devices.switches, on_notice=self._noticed)
            if devices.microphone
            else None
        )
        self._output = _output_switch(devices.output) if devices.output else None
        # Each kind has its turns: a camera may take seconds to open, and a key is held to talk.
        self._camera_turn, self._microphone_turn = asyncio.Lock(), asyncio.Lock()
        self._output_turn = asyncio.Lock()

    @property
    def camera(self) -> Camera | None:
        """What is seen of us; None when we have none."""
        return self._camera

    @property
    def microphone(self) -> Microphone | None:
        """What is heard of us; None when we have none."""
        return self._microphone

    # --- at the beginning and at the end ----------------------------------------------------------

    async def open_microphone(self) -> None:
        """Open the microphone if it is to be on; without it the join goes on, and the state says so."""
        if self._microphone is not None and self._request.microphone_on:
            try:
                await self._microphone.switch_on()
            except RtcError as error:
                log.warning("joining without a microphone: %s", error)
                # A camera that failed as well is the more visible loss: its code stays.
                self._owner.set_state(microphone_on=False, error=self._owner.state.error or error.code)

    async def open_camera(self) -> None:
        """Open the camera if it is to be on; without it the join goes on, and the state says so."""
        if self._camera is not None and self._request.camera_on:
            try:
                await self._camera.switch_on()
            except RtcError as error:
                log.warning("joining without a camera: %s", error)
                self._owner.set_state(camera_on=False, error=error.code)

    async def open_output(self) -> None:
        """Open the loudspeaker, when there is one.

        Raises:
            RtcError: it does not open.
        """
        if self._output is not None:
            await self._output.switch_on()

    async def release(self) -> None:
        """Close everything. Safe more than once."""
        if self._camera is not None:
            await self._camera.switch_off()
        if self._microphone is not None:
            await self._microphone.close()
        if self._output is not None:
            await self._output.switch_off()

    # --- what the user wants ----------------------------------------------------------------------

    async def set_microphone(self, on: bool) -> None:
        """See `Room.set_microphone`.

        Raises:
            RtcError: a microphone code or `closed`.
        """
        async with self._microphone_turn:
            microphone = self._present_microphone()
            if on:
                await microphone.switch_on()
            else:
                microphone.mute()
            self._owner.set_state(microphone_on=on, error=self._error_without(_MICROPHONE_ERRORS))
            self._owner.place.tell_or_publish()

    async def set_camera(self, on: bool) -> None:
        """See `Room.set_camera`.

        Raises:
            RtcError: a camera code or `closed`.
        """
        async with self._camera_turn:
            await self._switch_camera(self._present_camera(), on)
            self._owner.set_state(notice=None)
            self._owner.place.tell_or_publish()

    async def replace_camera(self, source: VideoSource) -> None:
        """See `Room.replace_camera`.

        Raises:
            RtcError: a camera code or `closed`.
        """
        async with self._camera_turn:
            await self._present_camera().replace(source)
            self._owner.place.track_replaced("video")

    async def replace_microphone(self, source: AudioSource) -> None:
        """See `Room.replace_microphone`.

        Raises:
            RtcError: a microphone code or `closed`.
        """
        async with self._microphone_turn:
            await self._present_microphone().replace(source)
            self._owner.place.track_replaced("audio")

    async def replace_output(self, output: AudioOutput) -> None:
        """See `Room.replace_output`.

        Raises:
            RtcError: `closed`.
        """
        async with self._output_turn:
            self._check_open()
            former, self._output = self._output, _output_switch(output)
            await self._output.switch_on()
            self._mixer.play_on(output)
            if former is not None:
                await finish(former.switch_off())

    async def set_switches(self, switches: SoundSwitches) -> None:
        """See `Room.set_switches`.

        Raises:
            RtcError: `closed`.
        """
        async with self._microphone_turn:
            self._check_open()
            if self._microphone is not None:
                await self._microphone.set_switches(switches)

    def played(self, samples: Samples, delay_s: float) -> None:
        """20 ms go to the loudspeaker: our microphone is not to hear them. In any thread."""
        if self._microphone is not None:
            self._microphone.processor.played(samples, delay_s)

    def _noticed(self, silent: bool, talking: bool) -> None:
        self._owner.set_state(microphone_silent=silent, muted_talk=talking)

    # --- what others want, and line and computer --------------------------------------------------

    async def withdraw(self) -> None:
        """Go dark and silent: our stream was taken down by somebody's will."""
        async with self._microphone_turn, self._camera_turn:
            await self._owner.place.withdraw()
            if self._camera is not None:
                await self._camera.switch_off()
            if self._microphone is not None:
                self._microphone.mute()
            self._owner.set_state(own_stream_id="", stream_taken=True, camera_on=False, microphone_on=False)

    async def give_or_take_picture(self, wanted: bool) -> None:
        """Switch the camera by ourselves; one that the user switched off stays off.

        Args:
            wanted: line and computer carry a picture again, or do not any more.
        """
        ours = RoomNotice.CAMERA_OFF_FOR_VOICE
        async with self._camera_turn:
            camera = self._camera
            if camera is None or not self._owner.is_open:
                return
            if wanted and self._owner.state.notice is ours:
                try:
                    await self._switch_camera(camera, True)
                except RtcError as error:
                    log.warning("the camera does not come back: %s", error)
                    self._owner.set_state(error=error.code)
                self._owner.set_state(notice=None)
            elif not wanted and camera.on:
                log.warning("the camera goes off so that the voice has the line")
                await self._switch_camera(camera, False)
                self._owner.set_state(notice=ours)
            else:
                return
            await self._owner.place.try_to_tell()

    # --- small things -----------------------------------------------------------------------------

    async def _switch_camera(self, camera: Camera, on: bool) -> None:
        if on:
            await camera.switch_on()
        else:
            await camera.switch_off()
        self._owner.set_state(camera_on=on, error=self._error_without(_CAMERA_ERRORS))

    def _present_camera(self) -> Camera:
        self._check_open()
        if self._camera is None:
            raise RtcError(RtcErrorCode.CAMERA_MISSING)
        return self._camera

    def _present_microphone(self) -> Microphone:
        self._check_open()
        if self._microphone is None:
            raise RtcError(RtcErrorCode.MICROPHONE_MISSING)
        return self._microphone

    def _check_open(self) -> None:
        if not self._owner.is_open:
            raise RtcError(RtcErrorCode.CLOSED)

    def _error_without(self, settled: frozenset[RtcErrorCode]) -> RtcErrorCode | None:
        error = self._owner.state.error
        return None if error in settled else error


def _output_switch(output: AudioOutput) -> DeviceSwitch:
    return DeviceSwitch(output.open, output.close)
