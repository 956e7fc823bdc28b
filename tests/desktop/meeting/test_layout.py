"""Tiles: inside the stage, apart, of one shape, as large as they can be."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.meeting.layout import (
    RATIO,
    Corner,
    Tile,
    arrange,
    fitted,
    floating,
    grid,
    nearest_corner,
    spotlight,
)

lengths = st.integers(min_value=200, max_value=4000)
counts = st.integers(min_value=1, max_value=25)


def overlap(one: Tile, other: Tile) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


@given(lengths, lengths, counts)
def test_grid_tiles_stay_inside_and_apart(width: int, height: int, count: int) -> None:
    tiles = grid(width, height, count, 8)
    assert len(tiles) == count
    for tile in tiles:
        assert tile.left >= 0
        assert tile.top >= 0
        assert tile.left + tile.width <= width
        assert tile.top + tile.height <= height
    assert not any(overlap(one, other) for one, other in combinations(tiles, 2))


@given(lengths, lengths, counts)
def test_grid_tiles_have_one_size_and_shape(width: int, height: int, count: int) -> None:
    sizes = {(tile.width, tile.height) for tile in grid(width, height, count, 8)}
    assert len(sizes) == 1
    tile_width, tile_height = sizes.pop()
    assert abs(tile_width - tile_height * RATIO) <= RATIO + 1


@given(lengths, lengths, counts)
def test_grid_uses_the_best_number_of_columns(width: int, height: int, count: int) -> None:
    best = max(
        min(
            (width - 8 * (columns - 1)) / columns,
            (height - 8 * (math.ceil(count / columns) - 1)) / math.ceil(count / columns) * RATIO,
        )
        for columns in range(1, count + 1)
    )
    assert grid(width, height, count, 8)[0].width == math.floor(best)


@given(st.integers(1, 8000), st.integers(1, 8000), lengths, lengths)
def test_pictures_are_fitted_and_never_stretched(width: int, height: int, across: int, down: int) -> None:
    inside = Tile(10, 20, across, down)
    place = fitted(width, height, inside)
    assert place.left >= 10
    assert place.top >= 20
    assert place.left + place.width <= 10 + across
    assert place.top + place.height <= 20 + down
    touches = place.width >= across - 1 or place.height >= down - 1
    assert touches
    # Rounding to whole pixels may cost at most one in either direction.
    assert abs(place.width * height - place.height * width) <= max(width, height)


def test_nothing_to_fit_has_no_area() -> None:
    assert fitted(0, 10, Tile(3, 4, 50, 50)) == Tile(3, 4, 0, 0)


@given(lengths, lengths, st.sampled_from(list(Corner)))
def test_small_own_picture_stays_inside_its_corner(width: int, height: int, corner: Corner) -> None:
    inside = Tile(5, 7, width, height)
    own = floating(inside, 240, 16, corner)
    assert own.left >= 5
    assert own.top >= 7
    assert own.left + own.width <= 5 + width
    assert own.top + own.height <= 7 + height
    centre = own.left - 5 + own.width / 2, own.top - 7 + own.height / 2
    assert nearest_corner(*centre, width, height) is corner


def placed(count: int, *, has_own: bool = True) -> tuple[int, bool, bool]:
    result = arrange(1104, 600, count, has_own=has_own, gap_px=8, inset_px=16, own_width_px=240)
    return len(result.remotes), result.own is not None, result.own_floats


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, (0, True, True)), (1, (1, True, True)), (2, (2, True, False)), (6, (6, True, False))],
)
def test_own_picture_floats_only_with_one_other(count: int, expected: tuple[int, bool, bool]) -> None:
    assert placed(count) == expected


def test_without_an_own_picture_the_others_take_the_stage() -> None:
    assert placed(2, has_own=False) == (2, False, False)


def test_a_stage_without_room_has_no_tiles() -> None:
    assert arrange(0, 0, 3, has_own=True, gap_px=8, inset_px=16, own_width_px=240).own is None


@given(lengths, lengths, st.integers(0, 12), st.booleans())
def test_the_one_in_front_and_the_strip_stay_inside_and_apart(
    width: int, height: int, count: int, fills: bool
) -> None:
    large, small = spotlight(width, height, count, 8, 240, fills=fills)
    tiles = [large, *small]
    assert len(small) == count
    for tile in tiles:
        assert tile.left >= 0
        assert tile.top >= 0
        assert tile.left + tile.width <= width
        assert tile.top + tile.height <= height
    assert not any(overlap(one, other) for one, other in combinations(tiles, 2))


@given(st.integers(800, 4000), st.integers(500, 3000), st.integers(1, 5))
def test_the_one_in_front_is_much_larger_than_the_others(width: int, height: int, count: int) -> None:
    large, small = spotlight(width, height, count, 8, 240, fills=True)
    assert large.width * large.height > 4 * small[0].width * small[0].height
    camera, _ = spotlight(width, height, count, 8, 240, fills=False)
    assert abs(camera.width - camera.height * RATIO) <= RATIO + 1


SIZES = {"has_own": True, "gap_px": 8, "inset_px": 16, "own_width_px": 240}


def test_with_a_focus_everybody_else_keeps_the_order_in_the_strip() -> None:
    made = arrange(1200, 700, 4, focus=2, **SIZES)  # type: ignore[arg-type]
    front = made.remotes[2]
    strip = [*(tile for place, tile in enumerate(made.remotes) if place != 2), made.own]
    assert front.width > 3 * strip[0].width  # type: ignore[union-attr]
    assert [tile.top for tile in strip if tile] == sorted(tile.top for tile in strip if tile)
    assert not made.own_floats


def test_two_people_have_no_strip_unless_a_screen_is_shown() -> None:
    assert arrange(1200, 700, 1, focus=0, **SIZES).own_floats  # type: ignore[arg-type]
    shown = arrange(1200, 700, 1, focus=0, fills=True, **SIZES)  # type: ignore[arg-type]
    assert not shown.own_floats, "nothing lies on what is to be read"
