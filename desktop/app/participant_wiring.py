"""What a client's rows offer besides their button: his calendar, "I am coming", the meeting in detail."""

from __future__ import annotations

from PySide6.QtCore import QObject

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import Meeting
from desktop.app.calendar_file import put_into_calendar
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.meeting_panel import MeetingPanelViewModel
from desktop.view_models.states import RowAction, Tone
from desktop.view_models.tasks import TaskScope

COMING_MINUTES = 5


class ParticipantDesk(QObject):
    """Carries out the menus of a client's list, and keeps the panel about the selected meeting.

    Args:
        client: the service.
        meetings: the list; says what came of it.
        language: of the panel.
    """

    def __init__(
        self,
        client: BackendClient,
        meetings: MeetingListViewModel,
        language: Language,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._meetings = meetings
        self._scope = TaskScope()
        self.panel = MeetingPanelViewModel(client, language, hosts=False, parent=self)
        self.panel.act_wanted.connect(meetings.act)
        self.panel.menu_wanted.connect(meetings.choose)
        meetings.selected.connect(self.panel.select)
        meetings.changed.connect(self._update_panel)
        meetings.menu_chosen.connect(self._chosen)

    async def close(self) -> None:
        """Stop what runs."""
        await self.panel.close()
        await self._scope.close()

    def _chosen(self, meeting: Meeting, action: RowAction) -> None:
        if action is RowAction.CALENDAR:
            work = put_into_calendar(self._client, meeting, self._meetings.say)
            self._scope.start(work, name="calendar file")
        elif action is RowAction.COMING:
            self._scope.start(self._come_late(meeting), name="coming late")
        elif action is RowAction.DETAILS:
            self.panel.select(meeting)

    def _update_panel(self) -> None:
        if self.panel.meeting_id is not None:
            known = self._meetings.known_meeting(str(self.panel.meeting_id))
            self.panel.update(known, self._meetings.marks)

    async def _come_late(self, meeting: Meeting) -> None:
        try:
            await self._client.announce_delay(meeting.id, COMING_MINUTES)
        except ApiError as error:
            self._meetings.say(text_for(error.code).sentence, Tone.DANGER)
        else:
            words = self.tr("{name} knows that you come in {minutes} min.")
            self._meetings.say(
                words.format(name=meeting.operator.full_name, minutes=COMING_MINUTES), Tone.SUCCESS
            )
