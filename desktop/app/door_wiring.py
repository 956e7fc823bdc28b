"""The host's waiting room: from his list of meetings to the room's window."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject

from backend_client.client import BackendClient
from backend_client.models import Meeting
from desktop.view_models.door import DoorViewModel
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.views.room.door import RoomDoor
from desktop.views.room.room_window import RoomWindow
from desktop.views.theme import Look


class DoorKeeper(QObject):
    """One room's door; lives as long as the room's window.

    Args:
        meeting: the running meeting, of which we are the host.
        client: the service.
        room: tells whom the host put out.
        window: the room's.
        look: the stage's look.
        language: words.
    """

    def __init__(
        self,
        meeting: Meeting,
        client: BackendClient,
        room: RoomViewModel,
        window: RoomWindow,
        *,
        look: Look,
        language: Language,
    ) -> None:
        super().__init__()
        self.model = DoorViewModel(meeting, client, language, parent=self)
        self.view = RoomDoor(self.model, window, look)
        room.people.removed.connect(self.model.shut_out)

    def take_meetings(self, meetings: Iterable[Meeting]) -> None:
        """What the list knows now."""
        for meeting in meetings:
            self.model.take_meeting(meeting)

    async def close(self) -> None:
        """The room is over."""
        await self.model.close()
        self.deleteLater()
