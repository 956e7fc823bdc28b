"""Paints one tile of the room: picture, name, badges, ring; no state of its own but cached parts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPen, QPixmap

from desktop.meeting.layout import Tile, fitted
from desktop.view_models.states import TileState
from desktop.views.controls import paint_dots
from desktop.views.icons import paint_icon
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

    Qt spreads a picture of more rows over its thread pool and waits for it with Python's lock held:
    everything else in the process stands still until those threads were given a processor. Measured at
    840x630: 290 µs in one go, 210 µs in strips; on a busy machine 10 ms against 2 (p99 of the loop).
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
        self._names: dict[tuple[str, bool, int, float], QPixmap] = {}
        self._corners: dict[tuple[int, int], QPainterPath] = {}
        look.changed.connect(self.forget)

    def forget(self) -> None:
        """Drop cached parts: fonts or sizes changed."""
        self._names.clear()
        self._corners.clear()

    def paint(self, painter: QPainter, scene: TileScene) -> None:
        """Paint one tile, everything inside its place."""
        look, state, place = self._look, scene.state, scene.place
        area = QRectF(*place)
        if scene.floats:
            painter.save()
            clip = QPainterPath()
            clip.addRoundedRect(area, look.radius.card, look.radius.card)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        if scene.image is not None:
            self._picture(painter, scene, area)
        else:
            painter.fillRect(area, look.colour.control if scene.floats else look.colour.tile)
            self._instead(painter, scene, area)
        if scene.dimmed:
            shade = QColor(look.colour.stage)
            shade.setAlphaF(1 - look.tokens.mix.dimmed)
            painter.fillRect(area, shade)
        if scene.floats:
            painter.restore()
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(self._corner_path(place).translated(place.left, place.top), look.colour.stage)
        self._name(painter, state, area)
        if state.hand:
            self._hand(painter, state.hand, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state.speaking and not scene.dimmed:
            self._outline(painter, area, look.colour.success, look.line.speaking)
        elif scene.floats:
            self._outline(painter, area, look.colour.stage, look.line.border)

    def _outline(self, painter: QPainter, area: QRectF, ink: QColor, width: int) -> None:
        painter.setPen(QPen(ink, width))
        half, radius = width / 2, self._look.radius.card - width / 2
        painter.drawRoundedRect(area.adjusted(half, half, -half, -half), radius, radius)

    def _picture(self, painter: QPainter, scene: TileScene, area: QRectF) -> None:
        """The picture, whole and in its own shape; bars where the tile is wider or higher."""
        image = scene.image
        assert image is not None
        target = QRectF(*fitted(image.width(), image.height(), scene.place))
        if target.size() != area.size():
            painter.fillRect(area, self._look.colour.tile)
        ratio = painter.device().devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        # Without interpolation a reduced screen loses strokes of its letters; it changes seldom.
        smooth = scene.state.is_screen or worth_smoothing(image.width(), target.size(), ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        if not scene.mirrored:
            draw_in_strips(painter, target, image)
            return
        # People know their own face from mirrors.
        painter.save()
        painter.translate(2 * target.x() + target.width(), 0)
        painter.scale(-1, 1)
        draw_in_strips(painter, target, image)
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

    def _corner_path(self, place: Tile) -> QPainterPath:
        """What lies between a tile's rectangle and its rounded outline."""
        key = (place.width, place.height)
        if key not in self._corners:
            area = QRectF(0, 0, *key)
            outside, inside = QPainterPath(), QPainterPath()
            outside.addRect(area)
            inside.addRoundedRect(area, self._look.radius.card, self._look.radius.card)
            self._corners[key] = outside.subtracted(inside)
        return self._corners[key]

    def _name(self, painter: QPainter, state: TileState, area: QRectF) -> None:
        """Name, muted icon and a word on a bad connection, on a dark pill, bottom left."""
        if not state.person.name and not state.muted and not state.quality:
            return
        words = " · ".join(part for part in (state.person.name, state.quality) if part)
        inset = self._look.space.xs
        room = int(area.width()) - 2 * inset
        if room <= self._look.size.pill:
            return
        ratio = painter.device().devicePixelRatioF()
        key = (words, state.muted, room, ratio)
        if key not in self._names:
            self._names[key] = self._name_pill(*key)
        pill = self._names[key]
        top = area.bottom() - inset - pill.height() / ratio
        painter.drawPixmap(QPointF(area.x() + inset, top), pill)

    def _hand(self, painter: QPainter, place: int, area: QRectF) -> None:
        """A raised hand with its place in the order, top left."""
        look = self._look
        font = look.font("label", tabular=True)
        side, height = look.size.icon, look.size.pill + look.space.xxs
        words = str(place)
        width = side + QFontMetrics(font).horizontalAdvance(words) + 2 * look.space.xs
        pill = QRectF(area.x() + look.space.xs, area.y() + look.space.xs, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour.warning)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        paint_icon(
            painter,
            "hand",
            look.colour.stage,
            QRectF(pill.x() + look.space.xxs + 2, pill.y() + (height - side) / 2, side, side),
        )
        painter.setFont(font)
        painter.setPen(look.colour.stage)
        beside = pill.adjusted(look.space.xs + side, 0, 0, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, words)

    def _name_pill(self, name: str, muted: bool, room: int, ratio: float) -> QPixmap:
        look = self._look
        font = look.font("label")
        metrics = QFontMetrics(font)
        side = look.size.small_icon
        pad, height = look.space.s, look.size.pill + look.space.xxs
        icon = side + look.space.xxs if muted else 0
        words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - icon - 2 * pad)
        width = min(room, metrics.horizontalAdvance(words) + icon + 2 * pad)
        pixmap = QPixmap(QSize(round(width * ratio), round(height * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(Qt.GlobalColor.black)
        ground.setAlphaF(look.tokens.mix.pill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
        left = pad
        if muted:
            place = QRectF(left - 2, (height - side) / 2, side, side)
            paint_icon(painter, "microphone-off", look.colour.danger, place)
            left += icon
        painter.setFont(font)
        painter.setPen(look.colour.on_stage)
        painter.drawText(QRectF(left, 0, width - left, height), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
        return pixmap
