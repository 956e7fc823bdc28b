"""Quit from the tray while a room is open: asked as the room's window asks, and done once it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.view_models.states import RoomStage, RoomViewState

if TYPE_CHECKING:
    from desktop.view_models.room import RoomViewModel
    from desktop.views.room.room_window import RoomWindow


class LeaveAndQuit(QObject):
    """One wish to quit out of a room.

    The window's question may be answered with staying; the wish is over then.

    Args:
        model: of the room.
        window: its window.
        quit_app: called once the room is left.
    """

    def __init__(
        self, model: RoomViewModel, window: RoomWindow, quit_app: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._quit_app = quit_app
        self._wanted = True
        model.changed.connect(self._look)
        model.finished.connect(self._left)
        window.stayed.connect(self._take_back)
        window.close()

    def _look(self, state: RoomViewState) -> None:
        if state.stage is RoomStage.ENDED:
            self._left()

    def _left(self) -> None:
        if self._wanted:
            self._quit_app()

    def _take_back(self) -> None:
        self._wanted = False
        self.deleteLater()
