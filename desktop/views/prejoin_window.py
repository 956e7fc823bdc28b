"""The screen before a meeting: our picture at the left, the meeting, devices and the way in at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.device_states import DeviceKind, SpeakerTest
from desktop.view_models.prejoin_states import PreJoinState
from desktop.view_models.states import Tone
from desktop.views.controls import Button, ButtonKind, CheckBox
from desktop.views.device_picker import DevicePicker, LevelBar
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.messages import InfoLine
from desktop.views.prejoin_intentions import PreJoinIntentions
from desktop.views.room.bar_buttons import DeviceButton
from desktop.views.room.shortcuts import Keys
from desktop.views.room.stage import Stage
from desktop.views.text import Avatar, Text
from desktop.views.theme import Look, Theme


class _Preview(QWidget):
    """Our picture, 16:9, on the dark of the room, with the two round buttons on it."""

    def __init__(self, model: PreJoinIntentions, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("preview")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.stage = Stage(look, lambda _key: model.picture)
        self.stage.setParent(self)
        self.microphone = DeviceButton(look, "microphoneButton", "microphone")
        self.camera = DeviceButton(look, "cameraButton", "camera")
        self.microphone.clicked.connect(model.toggle_microphone)
        self.camera.clicked.connect(model.toggle_camera)
        for button in (self.microphone, self.camera):
            button.setParent(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shape of the picture, and the buttons on its lower edge."""
        space = self._look.space
        room_x, room_y = self.width() - 2 * space.l, self.height() - 2 * space.l
        width = max(1, min(room_x, room_y * 16 // 9))
        height = max(1, width * 9 // 16)
        left, top = (self.width() - width) // 2, (self.height() - height) // 2
        self.stage.setGeometry(left, top, width, height)
        side = self._look.size.room_control
        middle = left + width // 2
        y = top + height - side - space.m
        self.microphone.setGeometry(middle - space.xs - side, y, side, side)
        self.camera.setGeometry(middle + space.xs, y, side, side)
        for button in (self.microphone, self.camera):
            button.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The room is dark in both themes."""
        QPainter(self).fillRect(event.rect(), self._look.colour.stage)


class _Side(QWidget):
    """The right third, on surface."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        QPainter(self).fillRect(event.rect(), self._look.colour.surface)


class PreJoinWindow(QWidget):
    """The screen before a meeting, and the waiting room before its start.

    Closing it by its frame goes back to the list; `finish()` closes it for good.

    Args:
        model: state and intentions.
        theme: the look, and that of the stage.
        mark: icon of the product.
    """

    def __init__(self, model: PreJoinIntentions, theme: Theme, *, mark: str) -> None:
        super().__init__()
        look = self._look = theme
        self._model = model
        self._finished = False
        self._announced = ""
        self.setObjectName("preJoinWindow")
        self.setWindowIcon(window_icon(mark))
        self.setMinimumSize(look.size.prejoin_min_width, look.size.prejoin_min_height)
        self.resize(look.size.room_width, look.size.room_height)
        self.preview = _Preview(model, theme.stage_look)
        self._title = Text(look, "title", wraps=True, name="preJoinTitle")
        self._hours = Text(look, "body", ink="muted", wraps=True, tabular=True)
        self._avatar = Avatar(look, "row_avatar")
        self._with = Text(look, "body", wraps=True)
        self._line = InfoLine(look, "preJoinLine", Tone.NEUTRAL)
        self._countdown = Text(look, "display", tabular=True, name="countdown")
        self._countdown_line = Text(look, "small", ink="muted", wraps=True)
        self.pickers = {
            DeviceKind.MICROPHONE: DevicePicker(look, "microphone", "microphone"),
            DeviceKind.SPEAKER: DevicePicker(look, "speaker", "speaker"),
            DeviceKind.CAMERA: DevicePicker(look, "camera", "camera"),
        }
        self._level = LevelBar(look, lambda: model.loudness)
        self._test = Button(look, "testSpeakerButton", ButtonKind.QUIET)
        self._blur = CheckBox(look, "blurBox")
        self._blur_note = Text(look, "small", ink="muted", wraps=True, name="blurNote")
        self._skip = CheckBox(look, "skipBox")
        self._join = Button(look, "joinButton", ButtonKind.FILLED, large=True)
        self._nudge = Button(look, "nudgeButton", ButtonKind.PLAIN)
        self._back = Button(look, "backButton", ButtonKind.QUIET)
        self._lay_out()
        self._ring = FocusRing(look, self)
        self._connect()
        model.changed.connect(self.render_state)
        self._retranslate()

    def finish(self) -> None:
        """Close without asking anybody: the room takes over, or the list."""
        self._finished = True
        self.close()

    def render_state(self, state: PreJoinState) -> None:
        """Draw a state."""
        gone = bool(state.error)
        self.setWindowTitle(state.title)
        self._title.setText(state.title)
        self._hours.setText(state.hours)
        self._avatar.set_person(state.with_whom)
        self._with.setText(state.with_whom_line)
        self._line.set_tone(Tone.DANGER if gone else state.line_tone)
        self._line.show_text(state.error or state.line)
        self._countdown.setText(state.countdown)
        self._countdown.setVisible(state.waiting and bool(state.countdown))
        self._countdown_line.setText(state.countdown_line)
        self._countdown_line.setVisible(state.waiting)
        self.preview.stage.show_tiles((state.own,) if state.own is not None else (), None, dimmed=False)
        self.preview.microphone.show_device(on=state.microphone_on, busy=False)
        self.preview.camera.show_device(on=state.camera_on, busy=False)
        for kind, picker in self.pickers.items():
            picker.render_state(state.picker(kind))
        self._blur.setVisible(state.blur.offered and not gone)
        self._blur.setChecked(state.blur.on)
        self._blur.setEnabled(not state.blur.locked)
        self._blur.setAccessibleDescription(state.blur.note)
        self._blur_note.setText(state.blur.note)
        self._blur_note.setVisible(state.blur.offered and bool(state.blur.note) and not gone)
        self._skip.setChecked(state.skip)
        self._skip.setVisible(state.can_skip and not state.waiting and not gone)
        self._join.setVisible(not state.waiting and not gone)
        self._join.set_label(self.tr("Start") if state.starts else self.tr("Join"))
        self._join.set_busy(state.joining)
        self._nudge.set_label(state.nudge)
        self._nudge.setVisible(bool(state.nudge))
        self._back.setEnabled(not state.joining)
        self._name_devices(state)
        self._test.setEnabled(not gone)
        self._level.setVisible(not state.microphone.error)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter joins, wherever the focus is."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._join.isEnabled():
            if self._join.isVisible():
                self._model.join()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Back to the list; the app takes the window away."""
        if self._finished:
            event.accept()
            return
        event.ignore()
        self._model.leave()

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        side = _Side(look)
        side.setFixedWidth(look.size.side_panel + space.l)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        top = QVBoxLayout(scrolled)
        top.setContentsMargins(space.l, space.l, space.l, space.s)
        top.setSpacing(space.xxs)
        person = QHBoxLayout()
        person.setSpacing(space.xs)
        person.addWidget(self._avatar)
        person.addWidget(self._with, 1)
        top.addWidget(self._title)
        top.addWidget(self._hours)
        top.addSpacing(space.xs)
        top.addLayout(person)
        top.addSpacing(space.s)
        top.addWidget(self._line)
        top.addWidget(self._countdown, 0, Qt.AlignmentFlag.AlignHCenter)
        top.addWidget(self._countdown_line)
        self._countdown_line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        top.addSpacing(space.s)
        self._lay_out_devices(top)
        top.addStretch(1)
        scroll = self._scroll(scrolled)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(space.l, space.xs, space.l, space.m)
        bottom.setSpacing(space.xs)
        self._join.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        bottom.addWidget(self._skip)
        bottom.addWidget(self._join)
        bottom.addWidget(self._nudge, 0, Qt.AlignmentFlag.AlignHCenter)
        bottom.addWidget(self._back, 0, Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addLayout(bottom)
        around = QHBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(self.preview, 1)
        around.addWidget(side)
        self._join.setFocus()

    def _lay_out_devices(self, column: QVBoxLayout) -> None:
        below: dict[DeviceKind, tuple[QWidget, ...]] = {
            DeviceKind.MICROPHONE: (self._level,),
            DeviceKind.CAMERA: (self._blur, self._blur_note),
        }
        for kind, picker in self.pickers.items():
            column.addWidget(picker)
            for widget in below.get(kind, ()):
                if widget is self._blur:
                    column.addSpacing(self._look.space.xs)
                column.addWidget(widget)
            column.addSpacing(self._look.space.s)
        self.pickers[DeviceKind.SPEAKER].head.addWidget(self._test)

    @staticmethod
    def _scroll(scrolled: QWidget) -> QScrollArea:
        scroll = QScrollArea()
        scroll.setWidget(scrolled)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _connect(self) -> None:
        model = self._model
        for kind, picker in self.pickers.items():
            picker.chosen.connect(lambda device_id, kind=kind: model.choose(kind, device_id))
            picker.helped.connect(lambda kind=kind: model.help_with(kind))
        self._test.clicked.connect(model.test_speaker)
        self._blur.clicked.connect(model.set_blur)
        self._skip.toggled.connect(model.set_skip)
        self._join.clicked.connect(model.join)
        self._nudge.clicked.connect(model.nudge)
        self._back.clicked.connect(model.leave)
        for keys, button in (
            (Keys.MICROPHONE.shown, self.preview.microphone),
            (Keys.CAMERA.shown, self.preview.camera),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(button.click)

    def _name_devices(self, state: PreJoinState) -> None:
        if state.microphone_on:
            words = self.tr("Microphone on"), self.tr("Turn the microphone off")
        else:
            words = self.tr("Microphone off"), self.tr("Turn the microphone on")
        self.preview.microphone.set_words(*words, Keys.MICROPHONE.shown)
        if state.camera_on:
            words = self.tr("Camera on"), self.tr("Turn the camera off")
        else:
            words = self.tr("Camera off"), self.tr("Turn the camera on")
        self.preview.camera.set_words(*words, Keys.CAMERA.shown)
        self._test.set_label(
            {
                SpeakerTest.IDLE: self.tr("Test"),
                SpeakerTest.RECORDING: self.tr("Speak for three seconds…"),
                SpeakerTest.PLAYING: self.tr("You hear yourself…"),
            }[state.test]
        )
        self._back.set_label(self.tr("Leave the waiting room") if state.waiting else self.tr("Back"))

    def _retranslate(self) -> None:
        self.pickers[DeviceKind.MICROPHONE].set_label(self.tr("Microphone"))
        self.pickers[DeviceKind.SPEAKER].set_label(self.tr("Loudspeaker"))
        self.pickers[DeviceKind.CAMERA].set_label(self.tr("Camera"))
        self._test.setToolTip(self.tr("Records three seconds, then plays them on this loudspeaker"))
        self._level.setAccessibleName(self.tr("Microphone level"))
        self.preview.stage.setAccessibleName(self.tr("Your picture"))
        self._blur.set_label(self.tr("Background blur"))
        self._skip.set_label(self.tr("Do not show this screen again"))
        self.render_state(self._model.state)
