"""What says that something is shared: a line around the screen, and a small bar with the way to stop it.

Both stand above all other windows and never take the keyboard. The line is four thin windows: one with
a hole in it would be black where nothing composes windows.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.view_models.share_states import ShareState
from desktop.views.controls import Button, ButtonKind
from desktop.views.dropdown import paint_card
from desktop.views.fields import IconMark
from desktop.views.share_intentions import ShareIntentions
from desktop.views.style_sheet import style_sheet
from desktop.views.text import ElidedText
from desktop.views.theme import Look

ABOVE_ALL = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
)


class _Edge(QWidget):
    """One side of the line."""

    def __init__(self, look: Look, number: int) -> None:
        super().__init__(None, ABOVE_ALL | Qt.WindowType.WindowTransparentForInput)
        self._look = look
        self.setObjectName(f"shareEdge-{number}")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        QPainter(self).fillRect(event.rect(), self._look.colour.leave)


class ShareBorder:
    """A line around what is shared.

    Args:
        look: colours and sizes; the stage's.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._edges = [_Edge(look, number) for number in range(4)]

    @property
    def places(self) -> list[QRect]:
        """Where its sides are: top, bottom, left, right; nothing while it is hidden."""
        return [edge.geometry() for edge in self._edges if edge.isVisible()]

    def show_around(self, area: tuple[int, int, int, int] | None) -> None:
        """Show it around an area of the desktop, or hide it."""
        if area is None:
            for edge in self._edges:
                edge.hide()
            return
        width = self._look.space.xxs
        whole = QRect(*area)
        screen = QGuiApplication.screenAt(whole.center()) or QGuiApplication.primaryScreen()
        if not screen.geometry().contains(whole.adjusted(-width, -width, width, width)):
            whole = whole.intersected(screen.geometry())
        else:
            whole.adjust(-width, -width, width, width)  # around a window, not over it
        places = (
            QRect(whole.left(), whole.top(), whole.width(), width),
            QRect(whole.left(), whole.bottom() + 1 - width, whole.width(), width),
            QRect(whole.left(), whole.top(), width, whole.height()),
            QRect(whole.right() + 1 - width, whole.top(), width, whole.height()),
        )
        for edge, place in zip(self._edges, places, strict=True):
            edge.setGeometry(place)
            edge.show()

    def close(self) -> None:
        """Take it away for good."""
        for edge in self._edges:
            edge.close()
            edge.deleteLater()


class ShareBar(QWidget):
    """*You are sharing …* with the buttons to stop and to share something else.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes; the stage's.
    """

    def __init__(self, model: ShareIntentions, look: Look) -> None:
        super().__init__(None, ABOVE_ALL)
        self._model = model
        self._look = look
        self.setObjectName("shareBar")
        self.setStyleSheet(style_sheet(look.tokens.dark, look.px))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._mark = IconMark(look, "share", ink="danger", size="icon")
        self._sentence = ElidedText(look, "strong", name="shareSentence")
        self._other = Button(look, "shareOtherButton", ButtonKind.QUIET)
        self._stop = Button(look, "stopSharingButton", ButtonKind.DANGER)
        self._other.clicked.connect(model.pick)
        self._stop.clicked.connect(model.stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(look.space.m, look.space.xs, look.space.xs, look.space.xs)
        row.setSpacing(look.space.xs)
        row.addWidget(self._mark)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._other)
        row.addWidget(self._stop)
        model.changed.connect(self.render_state)
        self._retranslate()

    def render_state(self, state: ShareState) -> None:
        """Draw a state."""
        self._sentence.setText(state.sentence)
        self.setWindowTitle(state.sentence)
        self.setAccessibleName(state.sentence)

    def place(self, area: tuple[int, int, int, int] | None) -> None:
        """Stand at the top of the screen that is shared, or shared from; of the main one for None."""
        main = QGuiApplication.primaryScreen()
        at = QGuiApplication.screenAt(QRect(*area).center()) if area is not None else main
        screen = (at or main).availableGeometry()
        self.resize(self.sizeHint())
        self.move(screen.center().x() - self.width() // 2, screen.top() + self._look.space.s)

    def sizeHint(self) -> QSize:
        """Wide enough for a title."""
        return QSize(self._look.size.share_bar, self.minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._look.colour.surface)
        paint_card(painter, self._look, QRectF(self.rect()), floats=False)

    def _retranslate(self) -> None:
        self._other.set_label(self.tr("Share something else"))
        self._stop.set_label(self.tr("Stop sharing"))
        self.render_state(self._model.state)
