"""Pictures of cameras, in every layout, become the same yuv420p picture."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QSize
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from desktop.devices.frame_code import FrameCode, draw_frame_code, read_frame_code
from desktop.devices.picture_conversion import PictureConverter, UnreadablePictureError, sent_size

Pixels = QVideoFrameFormat.PixelFormat
CODE = FrameCode(0xBEEF, 0xABCDE)
# Limited-range BT.601 of a strong orange: chroma far from grey, and unlike in blue and red.
BLUE_LEVEL, RED_LEVEL = 70, 190

LAYOUTS = {
    Pixels.Format_ARGB8888: "argb",
    Pixels.Format_ARGB8888_Premultiplied: "argb",
    Pixels.Format_XRGB8888: "0rgb",
    Pixels.Format_BGRA8888: "bgra",
    Pixels.Format_BGRA8888_Premultiplied: "bgra",
    Pixels.Format_BGRX8888: "bgr0",
    Pixels.Format_ABGR8888: "abgr",
    Pixels.Format_XBGR8888: "0bgr",
    Pixels.Format_RGBA8888: "rgba",
    Pixels.Format_RGBX8888: "rgb0",
    Pixels.Format_YUV420P: "yuv420p",
    Pixels.Format_YUV422P: "yuv422p",
    Pixels.Format_YV12: "yuv420p",
    Pixels.Format_UYVY: "uyvy422",
    Pixels.Format_YUYV: "yuyv422",
    Pixels.Format_NV12: "nv12",
    Pixels.Format_NV21: "nv21",
    Pixels.Format_P010: "p010le",
    Pixels.Format_P016: "p016le",
    Pixels.Format_YUV420P10: "yuv420p10le",
}


def original(width_px: int = 640, height_px: int = 480) -> av.VideoFrame:
    """A yuv420p picture with a code over an orange ground."""
    luma = np.full((height_px, width_px), 120, np.uint8)
    draw_frame_code(luma, CODE)
    chroma = np.full((height_px // 2, width_px // 2), BLUE_LEVEL, np.uint8)
    chroma = np.concatenate((chroma.reshape(-1), np.full(chroma.size, RED_LEVEL, np.uint8)))
    planar = np.concatenate((luma.reshape(-1), chroma)).reshape(height_px * 3 // 2, width_px)
    return av.VideoFrame.from_ndarray(planar, "yuv420p")


def as_camera(
    pixels: QVideoFrameFormat.PixelFormat, picture: av.VideoFrame, *, full_range: bool = False
) -> QVideoFrame:
    """The picture as QtMultimedia hands it out: in Qt's memory with Qt's row lengths."""
    described = QVideoFrameFormat(QSize(picture.width, picture.height), pixels)
    if full_range:
        described.setColorRange(QVideoFrameFormat.ColorRange.ColorRange_Full)
    frame = QVideoFrame(described)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    for index in range(frame.planeCount()):
        source_index = (0, 2, 1)[index] if pixels is Pixels.Format_YV12 else index
        plane = picture.planes[source_index]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        stride = frame.bytesPerLine(index)
        target = np.frombuffer(frame.bits(index), np.uint8)
        for row in range(plane.height):
            count = min(stride, plane.line_size)
            target[row * stride : row * stride + count] = rows[row, :count]
    frame.unmap()
    return frame


def planes(frame: av.VideoFrame) -> tuple[npt.NDArray[np.uint8], int, int]:
    """Luma, and the chroma levels in the middle of the ground."""
    image = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
    height_px, width_px = frame.height, frame.width
    chroma = image[height_px:].reshape(2, height_px // 2, width_px // 2)
    blue, red = (int(plane[height_px // 4, width_px // 4]) for plane in chroma)
    return image[:height_px], blue, red


@pytest.mark.parametrize("pixels", LAYOUTS, ids=lambda pixels: pixels.name)
@pytest.mark.parametrize(("width_px", "height_px"), [(640, 480), (322, 242)])
def test_every_layout_becomes_the_same_picture(
    pixels: QVideoFrameFormat.PixelFormat, width_px: int, height_px: int
) -> None:
    """Code, luma and both colours arrive; 322 wide has padded rows."""
    source = original(width_px, height_px).reformat(format=LAYOUTS[pixels])
    made = PictureConverter().converted(as_camera(pixels, source))
    assert (made.format.name, made.width, made.height) == ("yuv420p", width_px, height_px)
    luma, blue, red = planes(made)
    assert read_frame_code(luma) == CODE
    assert abs(int(luma[height_px // 2, width_px // 2]) - 120) <= 3
    assert abs(blue - BLUE_LEVEL) <= 4
    assert abs(red - RED_LEVEL) <= 4


@pytest.mark.parametrize(("pixels", "layout"), [(Pixels.Format_Y8, "gray"), (Pixels.Format_Y16, "gray16le")])
def test_grey_cameras_work(pixels: QVideoFrameFormat.PixelFormat, layout: str) -> None:
    luma, blue, red = planes(
        PictureConverter().converted(as_camera(pixels, original().reformat(format=layout)))
    )
    assert read_frame_code(luma) == CODE
    assert (blue, red) == (128, 128)


def test_jpeg_cameras_work_and_damaged_pictures_are_named() -> None:
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuvj420p"
    encoder.time_base = Fraction(1, 30)
    (packet,) = [*encoder.encode(original().reformat(format="yuvj420p")), *encoder.encode(None)]
    frame = QVideoFrame(QVideoFrameFormat(QSize(640, 480), Pixels.Format_Jpeg))
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    memory = np.frombuffer(frame.bits(0), np.uint8)
    memory[:] = 0
    memory[: packet.size] = np.frombuffer(bytes(packet), np.uint8)
    frame.unmap()
    converter = PictureConverter()
    luma, blue, red = planes(converter.converted(frame))
    assert read_frame_code(luma) == CODE
    assert abs(blue - BLUE_LEVEL) <= 6
    assert abs(red - RED_LEVEL) <= 6

    damaged = QVideoFrame(QVideoFrameFormat(QSize(640, 480), Pixels.Format_Jpeg))
    assert damaged.map(QVideoFrame.MapMode.WriteOnly)
    np.frombuffer(damaged.bits(0), np.uint8)[:] = 0
    damaged.unmap()
    with pytest.raises(UnreadablePictureError):
        converter.converted(damaged)
    assert read_frame_code(planes(converter.converted(frame))[0]) == CODE


@pytest.mark.parametrize("pixels", [Pixels.Format_NV12, Pixels.Format_YUV420P])
def test_full_range_is_brought_into_the_range_of_video(pixels: QVideoFrameFormat.PixelFormat) -> None:
    """White of a full-range camera, 255, is sent as 235: receivers take VP8 for limited range."""
    white = av.VideoFrame.from_ndarray(
        np.concatenate((np.full((64, 64), 255, np.uint8), np.full((32, 64), 128, np.uint8))), "yuv420p"
    ).reformat(format=LAYOUTS[pixels])
    luma, _, _ = planes(PictureConverter().converted(as_camera(pixels, white, full_range=True)))
    assert abs(int(luma[32, 32]) - 235) <= 1


def test_the_result_does_not_share_the_cameras_memory() -> None:
    camera = as_camera(Pixels.Format_YUV420P, original())
    made = PictureConverter().converted(camera)
    assert camera.map(QVideoFrame.MapMode.WriteOnly)
    np.frombuffer(camera.bits(0), np.uint8)[:] = 0
    camera.unmap()
    assert read_frame_code(planes(made)[0]) == CODE


def test_large_pictures_are_made_smaller_and_odd_ones_even() -> None:
    large = PictureConverter().converted(
        as_camera(Pixels.Format_NV12, original(1920, 1080).reformat(format="nv12"))
    )
    assert (large.width, large.height) == (1280, 720)
    assert read_frame_code(planes(large)[0]) == CODE
    odd = PictureConverter().converted(QVideoFrame(QVideoFrameFormat(QSize(33, 17), Pixels.Format_YUV420P)))
    assert (odd.width, odd.height) == (32, 16)


def test_sent_sizes_keep_the_shape() -> None:
    assert sent_size(640, 480) == (640, 480)
    assert sent_size(1280, 720) == (1280, 720)
    assert sent_size(3840, 2160) == (1280, 720)
    assert sent_size(1600, 1200) == (1108, 830)
    assert sent_size(1, 1) == (2, 2)


def test_what_is_no_camera_picture_is_named() -> None:
    converter = PictureConverter()
    with pytest.raises(UnreadablePictureError, match="mapped"):
        converter.converted(QVideoFrame())
    with pytest.raises(UnreadablePictureError, match="Format_IMC1"):
        converter.converted(QVideoFrame(QVideoFrameFormat(QSize(64, 64), Pixels.Format_IMC1)))
