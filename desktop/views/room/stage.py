"""The stage: one canvas that paints every tile of the room.

Pictures arrive in slots that the media thread overwrites. One timer looks at them, asks for a
repaint only of the tiles whose picture changed, and the painting takes whatever is newest then:
a late painter skips pictures and never delays them. The bytes are painted where they lie.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.meeting.layout import Arrangement, Corner, Tile, arrange, nearest_corner
from desktop.view_models.room_states import LayoutState
from desktop.view_models.states import TileState
from desktop.views.intentions import PaintedPicture, PaintedSlot
from desktop.views.room.tile_painter import TilePainter, TileScene, placed
from desktop.views.theme import Look

DEFAULT_LAYOUT = LayoutState()


@dataclass(slots=True)
class _Record:
    """What was painted of one tile so far."""

    number: int = -1
    """Of the last picture painted; -1 while none is shown."""
    painted: int = 0
    first_at: float | None = None
    place: Tile | None = None


def _between(start: Tile, end: Tile, share: float) -> Tile:
    return Tile(*(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)))


class Stage(QWidget):
    """Paints the room's tiles.

    Args:
        look: colours, fonts and sizes; the stage's.
        picture: finds the slot of a tile by its key.
    """

    pin = Signal(str)
    """A tile was double-clicked; carries its key."""
    menu = Signal(str, QPoint)
    """A tile's menu is wanted at this place; carries its key."""

    def __init__(self, look: Look, picture: Callable[[str], PaintedSlot]) -> None:
        super().__init__()
        self.look = look
        self._picture = picture
        self._painter = TilePainter(look)
        self._tiles: tuple[TileState, ...] = ()
        self._own: TileState | None = None
        self._dimmed = False
        self._layout = LayoutState()
        self._corner = Corner.BOTTOM_RIGHT
        self._arrangement = Arrangement((), None, own_floats=False)
        self._places: dict[str, Tile] = {}
        self._records: dict[str, _Record] = {}
        self._paints = 0
        self._ticks = 0
        self._last_region = QRegion()
        self._dot = 0
        self._dot_ticks = 0
        self._dragged: QPoint | None = None
        self.setObjectName("stage")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(look.tokens.duration_ms.frame)
        self._timer.timeout.connect(self._tick)
        self._moving = QVariantAnimation(self)
        self._moving.valueChanged.connect(self._move_to)
        self._moved_from: dict[str, Tile] = {}
        look.changed.connect(self._rearrange)

    @property
    def paints(self) -> int:
        """How often anything was painted at all."""
        return self._paints

    @property
    def ticks(self) -> int:
        """How often the slots were looked at."""
        return self._ticks

    @property
    def last_region(self) -> QRegion:
        """What the latest painting covered."""
        return self._last_region

    def painted(self, key: str) -> int:
        """How many different pictures of a tile reached the screen."""
        record = self._records.get(key)
        return record.painted if record else 0

    def first_painted_at(self, key: str) -> float | None:
        """When a tile's first picture was painted, by `time.monotonic()`; None before."""
        record = self._records.get(key)
        return record.first_at if record else None

    def place(self, key: str) -> Tile | None:
        """Where a tile stands when nothing moves any more, None for unknown keys."""
        return self._places.get(key)

    def shown_place(self, key: str) -> Tile | None:
        """Where a tile is at this moment, on its way to `place`."""
        record = self._records.get(key)
        return record.place if record else None

    def show_tiles(
        self,
        tiles: tuple[TileState, ...],
        own: TileState | None,
        *,
        dimmed: bool,
        layout: LayoutState = DEFAULT_LAYOUT,
    ) -> None:
        """Draw these people; only tiles that changed are painted again.

        Args:
            tiles: the others, in order.
            own: our own, None to show none.
            dimmed: the line is away.
            layout: who has the stage, and whether we see ourselves mirrored.
        """
        before = {tile.key: tile for tile in self._all()}
        same_keys = [tile.key for tile in self._tiles] == [tile.key for tile in tiles]
        same_own = (self._own is None) == (own is None)
        redim = dimmed != self._dimmed or layout.mirrored != self._layout.mirrored
        moved = (layout.focus, layout.fills) != (self._layout.focus, self._layout.fills)
        self._tiles, self._own, self._dimmed, self._layout = tiles, own, dimmed, layout
        for gone in before.keys() - {tile.key for tile in self._all()}:
            self._records.pop(gone, None)
            self._painter.drop(gone)
        self.setAccessibleDescription("; ".join(tile.accessible for tile in self._all() if tile.accessible))
        if not same_keys or not same_own or moved:
            self._rearrange(animated=bool(before))
        elif redim:
            self.update()
        else:
            for tile in self._all():
                if tile != before.get(tile.key):
                    self._update_tile(tile.key)
        self._run_timer()

    def set_saving(self, saving: bool) -> None:
        """Paint fewer pictures a second, to spare the computer."""
        durations = self.look.tokens.duration_ms
        self._timer.setInterval(durations.frame_saving if saving else durations.frame)

    def event(self, event: QEvent) -> bool:
        """A tool tip over a tile says what is bad about its connection."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tile = self.tile_at(event.pos())
            QToolTip.showText(event.globalPos(), tile.tip if tile is not None else "", self)
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the slots only while somebody can see them."""
        super().showEvent(event)
        self._run_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everybody anew, at once."""
        super().resizeEvent(event)
        self._rearrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles that the region touches."""
        painter = QPainter(self)
        region = event.region()
        self._paints += 1
        self._last_region = region
        bare = region
        touched = []
        for tile in self._all():
            record = self._record(tile.key)
            if record.place is not None:
                area = QRect(*record.place)
                if region.intersects(area):
                    if not self._floats(tile):  # there its corners let through what is beneath
                        bare = bare.subtracted(area)
                    touched.append((tile, record, record.place))
        if not bare.isEmpty():  # not beneath tiles: it took a sixth of the time of painting them
            painter.fillRect(bare.boundingRect(), self.look.colour.stage)
        for tile, record, place in touched:
            self._paint_tile(painter, tile, record, place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the small own picture."""
        own = self._own_area()
        place = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and own is not None and own.contains(place):
            self._dragged = place - own.topLeft()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry it along."""
        own = self._own_area()
        if self._dragged is None or own is None or self._own is None:
            return
        corner = event.position().toPoint() - self._dragged
        left = max(0, min(corner.x(), self.width() - own.width()))
        top = max(0, min(corner.y(), self.height() - own.height()))
        self._put(self._own.key, Tile(left, top, own.width(), own.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go: it moves to the nearest corner."""
        own = self._own_area()
        if self._dragged is None or own is None:
            return
        self._dragged = None
        self.unsetCursor()
        centre = own.center()
        self._corner = nearest_corner(centre.x(), centre.y(), self.width(), self.height())
        self._rearrange(animated=True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Pin a tile, or let it go."""
        tile = self.tile_at(event.position().toPoint())
        if tile is not None and not tile.is_self:
            self.pin.emit(tile.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a tile's menu."""
        tile = self.tile_at(event.pos())
        if tile is not None:
            self.menu.emit(tile.key, event.pos())

    def tile_at(self, place: QPoint) -> TileState | None:
        """The tile under a point; the one that floats comes first."""
        for tile in reversed(self._all()):
            area = self._record(tile.key).place
            if area is not None and QRect(*area).contains(place):
                return tile
        return None

    def _all(self) -> tuple[TileState, ...]:
        """Every tile in painting order: the own one last, since it may float."""
        return (*self._tiles, self._own) if self._own is not None else self._tiles

    def _record(self, key: str) -> _Record:
        return self._records.setdefault(key, _Record())

    def _floats(self, tile: TileState) -> bool:
        """Whether it lies over the others."""
        return tile is self._own and self._arrangement.own_floats

    def _own_area(self) -> QRect | None:
        """Where the small own picture is now, None when it does not float."""
        if self._own is None or not self._arrangement.own_floats:
            return None
        place = self._record(self._own.key).place
        return QRect(*place) if place else None

    def _rearrange(self, *, animated: bool = False) -> None:
        look = self.look
        self._arrangement = arrange(
            self.width(),
            self.height(),
            len(self._tiles),
            has_own=self._own is not None,
            gap_px=look.space.xs,
            inset_px=look.space.m,
            own_width_px=look.size.own_tile_width,
            corner=self._corner,
            focus=next((i for i, tile in enumerate(self._tiles) if tile.key == self._layout.focus), None),
            fills=self._layout.fills,
        )
        places = dict(zip((tile.key for tile in self._tiles), self._arrangement.remotes, strict=False))
        if self._own is not None and self._arrangement.own is not None:
            places[self._own.key] = self._arrangement.own
        self._places = places
        self._moving.stop()
        duration = look.duration_ms(look.tokens.duration_ms.move) if animated and self.isVisible() else 0
        if not duration:
            for tile in self._all():
                self._record(tile.key).place = places.get(tile.key)
            self.update()
            return
        self._moved_from = {
            key: self._record(key).place or end  # newcomers appear where they will stay
            for key, end in places.items()
        }
        self._moving.setStartValue(0.0)
        self._moving.setEndValue(1.0)
        self._moving.setDuration(duration)
        self._moving.start()

    def _move_to(self, share: float) -> None:
        for key, start in self._moved_from.items():
            end = self._places.get(key)
            if end is not None:
                self._record(key).place = _between(start, end, share)
        self.update()

    def _put(self, key: str, place: Tile) -> None:
        self._update_tile(key)
        self._record(key).place = place
        self._update_tile(key)

    def _update_tile(self, key: str) -> None:
        place = self._record(key).place
        if place is not None:
            self.update(QRect(*place))

    def _run_timer(self) -> None:
        if self.isVisible() and self._all():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        """Ask for a repaint of what changed since it was painted."""
        self._ticks += 1
        step = self._step_dots()
        for tile in self._all():
            picture = self._shown_picture(tile)
            number = picture.number if picture is not None else -1
            if number != self._record(tile.key).number or (step and tile.connecting):
                self._update_tile(tile.key)

    def _step_dots(self) -> bool:
        """Advance the connecting dots when it is time; whether it was."""
        durations = self.look.tokens.duration_ms
        self._dot_ticks += 1
        if not self.look.animated or self._dot_ticks * self._timer.interval() < durations.dots:
            return False
        self._dot_ticks = 0
        self._dot = (self._dot + 1) % 3
        return True

    def _shown_picture(self, tile: TileState) -> PaintedPicture | None:
        """The newest picture, unless the tile shows its avatar."""
        return self._picture(tile.key).picture if tile.camera_on and not tile.connecting else None

    def _shown_px(self, tile: TileState, picture: PaintedPicture, place: Tile) -> tuple[int, int] | None:
        """How large a picture is on the screen; None for shared screens, of which every pixel is wanted."""
        if tile.is_screen:
            return None
        target, _ = placed(picture.width_px, picture.height_px, place)
        ratio = self.devicePixelRatioF()
        return ceil(target.width() * ratio), ceil(target.height() * ratio)

    def _paint_tile(self, painter: QPainter, tile: TileState, record: _Record, place: Tile) -> None:
        picture = self._shown_picture(tile)
        image = None
        if picture is not None:
            # No copy: `picture` keeps the bytes alive until the painting below is done.
            image = QImage(
                picture.data,
                picture.width_px,
                picture.height_px,
                picture.stride_bytes,
                QImage.Format.Format_RGB32,
            )
        dot = self._dot if self.look.animated else -1
        self._painter.paint(
            painter,
            TileScene(
                tile,
                place,
                image,
                self._floats(tile),
                self._dimmed,
                dot,
                mirrored=tile.is_self and self._layout.mirrored,
            ),
        )
        if picture is None:
            record.number = -1
        elif picture.number != record.number:
            record.number = picture.number
            record.painted += 1
            self._picture(tile.key).shown_px = self._shown_px(tile, picture, place)
            if record.first_at is None:
                record.first_at = time.monotonic()
