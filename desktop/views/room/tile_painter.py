"""Paints a tile of the room: its picture or what stands for it; what lies over it is `tile_dressing.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from desktop.meeting.layout import Tile, fitted
from desktop.view_models.states import TileState
from desktop.views.controls import paint_dots
from desktop.views.room.tile_dressing import TileDressing
from desktop.views.text import paint_avatar
from desktop.views.theme import Look

SMOOTH_AT_MOST_PX = 700_000
"""Device pixels of the largest picture that is interpolated."""

STRIP_ROWS = 64
"""Rows drawn at a time: Qt takes up to 95 for one piece of work."""

_INTERSECT = Qt.ClipOperation.IntersectClip
_LARGEST_AVATAR_SHARE = 0.42
_WORDS_FROM_HEIGHT_PX = 176
"""Below this height a tile has no room for a line of words beside its name."""


def worth_smoothing(width_px: int, shown: QSizeF, ratio: float) -> bool:
    """Whether a picture is scaled with interpolation.

    The raster painter takes about 9 ns for an interpolated pixel and 1.5 ns for a repeated one. An
    enlarged picture looks coarse without; a reduced one hardly differs; and a very large one would
    cost a quarter of a core.

    Args:
        width_px: width of the picture.
        shown: its size on screen, in device-independent pixels.
        ratio: device pixels per pixel.
    """
    enlarged = shown.width() * ratio > width_px
    return enlarged and shown.width() * shown.height() * ratio * ratio <= SMOOTH_AT_MOST_PX


def draw_in_strips(painter: QPainter, target: QRectF, image: QImage) -> None:
    """Draw a scaled picture a few rows at a time, pixel for pixel as in one go.

    Qt spreads one of more rows over its thread pool and waits for it with Python's lock held:
    everything else in the process stands still until those threads were given a processor. Measured at
    840x630: 290 µs in one go, 210 µs in strips; on a busy machine 10 ms against 2 (p99 of the loop).
    A picture that is not interpolated, within one rectangle, is drawn by one thread in any case; within
    rounded corners it is not.
    """
    if target.height() <= STRIP_ROWS:
        painter.drawImage(target, image)
        return
    painter.save()
    top = target.top()
    while top < target.bottom():
        height = min(STRIP_ROWS, target.bottom() - top)
        painter.setClipRect(QRectF(target.left(), top, target.width(), height), _INTERSECT)
        painter.drawImage(target, image)
        painter.restore()
        painter.save()
        top += height
    painter.restore()


@lru_cache(maxsize=64)
def placed(width_px: int, height_px: int, place: Tile) -> tuple[QRectF, tuple[QRectF, ...]]:
    """Where a picture of a size goes in a tile, and the bars beside it; not to be changed.

    The bars reach a pixel under the picture: at 125 % its edge lies between two pixels.
    """
    target = QRectF(*fitted(width_px, height_px, place))
    area = QRectF(*place)
    if target.width() < area.width():
        left, right = target.left() + 1 - area.left(), area.right() - target.right() + 1
        return target, (
            QRectF(area.left(), area.top(), left, area.height()),
            QRectF(area.right() - right, area.top(), right, area.height()),
        )
    if target.height() < area.height():
        above, below = target.top() + 1 - area.top(), area.bottom() - target.bottom() + 1
        return target, (
            QRectF(area.left(), area.top(), area.width(), above),
            QRectF(area.left(), area.bottom() - below, area.width(), below),
        )
    return target, ()


@dataclass(frozen=True, slots=True)
class TileScene:
    """What one tile looks like at this moment.

    Attributes:
        state: who, and how they are.
        place: where, in the stage's pixels.
        image: the picture to show; None shows the avatar.
        floats: lies over another tile, so its corners must be cut out, not painted over.
        dimmed: only 40 % of the picture remains (reconnecting).
        dot: which of the connecting dots is lit.
        mirrored: the picture is shown as in a mirror.
    """

    state: TileState
    place: Tile
    image: QImage | None
    floats: bool = False
    dimmed: bool = False
    dot: int = -1
    mirrored: bool = False


class TilePainter:
    """Paints tiles with one look.

    Args:
        look: colours, fonts and sizes; the stage's, dark in both themes.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._dressing = TileDressing(look)
        look.changed.connect(self._dressing.forget)

    def drop(self, key: str) -> None:
        """Somebody left."""
        self._dressing.drop(key)

    def paint(self, painter: QPainter, scene: TileScene) -> None:
        """Paint one tile, everything inside its place; the painter's clip is left there."""
        look, place = self._look, scene.place
        area = QRectF(*place)
        ratio = painter.device().devicePixelRatioF()
        # A region of several rectangles, such as two tiles, makes Qt paint span by span, which takes
        # twice as long; within one rectangle it copies rows.
        painter.setClipRect(area if ratio.is_integer() else area.adjusted(-1, -1, 1, 1))
        if scene.floats:
            painter.save()
            clip = QPainterPath()
            clip.addRoundedRect(area, look.radius.card, look.radius.card)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipPath(clip, _INTERSECT)
        if scene.image is not None:
            self._picture(painter, scene, scene.image, ratio)
        else:
            painter.fillRect(area, look.colour.control if scene.floats else look.colour.tile)
            self._instead(painter, scene, area)
        if scene.dimmed:
            shade = QColor(look.colour.stage)
            shade.setAlphaF(1 - look.tokens.mix.dimmed)
            painter.fillRect(area, shade)
        if scene.floats:
            painter.restore()
        self._dressing.paint(painter, scene, ratio)

    def _picture(self, painter: QPainter, scene: TileScene, image: QImage, ratio: float) -> None:
        """The picture, whole and in its own shape; bars where the tile is wider or higher."""
        target, bars = placed(image.width(), image.height(), scene.place)
        for bar in bars:
            painter.fillRect(bar, self._look.colour.tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        # Without interpolation a reduced screen loses strokes of its letters; it changes seldom.
        smooth = scene.state.is_screen or worth_smoothing(image.width(), target.size(), ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        draw = draw_in_strips if smooth or scene.floats else QPainter.drawImage
        if not scene.mirrored:
            draw(painter, target, image)
            return
        # People know their own face from mirrors.
        painter.save()
        painter.translate(2 * target.x() + target.width(), 0)
        painter.scale(-1, 1)
        draw(painter, target, image)
        painter.restore()

    def _instead(self, painter: QPainter, scene: TileScene, area: QRectF) -> None:
        """What stands where there is no picture: the avatar, and dots while connecting."""
        look, state = self._look, scene.state
        side = min(look.size.stage_avatar, round(area.height() * _LARGEST_AVATAR_SHARE))
        middle = area.center()
        connecting = state.connecting and area.height() >= look.px(_WORDS_FROM_HEIGHT_PX)
        lift = look.space.l if connecting else 0
        circle = QRectF(0, 0, side, side)
        circle.moveCenter(QPointF(middle.x(), middle.y() - lift))
        paint_avatar(painter, look, state.person, circle)
        if not connecting:
            return
        below = circle.bottom() + look.space.m
        dots = QRectF(area.x(), below, area.width(), look.space.xs)
        paint_dots(painter, look, look.colour.on_stage, dots, scene.dot)
        painter.setFont(look.font("small"))
        painter.setPen(look.colour.muted)
        words = QRectF(area.x(), dots.bottom() + look.space.xs, area.width(), look.line_height("small"))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, state.connecting_text)
