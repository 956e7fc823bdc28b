"""Our own client with generated devices, as a test looks at it beside a browser."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from desktop.devices.frame_code import FrameCode, read_frame_code
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.media import PictureSlot
from desktop.rtc.room import Room, RoomDevices, RoomRequest
from desktop.rtc.rooms import open_room
from desktop.rtc.signals import Signal
from desktop.rtc.state import ParticipantState, RoomState, StreamKind
from tests.official_clients.browser import LIMIT_S, TONE_RMS
from tests.support.sources import RecordingOutput
from tests.support.waiting import until

_TONE_AMPLITUDE = TONE_RMS * 2**0.5


class OurClient:
    """A room of `desktop.rtc` with generated devices, and what a test wants to look at."""

    def __init__(self, token: str, name: str, source_id: int) -> None:
        self.source_id = source_id
        self.output = RecordingOutput()
        self.tone = TestTone(source_id)
        self.states: list[RoomState] = []
        self.signals: list[Signal] = []
        camera = TestPicture(source_id, width_px=320, height_px=240, frame_rate=15)
        self.room: Room = open_room(
            RoomRequest(token, name),
            RoomDevices(camera, self.tone, self.output),
            self.states.append,
            on_signal=self.signals.append,
        )

    @property
    def connection_id(self) -> str:
        """Its own connection."""
        return self.room.state.own_connection_id

    @property
    def others(self) -> tuple[ParticipantState, ...]:
        """Everybody else."""
        return self.room.state.participants

    def other(self, connection_id: str) -> ParticipantState | None:
        """Somebody, None when there is nobody of that id."""
        return next((person for person in self.others if person.connection_id == connection_id), None)

    def picture_of(self, connection_id: str, kind: StreamKind = StreamKind.CAMERA) -> PictureSlot:
        """The slot of somebody's stream; an empty one while there is none."""
        person = self.other(connection_id)
        streams = [stream for stream in person.streams if stream.kind is kind] if person else []
        return self.room.picture(streams[0].stream_id) if streams else PictureSlot()

    def frame_code(self, connection_id: str, kind: StreamKind = StreamKind.CAMERA) -> FrameCode | None:
        """The code in somebody's picture now."""
        image = self._image(connection_id, kind)
        return None if image is None else read_frame_code(image)

    async def sees(self, connection_id: str, source_id: int, kind: StreamKind = StreamKind.CAMERA) -> None:
        """Wait until somebody's picture is that source's, and moves on."""
        numbers: set[int] = set()

        def moves() -> bool:
            code = self.frame_code(connection_id, kind)
            if code is not None and not numbers and code.source_id != source_id:
                return False  # the picture of before, until the first of the new source
            if code is not None:
                assert code.source_id == source_id
                assert not numbers or code.number >= max(numbers), "the picture went back"
                numbers.add(code.number)
            return len(numbers) >= 3

        await until(moves, f"moving picture {source_id} in our client", LIMIT_S)

    async def sees_nothing(self, connection_id: str) -> None:
        """Wait until somebody's picture is black."""

        def is_black() -> bool:
            image = self._image(connection_id)
            return image is not None and float(image[..., :3].mean()) < 8

        await until(is_black, "black in our client", LIMIT_S)

    async def hears(self, frequency_hz: float) -> None:
        """Wait until a tone is clearly in the mix."""
        await until(
            lambda: self.output.strength(frequency_hz) > _TONE_AMPLITUDE / 2,
            f"{frequency_hz} Hz in our client",
            LIMIT_S,
        )

    async def hears_nothing(self, frequency_hz: float) -> None:
        """Wait until a tone is gone from the mix."""
        await until(
            lambda: self.output.strength(frequency_hz) < _TONE_AMPLITUDE / 20,
            f"no {frequency_hz} Hz in our client",
            LIMIT_S,
        )

    def _image(
        self, connection_id: str, kind: StreamKind = StreamKind.CAMERA
    ) -> npt.NDArray[np.uint8] | None:
        picture = self.picture_of(connection_id, kind).picture
        if picture is None:
            return None
        rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
        # BGRA; rows may be longer than the picture is wide.
        return rows[:, : picture.width_px * 4].reshape(picture.height_px, picture.width_px, 4)
