"""A drawn head and shoulders before a wall full of detail, with the truth of which pixel is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Colour = tuple[int, int, int]

_SKIN, _NECK, _HAIR, _SHIRT = (225, 178, 148), (205, 155, 125), (60, 40, 30), (45, 60, 95)
_WALL: tuple[Colour, Colour] = ((170, 175, 160), (120, 140, 170))


@dataclass(frozen=True, slots=True)
class Portrait:
    """One picture.

    Attributes:
        rgb: shape (height, width, 3).
        person: true where the person is: shape (height, width).
    """

    rgb: npt.NDArray[np.uint8]
    person: npt.NDArray[np.bool_]

    @property
    def frame(self) -> av.VideoFrame:
        """As a camera delivers it."""
        return av.VideoFrame.from_ndarray(self.rgb, format="rgb24").reformat(format="yuv420p")


def draw_portrait(width_px: int = 640, height_px: int = 480, *, shift_px: int = 0) -> Portrait:
    """Somebody before a camera, in the middle or `shift_px` beside it."""
    scale = height_px / 480
    down, across = np.mgrid[0:height_px, 0:width_px]
    x = (across - width_px / 2 - shift_px) / scale
    y = down / scale
    tiles = (across // (width_px // 20) + down // (height_px // 15)) % 2
    rgb = np.where(tiles[..., None] == 0, *(np.array(colour, np.uint8) for colour in _WALL)).astype(np.uint8)
    person = np.zeros((height_px, width_px), np.bool_)

    def ellipse(middle: tuple[float, float], radii: tuple[float, float]) -> npt.NDArray[np.bool_]:
        inside: npt.NDArray[np.bool_] = ((x - middle[0]) / radii[0]) ** 2 + (
            (y - middle[1]) / radii[1]
        ) ** 2 <= 1
        return inside

    def paint(where: npt.NDArray[np.bool_], colour: Colour) -> None:
        rgb[where] = colour
        person[where] = True

    body = (np.abs(x) <= 150) & (y >= 410) | (np.abs(x) <= 70) & (y >= 330)
    paint(body | ellipse((-70, 410), (80, 80)) | ellipse((70, 410), (80, 80)), _SHIRT)
    paint((np.abs(x) <= 38) & (y >= 270) & (y <= 350), _NECK)
    paint(ellipse((0, 180), (92, 110)), _HAIR)
    paint(ellipse((0, 200), (78, 100)), _SKIN)
    for side in (-30, 30):
        paint(ellipse((side, 185), (12, 7)), (250, 250, 250))
        paint(ellipse((side, 185), (6, 6)), (50, 35, 30))
    paint(ellipse((0, 220), (10, 16)), (210, 160, 130))
    paint(ellipse((0, 255), (28, 9)), (170, 80, 80))
    return Portrait(rgb, person)


def detail(rgb: npt.NDArray[Any], where: npt.NDArray[np.bool_]) -> float:
    """How much neighbouring pixels differ in a region, on average of 0 to 255."""
    gray = rgb.astype(np.float32).mean(axis=2)
    steps = np.abs(np.diff(gray, axis=1))
    both = where[:, 1:] & where[:, :-1]
    return float(steps[both].mean())


def shrunk(where: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    """A region without what lies nearer to its edge than this."""
    inner = where.copy()
    for axis in (0, 1):
        for step in range(1, pixels + 1):
            inner &= np.roll(where, step, axis) & np.roll(where, -step, axis)
    return inner
