"""A picture whose background is out of focus: the person stays, everything else is smoothed away.

The background is smoothed at a small size, where that costs next to nothing, and without what the mask
gives to the person: his colours would otherwise shine around him. Libswscale makes it large again, and
the person is laid over it along the mask's soft edge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

Mask: TypeAlias = npt.NDArray[np.float32]
"""How certainly each place shows a person, 0.0 to 1.0: shape (height, width), of any size."""

SegmentPicture: TypeAlias = "Callable[[av.VideoFrame], Mask]"
"""Finds the person in a yuv420p picture. May keep what it gave and change it with the next picture."""

SMALL_SIDE_PX = 96
"""Longer side of the picture in which the background is smoothed."""

SMOOTHING_PX = 5
"""How far each of two passes of the smoothing reaches, in the small picture: letters of a tenth of the
picture's height are gone."""

SURELY_NOT, SURELY = 0.3, 0.8
"""Certainties below and above which a place is background or person alone; between them both are seen."""

STEADY, LIVELY = 0.35, 1.3
"""How far a mask follows the one before: at once where much has changed, slowly where little has, so
that edges do not tremble and hands leave nothing behind."""

_OPAQUE = 128
"""The mask's largest value: 255 times it is still a 16-bit number."""

_BYTE = npt.NDArray[np.uint8]


class BlurPainter:
    """Makes the pictures of one camera. One thread at a time.

    Args:
        segment: finds the person.
    """

    def __init__(self, segment: SegmentPicture) -> None:
        self._segment = segment
        self._mask: Mask | None = None
        self._smaller, self._larger = VideoReformatter(), VideoReformatter()
        self._masks = {width: VideoReformatter() for width in ("small", "luma", "chroma")}
        self._work = np.empty(0, np.int16)

    def painted(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The picture with its background out of focus; a new frame, the given one stays as it is.

        Args:
            frame: yuv420p, of even size.
        """
        mask = self._soft_mask(self._segment(frame))
        background = self._background(frame, mask)
        made = av.VideoFrame(frame.width, frame.height, "yuv420p")
        for index in range(3):
            kind = "chroma" if index else "luma"
            target = _rows(made, index)
            cover = _rows(self._scaled_mask(mask, kind, target.shape[1], target.shape[0]), 0)
            self._lay_over(target, _rows(frame, index), _rows(background, index), cover)
        return made

    def forget(self) -> None:
        """Begin anew: the next picture has nothing to do with the one before."""
        self._mask = None

    def _soft_mask(self, found: Mask) -> av.VideoFrame:
        """The mask, steadied over time and with soft edges, as a gray picture of 0 to `_OPAQUE`."""
        if self._mask is None or self._mask.shape != found.shape:
            self._mask = found.copy()
        else:
            change = found - self._mask
            change *= np.minimum(STEADY + LIVELY * np.abs(change), 1.0)
            self._mask += change
        ramp = np.clip((self._mask - SURELY_NOT) * (1 / (SURELY - SURELY_NOT)), 0.0, 1.0)
        ramp *= ramp * (3 - 2 * ramp)
        return av.VideoFrame.from_ndarray((ramp * _OPAQUE).astype(np.uint8), format="gray")

    def _scaled_mask(self, mask: av.VideoFrame, kind: str, width_px: int, height_px: int) -> av.VideoFrame:
        return self._masks[kind].reformat(
            mask, width_px, height_px, "gray", interpolation=Interpolation.BILINEAR, threads=1
        )

    def _background(self, frame: av.VideoFrame, mask: av.VideoFrame) -> av.VideoFrame:
        """Everything but the person, smoothed, in the picture's own size."""
        share = SMALL_SIDE_PX / max(frame.width, frame.height)
        width_px, height_px = (max(2, round(side * share)) for side in (frame.width, frame.height))
        small = self._smaller.reformat(
            frame, width_px, height_px, "yuv444p", interpolation=Interpolation.AREA, threads=1
        )
        colours = np.stack([_rows(small, index) for index in range(3)]).astype(np.float32)
        cover = _rows(self._scaled_mask(mask, "small", width_px, height_px), 0)
        # Never quite nothing: behind a person who fills the picture something must stand.
        weight = 1.005 - cover.astype(np.float32) * (1 / _OPAQUE)
        smoothed = _smoothed(np.concatenate([colours * weight, weight[None]]))
        background = smoothed[:3] / smoothed[3]
        smooth = av.VideoFrame.from_ndarray(background.round().astype(np.uint8), format="yuv444p")
        return self._larger.reformat(
            smooth, frame.width, frame.height, "yuv420p", interpolation=Interpolation.BICUBIC, threads=1
        )

    def _lay_over(self, target: _BYTE, person: _BYTE, background: _BYTE, cover: _BYTE) -> None:
        if self._work.size < target.size:
            self._work = np.empty(target.size, np.int16)
        work = self._work[: target.size].reshape(target.shape)
        np.subtract(person, background, out=work, dtype=np.int16)
        np.multiply(work, cover, out=work)
        np.right_shift(work, 7, out=work)
        np.add(work, background, out=work)
        np.copyto(target, work, casting="unsafe")


def _smoothed(planes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Sums around each place of each plane, twice: nearly a Gaussian's shape.

    By running sums, not as a product of matrices: the threads of a linear algebra library wait for each
    other ten times longer than this takes.
    """
    for axis in (1, 2, 1, 2):
        length = planes.shape[axis]
        places = np.arange(length)
        first = np.maximum(places - SMOOTHING_PX, 0)
        behind = np.minimum(places + SMOOTHING_PX + 1, length)
        sums = np.cumsum(np.insert(planes, 0, 0.0, axis=axis), axis=axis, dtype=np.float32)
        planes = np.take(sums, behind, axis=axis) - np.take(sums, first, axis=axis)
    return planes


def _rows(frame: av.VideoFrame, index: int) -> _BYTE:
    """One plane as rows of pixels, without what stands behind each row; changes with the frame."""
    plane = frame.planes[index]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
