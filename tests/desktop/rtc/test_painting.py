"""Pictures reach a slot as they are, or halved where they are painted smaller than that."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, VideoReformatter

from desktop.rtc.media import PictureSlot
from desktop.rtc.painting import halved, paint


def frame(width_px: int, height_px: int, kind: str = "yuv420p") -> av.VideoFrame:
    """A picture in which every pixel differs from its neighbours."""
    pixels = np.random.default_rng(1).integers(0, 256, (height_px, width_px, 3), np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=kind)


def painted(source: av.VideoFrame, shown_px: tuple[int, int] | None) -> PictureSlot:
    slot = PictureSlot()
    slot.shown_px = shown_px
    paint(source, VideoReformatter(), slot)
    return slot


@pytest.mark.parametrize(
    ("size_px", "shown_px", "expected"),
    [
        ((640, 480), None, (640, 480)),
        ((640, 480), (316, 237), (320, 240)),
        ((640, 480), (320, 240), (320, 240)),
        ((640, 480), (321, 240), (640, 480)),
        ((640, 480), (320, 241), (640, 480)),
        ((1280, 720), (421, 237), (640, 360)),
        ((642, 480), (100, 75), (642, 480)),  # its colours have an odd width
        ((640, 478), (100, 75), (640, 478)),
    ],
)
def test_a_picture_is_halved_where_that_is_enough(
    size_px: tuple[int, int], shown_px: tuple[int, int] | None, expected: tuple[int, int]
) -> None:
    picture = painted(frame(*size_px), shown_px).picture
    assert picture is not None
    assert (picture.width_px, picture.height_px) == expected
    assert len(picture.data) >= picture.stride_bytes * picture.height_px


def test_another_kind_of_picture_is_left_whole() -> None:
    picture = painted(frame(640, 480, "yuv422p"), (100, 75)).picture
    assert picture is not None
    assert picture.width_px == 640


@pytest.mark.parametrize("size_px", [(640, 480), (1280, 720), (328, 244)])
def test_halving_takes_every_second_pixel_of_every_second_row(size_px: tuple[int, int]) -> None:
    whole = frame(*size_px)  # one of them with padded rows
    whole.color_range = ColorRange.JPEG
    half = halved(whole)
    assert (half.width, half.height) == (size_px[0] // 2, size_px[1] // 2)
    assert half.color_range == ColorRange.JPEG
    for source, target in zip(whole.planes, half.planes, strict=True):
        before = np.frombuffer(memoryview(source), np.uint8).reshape(-1, source.line_size)
        after = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        expected = before[: source.height : 2, : source.width : 2]
        assert np.array_equal(after[: target.height, : target.width], expected)
