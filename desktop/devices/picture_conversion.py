"""From QtMultimedia's pictures to those that WebRTC sends: yuv420p, limited range, even size.

Planes are copied as they are into a frame of the same layout, and libswscale does the rest with a
scaler that is kept from frame to frame; no QImage and no painter is involved.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

_Pixels = QVideoFrameFormat.PixelFormat

# Qt names 8-bit RGB by the order of bytes in memory, as FFmpeg does.
_LAYOUTS: dict[QVideoFrameFormat.PixelFormat, str] = {
    _Pixels.Format_ARGB8888: "argb",
    _Pixels.Format_ARGB8888_Premultiplied: "argb",
    _Pixels.Format_XRGB8888: "0rgb",
    _Pixels.Format_BGRA8888: "bgra",
    _Pixels.Format_BGRA8888_Premultiplied: "bgra",
    _Pixels.Format_BGRX8888: "bgr0",
    _Pixels.Format_ABGR8888: "abgr",
    _Pixels.Format_XBGR8888: "0bgr",
    _Pixels.Format_RGBA8888: "rgba",
    _Pixels.Format_RGBX8888: "rgb0",
    _Pixels.Format_YUV420P: "yuv420p",
    _Pixels.Format_YUV422P: "yuv422p",
    _Pixels.Format_YV12: "yuv420p",  # its two chroma planes are exchanged: see `_copied`
    _Pixels.Format_UYVY: "uyvy422",
    _Pixels.Format_YUYV: "yuyv422",
    _Pixels.Format_NV12: "nv12",
    _Pixels.Format_NV21: "nv21",
    _Pixels.Format_Y8: "gray",
    _Pixels.Format_Y16: "gray16le",
    _Pixels.Format_P010: "p010le",
    _Pixels.Format_P016: "p016le",
    _Pixels.Format_YUV420P10: "yuv420p10le",
}

LARGEST_AREA_PX = 1280 * 720
"""Larger pictures are made smaller, keeping their shape: encoding them costs more than it shows."""


class UnreadablePictureError(Exception):
    """The picture cannot be mapped into memory or its layout is none that a camera has."""


LARGEST_SCREEN_PX = 1920 * 1080
"""The same for screens and windows, whose letters must stay letters."""


def sent_size(width_px: int, height_px: int, largest_area_px: int = LARGEST_AREA_PX) -> tuple[int, int]:
    """The even size, of at most this area, that a picture of this size is sent in."""
    scale = min(1.0, (largest_area_px / (width_px * height_px)) ** 0.5)
    return max(2, int(width_px * scale) // 2 * 2), max(2, int(height_px * scale) // 2 * 2)


class PictureConverter:
    """Converts the pictures of one camera or screen. One thread only.

    Args:
        largest_area_px: larger pictures are made smaller, keeping their shape.
        interpolation: how they are made smaller.
    """

    def __init__(
        self,
        largest_area_px: int = LARGEST_AREA_PX,
        interpolation: Interpolation = Interpolation.BILINEAR,
    ) -> None:
        self._largest_area_px = largest_area_px
        self._interpolation = interpolation
        self._reformatter = VideoReformatter()
        self._jpeg: av.VideoCodecContext | None = None

    def converted(self, frame: QVideoFrame) -> av.VideoFrame:
        """A copy of the picture in yuv420p.

        Raises:
            UnreadablePictureError: see the class.
        """
        if not frame.map(QVideoFrame.MapMode.ReadOnly):
            raise UnreadablePictureError("the picture cannot be mapped")
        try:
            source = self._copied(frame)
        finally:
            frame.unmap()
        width_px, height_px = sent_size(source.width, source.height, self._largest_area_px)
        full_range = source.color_range == ColorRange.JPEG
        if (
            source.format.name == "yuv420p"
            and not full_range
            and ((source.width, source.height) == (width_px, height_px))
        ):
            return source
        return self._reformatter.reformat(
            source,
            width_px,
            height_px,
            "yuv420p",
            src_color_range=source.color_range,
            dst_color_range=ColorRange.MPEG,
            interpolation=self._interpolation,
            threads=1,
        )

    def _copied(self, frame: QVideoFrame) -> av.VideoFrame:
        """The mapped picture in memory of its own, in its own layout."""
        pixels = frame.pixelFormat()
        if pixels is _Pixels.Format_Jpeg:
            return self._decoded(bytes(frame.bits(0)))
        layout = _LAYOUTS.get(pixels)
        if layout is None:
            raise UnreadablePictureError(f"no camera layout: {pixels.name}")
        # An odd last row or column has no chroma of its own in every layout: it is left out.
        made = av.VideoFrame(frame.width() // 2 * 2, frame.height() // 2 * 2, layout)
        if frame.surfaceFormat().colorRange() is QVideoFrameFormat.ColorRange.ColorRange_Full:
            made.color_range = ColorRange.JPEG
        order = (0, 2, 1) if pixels is _Pixels.Format_YV12 else range(len(made.planes))
        for plane, source in zip(made.planes, order, strict=True):
            target = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            rows = _rows(frame, source, plane.height)
            row_bytes = min(target.shape[1], rows.shape[1])
            target[:, :row_bytes] = rows[:, :row_bytes]
        return made

    def _decoded(self, data: bytes) -> av.VideoFrame:
        if self._jpeg is None:
            self._jpeg = av.VideoCodecContext.create("mjpeg", "r")
        try:
            frames = self._jpeg.decode(av.Packet(data))
        except av.error.FFmpegError as error:
            raise UnreadablePictureError("a damaged JPEG picture") from error
        if not frames:
            raise UnreadablePictureError("an empty JPEG picture")
        return frames[0]


def _rows(frame: QVideoFrame, plane: int, height: int) -> npt.NDArray[np.uint8]:
    """A mapped plane as rows of bytes; nothing is copied."""
    stride = frame.bytesPerLine(plane)
    data = np.frombuffer(frame.bits(plane), np.uint8)
    # The last row may end with its last pixel instead of its padding.
    last = data.size - (height - 1) * stride
    if stride <= 0 or last <= 0:
        raise UnreadablePictureError("the picture is smaller than it says")
    width = min(stride, last)
    return np.lib.stride_tricks.as_strided(data, (height, width), (stride, 1), writeable=False)
