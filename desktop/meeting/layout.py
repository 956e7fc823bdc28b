"""Where the tiles of a room stand: pure arithmetic, in whole pixels.

Two people see each other large, with the own picture small in a corner. From the third person on
everybody, oneself included, has a tile of the same size in a grid that keeps 16:9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

RATIO = 16 / 9
"""Width to height of every tile."""

LARGEST_OWN_SHARE = 1 / 3
"""The small own picture never takes more of the width or height it lies on than this."""


class Tile(NamedTuple):
    """A rectangle, in pixels from the stage's top left corner."""

    left: int
    top: int
    width: int
    height: int


class Corner(Enum):
    """Where the small own picture stands."""

    TOP_LEFT = (0, 0)
    TOP_RIGHT = (1, 0)
    BOTTOM_LEFT = (0, 1)
    BOTTOM_RIGHT = (1, 1)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Places of the remote tiles, in order, and of the own one (None without an own picture)."""

    remotes: tuple[Tile, ...]
    own: Tile | None
    own_floats: bool
    """The own tile lies over the others instead of beside them."""


def fitted(width_px: int, height_px: int, inside: Tile) -> Tile:
    """The largest rectangle of a picture's shape inside a tile, in its middle: nothing is stretched.

    Args:
        width_px: the picture's width.
        height_px: the picture's height.
        inside: where it must fit.
    """
    if min(width_px, height_px, inside.width, inside.height) <= 0:
        return Tile(inside.left, inside.top, 0, 0)
    scale = min(inside.width / width_px, inside.height / height_px)
    width, height = round(width_px * scale), round(height_px * scale)
    left = inside.left + (inside.width - width) // 2
    top = inside.top + (inside.height - height) // 2
    return Tile(left, top, width, height)


def grid(width_px: int, height_px: int, count: int, gap_px: int) -> tuple[Tile, ...]:
    """Place `count` equal 16:9 tiles as large as they can be, a shorter last row in the middle."""
    if count <= 0 or width_px <= 0 or height_px <= 0:
        return ()
    best_columns, best_width = 1, -1.0
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (width_px - gap_px * (columns - 1)) / columns
        down = (height_px - gap_px * (rows - 1)) / rows
        width = min(across, down * RATIO)
        if width > best_width:
            best_columns, best_width = columns, width
    width = max(0, math.floor(best_width))
    height = max(0, math.floor(best_width / RATIO))
    rows = math.ceil(count / best_columns)
    top = (height_px - rows * height - (rows - 1) * gap_px) // 2
    tiles: list[Tile] = []
    for row in range(rows):
        in_row = min(best_columns, count - row * best_columns)
        left = (width_px - in_row * width - (in_row - 1) * gap_px) // 2
        tiles += [
            Tile(left + column * (width + gap_px), top + row * (height + gap_px), width, height)
            for column in range(in_row)
        ]
    return tuple(tiles)


def floating(inside: Tile, own_width_px: int, inset_px: int, corner: Corner = Corner.BOTTOM_RIGHT) -> Tile:
    """Place the small own picture into a corner of `inside`, `inset_px` from its edges."""
    width = min(own_width_px, math.floor(inside.width * LARGEST_OWN_SHARE))
    height = min(round(width / RATIO), math.floor(inside.height * LARGEST_OWN_SHARE))
    width = max(0, min(width, round(height * RATIO)))
    height = max(0, height)
    across = min(inset_px, (inside.width - width) // 2)
    down = min(inset_px, (inside.height - height) // 2)
    right, bottom = corner.value
    left = inside.width - width - across if right else across
    top = inside.height - height - down if bottom else down
    return Tile(inside.left + left, inside.top + top, width, height)


def nearest_corner(x_px: float, y_px: float, width_px: int, height_px: int) -> Corner:
    """The corner of the stage that a point belongs to."""
    return Corner((int(x_px > width_px / 2), int(y_px > height_px / 2)))


def arrange(
    width_px: int,
    height_px: int,
    remote_count: int,
    *,
    has_own: bool,
    gap_px: int,
    inset_px: int,
    own_width_px: int,
    corner: Corner = Corner.BOTTOM_RIGHT,
) -> Arrangement:
    """Place everybody.

    Args:
        width_px: the stage's width.
        height_px: the stage's height.
        remote_count: how many remote tiles there are.
        has_own: whether the own picture is shown.
        gap_px: between tiles.
        inset_px: between the small own picture and the edge of what it lies on.
        own_width_px: width of the small own picture where there is room for it.
        corner: where the small own picture stands.
    """
    if not has_own:
        return Arrangement(grid(width_px, height_px, remote_count, gap_px), None, own_floats=False)
    if remote_count <= 1:
        remotes = grid(width_px, height_px, remote_count, gap_px)
        around = remotes[0] if remotes else Tile(0, 0, max(0, width_px), max(0, height_px))
        return Arrangement(remotes, floating(around, own_width_px, inset_px, corner), own_floats=True)
    tiles = grid(width_px, height_px, remote_count + 1, gap_px)
    return Arrangement(tiles[:-1], tiles[-1] if tiles else None, own_floats=False)
