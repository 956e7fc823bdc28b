"""Screens and cameras whose pictures carry a code: whose it is, and which one."""

from __future__ import annotations

from collections.abc import Callable

import av
import numpy as np

from desktop.devices.frame_code import FrameCode, draw_frame_code, read_frame_code
from desktop.rtc.errors import RtcErrorCode
from desktop.rtc.media import PictureSlot
from tests.support.sources import BlocksCamera
from tests.support.waiting import until


class CodedSource(BlocksCamera):
    """A grey picture with a frame code; may end by itself, as a window that is closed does.

    Args:
        source_id: written into every picture.
        width_px, height_px, frame_rate: what it delivers.
        error: raised by `open()` instead of delivering.
    """

    def __init__(
        self,
        source_id: int,
        *,
        width_px: int = 320,
        height_px: int = 240,
        frame_rate: int = 15,
        error: RtcErrorCode | None = None,
    ) -> None:
        super().__init__(width_px=width_px, height_px=height_px, frame_rate=frame_rate, error=error)
        self.source_id = source_id
        self._ended: Callable[[], None] | None = None

    def when_ended(self, ended: Callable[[], None]) -> None:
        """See `EndingSource`."""
        self._ended = ended

    def end(self) -> None:
        """End by itself."""
        assert self._ended is not None
        self._ended()

    def frame(self) -> av.VideoFrame:
        """The next picture."""
        luma = np.full((self.height_px, self.width_px), 120, np.uint8)
        draw_frame_code(luma, FrameCode(self.source_id, self.delivered))
        self.delivered += 1
        return av.VideoFrame.from_ndarray(luma, format="gray")


def code_in(slot: PictureSlot) -> FrameCode | None:
    """The code of a slot's picture; None without a picture, or without a certain code."""
    picture = slot.picture
    if picture is None:
        return None
    rows = np.frombuffer(picture.data, np.uint8).reshape(picture.height_px, picture.stride_bytes)
    image = rows[:, : picture.width_px * 4].reshape(picture.height_px, picture.width_px, 4)
    return read_frame_code(image)


async def moves(slot: Callable[[], PictureSlot], source_id: int, timeout_s: float = 15.0) -> None:
    """Wait until three different pictures of one source were seen in a slot, which may change meanwhile.

    Raises:
        AssertionError: they were not, in time.
    """
    numbers: set[int] = set()

    def seen() -> bool:
        code = code_in(slot())
        if code is not None and code.source_id == source_id:
            numbers.add(code.number)
        return len(numbers) >= 3

    await until(seen, f"three pictures of source {source_id}", timeout_s)
