"""The ring around what the keyboard is on: 2 px of primary, 2 px away, the same on every control.

One ring belongs to a window and floats over its widgets, so no control has to keep room for it.
Controls report their focus by `keyboard_focus`; a focus that came by mouse draws nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.views.theme import Look

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)


class FocusRing(QWidget):
    """The ring of one window.

    Args:
        look: colours and sizes.
        window: the top-level widget it belongs to.
    """

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self._window = window
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self._round = False
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        look.changed.connect(self._place)

    @property
    def target(self) -> QWidget | None:
        """What the ring is around, None while it is hidden."""
        return self._target

    def surround(self, target: QWidget | None) -> None:
        """Draw the ring around a widget, or nowhere."""
        for watched in self._watched:
            watched.removeEventFilter(self)
        self._watched.clear()
        self._target = target
        widget: QWidget | None = target
        while widget is not None and widget is not self._window:
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the target when it or something it lies in moves."""
        if event.type() in _MOVES:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring."""
        if self._target is None:
            return
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour.primary, look.line.focus))
        outline = QRectF(self._outline().translated(-self.pos()))
        half = look.line.focus / 2
        outline.adjust(half, half, -half, -half)
        away = look.line.focus_gap + look.line.focus
        radius = outline.height() / 2 if self._is_round() else look.radius.field + away
        painter.drawRoundedRect(outline, radius, radius)

    def _is_round(self) -> bool:
        return self._target is not None and bool(self._target.property("round"))

    def _outline(self) -> QRect:
        """The ring's outer edge, in the window's coordinates."""
        if self._target is None:
            return QRect()
        away = self._look.line.focus_gap + self._look.line.focus
        corner = self._target.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, self._target.size()).adjusted(-away, -away, away, away)

    def _place(self) -> None:
        target = self._target
        if target is None or not target.isVisible():
            self.hide()
            return
        visible = self._outline()
        around: QWidget | None = target.parentWidget()
        while around is not None and around is not self._window:
            if isinstance(around, QAbstractScrollArea):
                port = around.viewport()
                visible &= QRect(port.mapTo(self._window, QPoint(0, 0)), port.size())
            around = around.parentWidget()
        self.setGeometry(visible)
        self.raise_()
        self.setVisible(not visible.isEmpty())
        self.update()


def keyboard_focus(widget: QWidget, event: QFocusEvent, around: QWidget | None = None) -> None:
    """Tell the window's ring that `widget` got or lost the focus; call it from both focus events.

    Args:
        widget: the control.
        event: its focus event.
        around: what the ring is drawn around, where it is not the control itself.
    """
    ring = widget.window().findChild(FocusRing)
    if ring is None:
        return
    target = around or widget
    if event.gotFocus() and event.reason() in _BY_KEYBOARD:
        ring.surround(target)
    elif ring.target is target and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
        ring.surround(None)
