"""A short list to choose from, inside a drop-down: clients with their avatar, or hours of the day."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.view_models.states import PersonState
from desktop.views.icons import paint_icon
from desktop.views.text import paint_avatar
from desktop.views.theme import Look

Index = QModelIndex | QPersistentModelIndex
_ROWS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: what it means, what it says, and whose it is (None for hours), or its icon."""

    value: str
    text: str
    person: PersonState | None = None
    icon: str = ""


class _Choices(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.choices: tuple[Choice, ...] = ()

    def replace(self, choices: tuple[Choice, ...]) -> None:
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.choices[index.row()].text
        return None


class _Painter(QStyledItemDelegate):
    def __init__(self, look: Look, choices: _Choices, parent: QListView) -> None:
        super().__init__(parent)
        self._look = look
        self._choices = choices

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        choice = self._choices.choices[index.row()]
        look = self._look
        tall = choice.person is not None or choice.icon
        height = look.size.room_control if tall else look.size.control
        return QSize(QFontMetrics(look.font("body")).horizontalAdvance(choice.text) + look.space.l, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, choice = self._look, self._choices.choices[index.row()]
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour.raised)
            painter.drawRoundedRect(area, look.radius.field, look.radius.field)
        left = area.x() + look.space.s
        if choice.person is not None:
            side = look.size.small_avatar + look.space.xxs
            circle = QRectF(left - look.space.xxs, area.center().y() - side / 2, side, side)
            paint_avatar(painter, look, choice.person, circle)
            left += side + look.space.xxs
        elif choice.icon:
            side = look.size.icon
            paint_icon(
                painter,
                choice.icon,
                look.colour.primary,
                QRectF(left, area.center().y() - side / 2, side, side),
            )
            left += side + look.space.xs
        painter.setFont(look.font("body", tabular=choice.person is None))
        painter.setPen(look.colour.primary if choice.icon else look.colour.text)
        words = QRectF(left, area.y(), area.right() - left, area.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, choice.text)
        painter.restore()


class ChoiceList(QListView):
    """The list; it never takes the focus, the field it belongs to steers it.

    Args:
        look: colours, fonts and sizes.
        name: object name.
    """

    chosen = Signal(str)
    """A row was clicked; carries its value."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self._choices = _Choices()
        self.setObjectName(name)
        self.setModel(self._choices)
        self.setItemDelegate(_Painter(look, self._choices, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(lambda index: self.chosen.emit(self._choices.choices[index.row()].value))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen now."""
        return self._choices.choices

    @property
    def current(self) -> Choice | None:
        """The row that Enter would take."""
        index = self.currentIndex()
        return self._choices.choices[index.row()] if index.isValid() else None

    def show_choices(self, choices: tuple[Choice, ...], current: str = "") -> None:
        """Replace the rows; the one with the value `current`, else the first, is the current one."""
        self._choices.replace(choices)
        rows = [row for row, choice in enumerate(choices) if choice.value == current]
        if choices:
            self.setCurrentIndex(self._choices.index(rows[0] if rows else 0, 0))
            self.scrollTo(self.currentIndex(), QListView.ScrollHint.PositionAtTop)
        tall = bool(choices) and bool(choices[0].person or choices[0].icon)
        height = self._look.size.room_control if tall else self._look.size.control
        self.setFixedHeight(min(len(choices), _ROWS_AT_MOST) * height)

    def step(self, rows: int) -> None:
        """Move the current row down (positive) or up, stopping at the ends."""
        if not self.choices:
            return
        row = min(max(self.currentIndex().row() + rows, 0), len(self.choices) - 1)
        self.setCurrentIndex(self._choices.index(row, 0))
