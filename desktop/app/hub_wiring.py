"""The operator's desk around his list: the dialogs it opens and the files it writes.

`HubDesk` lives as long as somebody is signed in to the Hub. It answers what the list's view-model
asks for, and ends what it started.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import PLANNED_MINUTES_MAX, ClientAccount, InvitedClient, Meeting
from desktop.app.calendar_file import put_into_calendar
from desktop.system.deep_link import link_of_meeting
from desktop.view_models.cancel_meeting import CancelViewModel
from desktop.view_models.clients import ClientsViewModel
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.day import DayViewModel
from desktop.view_models.edit_client import EditClientViewModel
from desktop.view_models.error_texts import text_for
from desktop.view_models.history import Export, FileKind, HistoryViewModel
from desktop.view_models.hub_states import InviteDraft
from desktop.view_models.invite_client import InviteViewModel
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.meeting_panel import MeetingPanelViewModel
from desktop.view_models.schedule import ScheduleViewModel
from desktop.view_models.start_now import StartNowViewModel
from desktop.view_models.states import RowAction, SchedulePurpose, Tone
from desktop.view_models.tasks import TaskScope
from desktop.view_models.view_model import ViewModel
from desktop.views.dialogs.cancel_dialog import CancelDialog
from desktop.views.dialogs.client_dialog import ClientDialog
from desktop.views.dialogs.confirm_dialog import DeactivateDialog
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.dialogs.start_now_dialog import StartNowDialog
from desktop.views.hub_intentions import HubModels
from desktop.views.theme import Theme

log = logging.getLogger(__name__)

EXTENSION_MINUTES = 15

Reopen = Callable[["HubDesk"], None]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Words that a desk holds and the service does not.

    Attributes:
        reopen: shows the dialog that was open, with what was typed into it; None where nothing was.
        notes: private notes, by meeting.
    """

    reopen: Reopen | None
    notes: Mapping[UUID, str] = field(default_factory=dict)


class HubDesk(QObject):
    """Dialogs and files of the signed-in operator; at most one dialog is open.

    Args:
        client: the service.
        meetings: the list that asks.
        language, theme: how the dialogs speak and look.
    """

    def __init__(
        self,
        client: BackendClient,
        meetings: MeetingListViewModel,
        language: Language,
        theme: Theme,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._meetings = meetings
        self._language = language
        self._theme = theme
        self._window: QWidget | None = None
        self._scope = TaskScope()
        self._dialog: FormDialog | None = None
        self._dialog_model: ViewModel[Any] | None = None
        self._again: Reopen | None = None
        """Opens the dialog that is open once more, at another desk."""
        self.schedule_model: ScheduleViewModel | None = None
        """What the open scheduling dialog works with."""
        self.panel = MeetingPanelViewModel(client, language, parent=self)
        self.panel.act_wanted.connect(meetings.act)
        self.panel.menu_wanted.connect(meetings.choose)
        meetings.selected.connect(self.panel.select)
        meetings.changed.connect(self._update_panel)
        self.clients = ClientsViewModel(client, language, lambda: meetings.known_meetings, parent=self)
        self.clients.said.connect(meetings.say)
        self.clients.copy_requested.connect(lambda text: QGuiApplication.clipboard().setText(text))
        self.clients.invite_requested.connect(self._open_invite)
        self.clients.edit_requested.connect(self._open_client)
        self.clients.deactivation_asked.connect(self._ask_to_deactivate)
        self.clients.plan_requested.connect(self._plan_with)
        meetings.changed.connect(self.clients.write)
        self.day = DayViewModel(client, language, parent=self)
        self.day.said.connect(meetings.say)
        self.history = HistoryViewModel(client, language, parent=self)
        self.history.export_wanted.connect(self._ask_where)
        for follower in (self.day, self.history):
            meetings.fetched.connect(follower.update)
        meetings.schedule_requested.connect(self._plan)
        meetings.start_now_requested.connect(self._open_start_now)
        meetings.menu_chosen.connect(self._chosen)

    @property
    def dialog(self) -> QDialog | None:
        """The open dialog."""
        return self._dialog

    @property
    def models(self) -> HubModels:
        """What the Hub's window draws."""
        return HubModels(self._meetings, self.panel, self.clients, self.day, self.history)

    def set_window(self, window: QWidget | None) -> None:
        """Where the dialogs belong."""
        self._window = window

    def unsaved(self) -> Unsaved:
        """What would be lost with this desk."""
        again, dialog = self._again, self._dialog
        reopen: Reopen | None = None
        if again is not None and dialog is not None and dialog.something_typed():
            kept = dialog.kept()

            def reopen(desk: HubDesk) -> None:
                again(desk)
                if desk._dialog is not None:
                    desk._dialog.put_back(kept)

        return Unsaved(reopen, self.panel.unsaved_notes)

    def take_up(self, unsaved: Unsaved) -> None:
        """Go on where another desk of the same person had to stop."""
        for meeting_id, text in unsaved.notes.items():
            self.panel.keep_note(meeting_id, text)
        if unsaved.reopen is not None:
            unsaved.reopen(self)

    async def close(self) -> None:
        """Close what is open and end what runs."""
        model, self._dialog_model = self._dialog_model, None
        if self._dialog is not None:
            self._dialog.finish()
        await self._scope.close()
        if model is not None:
            await model.close()
        await self.panel.close()
        for part in (self.clients, self.day, self.history):
            await part.close()

    # ------------------------------------------------------------------ what the list asks for

    def _plan(self) -> None:
        self._open_schedule(None, SchedulePurpose.NEW)

    def _plan_with(self, client_id: str) -> None:
        self._open_schedule(None, SchedulePurpose.NEW, client_id=client_id)

    def _chosen(self, meeting: Meeting, action: RowAction) -> None:
        match action:
            case RowAction.EDIT:
                self._open_schedule(meeting, SchedulePurpose.EDIT)
            case RowAction.MOVE:
                self._open_schedule(meeting, SchedulePurpose.MOVE)
            case RowAction.CANCEL:
                self._open_cancel(meeting)
            case RowAction.EXTEND:
                self._scope.start(self._extend(meeting), name="extend")
            case RowAction.LATE:
                self.day.late(str(meeting.id))
            case RowAction.COPY_LINK:
                QGuiApplication.clipboard().setText(link_of_meeting(meeting.id))
                self._meetings.say(self.tr("The link is copied."), Tone.SUCCESS)
            case RowAction.CALENDAR:
                work = put_into_calendar(self._client, meeting, self._meetings.say)
                self._scope.start(work, name="calendar file")

    def _update_panel(self) -> None:
        if self.panel.meeting_id is not None:
            known = self._meetings.known_meeting(str(self.panel.meeting_id))
            self.panel.update(known, self._meetings.marks)

    async def _extend(self, meeting: Meeting) -> None:
        longer = min(meeting.planned_minutes + EXTENSION_MINUTES, PLANNED_MINUTES_MAX)
        try:
            changed = await self._client.extend(meeting.id, longer)
        except ApiError as error:
            self._meetings.say(text_for(error.code).sentence, Tone.DANGER)
        else:
            end = changed.scheduled_at + timedelta(minutes=changed.planned_minutes)
            hour = Dates(self._language.locale, system_zone()).hour(end)
            self._meetings.say(self.tr("Planned until {hour} now.").format(hour=hour), Tone.SUCCESS)
        self._meetings.refresh()

    # ------------------------------------------------------------------ dialogs

    def _open_schedule(
        self, meeting: Meeting | None, purpose: SchedulePurpose, *, client_id: str = ""
    ) -> None:
        if self._dialog is not None:
            return
        known = self._meetings
        model = ScheduleViewModel(
            self._client,
            self._language,
            lambda: known.known_meetings,
            meeting=meeting,
            purpose=purpose,
            client_id=client_id,
            parent=self,
        )
        model.saved.connect(lambda saved: self._saved(saved, new=meeting is None))
        model.invite.invited.connect(self.clients.keep_link)
        model.note_wanted.connect(self.panel.keep_note)
        self.schedule_model = model
        self._open(model, ScheduleDialog(model, self._theme, self._window))
        self._again = lambda desk: HubDesk._open_schedule(desk, meeting, purpose)
        model.start()

    def _open_cancel(self, meeting: Meeting) -> None:
        if self._dialog is not None:
            return
        model = CancelViewModel(self._client, self._language, meeting, parent=self)
        model.cancelled.connect(self._cancelled)
        self._open(model, CancelDialog(model, self._theme, self._window))
        self._again = lambda desk: HubDesk._open_cancel(desk, meeting)

    def _saved(self, meeting: Meeting, *, new: bool) -> None:
        words = (
            self.tr("“{title}” is planned, and {name} is told.")
            if new
            else self.tr("“{title}” is changed, and {name} is told.")
        )
        self._meetings.say(_about(words, meeting), Tone.SUCCESS)
        self._meetings.refresh()

    def _cancelled(self, meeting: Meeting) -> None:
        words = self.tr("“{title}” is cancelled, and {name} is told.")
        self._meetings.say(_about(words, meeting), Tone.SUCCESS)
        self._meetings.refresh()

    def _open_start_now(self) -> None:
        if self._dialog is not None:
            return
        model = StartNowViewModel(self._client, parent=self)
        model.started.connect(self._meetings.room_requested)
        self._open(model, StartNowDialog(model, self._theme, self._window))
        model.begin()

    def _open_invite(self) -> None:
        if self._dialog is not None:
            return
        model = InviteViewModel(self._client, parent=self)
        draft = InviteDraft(language=self._language.code, time_zone=system_zone().key)
        dialog = ClientDialog(self._theme, draft, model.invite, model.edited, self._window)
        dialog.listen(model.changed)
        model.invited.connect(self._invited)
        self._open(model, dialog)
        self._again = HubDesk._open_invite

    def _invited(self, client: InvitedClient) -> None:
        self._close_dialog()
        self.clients.take_invited(client)
        words = self.tr("{name} is invited: the link is on its way to {email}.")
        self._meetings.say(words.format(name=client.full_name, email=client.email), Tone.SUCCESS)

    def _open_client(self, account: ClientAccount) -> None:
        if self._dialog is not None:
            return
        model = EditClientViewModel(self._client, account, parent=self)
        dialog = ClientDialog(self._theme, model.draft, model.save, model.edited, self._window)
        dialog.listen(model.changed)
        model.changed_client.connect(self._close_dialog)
        model.changed_client.connect(self.clients.refresh)
        model.changed_client.connect(self._meetings.refresh)
        self._open(model, dialog)
        self._again = lambda desk: HubDesk._open_client(desk, account)

    def _ask_to_deactivate(self, name: str) -> None:
        if self._dialog is not None:
            return
        dialog = DeactivateDialog(self._theme, name, self._window)
        dialog.confirmed.connect(self.clients.deactivate)
        self._open(None, dialog)

    def _close_dialog(self) -> None:
        if isinstance(self._dialog, FormDialog):
            self._dialog.done_well()

    def _open(self, model: ViewModel[Any] | None, dialog: FormDialog) -> None:
        self._dialog_model, self._dialog, self._again = model, dialog, None
        dialog.finished.connect(self._dialog_closed)
        dialog.open()

    def _dialog_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        model, self._dialog_model = self._dialog_model, None
        self._dialog = self.schedule_model = self._again = None
        if model is not None:
            self._scope.start(_end(model), name="end of a dialog")

    # ------------------------------------------------------------------ files

    def _ask_where(self, wanted: Export) -> None:
        """The system's dialog for a new file; nothing waits for it."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        kinds = {
            FileKind.TABLE: self.tr("Table (*.csv)"),
            FileKind.CALENDAR: self.tr("Calendar (*.ics)"),
        }
        dialog = QFileDialog(self._window, self.tr("Export the history"), str(folder), kinds[wanted.kind])
        dialog.setObjectName("exportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(wanted.kind.value)
        dialog.selectFile(wanted.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._export_to(wanted, Path(path)))
        dialog.open()

    def _export_to(self, wanted: Export, path: Path) -> None:
        self.history.show_exporting(True)
        self._scope.start(self._export(wanted, path), name="export")

    async def _export(self, wanted: Export, path: Path) -> None:
        try:
            if wanted.kind is FileKind.TABLE:
                content = await self._client.meetings_table(
                    client_id=wanted.client_id, from_=wanted.start, to=wanted.end
                )
            else:
                content = await self._client.meetings_calendar()
            await asyncio.to_thread(path.write_bytes, content)
        except ApiError as error:
            self._meetings.say(text_for(error.code).sentence, Tone.DANGER)
        except OSError as error:
            self._not_written(error)
        else:
            self._meetings.say(self.tr("{file} is written.").format(file=path.name), Tone.SUCCESS)
        finally:
            self.history.show_exporting(False)

    def _not_written(self, error: OSError) -> None:
        log.warning("a file could not be written: %s", error.strerror)
        words = self.tr("The file could not be written: {reason}")
        self._meetings.say(words.format(reason=error.strerror), Tone.DANGER)


def _about(words: str, meeting: Meeting) -> str:
    return words.format(title=meeting.title, name=meeting.client.full_name.split(" ")[0])


async def _end(model: ViewModel[Any]) -> None:
    await model.close()
    model.deleteLater()
