"""The one window in use: log-in card, list, or the page of an app that is too old."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desktop.views.hub_window import HubWindow
    from desktop.views.participant_window import ParticipantWindow
    from desktop.views.sign_in_window import SignInWindow
    from desktop.views.update_window import UpdateWindow


class Front(QObject):
    """Holds the window, puts another in its place, and decides what its close button does.

    Signals:
        closed(): the window was closed, and the app does not go on without it.
        hidden(): the window was closed into the tray.
        settings_requested(): one of its ways to the settings.

    Args:
        keeps_running: whether a closed window leaves the app in the tray.
        hidden_start: begin without showing the window, where there is a tray.
    """

    closed = Signal()
    hidden = Signal()
    settings_requested = Signal()

    def __init__(
        self, keeps_running: Callable[[], bool], *, hidden_start: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._keeps_running = keeps_running
        self._hidden_start = hidden_start
        self.window: QWidget | None = None

    @property
    def is_visible(self) -> bool:
        """The window is on screen."""
        return self.window is not None and self.window.isVisible()

    def put(self, window: SignInWindow | HubWindow | ParticipantWindow | UpdateWindow) -> None:
        """Show this window instead of the one before.

        A window in the tray stays there: what changes behind it is no reason to come to the front.
        """
        hidden = self._starts_in_tray()
        if self.window is not None:
            hidden = not self.window.isVisible()
            self.window.removeEventFilter(self)
            self.window.hide()
            self.window.deleteLater()
        window.installEventFilter(self)
        window.settings_requested.connect(self.settings_requested)
        self.window = window
        if not hidden:
            window.show()

    def hide(self) -> None:
        """A room is on screen instead."""
        if self.window is not None:
            self.window.hide()

    def show(self) -> None:
        """The room is over."""
        if self.window is not None:
            self.window.show()
            self.window.raise_()

    def give_up(self) -> None:
        """The app ends: hide the window without asking what its closing means."""
        if self.window is not None:
            self.window.removeEventFilter(self)
            self.window.hide()

    def close(self) -> None:
        """Everything behind the window has ended."""
        if self.window is not None:
            self.window.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Closing the window hides it into the tray; without one, the app ends, in the shell's order."""
        if event.type() == QEvent.Type.Close and watched is self.window:
            event.ignore()
            if self._keeps_running():
                self.window.hide()
                self.hidden.emit()
            else:
                self.closed.emit()
            return True
        return super().eventFilter(watched, event)

    def _starts_in_tray(self) -> bool:
        """Of the first window alone."""
        if not self._hidden_start or self.window is not None:
            return False
        from desktop.app.tray import tray_is_there  # noqa: PLC0415  (only such a start needs it)

        return tray_is_there()


def bring_to_front(window: QWidget) -> None:
    """Show a window above the others, with the keyboard in it."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
