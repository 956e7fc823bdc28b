"""The round buttons of the room's bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent

from desktop.views.controls import Control, paint_dots
from desktop.views.icons import paint_icon
from desktop.views.theme import Look

MOST_COUNTED = 9
"""Above this a corner says "9+"."""


class DeviceButton(Control):
    """A round button for a device: filled icon when on, crossed out and tinted when off.

    Args:
        look: colours and sizes; the stage's.
        name: object name.
        icon: name of the icon; "-off" is added while off.
    """

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__(look, name)
        self._icon = icon
        self._on = True
        self._busy = False
        self._alert = False
        self.setProperty("round", True)

    @property
    def on(self) -> bool:
        """Whether the device is shown as on."""
        return self._on

    def show_device(self, *, on: bool, busy: bool, alert: bool = False) -> None:
        """Show whether the device is on, or on its way; a mark in the corner says that it does not work."""
        self._on = on
        self._busy = busy
        self._alert = alert and on and not busy
        self.setEnabled(not busy)
        self.update()

    def set_words(self, state: str, action: str, keys: str) -> None:
        """Say what it is and what a press does: the state is its name, the action its tool tip."""
        self.setAccessibleName(state)
        self.setAccessibleDescription(action)
        self.setToolTip(f"{action} ({keys})" if keys else action)

    def sizeHint(self) -> QSize:
        """A circle."""
        side = self.look.size.room_control
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw circle and icon."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        off_ground = look.soft(colour.danger, look.soft(colour.danger, colour.control))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.control if self._on else off_ground, colour.on_stage))
        painter.drawEllipse(QRectF(self.rect()))
        ink = colour.on_stage if self._on else colour.danger
        if self._busy:
            paint_dots(painter, look, ink, QRectF(self.rect()))
            return
        side = look.size.room_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._icon if self._on else f"{self._icon}-off", ink, place)
        if self._alert:
            paint_corner(painter, look, self.width(), "!")


class PanelButton(Control):
    """A round button that opens something: lit while it is open, with a count in its corner.

    Args:
        look: colours and sizes; the stage's.
        name: object name.
        icon: name of the icon.
    """

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__(look, name)
        self._icon = icon
        self._lit = False
        self._count = 0
        self.setProperty("round", True)

    @property
    def lit(self) -> bool:
        """Whether what it stands for is on or open."""
        return self._lit

    @property
    def count(self) -> int:
        """The number in its corner, 0 for none."""
        return self._count

    def show_lit(self, lit: bool) -> None:
        """Show whether what it stands for is on or open."""
        if lit != self._lit:
            self._lit = lit
            self.update()

    def show_count(self, count: int) -> None:
        """Show a number in the corner; 0 takes it away."""
        if count != self._count:
            self._count = count
            self.update()

    def set_words(self, name: str, action: str, keys: str = "") -> None:
        """Say what it is with its state, and what a press does."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(action)
        self.setToolTip(f"{action} ({keys})" if keys else action)

    def sizeHint(self) -> QSize:
        """A circle."""
        side = self.look.size.room_control
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw circle, icon and number."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        painter.setPen(Qt.PenStyle.NoPen)
        ground, ink = (colour.primary, colour.on_primary) if self._lit else (colour.control, colour.on_stage)
        painter.setBrush(self.shade(ground, ink))
        painter.drawEllipse(QRectF(self.rect()))
        side = look.size.room_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._icon, ink, place)
        if self._count:
            words = str(self._count) if self._count <= MOST_COUNTED else f"{MOST_COUNTED}+"
            paint_corner(painter, look, self.width(), words)


def paint_corner(painter: QPainter, look: Look, button_width: int, words: str) -> None:
    """A few letters on red in the upper right corner of a round button."""
    colour = look.colour
    font = look.font("pill", tabular=True)
    height = look.px(18)
    width = max(height, QFontMetrics(font).horizontalAdvance(words) + look.px(8))
    pill = QRectF(button_width - width, 0, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour.stage)  # a rim, so that it stands off the circle
    painter.drawRoundedRect(pill, height / 2, height / 2)
    pill.adjust(1.5, 1.5, -1.5, -1.5)
    painter.setBrush(colour.leave)
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    painter.setFont(font)
    painter.setPen(colour.on_leave)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


class LeaveButton(Control):
    """The red button."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "leaveButton")
        self._busy = False
        self.setProperty("round", True)

    def set_busy(self, busy: bool) -> None:
        """Leaving is under way."""
        self._busy = busy
        self.setEnabled(not busy)
        self.update()

    def sizeHint(self) -> QSize:
        """Half as wide again as the round ones: the last resort is easy to hit."""
        side = self.look.size.room_control
        return QSize(side * 3 // 2, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.leave, colour.on_leave))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self._busy:
            paint_dots(painter, look, colour.on_leave, QRectF(self.rect()))
            return
        side = look.size.room_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, "leave", colour.on_leave, place)
