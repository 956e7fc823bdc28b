"""The operator's day at a glance, above his list: a line with today's meetings, and who waits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from desktop.view_models.hub_states import DayBlock, DayState, WaitLine
from desktop.view_models.states import Tone
from desktop.views.cards import Card
from desktop.views.controls import Button
from desktop.views.hub_intentions import DayIntentions
from desktop.views.text import Avatar, ElidedText, Text
from desktop.views.theme import Look

_LEAST_PX = 6


class _Line(QWidget):
    """The hours, the meetings on them, and the present."""

    selected = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._state = DayState()
        self.setObjectName("dayLine")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def show_day(self, state: DayState) -> None:
        self._state = state
        words = [state.heading, state.now_line, *(block.tooltip for block in state.blocks)]
        self.setAccessibleName(", ".join(word for word in words if word))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.size.search_field, self._bar_height() + self._look.line_height("small"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, colour, state = self._look, self._look.colour, self._state
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 0, self.width(), self._bar_height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour.raised)
        painter.drawRoundedRect(bar, look.radius.field, look.radius.field)
        self._paint_hours(painter, bar)
        font = look.font("pill")
        metrics = QFontMetrics(font)
        for block in state.blocks:
            place = self._place(block)
            ink = look.tone(block.tone)
            painter.setPen(QPen(ink, look.line.border))
            painter.setBrush(look.soft(ink) if block.tone is not Tone.NEUTRAL else colour.surface)
            painter.drawRoundedRect(
                place.adjusted(0.5, 0.5, -0.5, -0.5), look.radius.field, look.radius.field
            )
            inner = place.adjusted(look.space.xxs, 0, -look.space.xxs, 0)
            if metrics.horizontalAdvance(block.label) <= inner.width():
                painter.setFont(font)
                painter.setPen(ink)
                painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, block.label)
        if state.now is not None:
            x = state.now * self.width()
            painter.setPen(QPen(colour.danger, look.line.focus))
            painter.drawLine(QPointF(x, bar.top()), QPointF(x, bar.bottom()))

    def event(self, event: QEvent) -> bool:
        """Say what a meeting is when it is pointed at."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            block = self._block_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), block.tooltip if block else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._block_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        block = self._block_at(event.position())
        if block is not None:
            self.selected.emit(block.meeting_id)

    def _paint_hours(self, painter: QPainter, bar: QRectF) -> None:
        look, colour = self._look, self._look.colour
        font = look.font("small", tabular=True)
        painter.setFont(font)
        height = look.line_height("small")
        room = QFontMetrics(font).horizontalAdvance("00") + look.space.s
        marks = self._state.hours
        every = next((step for step in (1, 2, 3, 6, 12) if len(marks) * room <= self.width() * step), 24)
        for number, (share, hour) in enumerate(marks):
            x = share * self.width()
            if 0 < number < len(marks) - 1:
                painter.setPen(QPen(colour.border, look.line.border))
                painter.drawLine(
                    QPointF(x, bar.top() + look.space.xs), QPointF(x, bar.bottom() - look.space.xs)
                )
            if number % every == 0:
                left = min(max(0.0, x - room / 2), self.width() - room)
                place = QRectF(left, bar.bottom(), room, height)
                align = Qt.AlignmentFlag.AlignVCenter | (
                    Qt.AlignmentFlag.AlignLeft
                    if number == 0
                    else Qt.AlignmentFlag.AlignRight
                    if number == len(marks) - 1
                    else Qt.AlignmentFlag.AlignHCenter
                )
                painter.setPen(colour.muted)
                painter.drawText(place, align, hour)

    def _place(self, block: DayBlock) -> QRectF:
        left, right = block.start * self.width(), block.end * self.width()
        return QRectF(left + 1, 2, max(_LEAST_PX, right - left - 2), self._bar_height() - 4)

    def _block_at(self, point: QPointF) -> DayBlock | None:
        return next((block for block in self._state.blocks if self._place(block).contains(point)), None)

    def _bar_height(self) -> int:
        return self._look.size.row_avatar


class _Wait(QWidget):
    """Who waits, and the button that tells him."""

    late = Signal(str)

    def __init__(self, look: Look, wait: WaitLine) -> None:
        super().__init__()
        self._avatar = Avatar(look, "small_avatar")
        self._line = ElidedText(look, "body", tabular=True, name=f"waiting-{wait.meeting_id}")
        self._button = Button(look, f"late-{wait.meeting_id}")
        self._button.clicked.connect(lambda: self.late.emit(wait.meeting_id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.xs)
        row.addWidget(self._avatar)
        row.addWidget(self._line, 1)
        row.addWidget(self._button)
        self.show_wait(wait)

    def show_wait(self, wait: WaitLine) -> None:
        self._avatar.set_person(wait.person)
        self._line.setText(wait.line)
        self._button.set_label(wait.late_label)
        self._button.setAccessibleDescription(wait.person.name)
        self._button.set_busy(wait.busy)


class DayStrip(Card):
    """The card; hidden on a day without meetings.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
    """

    selected = Signal(str)
    """A meeting on the line was clicked; carries its id."""

    def __init__(self, model: DayIntentions, look: Look) -> None:
        super().__init__(look)
        self._model = model
        self._allowed = True
        self._waits: dict[str, _Wait] = {}
        self.setObjectName("dayStrip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._heading = Text(look, "label", tabular=True)
        self._now = ElidedText(look, "small", ink="muted", tabular=True, name="nowLine")
        self._now.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._line = _Line(look)
        self._line.selected.connect(self.selected)
        self._people = QVBoxLayout()
        self._people.setSpacing(look.space.xs)
        head = QHBoxLayout()
        head.setSpacing(look.space.s)
        head.addWidget(self._heading)
        head.addWidget(self._now, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.space.m, look.space.s, look.space.m, look.space.s)
        column.setSpacing(look.space.xs)
        column.addLayout(head)
        column.addWidget(self._line)
        column.addLayout(self._people)
        model.changed.connect(self.render_state)
        self.render_state(model.state)

    def allow(self, allowed: bool) -> None:
        """Its page is shown."""
        self._allowed = allowed
        self.render_state(self._model.state)

    def render_state(self, state: DayState) -> None:
        """Draw a state."""
        self.setVisible(self._allowed and bool(state.heading or state.waiting))
        self._heading.setText(state.heading)
        self._now.setText(state.now_line)
        self._heading.setVisible(bool(state.heading))
        self._now.setVisible(bool(state.heading))
        self._line.setVisible(bool(state.blocks))
        self._line.show_day(state)
        wanted = {wait.meeting_id: wait for wait in state.waiting}
        for gone in [meeting_id for meeting_id in self._waits if meeting_id not in wanted]:
            widget = self._waits.pop(gone)
            widget.hide()
            widget.deleteLater()
        for meeting_id, wait in wanted.items():
            if meeting_id not in self._waits:
                widget = _Wait(self.look, wait)
                widget.late.connect(self._model.late)
                self._waits[meeting_id] = widget
                self._people.addWidget(widget)
            self._waits[meeting_id].show_wait(wait)
