"""What the Hub's panels share: ground, edge, title with a cross, content that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.views.controls import IconButton
from desktop.views.text import Text
from desktop.views.theme import Look


class Panel(QWidget):
    """Stands at the right of a list; put its parts into `content`.

    It is open or not; whether it is seen is its page's matter as well.

    Args:
        look: colours, fonts and sizes.
        name: object name.
        close_name: object name of the cross.
    """

    def __init__(self, look: Look, name: str, close_name: str) -> None:
        super().__init__()
        self.look = look
        self._open = False
        self._allowed = True
        self.setObjectName(name)
        self.title = Text(look, "title", wraps=True, name=f"{name}Title")
        self.close_button = IconButton(look, close_name, "close")
        inside = QWidget()
        inside.setObjectName("scrolled")
        space = look.space
        self.content = QVBoxLayout(inside)
        self.content.setContentsMargins(space.m, 0, space.m, space.m)
        self.content.setSpacing(space.m)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setWidget(inside)
        head = QHBoxLayout()
        head.setContentsMargins(space.m, 0, space.xs, 0)
        head.addWidget(self.title, 1, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        around = QVBoxLayout(self)
        around.setContentsMargins(look.line.border, space.l, 0, 0)
        around.setSpacing(space.xs)
        around.addLayout(head)
        around.addWidget(scroll, 1)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it has something to show and its page is shown."""
        return self._open and self._allowed

    def set_open(self, open_: bool) -> None:
        """It has something to show."""
        self._open = open_
        self.setVisible(self.is_open)

    def allow(self, allowed: bool) -> None:
        """Its page is shown."""
        self._allowed = allowed
        self.setVisible(self.is_open)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and edge."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.look.colour.surface)
        painter.setPen(QPen(self.look.colour.border, self.look.line.border))
        painter.drawLine(0, 0, 0, self.height())
