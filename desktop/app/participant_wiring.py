"""What a client's rows offer besides their button: his calendar, "I am coming", who was there when."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import Meeting, Presence, Role
from desktop.system.downloads import save_download
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.states import RowAction, Tone
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

COMING_MINUTES = 5


class ParticipantDesk(QObject):
    """Carries out the menus of a client's list.

    Args:
        client: the service.
        meetings: the list; says what came of it.
        language: for hours.
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
        self._language = language
        self._scope = TaskScope()
        meetings.menu_chosen.connect(self._chosen)

    async def close(self) -> None:
        """Stop what runs."""
        await self._scope.close()

    def _chosen(self, meeting: Meeting, action: RowAction) -> None:
        if action is RowAction.CALENDAR:
            self._scope.start(self._to_calendar(meeting), name="calendar file")
        elif action is RowAction.COMING:
            self._scope.start(self._come_late(meeting), name="coming late")
        elif action is RowAction.PRESENCE:
            self._scope.start(self._tell_presence(meeting), name="presence")

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

    async def _to_calendar(self, meeting: Meeting) -> None:
        """Save the meeting's .ics and hand it to the system's calendar."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        try:
            content = await self._client.calendar_entry(meeting.id)
            path = await asyncio.to_thread(save_download, folder, f"{meeting.title}.ics", content)
        except ApiError as error:
            self._meetings.say(text_for(error.code).sentence, Tone.DANGER)
        except OSError as error:
            log.warning("a calendar file could not be written: %s", error.strerror)
            words = self.tr("The file could not be saved in {folder}.")
            self._meetings.say(words.format(folder=folder), Tone.DANGER)
        else:
            opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            words = (
                self.tr("{file} is in your downloads and opens in your calendar.")
                if opened
                else self.tr("{file} is in your downloads. Open it with your calendar.")
            )
            self._meetings.say(words.format(file=path.name), Tone.SUCCESS)

    async def _tell_presence(self, meeting: Meeting) -> None:
        """Who was there when, the same for both sides."""
        try:
            stays = await self._client.presence(meeting.id)
        except ApiError as error:
            self._meetings.say(text_for(error.code).sentence, Tone.DANGER)
            return
        ours = self._hours(stays, Role.CLIENT)
        theirs = self._hours(stays, Role.OPERATOR)
        absent = self.tr("not there")
        words = self.tr("You: {ours} · {name}: {theirs}").format(
            ours=ours or absent, name=meeting.operator.full_name, theirs=theirs or absent
        )
        self._meetings.say(words, Tone.NEUTRAL)

    def _hours(self, stays: list[Presence], role: Role) -> str:
        """`14:02–14:58`, several stays one after the other; "" for none."""
        dates = Dates(self._language.locale, system_zone())
        return ", ".join(
            f"{dates.hour(each.joined_at)}–{dates.hour(each.left_at) if each.left_at else '…'}"
            for each in stays
            if each.role is role
        )
