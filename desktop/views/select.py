"""A field that shows one of several values and opens a list to choose another."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from desktop.views.choice_list import Choice, ChoiceList
from desktop.views.controls import Control
from desktop.views.dropdown import Dropdown
from desktop.views.icons import paint_icon
from desktop.views.theme import Look

_LETTERS = 12


class Select(Control):
    """The field; keyboard: space, Enter or an arrow opens, arrows walk, Enter takes, Escape closes.

    Args:
        look: colours, fonts and sizes.
        name: object name.
    """

    chosen = Signal(str)
    """Another value was taken; carries it."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name)
        self._options: tuple[tuple[str, str], ...] = ()
        self._value = ""
        self._menu: Dropdown | None = None
        self._list: ChoiceList | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._toggle)

    def show_options(self, options: tuple[tuple[str, str], ...], value: str) -> None:
        """Change what can be chosen, and what is."""
        self._value = value
        if options != self._options and self._menu is not None:
            self._menu.hide()
        self._options = options
        self.setText(next((label for each, label in options if each == value), ""))
        self.setAccessibleDescription(self.text())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk and take."""
        key = event.key()
        is_open = self._menu is not None and self._menu.isVisible()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if is_open and self._list is not None:
                self._list.step(1 if key == Qt.Key.Key_Down else -1)
            else:
                self._toggle()
        elif is_open and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._list is not None and self._list.current is not None:
                self._take(self._list.current.value)
        elif is_open and key == Qt.Key.Key_Escape and self._menu is not None:
            self._menu.hide()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """A field's height; some letters wide."""
        width = QFontMetrics(self.look.font("body")).averageCharWidth() * _LETTERS
        return QSize(width + self.look.size.icon + 3 * self.look.space.s, self.look.size.control)

    def minimumSizeHint(self) -> QSize:
        """Longer words end in "…"."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, value and arrow."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(look.tokens.mix.disabled)
        painter.setPen(QPen(colour.muted, look.line.border))
        painter.setBrush(self.shade(colour.surface, colour.text))
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(outline, look.radius.field, look.radius.field)
        side = look.size.icon
        words = QRectF(look.space.s, 0, self.width() - side - 3 * look.space.s, self.height())
        font = look.font("body")
        painter.setFont(font)
        painter.setPen(colour.text)
        shown = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, int(words.width()))
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        arrow = QRectF(self.width() - look.space.s - side, (self.height() - side) / 2, side, side)
        paint_icon(painter, "chevron-down", colour.muted, arrow)

    def _toggle(self) -> None:
        if self._menu is not None and self._menu.isVisible():
            self._menu.hide()
            return
        if self._menu is None or self._list is None:
            self._menu = Dropdown(self.look, f"{self.objectName()}Menu", self)
            self._list = ChoiceList(self.look, f"{self.objectName()}List")
            self._list.chosen.connect(self._take)
            self._menu.content.addWidget(self._list)
        self._list.show_choices(tuple(Choice(value, label) for value, label in self._options), self._value)
        self._menu.open_under(width_px=self.width())

    def _take(self, value: str) -> None:
        if self._menu is not None:
            self._menu.hide()
        if value != self._value:
            self.chosen.emit(value)
