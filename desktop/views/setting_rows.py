"""The rows of the settings window, one widget a kind."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.settings_states import RowKind, SettingRow
from desktop.views.controls import Button, ButtonKind, CheckBox, Chip
from desktop.views.fields import Field, FieldFrame, IconMark, LineEditor, PasswordFrame, upright
from desktop.views.select import Select
from desktop.views.text import Text
from desktop.views.theme import Look


class RowView(QWidget):
    """A row: its control, a line of help, and who has locked it.

    Args:
        look: colours, fonts and sizes.
        row: what it is; kind and key never change.
    """

    toggled = Signal(str, bool)
    chosen = Signal(str, str)
    edited = Signal(str, str)
    committed = Signal(str)
    pressed = Signal(str)

    def __init__(self, look: Look, row: SettingRow) -> None:
        super().__init__()
        self.look = look
        self.key = row.key
        self.setSizePolicy(upright())
        self._help = Text(look, "small", ink="muted", wraps=True)
        self._lock = QWidget()
        line = QHBoxLayout(self._lock)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.space.xxs)
        line.addWidget(IconMark(look, "lock"))
        self._managed = Text(look, "small", ink="muted", name=f"locked-{row.key}")
        line.addWidget(self._managed)
        line.addStretch()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.space.xxs)
        self.build()
        self._column.addWidget(self._help)
        self._column.addWidget(self._lock)
        self._retranslate()

    def build(self) -> None:
        """Make the control and put it into the column."""

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        self._help.setText(row.help)
        self._help.setVisible(bool(row.help))
        self._lock.setVisible(row.locked)

    def add(self, widget: QWidget) -> None:
        """Put something into the column."""
        self._column.addWidget(widget)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self._managed.setText(self.tr("Managed by your organisation"))


class SwitchRow(RowView):
    """A box to tick."""

    def build(self) -> None:
        """A check box."""
        self._box = CheckBox(self.look, self.key)
        self._box.clicked.connect(lambda: self.toggled.emit(self.key, self._box.isChecked()))
        self.add(self._box)
        inset = self.look.size.icon + self.look.space.xs
        self._help.setContentsMargins(inset, 0, 0, 0)
        self._lock.setContentsMargins(inset, 0, 0, 0)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._box.set_label(row.label)
        self._box.setChecked(row.on)
        self._box.setEnabled(row.enabled)
        self._box.setAccessibleDescription(self._managed.text() if row.locked else row.help)


class ChipsRow(RowView):
    """A few values side by side."""

    def build(self) -> None:
        """A label and a group of chips."""
        self._label = Text(self.look, "label")
        self.add(self._label)
        self._place = QWidget()
        self._line = QHBoxLayout(self._place)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(self.look.space.xs)
        self._line.addStretch()
        self._group = QButtonGroup(self)
        self._chips: dict[str, Chip] = {}
        self.add(self._place)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._label.setText(row.label)
        for value, label in row.options:
            chip = self._chips.get(value) or self._new_chip(value)
            chip.setText(label)
            chip.setAccessibleName(f"{row.label}, {label}")
            chip.setChecked(value == row.value)
            chip.setEnabled(row.enabled)
            chip.updateGeometry()

    def _new_chip(self, value: str) -> Chip:
        chip = self._chips[value] = Chip(self.look, f"{self.key}-{value}")
        chip.clicked.connect(lambda: self.chosen.emit(self.key, value))
        self._group.addButton(chip)
        self._line.insertWidget(len(self._chips) - 1, chip)
        return chip


class ListRow(RowView):
    """A value from a list."""

    def build(self) -> None:
        """A label and a select."""
        self._label = Text(self.look, "label")
        self._select = Select(self.look, self.key)
        self._label.setBuddy(self._select)
        self._select.chosen.connect(lambda value: self.chosen.emit(self.key, value))
        self.add(self._label)
        self.add(self._select)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._label.setText(row.label)
        self._select.setAccessibleName(row.label)
        self._select.show_options(row.options, row.value)
        self._select.setEnabled(row.enabled)


class TextRow(RowView):
    """A field with words in clear."""

    def build(self) -> None:
        """A field."""
        frame = FieldFrame(self.look)
        self._editor = LineEditor(self.look, self.key, frame)
        frame.add(self._editor, stretch=1)
        self._build_field(self._editor, frame)

    def _build_field(self, editor: LineEditor, frame: QWidget) -> None:
        self._field = Field(self.look, editor, frame)
        editor.textEdited.connect(lambda text: self.edited.emit(self.key, text))
        editor.editingFinished.connect(lambda: self.committed.emit(self.key))
        self.add(self._field)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._help.hide()
        self._field.set_label(row.label)
        self._field.set_hint(row.help)
        self._field.set_error(row.error)
        if self._editor.text() != row.value:
            self._editor.setText(row.value)
        self._editor.setEnabled(row.enabled)


class SecretRow(TextRow):
    """A field for a password."""

    def build(self) -> None:
        """A covered field."""
        self._frame = PasswordFrame(self.look, self.key)
        self._frame.reveal.setObjectName(f"{self.key}Show")
        self._frame.shown_changed.connect(self._retranslate)
        self._editor = self._frame.editor
        self._build_field(self._editor, self._frame)

    def _retranslate(self) -> None:
        super()._retranslate()
        readable = self._frame.readable
        self._frame.reveal.set_name(
            self.tr("Hide the password") if readable else self.tr("Show the password")
        )


class ButtonRow(RowView):
    """A button."""

    def build(self) -> None:
        """The button, at the left."""
        self._button = Button(self.look, self.key)
        self._button.clicked.connect(lambda: self.pressed.emit(self.key))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._button)
        row.addStretch()
        self.add(line)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._button.set_label(row.action)
        self._button.set_kind(ButtonKind.FILLED if row.main else ButtonKind.PLAIN)
        self._button.setEnabled(row.enabled)


class WordsRow(RowView):
    """Words, and perhaps a button at their right."""

    def build(self) -> None:
        """A label over a selectable line, and a button."""
        self._label = Text(self.look, "strong", wraps=True)
        self._help.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = Button(self.look, self.key, ButtonKind.QUIET)
        self._button.clicked.connect(lambda: self.pressed.emit(self.key))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._label)
        words.addWidget(self._help)
        row.addLayout(words, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add(line)
        self._words = words

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        if self._words.indexOf(self._help) < 0:
            self._words.addWidget(self._help)
        self._label.setText(row.label)
        self._label.setVisible(bool(row.label))
        self._button.set_label(row.action)
        self._button.setAccessibleName(f"{row.action}, {row.label}" if row.label else row.action)
        self._button.setVisible(bool(row.action))
        self._button.setEnabled(row.enabled)


class _QrCode(QWidget):
    """A QR code: always dark on light, since many readers want it so, in whole pixels of the screen."""

    QUIET = 4
    """Light modules around it, which readers need (ISO/IEC 18004)."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self._modules: tuple[tuple[bool, ...], ...] = ()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def show_modules(self, modules: tuple[tuple[bool, ...], ...]) -> None:
        """Draw another code."""
        if modules != self._modules:
            self._modules = modules
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As large as an avatar is several times: a phone reads it from an arm's length."""
        side = self._look.size.avatar * 5
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        if not self._modules:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        count = len(self._modules) + 2 * self.QUIET
        # Modules of a fraction of a pixel would have grey edges.
        module = max(1, int(self.width() * ratio / count)) / ratio
        margin = (self.width() - module * count) / 2
        painter.fillRect(QRectF(margin, margin, module * count, module * count), QColor(Qt.GlobalColor.white))
        for y, row in enumerate(self._modules, self.QUIET):
            for x, dark in enumerate(row, self.QUIET):
                if dark:
                    place = QRectF(margin + x * module, margin + y * module, module, module)
                    painter.fillRect(place, QColor(Qt.GlobalColor.black))


class CodeRow(RowView):
    """A QR code, and words beside it."""

    def build(self) -> None:
        """The code at the left, label and a selectable line at its right."""
        self._code = _QrCode(self.look, f"{self.key}Code")
        self._label = Text(self.look, "strong", wraps=True)
        self._words = Text(self.look, "body", wraps=True, name=f"{self.key}Words")
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.look.space.m)
        words = QVBoxLayout()
        words.setSpacing(self.look.space.xs)
        words.addWidget(self._label)
        words.addWidget(self._words)
        words.addStretch()
        row.addWidget(self._code, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.add(line)

    def show_row(self, row: SettingRow) -> None:
        """Draw a row."""
        super().show_row(row)
        self._help.hide()
        self._code.show_modules(row.modules)
        self._code.setAccessibleName(row.label)
        self._label.setText(row.label)
        self._words.setText(row.help)


KINDS: dict[RowKind, type[RowView]] = {
    RowKind.SWITCH: SwitchRow,
    RowKind.CHIPS: ChipsRow,
    RowKind.LIST: ListRow,
    RowKind.TEXT: TextRow,
    RowKind.SECRET: SecretRow,
    RowKind.BUTTON: ButtonRow,
    RowKind.WORDS: WordsRow,
    RowKind.CODE: CodeRow,
}
