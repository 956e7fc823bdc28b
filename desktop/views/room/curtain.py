"""Calm words over the stage: connecting, alone, reconnecting, ended, failed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.controls import Button, ButtonKind, paint_dots
from desktop.views.fields import IconMark
from desktop.views.text import Text
from desktop.views.theme import Look


class Dots(QWidget):
    """The connecting dots, which go round unless the system asks for stillness."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lit = 0
        self.setFixedHeight(look.space.l)
        self._timer = QTimer(self)
        self._timer.setInterval(look.tokens.duration_ms.dots)
        self._timer.timeout.connect(self._step)

    def showEvent(self, event: QShowEvent) -> None:
        """Start to go round."""
        super().showEvent(event)
        if self._look.animated:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the three dots."""
        lit = self._lit if self._look.animated else -1
        paint_dots(QPainter(self), self._look, self._look.colour.on_stage, QRectF(self.rect()), lit)

    def _step(self) -> None:
        self._lit = (self._lit + 1) % 3
        self.update()


class Curtain(QWidget):
    """Words in the middle of the stage, with a button or two where something can be done.

    Args:
        look: colours, fonts and sizes; the stage's.
    """

    retry = Signal()
    """Try again what failed."""
    close_room = Signal()
    """Back to the list."""
    come_back = Signal()
    """Into the room again, which goes on."""
    stay = Signal()
    """Alone, and not to be put out for it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("curtain")
        self._mark = IconMark(look, "error", size="empty_icon")
        self._message = Text(look, "title", ink="on_stage", wraps=True, name="roomMessage")
        self._detail = Text(look, "body", ink="muted", wraps=True, name="roomDetail", tabular=True)
        self._next = Text(look, "body", ink="muted", wraps=True, name="nextMeeting", tabular=True)
        self._dots = Dots(look)
        self._retry = Button(look, "retryButton", ButtonKind.FILLED)
        self._close = Button(look, "closeRoomButton", ButtonKind.PLAIN)
        self._come_back = Button(look, "comeBackButton", ButtonKind.FILLED)
        self._stay = Button(look, "stayButton", ButtonKind.FILLED)
        self._come_back.clicked.connect(self.come_back)
        self._stay.clicked.connect(self.stay)
        self._over = False
        self._retry.clicked.connect(self.retry)
        self._close.clicked.connect(self.close_room)
        for text in (self._message, self._detail, self._next):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget()
        middle.setMaximumWidth(look.size.content_width)
        column = QVBoxLayout(middle)
        column.setSpacing(look.space.xs)
        column.addStretch(1)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._message)
        column.addWidget(self._detail)
        column.addWidget(self._next)
        self.after = QVBoxLayout()
        """Below the words; what stands here shows itself when it has something to say."""
        column.addLayout(self.after)
        column.addWidget(self._dots)
        column.addSpacing(look.space.m)
        buttons = QHBoxLayout()
        buttons.setSpacing(look.space.s)
        buttons.addStretch()
        for button in (self._close, self._retry, self._come_back, self._stay):
            buttons.addWidget(button)
        buttons.addStretch()
        column.addLayout(buttons)
        column.addStretch(1)
        around = QHBoxLayout(self)
        around.addStretch(0)
        around.addWidget(middle, 1)
        around.addStretch(0)
        self._retranslate()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state; hidden when there is nothing to say."""
        error, stage = state.error, state.stage
        over = stage is RoomStage.ENDED or error is not None
        waiting = stage in (RoomStage.CONNECTING, RoomStage.RECONNECTING) and error is None
        message = error.sentence if error else state.message
        self._message.setText(message)
        self._detail.setText("" if error else state.detail)
        self._detail.setVisible(bool(self._detail.text()))
        # Over a picture, however dimmed, the muted ink has too little contrast.
        self._detail.set_ink("on_stage" if stage is RoomStage.RECONNECTING else "muted")
        self._mark.setVisible(over)
        self._mark.show_icon(*(("error", "danger") if error else ("success", "success")))
        self._dots.setVisible(waiting)
        self._close.setVisible(over)
        self._retry.setVisible(bool(error and error.action))
        self._retry.set_label(error.action if error else "")
        ended = over and error is None
        self._next.setText(state.next_meeting if ended else "")
        self._next.setVisible(bool(self._next.text()))
        self._come_back.setVisible(ended and state.can_come_back)
        self._stay.setVisible(state.can_stay and not over)
        alone = ended and not state.can_come_back
        self._close.set_kind(ButtonKind.FILLED if alone else ButtonKind.PLAIN)
        takes_clicks = over or state.can_stay
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not takes_clicks)
        self.setAccessibleName(message)
        self.setVisible(bool(message) or over or waiting)
        if over and not self._over:
            buttons = (self._retry, self._come_back, self._close)
            next(button for button in buttons if button.isVisibleTo(self)).setFocus()
        self._over = over

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self._close.set_label(self.tr("Back to my meetings"))
        self._come_back.set_label(self.tr("Rejoin"))
        self._stay.set_label(self.tr("Stay in the meeting"))
