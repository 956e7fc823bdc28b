"""One month to choose a day from, drawn in the interface's language and week."""

from __future__ import annotations

from PySide6.QtCore import QDate, QEvent, QLocale, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import IconButton
from desktop.views.focus_ring import keyboard_focus
from desktop.views.text import Text
from desktop.views.theme import Look

_WEEKS = 6
_DAYS = 7
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -_DAYS,
    Qt.Key.Key_Down: _DAYS,
}


class _Days(QWidget):
    """Six weeks of days."""

    chosen = Signal(QDate)
    moved = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.day = QDate.currentDate()
        self.earliest = QDate()
        self._pointed = QDate()
        self.setObjectName("monthDays")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        side = self.look.size.control
        return QSize(side * _DAYS, side * (_WEEKS + 1))

    def show_day(self, day: QDate) -> None:
        self.day = day
        self.setAccessibleDescription(self.locale().toString(day, QLocale.FormatType.LongFormat))
        self.moved.emit()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, colour, side = self.look, self.look.colour, self.look.size.control
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font("small"))
        painter.setPen(colour.muted)
        first = self.locale().firstDayOfWeek().value
        for column in range(_DAYS):
            name = self.locale().standaloneDayName(
                (first - 1 + column) % 7 + 1, QLocale.FormatType.NarrowFormat
            )
            painter.drawText(QRectF(column * side, 0, side, side), Qt.AlignmentFlag.AlignCenter, name)
        today = QDate.currentDate()
        for place in range(_DAYS * _WEEKS):
            day = self._first_shown().addDays(place)
            cell = QRectF(place % _DAYS * side, (place // _DAYS + 1) * side, side, side)
            disc = cell.adjusted(2, 2, -2, -2)
            ink = colour.text if day.month() == self.day.month() else colour.muted
            painter.setOpacity(1.0 if self._possible(day) else look.tokens.mix.disabled)
            painter.setPen(Qt.PenStyle.NoPen)
            if day == self.day:
                painter.setBrush(colour.primary)
                painter.drawEllipse(disc)
                ink = colour.on_primary
            elif day == self._pointed and self._possible(day):
                painter.setBrush(colour.raised)
                painter.drawEllipse(disc)
            painter.setFont(look.font("label" if day in (today, self.day) else "small", tabular=True))
            painter.setPen(colour.primary if day == today and day != self.day else ink)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(day.day()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointed = self._day_at(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = QDate()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position())
        if day.isValid() and self._possible(day):
            self.chosen.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._go(self.day.addDays(_STEPS[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._go(self.day.addMonths(1 if key == Qt.Key.Key_PageDown else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.day)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        keyboard_focus(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        keyboard_focus(self, event)

    def _go(self, day: QDate) -> None:
        self.show_day(day if self._possible(day) else max(day, self.earliest, key=QDate.toJulianDay))

    def _possible(self, day: QDate) -> bool:
        return not self.earliest.isValid() or day >= self.earliest

    def _first_shown(self) -> QDate:
        first = QDate(self.day.year(), self.day.month(), 1)
        back = (first.dayOfWeek() - self.locale().firstDayOfWeek().value) % _DAYS
        return first.addDays(-back)

    def _day_at(self, place: QPointF) -> QDate:
        side = self.look.size.control
        column, row = int(place.x() // side), int(place.y() // side) - 1
        if not (0 <= column < _DAYS and 0 <= row < _WEEKS):
            return QDate()
        return self._first_shown().addDays(row * _DAYS + column)


class Month(QWidget):
    """A month with its name and two arrows.

    Args:
        look: colours, fonts and sizes.
    """

    chosen = Signal(QDate)
    """A day was taken."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._name = Text(look, "strong")
        self._back = IconButton(look, "previousMonth", "chevron-left")
        self._on = IconButton(look, "nextMonth", "chevron-right")
        self._days = _Days(look)
        self._days.chosen.connect(self.chosen)
        self._days.moved.connect(self._show_name)
        self._back.clicked.connect(lambda: self._days.show_day(self._days.day.addMonths(-1)))
        self._on.clicked.connect(lambda: self._days.show_day(self._days.day.addMonths(1)))
        head = QHBoxLayout()
        head.setContentsMargins(look.space.s, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self._name, 1)
        head.addWidget(self._back)
        head.addWidget(self._on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._days)
        self._retranslate()

    def show_day(self, day: QDate, earliest: QDate) -> None:
        """Show the month of `day`; days before `earliest` cannot be taken."""
        self._days.earliest = earliest
        self._days.show_day(day)

    def take_focus(self) -> None:
        """Put the keyboard on the days."""
        self._days.setFocus(Qt.FocusReason.PopupFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.LocaleChange):
            self._retranslate()

    def _show_name(self) -> None:
        day = self._days.day
        name = self.locale().standaloneMonthName(day.month())
        self._name.setText(f"{name[:1].upper()}{name[1:]} {day.year()}")

    def _retranslate(self) -> None:
        self._back.set_name(self.tr("Previous month"))
        self._on.set_name(self.tr("Next month"))
        self._days.setAccessibleName(self.tr("Choose a day"))
        self._show_name()
