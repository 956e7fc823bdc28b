"""Day, hour and length of a meeting: typed, or taken from a calendar, a list, a chip."""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale, Qt, QTime, Signal
from PySide6.QtGui import QFocusEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDateEdit,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QTimeEdit,
    QWidget,
)

from desktop.views.choice_list import Choice, ChoiceList
from desktop.views.controls import Chip, IconButton
from desktop.views.dialogs.month import Month
from desktop.views.dropdown import Dropdown
from desktop.views.fields import FieldFrame
from desktop.views.focus_ring import keyboard_focus
from desktop.views.theme import Look

_HOUR_FORMAT = "HH:mm"
_LIST_STEP_MINUTES = 30
_LONGEST_MINUTES = 1440


def _bare(editor: QAbstractSpinBox, name: str) -> None:
    """Take Qt's own buttons and frame away: the field's frame draws both."""
    editor.setObjectName(name)
    editor.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    editor.setFrame(False)
    palette = editor.palette()
    palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
    editor.setPalette(palette)
    editor.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


class DayEditor(QDateEdit):
    """The day as text, in the short form of the interface's language with four digits of year."""

    def __init__(self, frame: FieldFrame, name: str = "dayField") -> None:
        super().__init__()
        _bare(self, name)
        self._frame = frame

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the frame."""
        super().focusInEvent(event)
        self._frame.set_focused(True)
        keyboard_focus(self, event, self._frame)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the frame."""
        super().focusOutEvent(event)
        self._frame.set_focused(False)
        keyboard_focus(self, event, self._frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past a field must not change it."""
        event.ignore()


class HourEditor(QTimeEdit):
    """The hour as text, 24 hours."""

    def __init__(self, frame: FieldFrame) -> None:
        super().__init__()
        _bare(self, "hourField")
        self.setDisplayFormat(_HOUR_FORMAT)
        self._frame = frame

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the frame."""
        super().focusInEvent(event)
        self._frame.set_focused(True)
        keyboard_focus(self, event, self._frame)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the frame."""
        super().focusOutEvent(event)
        self._frame.set_focused(False)
        keyboard_focus(self, event, self._frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past a field must not change it."""
        event.ignore()


class MinutesEditor(QSpinBox):
    """A number with a unit: a length that is none of the chips', in minutes."""

    def __init__(self, frame: FieldFrame, name: str = "durationField") -> None:
        super().__init__()
        _bare(self, name)
        self.setRange(1, _LONGEST_MINUTES)
        self._frame = frame

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light the frame."""
        super().focusInEvent(event)
        self._frame.set_focused(True)
        keyboard_focus(self, event, self._frame)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Dim the frame."""
        super().focusOutEvent(event)
        self._frame.set_focused(False)
        keyboard_focus(self, event, self._frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling past a field must not change it."""
        event.ignore()


class DayFrame(FieldFrame):
    """The day's field with its calendar."""

    def __init__(self, look: Look, name: str = "dayField", button: str = "calendarButton") -> None:
        super().__init__(look)
        self._look = look
        self._earliest = QDate()
        self.editor = DayEditor(self, name)
        self.open_button = IconButton(look, button, "calendar", size="pill")
        self.open_button.clicked.connect(self._toggle)
        self.add(self.editor, stretch=1)
        self.add(self.open_button)
        self._month: Month | None = None
        self._dropdown: Dropdown | None = None
        self.localize()

    def set_earliest(self, day: QDate) -> None:
        """Grey days before this one in the calendar."""
        self._earliest = day

    def localize(self) -> None:
        """Write dates as the interface's language does."""
        self.setLocale(QLocale())
        self.editor.setLocale(QLocale())
        short = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
        self.editor.setDisplayFormat(short if "yyyy" in short else short.replace("yy", "yyyy"))
        if self._month is not None:
            self._month.setLocale(QLocale())

    def close_list(self) -> bool:
        """Hide the calendar; False when it was hidden."""
        if self._dropdown is None or not self._dropdown.isVisible():
            return False
        self._dropdown.hide()
        return True

    def _toggle(self) -> None:
        if self.close_list():
            return
        if self._dropdown is None or self._month is None:
            self._dropdown = Dropdown(self._look, "dayDropdown", self)
            self._month = Month(self._look)
            self._month.setLocale(QLocale())
            self._month.chosen.connect(self._take)
            self._dropdown.content.addWidget(self._month)
        self._month.show_day(self.editor.date(), self._earliest)
        self._dropdown.open_under()
        self._month.take_focus()

    def _take(self, day: QDate) -> None:
        self.editor.setDate(day)
        self.close_list()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)


class HourFrame(FieldFrame):
    """The hour's field with a list of half hours."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._look = look
        self.editor = HourEditor(self)
        self.open_button = IconButton(look, "hourListButton", "clock", size="pill")
        self.open_button.clicked.connect(self._toggle)
        self.add(self.editor, stretch=1)
        self.add(self.open_button)
        self._list = ChoiceList(look, "hourList")
        self._list.chosen.connect(self._take)
        self._dropdown: Dropdown | None = None

    def close_list(self) -> bool:
        """Hide the list; False when it was hidden."""
        if self._dropdown is None or not self._dropdown.isVisible():
            return False
        self._dropdown.hide()
        return True

    def _toggle(self) -> None:
        if self.close_list():
            return
        if self._dropdown is None:
            self._dropdown = Dropdown(self._look, "hourDropdown", self)
            self._dropdown.content.addWidget(self._list)
        midnight = QTime(0, 0)
        hours = [midnight.addSecs(60 * minute) for minute in range(0, 24 * 60, _LIST_STEP_MINUTES)]
        words = [hour.toString(_HOUR_FORMAT) for hour in hours]
        now = self.editor.time()
        half = QTime(now.hour(), now.minute() // _LIST_STEP_MINUTES * _LIST_STEP_MINUTES)
        self._dropdown.open_under(width_px=self.width())
        self._list.show_choices(tuple(Choice(word, word) for word in words), half.toString(_HOUR_FORMAT))
        self._dropdown.open_under(width_px=self.width())

    def _take(self, word: str) -> None:
        self.editor.setTime(QTime.fromString(word, _HOUR_FORMAT))
        self.close_list()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)


class DurationRow(QWidget):
    """Chips for the usual lengths, and a field for any other.

    Args:
        look: colours, fonts and sizes.
    """

    changed = Signal()
    """Another length is set now."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._chips: dict[int, Chip] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(look.space.xs)
        self._frame = FieldFrame(look)
        self._frame.setFixedWidth(look.size.minutes_field)
        self.editor = MinutesEditor(self._frame)
        self._frame.add(self.editor, stretch=1)
        self._row.addWidget(self._frame)
        self._row.addStretch()
        self.editor.valueChanged.connect(self._value_changed)

    @property
    def minutes(self) -> int:
        """The length."""
        return self.editor.value()

    def set_minutes(self, minutes: int) -> None:
        """Set the length."""
        self.editor.setValue(minutes)
        self._check()

    def set_usual(self, durations: tuple[int, ...]) -> None:
        """Change the chips."""
        if tuple(self._chips) == durations:
            return
        for chip in self._chips.values():
            chip.deleteLater()
        self._chips = {}
        for place, minutes in enumerate(durations):
            chip = Chip(self._look, f"duration-{minutes}")
            chip.clicked.connect(lambda _checked=False, minutes=minutes: self._pressed(minutes))
            self._chips[minutes] = chip
            self._row.insertWidget(place, chip)
        self._check()
        self.retranslate()

    def set_wrong(self, wrong: bool) -> None:
        """Show that the length was refused."""
        self._frame.set_wrong(wrong)

    def retranslate(self) -> None:
        """Speak the new language."""
        # A no-break space keeps number and unit together.
        unit = self.tr("min", "minutes")
        self.editor.setSuffix(f"\N{NO-BREAK SPACE}{unit}")
        for minutes, chip in self._chips.items():
            chip.setText(f"{minutes}\N{NO-BREAK SPACE}{unit}")
            chip.setAccessibleName(self.tr("%n minute(s)", "", minutes))
            chip.updateGeometry()

    def _pressed(self, minutes: int) -> None:
        self.set_minutes(minutes)

    def _value_changed(self) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        for minutes, chip in self._chips.items():
            chip.setChecked(minutes == self.editor.value())
