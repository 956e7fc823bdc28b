"""A client's rating of the call: from the end screen to the service."""

from __future__ import annotations

from PySide6.QtCore import QObject

from backend_client.client import BackendClient
from backend_client.models import Meeting
from desktop.view_models.rating import RatingViewModel
from desktop.view_models.room import RoomViewModel
from desktop.view_models.states import RoomStage, RoomViewState
from desktop.views.room.rating import RatingView
from desktop.views.room.room_window import RoomWindow
from desktop.views.theme import Look


class RatingDesk(QObject):
    """One room's rating; lives as long as the room's window.

    Args:
        meeting: the meeting, of which we are the client.
        client: the service.
        room: how the line was, and when the call is over.
        window: the room's.
        look: the stage's look.
    """

    def __init__(
        self, meeting: Meeting, client: BackendClient, room: RoomViewModel, window: RoomWindow, look: Look
    ) -> None:
        super().__init__()
        self._room = room
        self.model = RatingViewModel(meeting, client, parent=self)
        self.view = RatingView(self.model, look)
        window.curtain.after.addWidget(self.view)
        room.changed.connect(self._follow)

    async def close(self) -> None:
        """The room's window has gone."""
        self._room.changed.disconnect(self._follow)
        await self.model.close()
        self.deleteLater()

    def _follow(self, state: RoomViewState) -> None:
        over = state.stage is RoomStage.ENDED and state.error is None
        self.model.take_room(self._room.room_state, over=over)
