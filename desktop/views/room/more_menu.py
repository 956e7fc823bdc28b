"""The ⋯ of the bar: how the tiles stand, our own picture, full screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.room_states import LayoutMode, LayoutState, SavingState
from desktop.views.dropdown import Dropdown
from desktop.views.icons import paint_icon
from desktop.views.intentions import LayoutIntentions
from desktop.views.menu import MenuRow
from desktop.views.room.shortcuts import Keys
from desktop.views.room_intentions import SavingIntentions
from desktop.views.theme import Look


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
        saving: what is done without.
    """

    full_screen = Signal()
    statistics = Signal()
    help = Signal()

    def __init__(
        self, look: Look, anchor: QWidget, layout: LayoutIntentions, saving: SavingIntentions
    ) -> None:
        super().__init__(look, "moreMenu", anchor)
        self._saving = CheckRow(look, "savingRow", "leaf")
        self._sound = CheckRow(look, "audioOnlyRow", "sound-only")
        self._quality = MenuRow(look, "statisticsRow", "signal")
        self._help = MenuRow(look, "helpRow", "keyboard")
        self._layout = layout
        self._grid = CheckRow(look, "gridRow", "grid")
        self._speaker = CheckRow(look, "speakerRow", "spotlight")
        self._own = CheckRow(look, "ownHiddenRow", "eye-off")
        self._mirror = CheckRow(look, "mirrorRow", "mirror")
        self._full = CheckRow(look, "fullScreenRow", "full-screen")
        rows = QWidget()
        rows.setObjectName("scrolled")
        self._column = QVBoxLayout(rows)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.space.xxs)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(rows)
        self.content.addWidget(self._area)
        for row in (self._grid, self._speaker):
            self._column.addWidget(row)
        self._column.addWidget(Separator(look))
        for row in (self._own, self._mirror, self._full):
            self._column.addWidget(row)
        self._column.addWidget(Separator(look))
        for row in (self._saving, self._sound):
            self._column.addWidget(row)
        self._column.addWidget(Separator(look))
        for entry, signal in ((self._quality, self.statistics), (self._help, self.help)):
            self._column.addWidget(entry)
            entry.clicked.connect(self.hide)
            entry.clicked.connect(signal)
        self._saving.clicked.connect(saving.set_saving)
        self._sound.clicked.connect(saving.set_audio_only)
        saving.changed.connect(self.render_saving)
        self.render_saving(saving.state)
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

    def render_saving(self, state: SavingState) -> None:
        """Tick what is done without."""
        self._saving.setChecked(state.saving)
        self._sound.setChecked(state.audio_only)

    def ask(self) -> None:
        """Show the menu, or hide it."""
        if self.isVisible():
            self.hide()
            return
        self._full.setChecked(self.window().isFullScreen())
        self._fit()
        self.open_above()
        self._grid.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self) -> None:
        """As high as its rows, and in a low window as high as there is room above the bar."""
        look = self.look
        wanted = self._column.sizeHint()
        room = self.anchor.window().height() - look.size.control_bar - 4 * look.space.xs
        bar = self._area.verticalScrollBar().sizeHint().width() if wanted.height() > room else 0
        self._area.setFixedSize(wanted.width() + bar, min(wanted.height(), room))

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
        self._full.set_words(self.tr("Full screen ({keys})").format(keys=Keys.FULL_SCREEN.shown))
        self._saving.set_words(
            self.tr("Spare the computer"), self.tr("Smaller and fewer pictures, a cooler machine")
        )
        self._sound.set_words(self.tr("Sound only"), self.tr("All cameras off, shared screens stay"))
        self._quality.set_words(self.tr("Connection quality"))
        self._help.set_words(self.tr("Keyboard shortcuts ({keys})").format(keys=Keys.HELP.shown))
