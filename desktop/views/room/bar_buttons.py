"""The round buttons of the room's bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from desktop.views.controls import Control, paint_dots
from desktop.views.icons import paint_icon
from desktop.views.theme import Look


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
        self.setProperty("round", True)

    @property
    def on(self) -> bool:
        """Whether the device is shown as on."""
        return self._on

    def show_device(self, *, on: bool, busy: bool) -> None:
        """Show whether the device is on, or on its way."""
        self._on = on
        self._busy = busy
        self.setEnabled(not busy)
        self.update()

    def set_words(self, state: str, action: str, keys: str) -> None:
        """Say what it is and what a press does: the state is its name, the action its tool tip."""
        self.setAccessibleName(state)
        self.setAccessibleDescription(action)
        self.setToolTip(f"{action} ({keys})")

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
