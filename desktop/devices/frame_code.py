"""A number painted into a picture: says whose picture it is and which one.

Two rows of black and white cells at the top of the picture carry a 16-bit source id, a 24-bit frame
number and a CRC-16 of both. All places are fractions of the picture's size, so the code can still be
read after scaling; cells are large (20 x 20 pixels of 640 x 480) and fully black or white, so it
survives a video codec at low bit rates. The demo and the tests use it to prove that the picture one
side sees is the other side's camera and not its own.

    quiet edge | guard | 28 bits | guard | quiet edge      guards: white, black in the first row,
    quiet edge | guard | 28 bits | guard | quiet edge              black, white in the second
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

COLUMNS = 32
"""Cells across the picture, the quiet edges on both sides included."""
ROWS = 24
"""Cells down the picture; the code takes 2 of them, after half a cell of quiet edge."""
BAND_ROWS = 3
"""Cells down that belong to the code, quiet edges included."""

NUMBER_LIMIT = 1 << 24
"""Frame numbers start again at 0 when they reach this."""

DARK, LIGHT = 24, 226
"""Luma of the cells: inside the range 16 to 235 that video keeps."""

_BITS_PER_ROW = 28
_CODE_BYTES = 7
_CRC_START = 0xFFFF  # not 0: a picture that is all black must not carry a right checksum
_LEAST_CONTRAST = 60.0  # between the guards; below, this is not a code of ours
_DOUBT = 0.2  # a cell nearer to the threshold than this share of the contrast is not read at all
_SAMPLES = (0.3, 0.43, 0.57, 0.7)  # where a cell is looked at: its middle, away from blurred edges
_LEAST_WIDTH_PX, _LEAST_HEIGHT_PX = 64, 48

Image = npt.NDArray[np.uint8]
"""Luma of shape (height, width), or BGRA of shape (height, width, 4)."""


@dataclass(frozen=True, slots=True)
class FrameCode:
    """What the cells say.

    Attributes:
        source_id: 0 to 65535, of the account whose picture it is: see `source_id_of`.
        number: 0 to 16777215, the number of the frame.
    """

    source_id: int
    number: int


def source_id_of(account_id: str) -> int:
    """The 16-bit id of an account: the first two bytes of its SHA-256, the same on every machine."""
    return int.from_bytes(hashlib.sha256(account_id.encode()).digest()[:2], "big")


def code_cells(code: FrameCode) -> npt.NDArray[np.bool_]:
    """The cells of a code, guards included: shape (2, 30), True is white.

    Raises:
        ValueError: a part of the code is out of range.
    """
    if not 0 <= code.source_id < 1 << 16 or not 0 <= code.number < NUMBER_LIMIT:
        raise ValueError("a source id has 16 bits and a frame number 24")
    data = code.source_id.to_bytes(2, "big") + code.number.to_bytes(3, "big")
    data += binascii.crc_hqx(data, _CRC_START).to_bytes(2, "big")
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).astype(np.bool_).reshape(2, _BITS_PER_ROW)
    cells = np.empty((2, _BITS_PER_ROW + 2), np.bool_)
    cells[:, 0] = (True, False)
    cells[:, -1] = (False, True)
    cells[:, 1:-1] = bits
    return cells


def draw_frame_code(luma: Image, code: FrameCode) -> None:
    """Paint a code over the top of a picture.

    Args:
        luma: shape (height, width), at least 64 x 48, changed in place.
        code: what to write.

    Raises:
        ValueError: a part of the code is out of range.
    """
    height_px, width_px = luma.shape
    quiet_px, columns, rows = _edges(height_px, width_px)
    luma[:quiet_px] = LIGHT
    levels = np.where(code_cells(code), LIGHT, DARK).astype(np.uint8)
    # Spread the 2 x 30 cells over their pixels: one row of pixels each, then copied down.
    for row in range(2):
        line = luma[rows[row]]
        line[:] = LIGHT
        line[columns[0] : columns[-1]] = np.repeat(levels[row], np.diff(columns))
        luma[rows[row] : rows[row + 1]] = line


def read_frame_code(image: Image) -> FrameCode | None:
    """The code in a whole picture, or None when it carries none that is certain.

    Never a wrong code: guards, contrast and every single cell must be clear and the checksum right.
    Never an exception: anything that is not such an array carries no code.

    Args:
        image: luma of shape (height, width) or BGRA of shape (height, width, 4), 8 bits a channel.
    """
    if image.dtype != np.uint8 or image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] != 4):
        return None
    height_px, width_px = image.shape[:2]
    if height_px < _LEAST_HEIGHT_PX or width_px < _LEAST_WIDTH_PX:
        return None
    y, x = _sample_points(height_px, width_px)
    samples = image[y, x].astype(np.float32)
    if samples.ndim == 3:
        samples = samples[..., :3] @ np.array((0.114, 0.587, 0.299), np.float32)
    cells = samples.reshape(2, _BITS_PER_ROW + 2, -1).mean(axis=2)
    lightest_dark = max(cells[1, 0], cells[0, -1])
    darkest_light = min(cells[0, 0], cells[1, -1])
    contrast = darkest_light - lightest_dark
    if contrast < _LEAST_CONTRAST:
        return None
    distance = cells - (darkest_light + lightest_dark) / 2
    if np.abs(distance).min() < _DOUBT * contrast:
        return None
    data = np.packbits(distance[:, 1:-1] > 0).tobytes()
    if len(data) != _CODE_BYTES or binascii.crc_hqx(data, _CRC_START) != 0:
        return None  # a CRC over data and its own checksum is 0
    return FrameCode(int.from_bytes(data[:2], "big"), int.from_bytes(data[2:5], "big"))


@lru_cache(maxsize=32)
def _edges(height_px: int, width_px: int) -> tuple[int, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Height of the quiet edge, the 31 vertical and the 3 horizontal cell borders, in pixels."""
    columns = np.rint(np.arange(1, COLUMNS) * width_px / COLUMNS).astype(np.intp)
    rows = np.rint(np.array((0.5, 1.5, 2.5)) * height_px / ROWS).astype(np.intp)
    return round(BAND_ROWS * height_px / ROWS), columns, rows


@lru_cache(maxsize=32)
def _sample_points(height_px: int, width_px: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row and column of every pixel looked at: shapes that index to (2, 30, 16)."""
    inside = np.array(_SAMPLES)
    x = ((np.arange(1, COLUMNS - 1)[:, None] + inside) * width_px / COLUMNS).astype(np.intp)
    y = ((np.array((0.5, 1.5))[:, None] + inside) * height_px / ROWS).astype(np.intp)
    grid_y = np.broadcast_to(y[:, None, :, None], (2, COLUMNS - 2, len(inside), len(inside)))
    grid_x = np.broadcast_to(x[None, :, None, :], (2, COLUMNS - 2, len(inside), len(inside)))
    return grid_y.reshape(2, COLUMNS - 2, -1), grid_x.reshape(2, COLUMNS - 2, -1)
