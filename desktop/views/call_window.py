"""The call window: somebody waits. In the corner, above everything, and never where the keyboard is."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, Qt, SignalInstance
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.call_states import CallState
from desktop.views.controls import Button, ButtonKind
from desktop.views.dropdown import paint_card
from desktop.views.text import Avatar, ElidedText, Text
from desktop.views.theme import Look


class CallIntentions(Protocol):
    """The call window."""

    @property
    def state(self) -> CallState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `CallState`."""

    def accept(self) -> None:
        """Go to the meeting."""

    def later(self) -> None:
        """Not now."""


class CallWindow(QWidget):
    """Shown while a call rings; typing goes on in whatever window it was in.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
    """

    def __init__(self, model: CallIntentions, look: Look) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.WindowDoesNotAcceptFocus,
        )
        self._model = model
        self._look = look
        self.setObjectName("callWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        # Hidden with its app by macOS otherwise, which is when it is needed.
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setFixedSize(look.size.call_width, look.size.call_height)
        self._avatar = Avatar(look)
        self._sentence = Text(look, "title", wraps=True, name="callSentence")
        self._title = ElidedText(look, "body", ink="muted", name="callTitle")
        self._accept = Button(look, "callAccept", ButtonKind.FILLED)
        self._later = Button(look, "callLater")
        for button in (self._accept, self._later):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._accept.clicked.connect(model.accept)
        self._later.clicked.connect(model.later)
        self._lay_out()
        look.changed.connect(self.update)
        model.changed.connect(self.render_state)
        self._retranslate()

    def render_state(self, state: CallState) -> None:
        """Draw a state; without a meeting there is no window."""
        if not state.meeting_id:
            self.hide()
            return
        self._avatar.set_person(state.person)
        self._sentence.setText(state.sentence)
        self._title.setText(state.title)
        self._accept.set_label(state.accept)
        self.setWindowTitle(state.sentence)
        self.setAccessibleName(f"{state.sentence}. {state.title}")
        if not self.isVisible():
            self._place()
            self.show()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        paint_card(QPainter(self), self._look, QRectF(self.rect()), floats=False)

    def _place(self) -> None:
        """The lower right corner of the screen, clear of the task bar."""
        screen = QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        gap = self._look.space.m
        self.move(free.right() - self.width() - gap, free.bottom() - self.height() - gap)

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._title)
        top = QHBoxLayout()
        top.setSpacing(space.s)
        top.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.xs)
        buttons.addStretch()
        buttons.addWidget(self._later)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.m, space.m, space.m, space.m)
        column.addLayout(top)
        column.addStretch()
        column.addLayout(buttons)
        self.setMinimumHeight(look.size.call_height)

    def _retranslate(self) -> None:
        self._later.set_label(self.tr("Later"))
        self.render_state(self._model.state)
