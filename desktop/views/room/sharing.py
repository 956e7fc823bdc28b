"""Sharing in the room's window: the button, the picker, and the marks while something is shared."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence, QShortcut

from desktop.view_models.share_states import ShareState
from desktop.view_models.states import Tone
from desktop.views.messages import Toast
from desktop.views.room.bar_buttons import PanelButton
from desktop.views.room.room_window import RoomWindow
from desktop.views.room.share_marks import ShareBar, ShareBorder
from desktop.views.room.share_picker import SharePicker
from desktop.views.room.shortcuts import Keys
from desktop.views.share_intentions import ShareIntentions
from desktop.views.theme import Look


class RoomSharing(QObject):
    """Adds sharing to a room's window, and goes with it.

    Args:
        model: state and intentions.
        window: the room's.
        look: of the picker, light or dark as the app is.
        stage_look: of what lies on the dark.
    """

    def __init__(self, model: ShareIntentions, window: RoomWindow, look: Look, stage_look: Look) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._look = look
        self._stage_look = stage_look
        self.button = PanelButton(stage_look, "shareButton", "share")
        self.picker: SharePicker | None = None
        self.bar: ShareBar | None = None
        self.border: ShareBorder | None = None
        self.toast = Toast(stage_look, window)
        window.bar.middle.insertWidget(0, self.button)
        self.button.clicked.connect(self._press)
        QShortcut(QKeySequence(Keys.SHARE.value[0]), window).activated.connect(self.button.click)
        window.installEventFilter(self)
        model.changed.connect(self.render_state)
        self.render_state(model.state)

    def render_state(self, state: ShareState) -> None:
        """Draw a state."""
        self.button.setVisible(state.offered)
        self.button.show_lit(state.sharing)
        self._name_it(state)
        if state.picking and self.picker is None:
            self.picker = SharePicker(self._model, self._look, self._window)
            self.picker.open()
        elif not state.picking and self.picker is not None:
            picker, self.picker = self.picker, None
            picker.finish()
            picker.deleteLater()
        self.toast.show_notice(state.replaced, Tone.PRIMARY, 0)
        self.toast.place(self._stage_look.size.control)
        if state.sharing:
            self._mark(state)
        else:
            self._unmark()

    def close(self) -> None:
        """Take the picker and the marks away."""
        self._model.changed.disconnect(self.render_state)
        self._unmark()
        if self.picker is not None:
            self.picker.finish()
            self.picker.deleteLater()
            self.picker = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Speak the window's new language."""
        if watched is self._window and event.type() == QEvent.Type.LanguageChange:
            self._name_it(self._model.state)
        return super().eventFilter(watched, event)

    def _press(self) -> None:
        if self._model.state.sharing:
            self._model.stop()
        else:
            self._model.pick()

    def _mark(self, state: ShareState) -> None:
        if self.border is None:
            self.border = ShareBorder(self._stage_look)
        self.border.show_around(state.area)
        if self.bar is None:
            self.bar = ShareBar(self._model, self._stage_look)
            self.bar.place(state.area)
            self.bar.show()

    def _unmark(self) -> None:
        if self.border is not None:
            self.border.close()
            self.border = None
        if self.bar is not None:
            self.bar.close()
            self.bar.deleteLater()
            self.bar = None

    def _name_it(self, state: ShareState) -> None:
        self.toast.close_button.set_name(self.tr("Close this message"))
        if state.sharing:
            name, action = self.tr("Your screen is shared"), self.tr("Stop sharing")
        else:
            name, action = self.tr("Your screen is not shared"), self.tr("Share your screen")
        self.button.set_words(name, action, Keys.SHARE.shown)
