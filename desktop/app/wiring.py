"""Role → services → view-models → windows, in one readable place.

`Shell` owns everything that lives as long as the app: it shows the log-in card or the list, opens
the dialog and the room, and ends what it started, in the order it must end.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import platform
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.events import EventFeed
from backend_client.models import Meeting, MeetingStatus, Role, User
from backend_client.sign_in import TokenStore
from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.system.settings import CameraChoice, Settings
from desktop.system.trust import trust_context
from desktop.view_models.language import Language
from desktop.view_models.meeting_list import MeetingListViewModel
from desktop.view_models.room import RoomViewModel
from desktop.view_models.schedule import ScheduleViewModel
from desktop.view_models.sign_in import SignInViewModel
from desktop.view_models.states import MeetingAction, MeetingListState
from desktop.view_models.tasks import TaskScope
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.hub_window import HubWindow
from desktop.views.participant_window import ParticipantWindow
from desktop.views.room.room_window import RoomWindow
from desktop.views.sign_in_window import SignInWindow
from desktop.views.theme import Theme
from resources.brand import HUB, PARTICIPANT, Product

if TYPE_CHECKING:
    from desktop.rtc.room import OnSignal, OnState, Room, RoomDevices, RoomRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppKind:
    """What makes the Hub the Hub and the participant's app the participant's.

    Attributes:
        product: names and ids.
        role: whose app it is.
        other: the product for the other role.
        mark: its icon.
    """

    product: Product
    role: Role
    other: Product
    mark: str


HUB_APP = AppKind(HUB, Role.OPERATOR, PARTICIPANT, "mark-hub")
PARTICIPANT_APP = AppKind(PARTICIPANT, Role.CLIENT, HUB, "mark-visio")


class Shell(QObject):
    """One running app.

    Args:
        kind: which of the two apps.
        settings: read once, at the start.
        store: keeps the session over a restart, or only in memory.
        language, theme: how it speaks and looks.
        meeting_to_open: from the link that the app was started with.
    """

    def __init__(
        self,
        kind: AppKind,
        settings: Settings,
        store: TokenStore,
        language: Language,
        theme: Theme,
        *,
        meeting_to_open: UUID | None = None,
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
            program=kind.product.program,
        )
        self.media = MediaThread()
        self._scope = TaskScope()
        self._stop = asyncio.Event()
        self._user: User | None = None
        self._warm = False
        self._deep_link = meeting_to_open
        self.sign_in_model: SignInViewModel | None = None
        self.list_model: MeetingListViewModel | None = None
        self.schedule_model: ScheduleViewModel | None = None
        self.room_model: RoomViewModel | None = None
        self.room_bridge: RoomBridge | None = None
        self.window: QWidget | None = None
        """The log-in card or the list, whichever is in use."""
        self.dialog: ScheduleDialog | None = None
        self.room_window: RoomWindow | None = None

    # ------------------------------------------------------------------ life

    async def run(self) -> None:
        """Show the app and return when it was closed and everything has ended."""
        user: User | None = None
        try:
            user = await self.client.sign_in.restore()
        except ApiError as error:
            # The service is away: the card says so when somebody tries; the stored session stays.
            log.warning("the session could not be restored: %s", error.code.value)
        if user is not None and user.role is self.kind.role:
            self._show_list(user)
        else:
            self._show_sign_in()
        await self._stop.wait()
        await self._shut_down()

    def stop(self) -> None:
        """Ask the app to end; safe from any Qt slot."""
        self._stop.set()

    async def _shut_down(self) -> None:
        for widget in (self.dialog, self.room_window, self.window):
            if widget is not None:
                widget.removeEventFilter(self)
                widget.hide()
        if self.room_model is not None:
            await self.room_model.close()
        await self._scope.close()
        for model in (self.schedule_model, self.list_model, self.sign_in_model):
            if model is not None:
                await model.close()
        await self.client.close()
        self.media.stop()
        for widget in (self.dialog, self.room_window, self.window):
            if widget is not None:
                widget.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Closing the log-in card or the list ends the app, in the shell's order."""
        if event.type() == QEvent.Type.Close and watched is self.window:
            event.ignore()
            self.stop()
            return True
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------ log-in card

    def _show_sign_in(self, *, session_ended: bool = False) -> None:
        model = SignInViewModel(
            self.client.sign_in,
            self.language,
            product=self.kind.product.name,
            server=self._settings.backend_url,
            role=self.kind.role,
            other_product=self.kind.other.name,
            persistent=self._store.persistent,
            parent=self,
        )
        if session_ended:
            model.session_ended()
        model.signed_in.connect(self._show_list)
        self.sign_in_model = model
        self._put_window(SignInWindow(model, self.theme, mark=self.kind.mark))

    # ------------------------------------------------------------------ list

    def _show_list(self, user: User) -> None:
        self._user = user
        if self.sign_in_model is not None:
            self._end(self.sign_in_model)
            self.sign_in_model = None
        model = MeetingListViewModel(
            user,
            self.client,
            EventFeed(self.client),
            self.language,
            persistent=self._store.persistent,
            parent=self,
        )
        model.room_requested.connect(self._open_room)
        model.schedule_requested.connect(self._open_schedule)
        model.sign_out_requested.connect(self._sign_out)
        model.session_ended.connect(self._session_ended)
        model.changed.connect(self._expect_room)
        self.list_model = model
        window = HubWindow if self.kind.role is Role.OPERATOR else ParticipantWindow
        self._put_window(window(model, self.theme))
        model.start()
        if self._deep_link is not None:
            self._scope.start(self._follow_link(self._deep_link), name="deep link")
            self._deep_link = None

    async def _follow_link(self, meeting_id: UUID) -> None:
        try:
            meeting = await self.client.meeting(meeting_id)
        except ApiError as error:
            log.warning("the meeting of the link cannot be opened: %s", error.code.value)
            return
        if meeting.status is MeetingStatus.IN_PROGRESS:
            self._open_room(meeting)

    def _sign_out(self) -> None:
        self._scope.start(self._leave_account(session_ended=False), name="sign out")

    def _session_ended(self) -> None:
        if self._user is not None:
            self._user = None
            self._scope.start(self._leave_account(session_ended=True), name="session ended")

    async def _leave_account(self, *, session_ended: bool) -> None:
        if self.room_model is not None:
            await self.room_model.close()
            self._drop_room()
        if self.dialog is not None:
            self.dialog.finish()
        model, self.list_model = self.list_model, None
        if model is not None:
            await model.close()
            model.deleteLater()
        await self.client.sign_in.log_out()
        self._user = None
        self._show_sign_in(session_ended=session_ended)

    # ------------------------------------------------------------------ scheduling

    def _open_schedule(self) -> None:
        if self.dialog is not None or self.list_model is None:
            return
        known = self.list_model
        model = ScheduleViewModel(self.client, self.language, lambda: known.known_meetings, parent=self)
        model.saved.connect(lambda _meeting: known.refresh())
        self.schedule_model = model
        self.dialog = ScheduleDialog(model, self.theme, self.window)
        self.dialog.finished.connect(self._schedule_closed)
        model.start()
        self.dialog.open()

    def _schedule_closed(self) -> None:
        if self.schedule_model is not None:
            self._end(self.schedule_model)
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.schedule_model = None
        self.dialog = None

    # ------------------------------------------------------------------ room

    def _open_room(self, meeting: Meeting) -> None:
        if self.room_window is not None:
            self.room_window.raise_()
            self.room_window.activateWindow()
            return
        if self._user is None:
            return
        self.media.start()
        model = RoomViewModel(meeting, self._user, self.client, self._make_bridge, self.language, parent=self)
        model.finished.connect(self._room_finished)
        self.room_model = model
        self.room_window = RoomWindow(model, self.theme.stage_look, mark=self.kind.mark)
        self.room_window.show()
        if self.window is not None:
            self.window.hide()
        model.start()

    def _expect_room(self, state: MeetingListState) -> None:
        """Load the media libraries once somebody may press *Join*: it takes 0.7 s off the joining."""
        rows = (state.next, *(row for group in state.groups for row in group.rows))
        if not self._warm and any(row is not None and row.action is not MeetingAction.NONE for row in rows):
            self._warm = True
            self._scope.start(self._warm_up(), name="warm up")

    @staticmethod
    async def _warm_up() -> None:
        for name in ("desktop.rtc.rooms", "desktop.rtc.openvidu_room", "desktop.devices.system_devices"):
            await asyncio.to_thread(importlib.import_module, name)

    def _make_bridge(self) -> RoomBridge:
        user = self._user
        account = str(user.id) if user is not None else ""

        def choose() -> Awaitable[RoomDevices]:
            # QtMultimedia takes 0.2 s to import: only when a room opens, in a worker thread.
            from desktop.devices.choice import find_devices  # noqa: PLC0415

            return find_devices("test" if self._settings.camera is CameraChoice.TEST else "system", account)

        def open_room(
            request: RoomRequest, devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
        ) -> Room:
            # aiortc takes 0.5 s to import: same rule, on the media thread.
            from desktop.rtc.rooms import open_room as make_room  # noqa: PLC0415

            return make_room(
                request,
                devices,
                on_state,
                ssl_context=self._ssl,
                relay_only=self._settings.relay_only,
                on_signal=on_signal,
            )

        self.room_bridge = RoomBridge(self.media, open_room, choose)
        return self.room_bridge

    def _room_finished(self) -> None:
        if self.room_model is not None:
            self._end(self.room_model)
        self._drop_room()
        if self.window is not None:
            self.window.show()
            self.window.raise_()
        if self.list_model is not None:
            self.list_model.refresh()

    def _drop_room(self) -> None:
        if self.room_window is not None:
            self.room_window.hide()
            self.room_window.deleteLater()
        self.room_window = None
        self.room_model = None
        self.room_bridge = None

    # ------------------------------------------------------------------ pieces

    def _put_window(self, window: QWidget) -> None:
        if self.window is not None:
            self.window.removeEventFilter(self)
            self.window.hide()
            self.window.deleteLater()
        window.installEventFilter(self)
        self.window = window
        window.show()

    def _end(self, model: SignInViewModel | ScheduleViewModel | RoomViewModel) -> None:
        """Close a view-model in the background, then let Qt delete it."""

        async def end() -> None:
            await model.close()
            model.deleteLater()

        self._scope.start(end(), name="end of a view-model")

    def _device(self) -> str:
        return f"{self.kind.product.name} · {platform.system()}"
