"""The panels at the right of the room: one at a time, they slide in and push the tiles."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import IconButton
from desktop.views.text import Text
from desktop.views.theme import Look


class SidePanel(QWidget):
    """A panel with a title and a button that closes it; put its content into `column`.

    Args:
        look: colours, fonts and sizes; the stage's.
        name: object name.
    """

    closed = Signal()
    """The button, or Escape."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self.look = look
        self.setObjectName(name)
        self._title = Text(look, "strong", name=f"{name}Title")
        self._close = IconButton(look, f"{name}Close", "close")
        self._close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        self.column = QVBoxLayout(self)
        space = look.space
        self.column.setContentsMargins(space.m, space.xs, space.xs, space.m)
        self.column.setSpacing(space.xs)
        self.column.addLayout(head)

    def set_title(self, title: str, close: str) -> None:
        """Name the panel and what its button does."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._close.set_name(close)

    def take_focus(self, reason: Qt.FocusReason) -> None:
        """Put the keyboard where one starts."""
        self._close.setFocus(reason)

    def retranslate(self) -> None:
        """Speak the new language; panels with words of their own do more."""

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A card without an edge at the window's."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.look.colour.surface)
        painter.drawRoundedRect(self.rect(), self.look.radius.card, self.look.radius.card)


class SidePanels(QWidget):
    """The place at the right of the stage, as wide as what is open in it.

    Args:
        look: colours and sizes; the stage's.
    """

    opened = Signal(object)
    """The `SidePanel` that is open now, None for none."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._panels: list[SidePanel] = []
        self._open: SidePanel | None = None
        self.setObjectName("sidePanels")
        self._sliding = QVariantAnimation(self)
        self._sliding.valueChanged.connect(self._slide_to)
        self._sliding.finished.connect(self._settle)
        self.setFixedWidth(0)
        self.hide()

    @property
    def open_panel(self) -> SidePanel | None:
        """What is open, or on its way."""
        return self._open

    def add(self, panel: SidePanel) -> None:
        """Make a panel one of those that can be opened."""
        panel.setParent(self)
        panel.hide()
        panel.closed.connect(self.close_panel)
        self._panels.append(panel)

    def toggle(self, panel: SidePanel) -> None:
        """Open it in place of another, or close it."""
        if panel is self._open:
            self.close_panel()
        else:
            self.open(panel)

    def open(self, panel: SidePanel) -> None:
        """Open a panel and put the keyboard into it."""
        for each in self._panels:
            each.setVisible(each is panel)
        self._open = panel
        self._place()
        self._slide(self._look.size.side_panel + self._look.space.xs)
        self.opened.emit(panel)
        panel.take_focus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open = None
            self._slide(0)
            self.opened.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The panels keep their width while they slide."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        for panel in self._panels:
            panel.setGeometry(self._look.space.xs, 0, self._look.size.side_panel, self.height())

    def _slide(self, width_px: int) -> None:
        self.show()
        self._sliding.stop()
        duration = self._look.duration_ms(self._look.tokens.duration_ms.move)
        if not duration or not self.window().isVisible():
            self._slide_to(width_px)
            self._settle()
            return
        self._sliding.setStartValue(self.width())
        self._sliding.setEndValue(width_px)
        self._sliding.setDuration(duration)
        self._sliding.start()

    def _slide_to(self, width_px: int) -> None:
        self.setFixedWidth(width_px)

    def _settle(self) -> None:
        if self._open is None:
            self.hide()
