"""Repeating a meeting weekly: so many times, or until a day; the two always agree."""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.views.controls import CheckBox
from desktop.views.dialogs.when_fields import DayFrame, MinutesEditor
from desktop.views.fields import FieldFrame
from desktop.views.text import Text
from desktop.views.theme import Look

_DAYS = 7
_USUAL = 10
_LEAST = 2


class RepeatField(QWidget):
    """A box, and below it how often and until when.

    Args:
        look: colours, fonts and sizes.
    """

    changed = Signal()
    """Another number of meetings is wanted now."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._first = QDate.currentDate()
        self._settling = False
        self.box = CheckBox(look, "repeatBox")
        frame = FieldFrame(look)
        frame.setFixedWidth(look.size.minutes_field)
        self.times_editor = MinutesEditor(frame, "repeatTimesField")
        self.times_editor.setRange(_LEAST, 52)
        self.times_editor.setValue(_USUAL)
        frame.add(self.times_editor, stretch=1)
        self._until = DayFrame(look, "repeatUntilField", "repeatCalendarButton")
        self._until_label = Text(look, "body", ink="muted")
        self._hint = Text(look, "small", ink="muted", wraps=True)
        self._details = QWidget()
        row = QHBoxLayout(self._details)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.xs)
        row.addWidget(frame)
        row.addWidget(self._until_label)
        row.addWidget(self._until, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.space.xs)
        column.addWidget(self.box, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._details)
        column.addWidget(self._hint)
        self._details.hide()
        self._hint.hide()
        self.box.toggled.connect(self._toggled)
        self.times_editor.valueChanged.connect(self._times_changed)
        self._until.editor.dateChanged.connect(self._until_changed)

    @property
    def times(self) -> int:
        """How many meetings; 1 while the box is empty."""
        return self.times_editor.value() if self.box.isChecked() else 1

    def set_times(self, times: int) -> None:
        """Repeat so often; 1 empties the box."""
        self._settling = True
        self.box.setChecked(times >= _LEAST)
        if times >= _LEAST:
            self.times_editor.setValue(times)
        self._settling = False
        self._show_until()

    def set_first(self, day: QDate) -> None:
        """The first meeting's day moved: as many meetings, later or earlier."""
        self._first = day
        self._show_until()

    def set_hint(self, text: str) -> None:
        """When the last one is."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def close_list(self) -> bool:
        """Hide the calendar; False when it was hidden."""
        return self._until.close_list()

    def retranslate(self) -> None:
        """Speak the new language."""
        self.box.set_label(self.tr("Repeat every week"))
        # A no-break space keeps number and unit together.
        unit = self.tr("times")
        self.times_editor.setSuffix(f"\N{NO-BREAK SPACE}{unit}")
        self.times_editor.setAccessibleName(self.tr("Number of meetings"))
        self._until_label.setText(self.tr("until"))
        self._until.editor.setAccessibleName(self.tr("Last day of the series"))
        self._until.open_button.set_name(self.tr("Open the calendar"))
        self._until.localize()
        self._until.setLocale(QLocale())

    def _toggled(self) -> None:
        self._details.setVisible(self.box.isChecked())
        self._show_until()
        self._tell()

    def _times_changed(self) -> None:
        self._show_until()
        self._tell()

    def _until_changed(self) -> None:
        if self._settling:
            return
        weeks = self._first.daysTo(self._until.editor.date()) // _DAYS
        self._settling = True
        self.times_editor.setValue(weeks + 1)
        self._settling = False
        self._tell()

    def _show_until(self) -> None:
        if self._settling:
            return
        self._settling = True
        self._until.set_earliest(self._first.addDays(_DAYS))
        self._until.editor.setDate(self._first.addDays(_DAYS * (self.times_editor.value() - 1)))
        self._settling = False

    def _tell(self) -> None:
        if not self._settling:
            self.changed.emit()
