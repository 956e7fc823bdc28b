"""The ⋯ of the bar: how the tiles stand, our own picture, full screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.view_models.room_states import LayoutMode, LayoutState
from desktop.views.dropdown import Dropdown
from desktop.views.icons import paint_icon
from desktop.views.intentions import LayoutIntentions
from desktop.views.menu import MenuRow
from desktop.views.theme import Look

FULL_SCREEN_KEYS = "F11"


class CheckRow(MenuRow):
    """A row that is on or off, with a tick at its end while it is on."""

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__(look, name, icon)
        self.setCheckable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """In a menu Enter presses a row, whatever it is."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for the tick."""
        hint = super().sizeHint()
        return QSize(hint.width() + self.look.size.icon + self.look.space.s, hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the row and its tick."""
        super().paintEvent(event)
        if self.isChecked():
            look, side = self.look, self.look.size.icon
            place = QRectF(self.width() - side - look.space.s, (self.height() - side) / 2, side, side)
            paint_icon(QPainter(self), "check", look.colour.primary, place)


class Separator(QWidget):
    """A line between two groups of rows."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedHeight(look.space.xs + look.line.border)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        look = self._look
        QPainter(self).fillRect(0, self.height() // 2, self.width(), look.line.border, look.colour.border)


class MoreMenu(Dropdown):
    """Everything that is wanted seldom.

    Args:
        look: colours, fonts and sizes; the stage's.
        anchor: the bar's button.
        layout: how the tiles stand.
    """

    full_screen = Signal()

    def __init__(self, look: Look, anchor: QWidget, layout: LayoutIntentions) -> None:
        super().__init__(look, "moreMenu", anchor)
        self._layout = layout
        self._grid = CheckRow(look, "gridRow", "grid")
        self._speaker = CheckRow(look, "speakerRow", "spotlight")
        self._own = CheckRow(look, "ownHiddenRow", "eye-off")
        self._mirror = CheckRow(look, "mirrorRow", "mirror")
        self._full = CheckRow(look, "fullScreenRow", "full-screen")
        for row in (self._grid, self._speaker):
            self.content.addWidget(row)
        self.content.addWidget(Separator(look))
        for row in (self._own, self._mirror, self._full):
            self.content.addWidget(row)
        self._grid.clicked.connect(lambda: self._choose(LayoutMode.GRID))
        self._speaker.clicked.connect(lambda: self._choose(LayoutMode.SPEAKER))
        self._own.clicked.connect(layout.set_own_hidden)
        self._mirror.clicked.connect(layout.set_mirrored)
        self._full.clicked.connect(self.hide)
        self._full.clicked.connect(self.full_screen)
        layout.changed.connect(self.render_layout)
        self.render_layout(layout.state)
        self._retranslate()

    def render_layout(self, state: LayoutState) -> None:
        """Tick what is on."""
        self._grid.setChecked(state.mode is LayoutMode.GRID)
        self._speaker.setChecked(state.mode is LayoutMode.SPEAKER)
        self._own.setChecked(state.own_hidden)
        self._mirror.setChecked(state.mirrored)

    def ask(self) -> None:
        """Show the menu, or hide it."""
        if self.isVisible():
            self.hide()
            return
        self._full.setChecked(self.window().isFullScreen())
        self.open_above()
        self._grid.setFocus(Qt.FocusReason.PopupFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _choose(self, mode: LayoutMode) -> None:
        self.hide()
        self._layout.set_mode(mode)
        self.render_layout(self._layout.state)  # a click on what is on leaves it on

    def _retranslate(self) -> None:
        self._grid.set_words(self.tr("Grid"))
        self._speaker.set_words(self.tr("Speaker in front"))
        self._own.set_words(self.tr("Hide my own picture"))
        self._mirror.set_words(self.tr("Mirror my own picture"))
        self._full.set_words(self.tr("Full screen ({keys})").format(keys=FULL_SCREEN_KEYS))
