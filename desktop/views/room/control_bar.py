"""The bar at the bottom of the room: microphone, camera, and, apart, the red button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.view_models.states import RoomViewState
from desktop.views.controls import Control, paint_dots
from desktop.views.icons import paint_icon
from desktop.views.theme import Look

MICROPHONE_KEYS = "Ctrl+D"
CAMERA_KEYS = "Ctrl+E"
LEAVE_KEYS = "Ctrl+Shift+Q"


class DeviceButton(Control):
    """A round button for a device: filled icon when on, crossed out and tinted when off.

    Args:
        look: colours and sizes; the stage's.
        name: object name.
        icon: name of the icon; "-off" is added while off.
    """

    def __init__(self, look: Look, name: str, icon: str) -> None:
        super().__init__(look, name)
        self._icon = icon
        self._on = True
        self._busy = False
        self.setProperty("round", True)

    @property
    def on(self) -> bool:
        """Whether the device is shown as on."""
        return self._on

    def show_device(self, *, on: bool, busy: bool) -> None:
        """Show whether the device is on, or on its way."""
        self._on = on
        self._busy = busy
        self.setEnabled(not busy)
        self.update()

    def set_words(self, state: str, action: str, keys: str) -> None:
        """Say what it is and what a press does: the state is its name, the action its tool tip."""
        self.setAccessibleName(state)
        self.setAccessibleDescription(action)
        self.setToolTip(f"{action} ({keys})")

    def sizeHint(self) -> QSize:
        """A circle."""
        side = self.look.size.room_control
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw circle and icon."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        off_ground = look.soft(colour.danger, look.soft(colour.danger, colour.control))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.control if self._on else off_ground, colour.on_stage))
        painter.drawEllipse(QRectF(self.rect()))
        ink = colour.on_stage if self._on else colour.danger
        if self._busy:
            paint_dots(painter, look, ink, QRectF(self.rect()))
            return
        side = look.size.room_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, self._icon if self._on else f"{self._icon}-off", ink, place)


class LeaveButton(Control):
    """The red button."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, "leaveButton")
        self._busy = False
        self.setProperty("round", True)

    def set_busy(self, busy: bool) -> None:
        """Leaving is under way."""
        self._busy = busy
        self.setEnabled(not busy)
        self.update()

    def sizeHint(self) -> QSize:
        """Half as wide again as the round ones: the last resort is easy to hit."""
        side = self.look.size.room_control
        return QSize(side * 3 // 2, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.leave, colour.on_leave))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self._busy:
            paint_dots(painter, look, colour.on_leave, QRectF(self.rect()))
            return
        side = look.size.room_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, "leave", colour.on_leave, place)


class ControlBar(QWidget):
    """The buttons, in the middle of a bar 72 high.

    Args:
        look: colours and sizes; the stage's.
    """

    microphone = Signal()
    camera = Signal()
    leave = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._state = RoomViewState()
        self.setObjectName("controlBar")
        self.setFixedHeight(look.size.control_bar)
        self.microphone_button = DeviceButton(look, "microphoneButton", "microphone")
        self.camera_button = DeviceButton(look, "cameraButton", "camera")
        self.leave_button = LeaveButton(look)
        self.microphone_button.clicked.connect(self.microphone)
        self.camera_button.clicked.connect(self.camera)
        self.leave_button.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.s)
        row.addStretch()
        row.addWidget(self.microphone_button)
        row.addWidget(self.camera_button)
        row.addSpacing(look.space.l - look.space.s)
        row.addWidget(self.leave_button)
        row.addStretch()
        self._retranslate()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state."""
        self._state = state
        self.microphone_button.show_device(on=state.microphone_on, busy=state.microphone_busy)
        self.camera_button.show_device(on=state.camera_on, busy=state.camera_busy)
        self.leave_button.set_busy(state.leaving)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        if self._state.microphone_on:
            words = self.tr("Microphone on"), self.tr("Turn the microphone off")
        else:
            words = self.tr("Microphone off"), self.tr("Turn the microphone on")
        self.microphone_button.set_words(*words, MICROPHONE_KEYS)
        if self._state.camera_on:
            words = self.tr("Camera on"), self.tr("Turn the camera off")
        else:
            words = self.tr("Camera off"), self.tr("Turn the camera on")
        self.camera_button.set_words(*words, CAMERA_KEYS)
        self.leave_button.setAccessibleName(self.tr("Leave"))
        self.leave_button.setToolTip(f"{self.tr('Leave')} ({LEAVE_KEYS})")
