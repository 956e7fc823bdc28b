"""The icon beside the clock: its menu, its dot, and the notices of systems that show them through it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QCursor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.view_models.call_states import TrayState
from desktop.view_models.tray import TrayViewModel
from desktop.views.icons import icon_pixmap
from desktop.views.theme import Look

_SIZES_PX = (16, 22, 24, 32, 48, 64)
_DOT = 0.42
"""Diameter of the dot as a share of the icon."""
NOTICE_MS = 10_000


def tray_is_there() -> bool:
    """Whether this desktop has a place for the icon now."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """The icon.

    Signals:
        open_requested(): show the window.
        join_requested(str): join or start this meeting.
        microphone_requested(): mute or unmute.
        settings_requested(): show the settings.
        quit_requested(): end the app.
        notice_opened(): the notice that was shown last was clicked.

    Args:
        model: what it says.
        look: colours.
        mark: icon of the product.
    """

    open_requested = Signal()
    join_requested = Signal(str)
    microphone_requested = Signal()
    settings_requested = Signal()
    quit_requested = Signal()
    notice_opened = Signal()

    def __init__(self, model: TrayViewModel, look: Look, *, mark: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._look = look
        self._mark = mark
        self._attention: bool | None = None
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self._line = QAction(self._menu)
        self._line.setEnabled(False)
        self._join = QAction(self._menu)
        self._microphone = QAction(self._menu)
        self._open = QAction(self._menu)
        self._settings = QAction(self._menu)
        self._quit = QAction(self._menu)
        for action in (self._line, self._join, self._microphone, self._open, self._settings):
            self._menu.addAction(action)
        self._menu.addSeparator()
        self._menu.addAction(self._quit)
        self._join.triggered.connect(lambda: self.join_requested.emit(self._model.state.join_id))
        self._microphone.triggered.connect(self.microphone_requested)
        self._open.triggered.connect(self.open_requested)
        self._settings.triggered.connect(self.settings_requested)
        self._quit.triggered.connect(self.quit_requested)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.notice_opened)
        model.changed.connect(self.render_state)
        self.render_state(model.state)

    @property
    def menu(self) -> QMenu:
        """What a click with the right button shows."""
        return self._menu

    def show(self) -> None:
        """Put the icon beside the clock; where there is no such place it appears with it."""
        self._icon.show()

    def show_notice(self, title: str, text: str) -> None:
        """Show a notice through the icon."""
        self._icon.showMessage(title, text, self._icon.icon(), NOTICE_MS)

    def hide(self) -> None:
        """Take the icon away."""
        self._icon.hide()

    def close(self) -> None:
        """Take everything away."""
        self._icon.hide()
        self._menu.deleteLater()

    def render_state(self, state: TrayState) -> None:
        """Draw a state."""
        self._icon.setToolTip(state.tooltip)
        self._line.setText(state.line.replace("&", "&&"))
        self._join.setText(state.join.replace("&", "&&"))
        self._join.setVisible(bool(state.join))
        self._microphone.setText(state.microphone)
        self._microphone.setVisible(bool(state.microphone))
        self._open.setText(self.tr("Open"))
        self._settings.setText(self.tr("Settings"))
        self._quit.setText(self.tr("Quit"))
        if state.attention != self._attention:
            self._attention = state.attention
            self._icon.setIcon(self._drawn(state.attention))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.open_requested.emit()
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self._menu.popup(QCursor.pos())

    def _drawn(self, attention: bool) -> QIcon:
        icon = QIcon()
        for size in _SIZES_PX:
            pixmap = QPixmap(icon_pixmap(self._mark, QColor(Qt.GlobalColor.black), size))
            if attention:
                painter = QPainter(pixmap)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                side = size * _DOT
                painter.setPen(Qt.GlobalColor.white)
                painter.setBrush(self._look.colour.leave)
                painter.drawEllipse(QRectF(size - side - 0.5, 0.5, side, side))
                painter.end()
            icon.addPixmap(pixmap)
        return icon
