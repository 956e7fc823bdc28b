"""A generated moving picture: a camera for machines that have none, for tests and for the demo.

A still background with fine detail, a disc that glides over it, and the frame code of `frame_code.py`
on top. Colours depend on the source, so that people also see whose picture it is. The background is
made once; a frame costs a copy of it, the disc and the code (about 0.2 ms at 640 x 480).
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable

import av
import numpy as np
import numpy.typing as npt

from desktop.devices.frame_code import BAND_ROWS, NUMBER_LIMIT, ROWS, FrameCode, draw_frame_code
from desktop.devices.pacing import PacedThread

_GLIDE_X_S, _GLIDE_Y_S = 7.0, 5.0  # seconds the disc takes to and fro: no short common period

_Plane = npt.NDArray[np.uint8]
_Patch = npt.NDArray[np.int16]


class TestPicture:
    """A `VideoSource` that draws itself.

    Attributes:
        width_px: even, at least 160.
        height_px: even, at least 120.
        frame_rate: frames per second.
        source_id: whose picture it is, also written into every frame.
    """

    __test__ = False  # pytest would take a class of this name for a test

    def __init__(
        self, source_id: int, *, width_px: int = 640, height_px: int = 480, frame_rate: int = 30
    ) -> None:
        """Make the picture of a source; nothing is delivered until `open()`.

        Args:
            source_id: 0 to 65535, see `frame_code.source_id_of`.
            width_px: see the class.
            height_px: see the class.
            frame_rate: see the class.

        Raises:
            ValueError: a size is odd or too small, or the id out of range.
        """
        if width_px % 2 or height_px % 2 or width_px < 160 or height_px < 120:
            raise ValueError("a test picture has an even size of at least 160 x 120")
        if not 0 <= source_id < 1 << 16:
            raise ValueError("a source id has 16 bits")
        self.width_px = width_px
        self.height_px = height_px
        self.frame_rate = frame_rate
        self.source_id = source_id
        hue = (source_id * 0.618034) % 1.0  # golden ratio: neighbouring ids get unlike colours
        self._ground = _background(width_px, height_px, hue)
        radius_px = height_px // 16 * 2
        self._disc_px = 2 * radius_px
        alpha = _disc(self._disc_px)
        # Blending weights 0 to 128 for each plane; chroma has half the resolution.
        self._alphas = (alpha, alpha[::2, ::2], alpha[::2, ::2])
        self._disc_levels = _yuv(hue + 0.5, lightness=0.72)
        self._thread: PacedThread | None = None

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering yuv420p frames from a thread of its own. Open already: starts anew.

        Args:
            deliver: takes each frame and may keep it.
        """
        self.close()
        number = 0

        def tick() -> None:
            nonlocal number
            deliver(self.frame(number))
            number = (number + 1) % NUMBER_LIMIT

        self._thread = PacedThread("test-picture", 1 / self.frame_rate, tick)
        self._thread.start()

    def close(self) -> None:
        """Stop; no delivery after it returns. Calling it twice is fine."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()

    def frame(self, number: int) -> av.VideoFrame:
        """The picture of one number: yuv420p, new memory, the same for the same number.

        Raises:
            ValueError: the number is not 0 to 16777215.
        """
        frame = av.VideoFrame(self.width_px, self.height_px, "yuv420p")
        x_px, y_px = self._disc_place(number)
        for index, ground in enumerate(self._ground):
            half = 1 if index == 0 else 2
            height_px, width_px = ground.shape
            plane = frame.planes[index]
            target = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
                :height_px, :width_px
            ]
            target[:] = ground
            top, left, size = y_px // half, x_px // half, self._disc_px // half
            place = target[top : top + size, left : left + size]
            under = place.astype(np.int16)
            place[:] = under + ((self._disc_levels[index] - under) * self._alphas[index] >> 7)
            if index == 0:
                draw_frame_code(target, FrameCode(self.source_id, number))
        return frame

    def _disc_place(self, number: int) -> tuple[int, int]:
        """Upper left corner of the disc, even, below the code: a smooth curve over time."""
        seconds = number / self.frame_rate
        lowest_y = _code_height_px(self.height_px)
        across = self.width_px - self._disc_px
        down = self.height_px - self._disc_px - lowest_y
        x = across * (1 - math.cos(2 * math.pi * seconds / _GLIDE_X_S)) / 2
        y = lowest_y + down * (1 - math.cos(2 * math.pi * seconds / _GLIDE_Y_S)) / 2
        return int(x) // 2 * 2, int(y) // 2 * 2


def _yuv(hue: float, *, lightness: float) -> tuple[int, int, int]:
    """A colour as limited-range BT.601 levels."""
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, lightness, 0.4)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.772),
        round(128 + 224 * (red - luma) / 1.402),
    )


def _background(width_px: int, height_px: int, hue: float) -> tuple[_Plane, _Plane, _Plane]:
    """What stands still: a gradient, a fine grid, and stripes that get finer to the right."""
    y = np.linspace(0.0, 1.0, height_px)[:, None]
    x = np.linspace(0.0, 1.0, width_px)[None, :]
    base, blue, red = _yuv(hue, lightness=0.38)
    luma = base + 34 * (1 - y) - 26 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    step_px = height_px // 12
    luma[step_px - 1 :: step_px] += 9
    luma[:, step_px - 1 :: step_px] += 9
    stripes = np.sin(2 * np.pi * width_px * (x / 32 + x**2 / 20))
    wedge = slice(int(height_px * 0.86), int(height_px * 0.93))
    luma[wedge] += 30 * stripes
    chroma = np.empty((2, height_px // 2, width_px // 2), np.uint8)
    chroma[0], chroma[1] = blue, red
    chroma[:, : _code_height_px(height_px) // 2] = 128  # the code is black and white
    return np.clip(luma, 16, 235).astype(np.uint8), chroma[0], chroma[1]


def _code_height_px(height_px: int) -> int:
    """Rows of pixels that belong to the code, rounded up to even."""
    return -(-height_px * BAND_ROWS // (2 * ROWS)) * 2


def _disc(size_px: int) -> _Patch:
    """Blending weights of a disc with a soft edge: 0 outside, 128 inside; shape (size, size)."""
    axis = np.arange(size_px) - (size_px - 1) / 2
    distance = np.hypot(axis[:, None], axis[None, :])
    weights: _Patch = (np.clip((size_px / 2 - distance) / 3, 0.0, 1.0) * 128).astype(np.int16)
    return weights
