"""What a tile looks like does not depend on what its painter remembers, nor on the region it paints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QRegion

from desktop.meeting.layout import Tile
from desktop.view_models.states import PersonState, TileState
from desktop.views.room.tile_painter import TilePainter, TileScene, placed
from desktop.views.theme import Theme

ALICE = TileState("alice", PersonState("Alice", "A", 1))
PLACE = Tile(9, 7, 311, 177)
SIZE_PX = (340, 200)


def picture() -> QImage:
    """Stripes: a shift by one pixel shows."""
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    for column in range(0, 64, 2):
        for row in range(48):
            image.setPixel(column, row, 0xFFC06020)
    return image


def painted(
    painter: TilePainter, scene: TileScene, ratio: float, region: QRegion | None = None
) -> np.ndarray:
    """All four channels of a device that was white before."""
    device = QImage(
        round(SIZE_PX[0] * ratio), round(SIZE_PX[1] * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    device.setDevicePixelRatio(ratio)
    device.fill(Qt.GlobalColor.white)
    over = QPainter(device)
    if region is not None:
        over.setClipRegion(region)
    painter.paint(over, scene)
    over.end()
    return np.frombuffer(device.constBits(), np.uint8).reshape(device.height(), -1).astype(np.int16).copy()


SCENES = {
    "quiet": TileScene(ALICE, PLACE, picture()),
    "speaking": TileScene(replace(ALICE, speaking=True), PLACE, picture()),
    "hand, muted": TileScene(replace(ALICE, hand=2, muted=True, quality="Weak"), PLACE, picture()),
    "dimmed": TileScene(replace(ALICE, speaking=True), PLACE, picture(), dimmed=True),
    "floating": TileScene(replace(ALICE, speaking=True), PLACE, picture(), floats=True),
    "mirrored": TileScene(ALICE, PLACE, picture(), floats=True, mirrored=True),
    "without a picture": TileScene(ALICE, PLACE, None),
    "small": TileScene(replace(ALICE, speaking=True), Tile(9, 7, 60, 34), picture()),
}


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("name", SCENES)
def test_what_is_remembered_looks_like_what_is_drawn(theme: Theme, name: str, ratio: float) -> None:
    painter = TilePainter(theme.stage_look)
    drawn, cut, again = (painted(painter, SCENES[name], ratio) for _ in range(3))
    assert np.array_equal(cut, again)
    assert np.abs(cut - drawn).max() <= 8  # rounding of what is blended once more, at 125 % between pixels


def test_another_state_or_place_is_not_taken_for_the_one_before(theme: Theme) -> None:
    painter = TilePainter(theme.stage_look)
    quiet, speaking = SCENES["quiet"], SCENES["speaking"]
    for _ in range(3):
        painted(painter, quiet, 1.0)
    ring = painted(painter, speaking, 1.0)
    assert np.array_equal(ring, painted(TilePainter(theme.stage_look), speaking, 1.0))
    moved = replace(quiet, place=Tile(20, 12, 311, 177))
    assert np.array_equal(painted(painter, moved, 1.0), painted(TilePainter(theme.stage_look), moved, 1.0))


def test_a_tile_is_painted_alike_alone_and_beside_another(theme: Theme) -> None:
    painter = TilePainter(theme.stage_look)
    scene = SCENES["quiet"]
    area = QRect(*PLACE)
    alone = painted(painter, scene, 1.0, QRegion(area))
    both = painted(painter, scene, 1.0, QRegion(area).united(QRect(325, 3, 10, 30)))
    assert np.abs(alone - both).max() <= 3


@pytest.mark.parametrize("size_px", [(640, 480), (1280, 720), (300, 900)])
def test_picture_and_bars_leave_nothing_of_a_tile_bare(size_px: tuple[int, int]) -> None:
    target, bars = placed(*size_px, PLACE)
    bare = QRegion(QRect(*PLACE)).subtracted(QRegion(target.toRect()))
    for bar in bars:
        bare = bare.subtracted(QRegion(bar.toRect()))
    assert bare.isEmpty()


def pooled_ns() -> int:
    """Processor time of Qt's pool threads so far."""
    total_ns = 0
    for thread in Path("/proc/self/task").iterdir():
        try:
            if (thread / "comm").read_text().startswith("Thread (pooled"):
                total_ns += int((thread / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return total_ns


@pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="the system does not tell threads' times"
)
@pytest.mark.parametrize("floats", [False, True])
def test_no_picture_is_spread_over_threads(theme: Theme, floats: bool) -> None:
    """Qt waits for them with Python's lock held: everything stands still until they got a processor."""
    painter = TilePainter(theme.stage_look)
    place = Tile(0, 0, 900, 506)
    scenes = [
        TileScene(replace(ALICE, speaking=True), place, picture(), floats=floats),
        TileScene(ALICE, place, picture().scaled(1280, 720), floats=floats, mirrored=True),
    ]
    device = QImage(900, 506, QImage.Format.Format_RGB32)
    for scene in scenes:
        for count in range(6):
            if count == 2:  # what lies over the picture is cut by now
                before = pooled_ns()
            over = QPainter(device)
            painter.paint(over, scene)
            over.end()
        assert pooled_ns() <= before
