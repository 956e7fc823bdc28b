"""Where the tiles of a room stand: pure arithmetic, in whole pixels.

Two people see each other large, with the own picture small in a corner. From the third person on
everybody, oneself included, has a tile of the same size in a grid that keeps 16:9; or one tile (a
shared screen, whoever speaks, whom one pinned) has the stage and the others stand in a strip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

RATIO = 16 / 9
"""Width to height of every tile."""

STRIP_SHARE = 0.22
"""How much of the stage's longer side the strip beside a large tile takes at most."""

WIDE = 1.2
"""From this shape on the strip stands at the right, else below."""

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


def spotlight(
    width_px: int, height_px: int, count: int, gap_px: int, strip_px: int, *, fills: bool
) -> tuple[Tile, tuple[Tile, ...]]:
    """Place one large tile and `count` small ones in a strip beside it.

    Args:
        width_px: the stage's width.
        height_px: the stage's height.
        count: small tiles.
        gap_px: between tiles.
        strip_px: width of a small tile where there is room for it.
        fills: the large tile takes all there is, whatever its shape; else it keeps 16:9.
    """
    beside = width_px >= height_px * WIDE
    across = max(0, min(strip_px, math.floor((width_px if beside else height_px * RATIO) * STRIP_SHARE)))
    if not count:
        across = 0
    elif beside:
        across = min(across, math.floor((height_px - gap_px * (count - 1)) / count * RATIO))
    else:
        across = min(across, math.floor((width_px - gap_px * (count - 1)) / count))
    across = max(0, across)
    down = math.floor(across / RATIO)
    left_over = (across + gap_px if beside else down + gap_px) if count else 0
    room = (width_px - left_over, height_px) if beside else (width_px, height_px - left_over)
    large = Tile(0, 0, max(0, room[0]), max(0, room[1]))
    if not fills:
        large = next(iter(grid(*room, 1, gap_px)), large)
    length = (down if beside else across) * count + gap_px * (count - 1)
    start = ((height_px if beside else width_px) - length) // 2
    step = (down if beside else across) + gap_px
    small = tuple(
        Tile(width_px - across, start + place * step, across, down)
        if beside
        else Tile(start + place * step, height_px - down, across, down)
        for place in range(count)
    )
    return large, small


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
    focus: int | None = None,
    fills: bool = False,
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
        focus: which remote tile has the stage; None for a grid.
        fills: that tile is no camera's: it takes all the room there is, and the own picture never
            lies on it.
    """
    if focus is not None and (fills or remote_count > 1):
        count = remote_count - 1 + has_own
        large, small = spotlight(width_px, height_px, count, gap_px, own_width_px, fills=fills)
        others = iter(small)
        remotes = tuple(large if place == focus else next(others) for place in range(remote_count))
        return Arrangement(remotes, next(others, None), own_floats=False)
    if not has_own:
        return Arrangement(grid(width_px, height_px, remote_count, gap_px), None, own_floats=False)
    if remote_count <= 1:
        remotes = grid(width_px, height_px, remote_count, gap_px)
        around = remotes[0] if remotes else Tile(0, 0, max(0, width_px), max(0, height_px))
        return Arrangement(remotes, floating(around, own_width_px, inset_px, corner), own_floats=True)
    tiles = grid(width_px, height_px, remote_count + 1, gap_px)
    return Arrangement(tiles[:-1], tiles[-1] if tiles else None, own_floats=False)
