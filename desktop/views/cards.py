"""A card that is chosen by a click or by the keyboard, and shows that it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.dropdown import paint_card
from desktop.views.focus_ring import keyboard_focus
from desktop.views.theme import Look


class Card(QWidget):
    """The ground of rows and large cards; it is only painted until `make_selectable()`.

    Args:
        look: colours and sizes.
    """

    taken = Signal()
    """The card itself was clicked, or taken by the keyboard."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self._selectable = False
        self._chosen = False
        look.changed.connect(self.update)

    def make_selectable(self) -> None:
        """Let the card itself be clicked, and reached by the keyboard."""
        self._selectable = True
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_chosen(self, chosen: bool) -> None:
        """Show that the panel beside the list is about it."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the card but on its buttons."""
        left = event.button() is Qt.MouseButton.LeftButton
        if self._selectable and left and self.rect().contains(event.position().toPoint()):
            self.taken.emit()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do what a click does."""
        if self._selectable and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.taken.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the keyboard brought the focus."""
        super().focusInEvent(event)
        keyboard_focus(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        keyboard_focus(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, framed in primary while it is the chosen one."""
        painter = QPainter(self)
        paint_card(painter, self.look, QRectF(self.rect()), floats=False)
        if self._chosen:
            width = self.look.line.focus
            painter.setPen(QPen(self.look.colour.primary, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            outline = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
            painter.drawRoundedRect(outline, self.look.radius.card, self.look.radius.card)
