"""Choosing a device: the closed field that names the one in use, its menu, and the level of a microphone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.prejoin_states import DeviceChoice, PickerState
from desktop.views.controls import Button, ButtonKind, Control
from desktop.views.dropdown import Dropdown
from desktop.views.fields import ErrorLine, upright
from desktop.views.icons import paint_icon
from desktop.views.text import Text
from desktop.views.theme import Look

LEVEL_MS = 50
"""How often the level is looked at."""

_CELLS = 20


class CheckRow(Control):
    """One row of a menu of which one is checked.

    Args:
        look: colours, fonts and sizes.
        name: object name.
    """

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, text: str) -> None:
        """Change the words; a device's own name never makes a shortcut."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        """Tick, words and padding; long names are cut by the menu's width."""
        look = self.look
        words = QFontMetrics(look.font("body")).horizontalAdvance(self.text())
        return QSize(words + look.size.icon + 3 * look.space.s, look.size.control)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(self.look.size.minutes_field, self.look.size.control)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space choose; the arrows go to the neighbour."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, tick and words."""
        look = self.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(look.colour.surface, look.colour.text))
        painter.drawRoundedRect(QRectF(self.rect()), look.radius.field, look.radius.field)
        side = look.size.icon
        if self.isChecked():
            place = QRectF(look.space.xs, (self.height() - side) / 2, side, side)
            paint_icon(painter, "check", look.colour.primary, place)
        left = look.space.xs + side + look.space.xs
        font = look.font("strong" if self.isChecked() else "body")
        painter.setFont(font)
        painter.setPen(look.colour.text)
        room = self.width() - left - look.space.xs
        words = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, words)


class DeviceRows(QWidget):
    """The devices of one kind, the chosen one checked.

    Args:
        look: colours, fonts and sizes.
        name: object name; rows are called by it with their number.
    """

    chosen = Signal(str)
    """A device's id, "" for the system's default."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self._rows: list[CheckRow] = []
        self._choices: tuple[DeviceChoice, ...] = ()
        self.setObjectName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.space.xxs)

    def show_choices(self, choices: tuple[DeviceChoice, ...], chosen: str) -> None:
        """Replace the rows."""
        if choices != self._choices:
            self._choices = choices
            for row in self._rows:
                self._column.removeWidget(row)
                row.deleteLater()
            self._rows = [self._row(number, choice) for number, choice in enumerate(choices)]
        for row, choice in zip(self._rows, choices, strict=True):
            row.setChecked(choice.value == chosen)
            row.update()

    def focus_chosen(self) -> None:
        """Put the keyboard on the checked row."""
        for row in self._rows:
            if row.isChecked():
                row.setFocus(Qt.FocusReason.PopupFocusReason)

    def _row(self, number: int, choice: DeviceChoice) -> CheckRow:
        row = CheckRow(self._look, f"{self.objectName()}-{number}")
        row.set_words(choice.text)
        row.clicked.connect(lambda: self.chosen.emit(choice.value))
        self._column.addWidget(row)
        return row


class DeviceMenu(Dropdown):
    """The menu of one picker.

    Args:
        look: colours, fonts and sizes.
        name: object name; rows are called by it with their number.
        anchor: the control it hangs from.
    """

    chosen = Signal(str)
    """A device's id, "" for the system's default."""

    def __init__(self, look: Look, name: str, anchor: QWidget) -> None:
        super().__init__(look, f"{name}Card", anchor)
        self.rows = DeviceRows(look, name)
        self.rows.chosen.connect(self._choose)
        self.content.addWidget(self.rows)

    def _choose(self, value: str) -> None:
        self.hide()
        self.anchor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit(value)


class PickerButton(Control):
    """The closed field: icon, the device in use, and an arrow where there is a choice.

    Args:
        look: colours, fonts and sizes.
        name: object name.
        icon: name of the icon.
    """

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__(look, name)
        self._icon = icon
        self._wrong = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, label: str, shown: str) -> None:
        """Name the field, and say which device is in use."""
        self.setText(shown)
        self.setAccessibleName(f"{label}, {shown}" if shown else label)
        self.setToolTip(shown)
        self.update()

    def set_wrong(self, wrong: bool) -> None:
        """Show that the device does not work."""
        if wrong != self._wrong:
            self._wrong = wrong
            self.update()

    def sizeHint(self) -> QSize:
        """As high as any field."""
        return QSize(self.look.size.search_field, self.look.size.control)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(self.look.size.minutes_field, self.look.size.control)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter belongs to *Join*; Space and the arrow keys open the menu."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, icon, words and arrow."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = look.line.focus if self._wrong else look.line.border
        painter.setPen(QPen(colour.danger if self._wrong else colour.muted, width))
        painter.setBrush(self.shade(colour.surface, colour.text))
        half = width / 2
        outline = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(outline, look.radius.field, look.radius.field)
        side, pad = look.size.icon, look.space.s
        top = (self.height() - side) / 2
        paint_icon(painter, self._icon, colour.muted, QRectF(pad, top, side, side))
        left, right = pad + side + look.space.xs, self.width() - pad
        if self.isEnabled():
            arrow = look.size.small_icon
            place = QRectF(right - arrow, (self.height() - arrow) / 2, arrow, arrow)
            paint_icon(painter, "chevron-down", colour.muted, place)
            right -= arrow + look.space.xs
        font = look.font("body")
        painter.setFont(font)
        painter.setPen(colour.text if self.isEnabled() else colour.muted)
        words = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRectF(left, 0, right - left, self.height()), Qt.AlignmentFlag.AlignVCenter, words)


class DevicePicker(QWidget):
    """Label, field, menu, and under them a note or the error with the button that helps.

    Args:
        look: colours, fonts and sizes.
        name: what the parts are called: `name`Picker, `name`Menu, `name`Error, `name`Help.
        icon: name of the icon.
    """

    chosen = Signal(str)
    """A device's id, "" for the system's default."""
    helped = Signal()
    """The button beside the error."""

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__()
        self._look = look
        self._name = name
        self._label_text = ""
        self._state: PickerState | None = None
        self._menu: DeviceMenu | None = None
        self.setSizePolicy(upright())
        self._label = Text(look, "label")
        self.button = PickerButton(look, f"{name}Picker", icon)
        self._note = Text(look, "small", ink="muted", wraps=True, name=f"{name}Note")
        self._error = ErrorLine(look, f"{name}Error")
        self._help = Button(look, f"{name}Help", ButtonKind.QUIET)
        self._label.setBuddy(self.button)
        self.head = QHBoxLayout()
        self.head.addWidget(self._label)
        self.head.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.space.xxs)
        column.addLayout(self.head)
        column.addWidget(self.button)
        column.addWidget(self._note)
        column.addWidget(self._error)
        column.addWidget(self._help, 0, Qt.AlignmentFlag.AlignLeft)
        self.button.clicked.connect(self._open)
        self._help.clicked.connect(self.helped)

    @property
    def error(self) -> str:
        """The error that is shown, "" for none."""
        return self._error.text

    def set_label(self, text: str) -> None:
        """Name the field."""
        self._label_text = text
        self._label.setText(text)
        self._name_it()

    def render_state(self, state: PickerState) -> None:
        """Draw a state."""
        if state == self._state:
            return
        self._state = state
        self.button.setEnabled(bool(state.choices))
        self.button.set_wrong(bool(state.error))
        self.button.setAccessibleDescription(state.error or state.note)
        self._note.setText(state.note)
        self._note.setVisible(bool(state.note))
        self._error.show_text(state.error)
        self._help.set_label(state.action)
        self._help.setVisible(bool(state.action))
        if self._menu is not None:
            self._menu.rows.show_choices(state.choices, state.chosen)
        self._name_it()

    def _name_it(self) -> None:
        self.button.set_words(self._label_text, self._state.shown if self._state is not None else "")

    def _open(self) -> None:
        if self._menu is not None and self._menu.isVisible():
            self._menu.hide()
            return
        if self._state is None:
            return
        if self._menu is None:
            self._menu = DeviceMenu(self._look, f"{self._name}Menu", self.button)
            self._menu.chosen.connect(self.chosen)
        self._menu.rows.show_choices(self._state.choices, self._state.chosen)
        self._menu.open_under(width_px=self.button.width())
        self._menu.rows.focus_chosen()


class LevelBar(QWidget):
    """How loud a microphone is, as lit cells; still while nobody looks.

    Args:
        look: colours and sizes.
        loudness: 0.0 to 1.0, asked twenty times a second.
    """

    def __init__(self, look: Look, loudness: Callable[[], float]) -> None:
        super().__init__()
        self._look = look
        self._loudness = loudness
        self._lit = 0
        self.setObjectName("levelBar")
        self.setFixedHeight(look.space.xs)
        self._timer = QTimer(self)
        self._timer.setInterval(LEVEL_MS)
        self._timer.timeout.connect(self.look_again)

    @property
    def lit(self) -> int:
        """Cells that are lit, of twenty."""
        return self._lit

    def look_again(self) -> None:
        """Read the loudness."""
        lit = round(max(0.0, min(1.0, self._loudness())) * _CELLS)
        # It falls slowly, so that a word is seen and not only a flash.
        lit = max(lit, self._lit - 1)
        if lit != self._lit:
            self._lit = lit
            self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells."""
        look = self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gap = look.px(3)
        width = (self.width() - gap * (_CELLS - 1)) / _CELLS
        for cell in range(_CELLS):
            painter.setBrush(look.colour.success if cell < self._lit else look.colour.raised)
            area = QRectF(cell * (width + gap), 0, width, self.height())
            painter.drawRoundedRect(area, self.height() / 2, self.height() / 2)
