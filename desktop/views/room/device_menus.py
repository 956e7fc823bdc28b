"""The small arrows beside microphone and camera: which device is used, without leaving the room."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.prejoin_states import BlurChoice, PickerState
from desktop.views.controls import Control
from desktop.views.device_picker import DeviceRows
from desktop.views.dropdown import Dropdown
from desktop.views.fields import ErrorLine
from desktop.views.icons import paint_icon
from desktop.views.menu import MenuRow
from desktop.views.room.more_menu import CheckRow, Separator
from desktop.views.room.room_window import RoomWindow
from desktop.views.text import Text
from desktop.views.theme import Look


class PickersState(Protocol):
    """One picker of each kind, and the switch of the background blur."""

    @property
    def blur(self) -> BlurChoice:
        """The switch."""

    def picker(self, kind: DeviceKind) -> PickerState:
        """The picker of one kind."""


class RoomDevicesIntentions(Protocol):
    """What the arrows' menus ask."""

    @property
    def state(self) -> PickersState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new state."""

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use this device from now on."""

    def set_blur(self, on: bool) -> None:
        """Put the background of our picture out of focus, or not."""

    def open_settings(self) -> None:
        """Show the settings."""


class ArrowButton(Control):
    """A narrow button with an arrow, close to the round one it belongs to.

    Args:
        look: colours and sizes; the stage's.
        name: object name.
    """

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look, name)
        self.setProperty("round", True)

    def set_name(self, text: str) -> None:
        """Say what it opens."""
        self.setAccessibleName(text)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        """Half as wide as the round one."""
        return QSize(self.look.space.l, self.look.size.room_control)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrow, on a ground while pointed at."""
        look = self.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hover > 0.0 or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.shade(look.colour.stage, look.colour.on_stage))
            radius = self.width() / 2
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        side = look.size.small_icon
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, "chevron-down", look.colour.on_stage, place)


class DevicesMenu(Dropdown):
    """The devices of some kinds under their names, errors, and the way to the settings.

    Args:
        look: colours, fonts and sizes; the stage's.
        name: object name.
        anchor: the arrow.
        kinds: what it offers, in order.
        model: state and intentions.
    """

    def __init__(
        self,
        look: Look,
        name: str,
        anchor: QWidget,
        kinds: tuple[DeviceKind, ...],
        model: RoomDevicesIntentions,
    ) -> None:
        super().__init__(look, name, anchor)
        self._model = model
        self._headings = {kind: Text(look, "label", ink="muted") for kind in kinds}
        self._rows = {kind: DeviceRows(look, f"room-{kind.value}") for kind in kinds}
        self._shown = {kind: Text(look, "body", wraps=True) for kind in kinds}
        self._errors = {kind: ErrorLine(look, f"room-{kind.value}-error") for kind in kinds}
        self._blur = CheckRow(look, "blurRow", "blur") if DeviceKind.CAMERA in kinds else None
        self._blur_note = Text(look, "small", ink="muted", wraps=True, name="roomBlurNote")
        words = 2 * look.space.s + look.size.icon  # where the row's own begin
        self._blur_note.setContentsMargins(words, 0, look.space.xs, look.space.xs)
        self._settings = MenuRow(look, "roomSettingsRow", "settings")
        for kind in kinds:
            self.content.addWidget(self._headings[kind])
            self.content.addWidget(self._rows[kind])
            self.content.addWidget(self._shown[kind])
            self.content.addWidget(self._errors[kind])
            self._rows[kind].chosen.connect(lambda device_id, kind=kind: self._choose(kind, device_id))
            if kind is DeviceKind.CAMERA and self._blur is not None:
                self.content.addWidget(self._blur)
                self.content.addWidget(self._blur_note)
                self._blur.clicked.connect(self._set_blur)
            self.content.addWidget(Separator(look))
        self.content.addWidget(self._settings)
        self._settings.clicked.connect(self.hide)
        self._settings.clicked.connect(model.open_settings)
        model.changed.connect(self.render_state)
        self._retranslate()

    def render_state(self, state: PickersState) -> None:
        """Draw a state."""
        for kind, rows in self._rows.items():
            picker = state.picker(kind)
            rows.show_choices(picker.choices, picker.chosen)
            rows.setVisible(bool(picker.choices))
            words = picker.note if picker.choices else picker.shown
            self._shown[kind].setText(words)
            self._shown[kind].setVisible(bool(words))
            self._errors[kind].show_text(picker.error)
        if self._blur is not None:
            self._blur.setVisible(state.blur.offered)
            self._blur.setChecked(state.blur.on)
            self._blur.setEnabled(not state.blur.locked)
            self._blur.set_words(self.tr("Background blur"))
            self._blur.setAccessibleDescription(state.blur.note)
            self._blur_note.setText(state.blur.note)
            self._blur_note.setVisible(state.blur.offered and bool(state.blur.note))

    def ask(self) -> None:
        """Show it; the keyboard is on the chosen device."""
        if self.isVisible():
            self.hide()
            return
        self.render_state(self._model.state)
        self.open_above(width_px=self.look.size.side_panel)
        self._settings.setFocus(Qt.FocusReason.PopupFocusReason)
        next(iter(self._rows.values())).focus_chosen()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _choose(self, kind: DeviceKind, device_id: str) -> None:
        self.hide()
        self.anchor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._model.choose(kind, device_id)

    def _set_blur(self, on: bool) -> None:
        self.hide()
        self.anchor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._model.set_blur(on)

    def _retranslate(self) -> None:
        names = {
            DeviceKind.MICROPHONE: self.tr("Microphone"),
            DeviceKind.SPEAKER: self.tr("Loudspeaker"),
            DeviceKind.CAMERA: self.tr("Camera"),
        }
        for kind, heading in self._headings.items():
            heading.setText(names[kind])
        self._settings.set_words(self.tr("All settings"))
        self.render_state(self._model.state)


class RoomDeviceMenus(QObject):
    """Adds the arrows to a room's bar, and goes with its window.

    Args:
        model: state and intentions.
        window: the room's.
        look: colours, fonts and sizes; the stage's.
    """

    def __init__(self, model: RoomDevicesIntentions, window: RoomWindow, look: Look) -> None:
        super().__init__(window)
        self._window = window
        bar = window.bar
        self.sound = ArrowButton(look, "soundDevicesButton")
        self.camera = ArrowButton(look, "cameraDevicesButton")
        for arrow, button in ((self.sound, bar.microphone_button), (self.camera, bar.camera_button)):
            bar.devices.insertWidget(bar.devices.indexOf(button) + 1, arrow)
        bar.devices.setSpacing(look.space.xxs)
        sounds = (DeviceKind.MICROPHONE, DeviceKind.SPEAKER)
        self.sound_menu = DevicesMenu(look, "soundDevicesMenu", self.sound, sounds, model)
        self.camera_menu = DevicesMenu(look, "cameraDevicesMenu", self.camera, (DeviceKind.CAMERA,), model)
        self.sound.clicked.connect(self.sound_menu.ask)
        self.camera.clicked.connect(self.camera_menu.ask)
        window.installEventFilter(self)
        self._retranslate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Speak the window's new language; close the menus when it changes its size."""
        if watched is self._window:
            if event.type() == QEvent.Type.LanguageChange:
                self._retranslate()
            elif event.type() == QEvent.Type.Resize:
                self.sound_menu.hide()
                self.camera_menu.hide()
        return super().eventFilter(watched, event)

    def _retranslate(self) -> None:
        self.sound.set_name(self.tr("Choose microphone and loudspeaker"))
        self.camera.set_name(self.tr("Choose the camera"))
