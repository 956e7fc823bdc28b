"""Pictures for the benches: seeded, with motion, detail and the noise of a camera.

Nothing is downloaded and nothing is the same from frame to frame, so that no encoder gets away with
repeating itself. `write_y4m` makes the file that Chromium takes for a camera and that `FileCamera` of
`clip_camera.py` reads; `encoded` is what other participants send.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

FRAME_RATE = 30
Planes = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Luma and the two half-sized chroma planes of one picture, limited range."""


def talking_head(seed: int, width_px: int, height_px: int, count: int) -> list[Planes]:
    """Somebody who sways and talks before a shelf, filmed by an ordinary camera.

    Args:
        seed: another one is another person, room and noise.
        width_px: even.
        height_px: even.
        count: of pictures; the movement comes full circle, so that they can be repeated for ever.
    """
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    rows, columns = rows / height_px, columns / width_px
    wall: npt.NDArray[Any] = 120 + 40 * rows - 30 * (columns - 0.5) ** 2
    for left in chance.uniform(0, 1, 14):
        top, width = chance.uniform(0, 0.5), chance.uniform(0.02, 0.07)
        book = (columns > left) & (columns < left + width) & (rows > top) & (rows < top + 0.25)
        wall = np.where(book, chance.uniform(40, 200), wall)
    wall = np.add(wall, chance.normal(0, 6, wall.shape))  # texture that stands still
    colours = chance.uniform(110, 146, (2, height_px // 2, width_px // 2))
    chroma = (colours + np.roll(colours, 1, 1) + np.roll(colours, 1, 2)) / 3
    hair = chance.normal(0, 12, wall.shape)
    noise = chance.normal(0, 2.2, (8, height_px, width_px)).astype(np.float32)
    pictures: list[Planes] = []
    for number in range(count):
        turn = 2 * np.pi * number / count
        x, y = 0.5 + 0.05 * np.sin(turn), 0.45 + 0.015 * np.sin(2 * turn)
        mouth = 0.012 + 0.012 * (1 + np.sin(17 * turn)) / 2
        head = ((columns - x) / 0.13) ** 2 + ((rows - y) / 0.24) ** 2
        body = ((columns - x) / 0.32) ** 2 + ((rows - 1.05) / 0.4) ** 2
        luma = np.where(body < 1, 70 + 0.7 * hair, wall)
        luma = np.where(head < 1.2, 50 + hair, luma)
        face = ((columns - x) / 0.11) ** 2 + ((rows - y - 0.03) / 0.19) ** 2
        luma = np.where(face < 1, 165 - 30 * face, luma)
        for side in (-0.045, 0.045):
            eye = ((columns - x - side) / 0.018) ** 2 + ((rows - y + 0.02) / 0.012) ** 2
            luma = np.where(eye < 1, 45, luma)
        lips = ((columns - x) / 0.045) ** 2 + ((rows - y - 0.12) / mouth) ** 2
        luma = np.where(lips < 1, 80, luma)
        luma = luma + np.roll(noise[number % 8], (number * 37) % width_px, axis=1)
        skin = face[::2, ::2] < 1
        planes = [np.where(skin, level, plane) for plane, level in zip(chroma, (112, 148), strict=True)]
        pictures.append(
            (
                np.clip(luma, 16, 235).astype(np.uint8),
                np.clip(planes[0], 16, 240).astype(np.uint8),
                np.clip(planes[1], 16, 240).astype(np.uint8),
            )
        )
    return pictures


def video_frame(planes: Planes) -> av.VideoFrame:
    """The same picture as encoders take it: yuv420p, without a timestamp."""
    height_px, width_px = planes[0].shape
    frame = av.VideoFrame(width_px, height_px, "yuv420p")
    for source, plane in zip(planes, frame.planes, strict=True):
        target = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        target[: source.shape[0], : source.shape[1]] = source
    return frame


def write_y4m(path: Path, pictures: list[Planes]) -> None:
    """Write pictures as YUV4MPEG2, which Chromium reads as a fake camera."""
    height_px, width_px = pictures[0][0].shape
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width_px} H{height_px} F{FRAME_RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for planes in pictures:
            file.write(b"FRAME\n")
            for plane in planes:
                file.write(plane.tobytes())


def vp8_encoder(width_px: int, height_px: int, bit_rate_bps: int) -> av.VideoCodecContext:
    """Libvpx as video calls use it: real time, one thread, a constant rate; nothing of ours in it."""
    codec = av.VideoCodecContext.create("libvpx", "w")
    codec.width, codec.height = width_px, height_px
    codec.pix_fmt, codec.time_base = "yuv420p", Fraction(1, FRAME_RATE)
    codec.bit_rate, codec.gop_size = bit_rate_bps, 3000
    rate = str(bit_rate_bps)
    codec.options = {
        "deadline": "realtime",
        "cpu-used": "-6",
        "lag-in-frames": "0",
        "minrate": rate,
        "maxrate": rate,
        "bufsize": rate,
        "noise-sensitivity": "0",
        "static-thresh": "1",
        "partitions": "0",
    }
    codec.thread_count = 1
    return codec


def encoded(pictures: list[Planes], bit_rate_bps: int) -> list[bytes]:
    """Pictures as VP8, one item each; the first is a key frame, so that they can be repeated."""
    height_px, width_px = pictures[0][0].shape
    codec = vp8_encoder(width_px, height_px, bit_rate_bps)
    frames = []
    for number, planes in enumerate(pictures):
        frame = video_frame(planes)
        frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
        frames.append(b"".join(bytes(packet) for packet in codec.encode(frame)))
    return frames
