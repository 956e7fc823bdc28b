"""A card that hangs from a control inside its window: choices, a calendar, a menu.

It is a child of the window, not a window of its own: it needs no grab of the keyboard, behaves
alike on every platform and shows in pictures of the window. It closes on Escape, when the focus
goes elsewhere, and when somebody presses outside it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.views.theme import Look

_SHADOW_LAYERS = 12


def paint_card(painter: QPainter, look: Look, card: QRectF, *, floats: bool) -> None:
    """Draw a card on `surface`, with the shadow of things that float when it does."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = look.radius.card
    if floats:
        painter.setPen(Qt.PenStyle.NoPen)
        layer = QColor(Qt.GlobalColor.black)
        layer.setAlphaF(look.tokens.mix.shadow / _SHADOW_LAYERS)
        painter.setBrush(layer)
        for step in range(_SHADOW_LAYERS):
            spread = look.shadow.blur / 2 * (1 - 2 * step / _SHADOW_LAYERS)
            cast = card.translated(0, look.shadow.y / 2).adjusted(-spread, -spread, spread, spread)
            painter.drawRoundedRect(cast, radius + spread, radius + spread)
    painter.setPen(QPen(look.colour.border, look.line.border))
    painter.setBrush(look.colour.surface)
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Dropdown(QWidget):
    """The floating card; put its content into `content`.

    Args:
        look: colours and sizes.
        name: object name.
        anchor: the control it hangs from; its window is where it floats.
    """

    closed = Signal()
    """It was shown and is now hidden."""

    def __init__(self, look: Look, name: str, anchor: QWidget) -> None:
        super().__init__(anchor.window())
        self.look = look
        self._anchor = anchor
        self.setObjectName(name)
        margin = look.shadow.blur // 2 + look.shadow.y // 2
        self._margin = margin
        self.content = QVBoxLayout(self)
        inset = margin + look.space.xs
        self.content.setContentsMargins(inset, inset, inset, inset)
        self.content.setSpacing(look.space.xxs)
        self.hide()
        look.changed.connect(self.update)

    @property
    def anchor(self) -> QWidget:
        """The control it hangs from."""
        return self._anchor

    def open_under(self, *, width_px: int | None = None, right: bool = False) -> None:
        """Show it under its anchor, left (or right) edges in line, kept inside the window."""
        self._place(width_px, above=False, right=right)

    def open_above(self, *, width_px: int | None = None) -> None:
        """Show it above its anchor (under it where there is no room), centred, inside the window."""
        self._place(width_px, above=True)

    def _place(self, width_px: int | None, *, above: bool, right: bool = False) -> None:
        window = self._anchor.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        margin, gap = self._margin, self.look.space.xxs
        if width_px is not None:
            self.setFixedWidth(width_px + 2 * margin)
        self.content.activate()
        self.adjustSize()
        corner = self._anchor.mapTo(window, QPoint(0, 0))
        if above:
            left = corner.x() + self._anchor.width() // 2 - self.width() // 2
            top = corner.y() - gap - self.height() + margin
        elif right:
            left = corner.x() + self._anchor.width() + margin - self.width()
        else:
            left = corner.x() - margin
        edge = self.look.space.xs
        if not above or top < edge - margin:
            top = corner.y() + self._anchor.height() + gap - margin
        left = max(edge - margin, min(left, window.width() - self.width() + margin - edge))
        top = max(edge - margin, min(top, window.height() - self.height() + margin - edge))
        self.move(left, top)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        margin = self._margin
        card = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        paint_card(painter, self.look, card, floats=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it and gives the focus back."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._anchor.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch for presses elsewhere only while it is open."""
        super().showEvent(event)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop watching."""
        super().hideEvent(event)
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on a press outside the card and its anchor; let the press through."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            place = event.globalPosition().toPoint()
            inside = self.rect().contains(self.mapFromGlobal(place))
            on_anchor = self._anchor.rect().contains(self._anchor.mapFromGlobal(place))
            if not inside and not on_anchor:
                self.hide()
        return False
