"""The room made small: the speaker above all other windows, with microphone, camera and leaving.

It stands while the room's window is minimised, and while something is shared and somebody works in
another window. Closing it, or a double click, brings the room back.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QWidget

from desktop.view_models.states import RoomStage, RoomViewState, TileState
from desktop.views.focus_ring import FocusRing
from desktop.views.intentions import RoomIntentions
from desktop.views.room.bar_buttons import DeviceButton, LeaveButton, PanelButton
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.stage import Stage
from desktop.views.style_sheet import style_sheet
from desktop.views.theme import Look

_FOLLOWED = frozenset((QEvent.Type.WindowStateChange, QEvent.Type.ActivationChange, QEvent.Type.Hide))
"""Events of the room's window that say whether the small one is needed; a constant, since every one of its
events is looked at."""


def speaker_of(state: RoomViewState, last: str = "") -> TileState | None:
    """Whom the small window shows: who speaks, else who spoke last, else the first; ourselves when alone.

    Args:
        state: the room.
        last: key of the tile that was shown before.
    """
    people = [tile for tile in state.tiles if not tile.is_screen]
    speaking = next((tile for tile in people if tile.speaking), None)
    if speaking is not None:
        return speaking
    before = next((tile for tile in people if tile.key == last), None)
    return before or (people[0] if people else state.own)


class SmallRoom(QWidget):
    """The window itself, 320×180.

    Args:
        model: state and intentions of the room.
        look: colours, fonts and sizes; the stage's.
    """

    leaving = Signal()
    """The red button."""

    def __init__(self, model: RoomIntentions, look: Look) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint,
        )
        self._model = model
        self._look = look
        self._shown = ""
        self._held: QPoint | None = None
        self._pointed = False
        self.setObjectName("smallRoom")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setStyleSheet(style_sheet(look.tokens.dark, look.px))
        self.setFixedSize(look.size.small_room_width, look.size.small_room_height)
        self.stage = Stage(look, model.picture)
        self.stage.setParent(self)
        self.stage.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.microphone = DeviceButton(look, "smallMicrophoneButton", "microphone")
        self.camera = DeviceButton(look, "smallCameraButton", "camera")
        self.leave = LeaveButton(look)
        self.leave.setObjectName("smallLeaveButton")
        self.back = PanelButton(look, "smallBackButton", "full-screen")
        self._buttons = (self.microphone, self.camera, self.leave, self.back)
        for button in self._buttons:
            button.setParent(self)
            button.setGraphicsEffect(QGraphicsOpacityEffect(button))
            button.installEventFilter(self)
        self._ring = FocusRing(look, self)
        self.microphone.clicked.connect(model.toggle_microphone)
        self.camera.clicked.connect(model.toggle_camera)
        self.leave.clicked.connect(self.leaving)
        self.back.clicked.connect(self.close)
        self._retranslate()
        self._show_buttons()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state."""
        self.setWindowTitle(state.title)
        tile = speaker_of(state, self._shown)
        self._shown = tile.key if tile is not None else ""
        self.stage.show_tiles(
            (tile,) if tile is not None else (), None, dimmed=state.stage is RoomStage.RECONNECTING
        )
        self.microphone.show_device(on=state.microphone_on, busy=state.microphone_busy)
        self.camera.show_device(on=state.camera_on, busy=state.camera_busy)
        self.leave.set_busy(state.leaving)
        self._name_devices(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Picture everywhere, buttons at the lower edge, the way back in the corner."""
        super().resizeEvent(event)
        self.stage.setGeometry(self.rect())
        space, row = self._look.space, (self.microphone, self.camera, self.leave)
        width = sum(button.sizeHint().width() for button in row) + 2 * space.xs
        left = self.width() - width - space.xs  # the name has the other corner
        for button in row:
            hint = button.sizeHint()
            button.setGeometry(left, self.height() - hint.height() - space.xs, hint.width(), hint.height())
            left += hint.width() + space.xs
        hint = self.back.sizeHint()
        self.back.setGeometry(self.width() - hint.width() - space.xs, space.xs, hint.width(), hint.height())

    def enterEvent(self, event: QEnterEvent) -> None:
        """The buttons appear under the pointer."""
        super().enterEvent(event)
        self._pointed = True
        self._show_buttons()

    def leaveEvent(self, event: QEvent) -> None:
        """They go with it."""
        super().leaveEvent(event)
        self._pointed = False
        self._show_buttons()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keyboard makes the buttons appear as well."""
        if isinstance(event, QFocusEvent):
            self._show_buttons()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape brings the room back."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        self._held = event.globalPosition().toPoint() - self.pos()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry it along."""
        if self._held is not None:
            self.move(event.globalPosition().toPoint() - self._held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Bring the room back."""
        self.close()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def show_buttons(self) -> None:
        """As if somebody pointed at it."""
        self._pointed = True
        self._show_buttons()

    def _show_buttons(self) -> None:
        wanted = self._pointed or any(button.hasFocus() for button in self._buttons)
        for button in self._buttons:
            # Never hidden, only unseen: what is hidden cannot get the focus that shows it.
            effect = button.graphicsEffect()
            assert isinstance(effect, QGraphicsOpacityEffect)
            effect.setOpacity(1.0 if wanted else 0.0)

    def _name_devices(self, state: RoomViewState) -> None:
        if state.microphone_on:
            words = self.tr("Microphone on"), self.tr("Turn the microphone off")
        else:
            words = self.tr("Microphone off"), self.tr("Turn the microphone on")
        self.microphone.set_words(*words, "")
        if state.camera_on:
            words = self.tr("Camera on"), self.tr("Turn the camera off")
        else:
            words = self.tr("Camera off"), self.tr("Turn the camera on")
        self.camera.set_words(*words, "")

    def _retranslate(self) -> None:
        self.stage.setAccessibleName(self.tr("Speaker"))
        self.leave.setAccessibleName(self.tr("Leave"))
        self.leave.setToolTip(self.tr("Leave"))
        back = self.tr("Back to the meeting’s window")
        self.back.set_words(back, back)
        self.render_state(self._model.state)


class SmallRoomKeeper(QObject):
    """Shows the small window when it is of use, and goes with the room's window.

    Args:
        model: state and intentions of the room.
        window: the room's.
        look: colours, fonts and sizes; the stage's.
    """

    def __init__(self, model: RoomIntentions, window: RoomWindow, look: Look) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._look = look
        self.small: SmallRoom | None = None
        self._settle = QTimer(self)  # focus goes from one window to the next in two steps
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self.look_again)
        window.installEventFilter(self)
        model.changed.connect(self._render)

    @property
    def wanted(self) -> bool:
        """Whether the small window is of use now."""
        state = self._model.state
        over = state.stage is RoomStage.ENDED or state.error is not None or state.leaving
        if over or not self._window.isVisible():
            return False
        if self._window.isMinimized():
            return True
        active = QApplication.activeWindow()  # None while another program has the keyboard
        return state.sharing and (active is None or active is self.small)

    def look_again(self) -> None:
        """Show or hide it as it is wanted now."""
        if self.wanted and self.small is None:
            self._show()
        elif not self.wanted and self.small is not None:
            self._hide()

    def close(self) -> None:
        """Take it away for good."""
        self._settle.stop()
        self._window.removeEventFilter(self)
        self._model.changed.disconnect(self._render)
        self._hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the room's window, and bring it back when the small one is closed."""
        kind = event.type()
        if watched is self._window and kind in _FOLLOWED:
            self._settle.start(0)
        elif watched is self.small and kind is QEvent.Type.Close:
            self._bring_back()
        return super().eventFilter(watched, event)

    def _render(self, state: RoomViewState) -> None:
        if self.small is not None:
            self.small.render_state(state)
        self.look_again()

    def _show(self) -> None:
        self.small = SmallRoom(self._model, self._look)
        self.small.installEventFilter(self)
        self.small.leaving.connect(self._leave)
        screen = (self._window.screen() or QGuiApplication.primaryScreen()).availableGeometry()
        inset = self._look.space.l
        self.small.move(
            screen.right() - self.small.width() - inset, screen.bottom() - self.small.height() - inset
        )
        self.small.show()

    def _hide(self) -> None:
        small, self.small = self.small, None
        if small is not None:
            small.removeEventFilter(self)
            small.close()
            small.deleteLater()

    def _leave(self) -> None:
        """Leave; where that asks something, the room asks it."""
        state = self._model.state
        if state.leave_choices or state.sharing:
            self._bring_back()
            self._window.bar.leave_button.click()
        else:
            self._model.leave()

    def _bring_back(self) -> None:
        small, self.small = self.small, None
        if small is not None:
            small.removeEventFilter(self)
            small.hide()
            small.deleteLater()
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
