"""The app on the desktop while nobody looks at it: tray, notices, reminders, call window, autostart.

list ──► Reminders ──┐
     ──► CallViewModel ──► CallWindow, Ring
     ──► TrayViewModel ──► Tray      └──► notices: D-Bus on Linux, the tray's own elsewhere
"""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from backend_client.client import BackendClient
from backend_client.models import Notification
from desktop.app.kinds import AppKind
from desktop.app.ring import Ring
from desktop.app.settings_store import SettingsStore
from desktop.app.tray import Tray, tray_is_there
from desktop.system.autostart import Autostart, own_command
from desktop.system.meeting_cache import MeetingCache
from desktop.system.settings import Settings, SettingsError
from desktop.view_models.call_states import CallState
from desktop.view_models.calls import CallViewModel
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.reminders import Reminders
from desktop.view_models.room import RoomViewModel
from desktop.view_models.states import MeetingListState
from desktop.view_models.tasks import TaskScope
from desktop.view_models.tray import TrayViewModel
from desktop.views.call_window import CallWindow
from desktop.views.theme import Theme

if TYPE_CHECKING:
    from desktop.system.notices import DesktopNotices

log = logging.getLogger(__name__)


class DesktopPresence(QObject):
    """Owns what is on the desktop besides the windows.

    Signals:
        open_requested(): show the window.
        meeting_requested(str): start or join this meeting, as its row would.
        quit_requested(): end the app.
        settings_requested(): show the settings.

    Args:
        kind: which app.
        client: the service.
        store: the settings; each kind of notice can be switched off.
        language, theme: how it speaks and looks.
        data_dir: where the coming meetings are kept; None keeps them for this run.
        throw_away: a throw-away profile: never started with the session.
    """

    open_requested = Signal()
    meeting_requested = Signal(str)
    quit_requested = Signal()
    settings_requested = Signal()

    def __init__(
        self,
        kind: AppKind,
        client: BackendClient,
        store: SettingsStore,
        *,
        language: Language,
        theme: Theme,
        data_dir: Path | None,
        throw_away: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._product = kind.product
        self._store = store
        self._theme = theme
        self._mark = kind.mark
        self._autostart = None if throw_away else Autostart(kind.product, own_command(kind.module))
        self._scope = TaskScope()
        self._list: MeetingListViewModel | None = None
        self._room: RoomViewModel | None = None
        self._settings = store.current
        self._notices: DesktopNotices | None = None
        self.reminders = Reminders(client.now, MeetingCache(data_dir), self)
        self.reminders.reminded.connect(self._remind)
        self.call = CallViewModel(client, language, parent=self)
        self.call.accepted.connect(self.meeting_requested)
        self.call.missed.connect(self._missed)
        self.call.missed_calls_changed.connect(self._missed_calls_changed)
        self.call.changed.connect(self._ring_or_not)
        self.ring = Ring(self)
        self.tray_model = TrayViewModel(kind.product.name, language, self)
        self.tray: Tray | None = None
        self.call_window: CallWindow | None = None
        store.changed.connect(self._settings_changed)

    # ------------------------------------------------------------------ life

    def start(self) -> None:
        """After the first window: put the icon beside the clock, begin to watch the clock."""
        tray = Tray(self.tray_model, self._theme, mark=self._mark, parent=self)
        tray.open_requested.connect(self.open_requested)
        tray.notice_opened.connect(self.open_requested)
        tray.join_requested.connect(self.meeting_requested)
        tray.microphone_requested.connect(self._toggle_microphone)
        tray.settings_requested.connect(self.settings_requested)
        tray.quit_requested.connect(self.quit_requested)
        self.tray = tray
        tray.show()
        self.reminders.start()
        if self._store.current.autostart:
            self._write_autostart(True)  # the program may have moved since

    async def close(self) -> None:
        """Take everything off the desktop."""
        if self.call_window is not None:
            self.call_window.hide()
            self.call_window.deleteLater()
        if self.tray is not None:
            self.tray.close()
        await self.call.close()
        await self.reminders.close()
        await self.ring.close()
        await self._scope.close()
        if self._notices is not None:
            await self._notices.close()

    # ------------------------------------------------------------------ list and room

    def follow(self, model: MeetingListViewModel) -> None:
        """Somebody is signed in: his list is what all of this is about."""
        self._list = model
        model.changed.connect(self._list_changed)
        model.notified.connect(self._news)
        self._list_changed(model.state)

    def forget(self) -> None:
        """Somebody signed out."""
        self._list = None
        self.reminders.forget()
        self.call.signed_out()
        self.tray_model.show_list(None)

    def join_begins(self, meeting_id: str) -> None:
        """Somebody is on his way into a meeting's room: nobody needs to call him."""
        self.call.in_room(True, meeting_id)

    def enter_room(self, model: RoomViewModel) -> None:
        """A room opens."""
        self._room = model
        self.call.in_room(True)
        model.changed.connect(self._room_changed)
        self._room_changed(None)

    def knock(self) -> None:
        """Somebody waits behind the door of the room we are in."""
        if self._store.current.ring:
            self.ring.start(once=True)

    def leave_room(self) -> None:
        """The room is over."""
        self._room = None
        self.call.in_room(False)
        self.tray_model.show_room(None)

    # ------------------------------------------------------------------ the window

    def keeps_running(self) -> bool:
        """Whether closing the window leaves the app in the tray."""
        return self.tray is not None and self._store.current.close_to_tray and tray_is_there()

    def window_hidden(self) -> None:
        """The window was closed into the tray: say so, the first time."""
        if self._store.current.close_hint_shown:
            return
        title = self.tr("{product} is still running").format(product=self._product.name)
        text = self.tr("You find it beside the clock. Reminders and calls still reach you; quit it there.")
        self.notify(title, text)
        self._scope.start(self._remember_hint(), name="remember the hint")

    # ------------------------------------------------------------------ notices

    def notify(self, title: str, text: str, meeting_id: str = "") -> None:
        """Show a notice on the desktop."""
        self._scope.start(self._notify(title, text, meeting_id), name="notice")

    def try_notification(self) -> None:
        """Show a sample, as the settings offer."""
        self.notify(self.tr("This is a notification"), self.tr("Reminders before meetings look like this."))

    async def _notify(self, title: str, text: str, meeting_id: str) -> None:
        if sys.platform.startswith("linux"):
            from desktop.system.notices import DesktopNotices, NoticeError  # noqa: PLC0415

            if self._notices is None:
                icon = self._product.application_id
                self._notices = DesktopNotices(self._product.name, icon, self._notice_opened)
            try:
                await self._notices.show(title, text, meeting_id)
            except NoticeError as error:
                log.info("the desktop shows no notices (%s): they go through the tray icon", error)
            else:
                return
        if self.tray is not None:
            self.tray.show_notice(title, text)

    def _notice_opened(self, _meeting_id: str) -> None:
        self.open_requested.emit()

    def _remind(self, title: str, text: str, meeting_id: str) -> None:
        if self._store.current.notify_reminders:
            self.notify(title, text, meeting_id)

    def _news(self, _notice: Notification) -> None:
        """A notice of the service: the list has put it into words; on the desktop when nobody sees that."""
        if self._store.current.notify_meetings and self._list is not None and not _is_looked_at():
            self.notify(self._product.name, self._list.state.notice)

    def _missed(self, title: str, text: str) -> None:
        if self._store.current.notify_waiting:
            self.notify(title, text)

    def _missed_calls_changed(self, called_at: dict[str, datetime]) -> None:
        if self._list is not None:
            self._list.show_missed_calls(called_at)

    # ------------------------------------------------------------------ inside

    def _list_changed(self, state: MeetingListState) -> None:
        self.tray_model.show_list(state)
        if self._list is not None and self._list.is_loaded:
            known = self._list.known_meetings
            self.reminders.know(known)
            self.call.know(known)

    def _room_changed(self, _state: object) -> None:
        if self._room is not None:
            self.tray_model.show_room(self._room.state.microphone_on)

    def _toggle_microphone(self) -> None:
        if self._room is not None:
            self._room.toggle_microphone()

    def _ring_or_not(self, state: CallState) -> None:
        settings = self._store.current
        if state.meeting_id and not settings.notify_waiting:
            return
        if state.meeting_id and self.call_window is None:
            self.call_window = CallWindow(self.call, self._theme)
        if state.meeting_id and settings.ring:
            self.ring.start()
        else:
            self.ring.stop()

    def _settings_changed(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if settings.autostart != before.autostart:
            self._write_autostart(settings.autostart)

    def _write_autostart(self, on: bool) -> None:
        self._scope.start(self._set_autostart(on), name="autostart")

    async def _set_autostart(self, on: bool) -> None:
        if self._autostart is None:
            return
        try:
            await asyncio.to_thread(self._autostart.set, on)
        except OSError as error:
            log.warning("the start at log-in could not be changed: %s", error.strerror)

    async def _remember_hint(self) -> None:
        try:
            await self._store.change(close_hint_shown=True)
        except (OSError, SettingsError) as error:
            log.warning("the hint will be shown again: %s", type(error).__name__)


def _is_looked_at() -> bool:
    """A window of ours has the keyboard: news are read there."""
    return QApplication.activeWindow() is not None
