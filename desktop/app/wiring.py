"""Role → services → view-models → windows, in one readable place.

`Shell` owns everything that lives as long as the app: it shows the log-in card or the list, opens
the dialog and the room, and ends what it started, in the order it must end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from backend_client.client import BackendClient
from backend_client.models import ClientConfig, Meeting, Role, User
from backend_client.sign_in import TokenStore
from desktop.app.device_port import MachineDevices
from desktop.app.diagnosis_wiring import DiagnosisDesk
from desktop.app.entry_wiring import EntryDesk
from desktop.app.front import Front, bring_to_front
from desktop.app.kinds import HUB_APP, PARTICIPANT_APP, AppKind
from desktop.app.layout_memory import LayoutMemory
from desktop.app.list_memory import ListMemory
from desktop.app.quitting import LeaveAndQuit
from desktop.app.room_wiring import RoomOpener
from desktop.app.settings_store import SettingsStore
from desktop.app.settings_wiring import SettingsDesk
from desktop.app.settling import settle
from desktop.app.sign_in_wiring import SignInDesk
from desktop.app.version_wiring import VersionDesk
from desktop.meeting.agenda import DOOR_OPENS_BEFORE
from desktop.system.installation import device_id_of
from desktop.system.list_cache import RememberedList
from desktop.system.settings import Settings
from desktop.system.single_instance import StartRequest
from desktop.system.trust import trust_context
from desktop.view_models.language import Language
from desktop.view_models.links import LinkFollower
from desktop.view_models.states import MeetingAction, MeetingListState, Tone
from desktop.view_models.tasks import TaskScope
from desktop.views.theme import Theme

__all__ = ["HUB_APP", "PARTICIPANT_APP", "AppKind", "Shell"]

if TYPE_CHECKING:
    # What follows the log-in card is imported when it is shown: the card is there 0.15 s earlier.
    from desktop.app.hub_wiring import HubDesk, Unsaved
    from desktop.app.participant_wiring import ParticipantDesk
    from desktop.app.presence_wiring import DesktopPresence
    from desktop.view_models.meeting_list import MeetingListViewModel
    from desktop.view_models.room import RoomViewModel
    from desktop.view_models.schedule import ScheduleViewModel

log = logging.getLogger(__name__)


class Shell(QObject):
    """One running app.

    Signals:
        shown(): the first window is on screen.

    Args:
        kind: which of the two apps.
        settings: read once, at the start.
        store: keeps the session over a restart, or only in memory.
        language, theme: how it speaks and looks.
        settings_file: where the user's choices are kept; None keeps them for this run.
        is_locked: which settings IT has decided.
        data_dir: where what must survive is kept; None keeps it for this run.
        background: start in the tray, without a window, where there is one.
        crash_report: what is known of the last run, when it broke off.
    """

    shown = Signal()

    def __init__(
        self,
        kind: AppKind,
        settings: Settings,
        store: TokenStore,
        language: Language,
        theme: Theme,
        *,
        settings_file: Path | None = None,
        is_locked: Callable[[str], bool] = lambda _key: False,
        data_dir: Path | None = None,
        background: bool = False,
        crash_report: str = "",
    ) -> None:
        super().__init__()
        self.kind = kind
        self.language = language
        self.theme = theme
        self._settings = settings
        self._ssl = trust_context(settings.trusted_certificate)
        self._store = store
        self.client = BackendClient(
            settings.backend_url,
            self._store,
            ssl_context=self._ssl,
            device=self._device(),
            device_id=device_id_of(data_dir),
            program=kind.product.program,
        )
        self._scope = TaskScope()
        self._stop = asyncio.Event()
        self._user: User | None = None
        self._door_before = DOOR_OPENS_BEFORE
        self.links = LinkFollower(self.client, language, self)
        self.links.room_requested.connect(self._open_room)
        self.links.said.connect(self._say)
        self.front = Front(self._keeps_running, hidden_start=background, parent=self)
        self.front.closed.connect(self.stop)
        self.front.hidden.connect(self._window_hidden)
        self.sign_in = SignInDesk(
            kind,
            self.client,
            self.links,
            persistent=store.persistent,
            put_window=self.front.put,
            language=language,
            theme=theme,
            parent=self,
        )
        self.sign_in.signed_in.connect(self._show_list)
        self.sign_in.front_wanted.connect(self.come_to_front)
        self.list_model: MeetingListViewModel | None = None
        self.hub: HubDesk | None = None
        """The operator's dialogs and pages around his list."""
        self._unsaved: tuple[UUID, Unsaved] | None = None
        """What somebody had typed when his session ended; waits for him in memory alone."""
        self.desk: ParticipantDesk | None = None
        """What the menus of a client's list do."""
        self.devices = MachineDevices(settings, settings_file, is_locked=is_locked)
        self.settings = SettingsDesk(
            SettingsStore(settings, settings_file, is_locked),
            self.devices,
            self.client,
            lambda: self._user,
            language=language,
            theme=theme,
            product=kind.product.name,
            mark=kind.mark,
            parent=self,
        )
        self.diagnosis = DiagnosisDesk(
            kind,
            self.client,
            self.settings.store,
            self.devices,
            meetings=lambda: self.list_model.known_meetings if self.list_model is not None else [],
            ssl_context=self._ssl,
            language=language,
            theme=theme,
            parent=self,
        )
        self.settings.test_requested.connect(self.diagnosis.open)
        self.versions = VersionDesk(
            kind,
            self.client,
            language,
            theme,
            in_meeting=self._is_in_meeting,
            can_say=lambda: self.list_model is not None,
            data_dir=data_dir,
            parent=self,
        )
        self.versions.page_wanted.connect(self.front.put)
        self.versions.served.connect(self._served)
        self.versions.configured.connect(self._configured)
        self.versions.outdated.connect(lambda words: self._say(words, Tone.NEUTRAL))
        self.presence: DesktopPresence | None = None
        """Tray, notices, reminders, calls: made once the first window is there."""
        self._data_dir = data_dir
        self.memory = ListMemory(data_dir, settings.backend_url, self)
        self._crash_report = crash_report
        self.front.settings_requested.connect(self.settings.open)
        self.room = RoomOpener(
            self.client,
            settings,
            self.devices,
            layout=LayoutMemory(self.settings.store),
            ssl_context=self._ssl,
            language=language,
            theme=theme,
            mark=kind.mark,
            parent=self,
        )
        self.room.opened.connect(self._room_opened)
        self.room.finished.connect(self._room_finished)
        self.room.knocked.connect(self._knocked)
        self.room.settings_requested.connect(self.settings.open)
        self.entry = EntryDesk(
            self.client,
            self.settings.store,
            self.devices,
            self.room,
            language=language,
            theme=theme,
            mark=kind.mark,
            parent=self,
        )
        self.entry.cancelled.connect(self._room_finished)

    # ------------------------------------------------------------------ life

    async def run(self) -> None:
        """Show the app and return when it was closed and everything has ended."""
        self.client.sign_in.on_ended.append(self._session_ended)
        await self.sign_in.begin(self.memory.read)
        self.shown.emit()
        await settle()
        self._start_presence()
        self.versions.start()
        if self._crash_report:
            self.diagnosis.offer_crash_report(self._crash_report)
        await self._stop.wait()
        await self._shut_down()

    def stop(self) -> None:
        """Ask the app to end; safe from any Qt slot."""
        self._stop.set()

    def open_link(self, link: str) -> None:
        """Follow a deep link now, or once somebody is signed in; its window comes to the front."""
        self.links.open(link)
        self.come_to_front()

    def started_again(self, request: StartRequest) -> None:
        """The app was started once more: do what that start was asked."""
        if request.activation:
            # What Qt shows the window manager; set for this one time.
            os.environ["XDG_ACTIVATION_TOKEN"] = request.activation
        if request.link:
            self.open_link(request.link)
        elif not request.background:
            self.come_to_front()
        os.environ.pop("XDG_ACTIVATION_TOKEN", None)

    def come_to_front(self) -> None:
        """Show the window in use, above the others."""
        window = self.room.window or self.entry.window or self.window
        if window is not None:
            bring_to_front(window)

    def _say(self, text: str, tone: Tone) -> None:
        if self.list_model is not None:
            self.list_model.say(text, tone)

    async def _shut_down(self) -> None:
        await self._close_hub()
        self.front.give_up()
        await self.entry.close()
        await self.room.close()
        if self.presence is not None:
            await self.presence.close()
        await self.versions.close()
        await self.diagnosis.close()
        await self.settings.close()
        await self.devices.close()
        await self.links.close()
        await self.memory.close()
        await self._scope.close()
        await self.sign_in.close()
        if self.list_model is not None:
            await self.list_model.close()
        await self.client.close()
        self.front.close()

    # ------------------------------------------------------------------ list

    def _show_list(self, user: User, remembered: RememberedList | None = None) -> None:
        from backend_client.events import EventFeed  # noqa: PLC0415  (see above)
        from desktop.view_models.meeting_list import MeetingListViewModel  # noqa: PLC0415

        self._user = user
        self.sign_in.finish(user)
        model = MeetingListViewModel(
            user,
            self.client,
            EventFeed(self.client),
            self.language,
            persistent=self._store.persistent,
            remembered=(list(remembered.meetings), remembered.fetched_at) if remembered is not None else None,
            parent=self,
        )
        model.set_door(self._door_before)
        model.looks_first = lambda: not self.entry.habits.skip
        self.memory.follow(model, user)
        model.room_requested.connect(self._open_room)
        model.sign_out_requested.connect(self._sign_out)
        model.session_ended.connect(self._session_ended)
        model.changed.connect(self._expect_room)
        model.fetched.connect(self.entry.take_meetings)
        model.fetched.connect(self.room.take_meetings)
        self.list_model = model
        if self.presence is not None:
            self.presence.follow(model)
        if self.kind.role is Role.OPERATOR:
            from desktop.app.hub_wiring import HubDesk  # noqa: PLC0415
            from desktop.views.hub_window import HubWindow  # noqa: PLC0415

            self.hub = HubDesk(self.client, model, self.language, self.theme, parent=self)
            window = HubWindow(self.hub.models, self.theme)
            self.hub.set_window(window)
            self.front.put(window)
        else:
            from desktop.app.participant_wiring import ParticipantDesk  # noqa: PLC0415
            from desktop.views.participant_window import ParticipantWindow  # noqa: PLC0415

            self.desk = ParticipantDesk(self.client, model, self.language, self)
            own = ParticipantWindow(model, self.desk.panel, self.theme)
            own.test_requested.connect(self.diagnosis.open)
            self.front.put(own)
        model.start()
        self._take_up(user)
        self.versions.list_shown()
        self.links.signed_in(user)

    def _keep_words(self, user: User) -> None:
        """The list goes without being asked to: what is typed stays, for this person."""
        if self.hub is not None:
            self._unsaved = (user.id, self.hub.unsaved())

    def _take_up(self, user: User) -> None:
        kept, self._unsaved = self._unsaved, None
        if kept is not None and kept[0] == user.id and self.hub is not None:
            self.hub.take_up(kept[1])

    def _sign_out(self) -> None:
        self._scope.start(self._leave_account(session_ended=False), name="sign out")

    def _session_ended(self) -> None:
        if self._user is not None:
            self._keep_words(self._user)
            email, self._user = self._user.email, None
            self._scope.start(self._leave_account(session_ended=True, email=email), name="session ended")

    async def _leave_account(self, *, session_ended: bool, email: str = "") -> None:
        await self.entry.leave()
        await self.room.leave()
        await self._close_list()
        self.settings.forget()
        await self.memory.forget()
        if self.presence is not None:
            self.presence.forget()
        await self.client.sign_in.log_out()
        self._user = None
        self.sign_in.show(ended_for=email if session_ended else "")
        if session_ended and self.presence is not None and not self.front.is_visible:
            self.presence.notify(self.kind.product.name, self.sign_in.notice)

    async def _close_list(self) -> None:
        await self._close_hub()
        model, self.list_model = self.list_model, None
        if model is not None:
            await model.close()
            model.deleteLater()

    async def _close_hub(self) -> None:
        desk, self.desk = self.desk, None
        if desk is not None:
            await desk.close()
            desk.deleteLater()
        hub, self.hub = self.hub, None
        if hub is not None:
            await hub.close()
            hub.deleteLater()

    @property
    def window(self) -> QWidget | None:
        """The log-in card, the list or the page of an app too old: whichever is in use."""
        return self.front.window

    @property
    def dialog(self) -> QDialog | None:
        """The Hub's open dialog."""
        return self.hub.dialog if self.hub is not None else None

    @property
    def schedule_model(self) -> ScheduleViewModel | None:
        """What the Hub's open scheduling dialog works with."""
        return self.hub.schedule_model if self.hub is not None else None

    # ------------------------------------------------------------------ room

    def _open_room(self, meeting: Meeting) -> None:
        if self._user is None:
            return
        self.entry.open(meeting, self._user)
        if self.presence is not None:
            self.presence.join_begins(str(meeting.id))
        self.front.hide()

    def _enter_meeting(self, meeting_id: str) -> None:
        """From the tray or the call window: what the meeting's row would do."""
        self.come_to_front()
        if self.list_model is not None and not self.room.is_open:
            self.list_model.act(meeting_id)

    def _quit(self) -> None:
        """From the tray: a room asks first, and is left before."""
        if self.room.window is not None and self.room.model is not None:
            self.come_to_front()
            LeaveAndQuit(self.room.model, self.room.window, self.stop, self)
        else:
            self.stop()

    def _knocked(self) -> None:
        if self.presence is not None:
            self.presence.knock()

    def _room_opened(self, model: RoomViewModel) -> None:
        if self.presence is not None:
            self.presence.enter_room(model)

    def _served(self) -> None:
        """The service serves this version after all: back to where one was."""
        self._scope.start(self._return(), name="back from the page of an old app")

    async def _return(self) -> None:
        if self._user is None:
            self.sign_in.show()
            return
        self._keep_words(self._user)
        await self._close_list()
        self._show_list(self._user)

    def _configured(self, config: ClientConfig) -> None:
        self._door_before = timedelta(minutes=config.door_minutes)
        if self.list_model is not None:
            self.list_model.set_door(self._door_before)

    def _is_in_meeting(self) -> bool:
        return self.room.is_open or self.entry.window is not None

    def _expect_room(self, state: MeetingListState) -> None:
        rows = (state.next, *(row for group in state.groups for row in group.rows))
        if any(row is not None and row.action is not MeetingAction.NONE for row in rows):
            self.room.expect()

    def _room_finished(self) -> None:
        if self.presence is not None:
            self.presence.leave_room()
        self.front.show()
        if self.list_model is not None:
            self.list_model.refresh()

    # ------------------------------------------------------------------ pieces

    def _keeps_running(self) -> bool:
        return self.presence is not None and self.presence.keeps_running()

    def _window_hidden(self) -> None:
        if self.presence is not None:
            self.presence.window_hidden()

    def _start_presence(self) -> None:
        from desktop.app.presence_wiring import DesktopPresence  # noqa: PLC0415

        presence = DesktopPresence(
            self.kind,
            self.client,
            self.settings.store,
            language=self.language,
            theme=self.theme,
            data_dir=self._data_dir,
            throw_away=self._settings.profile is not None,
            parent=self,
        )
        presence.open_requested.connect(self.come_to_front)
        presence.meeting_requested.connect(self._enter_meeting)
        presence.settings_requested.connect(self.settings.open)
        presence.quit_requested.connect(self._quit)
        self.settings.notification_tried.connect(presence.try_notification)
        if self.kind.role is Role.CLIENT:
            presence.reminders.reminded.connect(lambda *told: self.diagnosis.check_before(told[2]))
            self.diagnosis.trouble_found.connect(presence.notify)
        self.presence = presence
        presence.start()
        if self.list_model is not None:
            presence.follow(self.list_model)

    def _device(self) -> str:
        return f"{self.kind.product.name} · {platform.system()}"
