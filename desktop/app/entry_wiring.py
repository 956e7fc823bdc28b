"""From a meeting's button to its room: the screen before it, and the waiting room before the start."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from backend_client.client import BackendClient
from backend_client.models import DoorState, Meeting, MeetingStatus, Role, User
from desktop.app.device_port import MachineDevices
from desktop.app.room_wiring import RoomOpener
from desktop.app.settings_store import SettingsStore
from desktop.system.privacy_pages import privacy_page
from desktop.view_models.device_states import DeviceKind
from desktop.view_models.entry import Entry, EntryHabits
from desktop.view_models.language import Language
from desktop.view_models.tasks import TaskScope
from desktop.views.theme import Theme

# The screen is imported when it is opened: no start waits for it.
if TYPE_CHECKING:
    from desktop.view_models.prejoin import PreJoinViewModel
    from desktop.views.prejoin_window import PreJoinWindow

log = logging.getLogger(__name__)


class EntryDesk(QObject):
    """Leads people into rooms, one at a time.

    Everybody sees himself first, unless he said that he does not want to. A host goes straight into what
    runs already: somebody may wait for him.

    Signals:
        cancelled(): somebody went back; the list is next.

    Args:
        client: the service.
        settings: what was chosen before, and where it is kept.
        devices: the machine's.
        room: opens the room itself.
        language, theme: how the screen speaks and looks.
        mark: icon of the product.
    """

    cancelled = Signal()

    def __init__(
        self,
        client: BackendClient,
        settings: SettingsStore,
        devices: MachineDevices,
        room: RoomOpener,
        *,
        language: Language,
        theme: Theme,
        mark: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._settings = settings
        self._devices = devices
        self._room = room
        self._language = language
        self._theme = theme
        self._mark = mark
        self._scope = TaskScope()
        self._user: User | None = None
        self.model: PreJoinViewModel | None = None
        self.window: PreJoinWindow | None = None

    @property
    def habits(self) -> EntryHabits:
        """What was chosen the last time."""
        now = self._settings.current
        return EntryHabits(
            Entry(now.join_with_microphone, now.join_with_camera),
            now.skip_prejoin,
            can_skip=not self._settings.is_locked("skip_prejoin"),
        )

    def open(self, meeting: Meeting, user: User) -> None:
        """Go towards a meeting's room; what is open already comes to the front instead."""
        window = self._room.window or self.window
        if window is not None:
            window.raise_()
            window.activateWindow()
            return
        self._user = user
        habits = self.habits
        running = meeting.status is MeetingStatus.IN_PROGRESS
        lets_in = meeting.door in (DoorState.OPEN, DoorState.ADMITTED)
        if running and (user.role is Role.OPERATOR or (habits.skip and lets_in)):
            self._room.open(meeting, user, habits.entry)
            return
        from desktop.view_models.prejoin import PreJoinViewModel  # noqa: PLC0415
        from desktop.views.prejoin_window import PreJoinWindow  # noqa: PLC0415

        self._devices.account_id = str(user.id)
        model = PreJoinViewModel(
            meeting,
            user,
            self._client,
            self._devices,
            self._language,
            habits=habits,
            settings_page=bool(privacy_page("camera")),
            parent=self,
        )
        model.entered.connect(self._enter)
        model.cancelled.connect(self._cancel)
        model.skip_changed.connect(self._remember_skip)
        model.settings_wanted.connect(self._open_settings)
        self.model = model
        self.window = PreJoinWindow(model, self._theme, mark=self._mark)
        self.window.show()
        model.start()

    def take_meetings(self, meetings: Iterable[Meeting]) -> None:
        """Take what the list knows now: the meeting that somebody waits for may have started."""
        if self.model is not None:
            for meeting in meetings:
                self.model.take_meeting(meeting)

    async def leave(self) -> None:
        """Take the screen away; nobody is waiting any more."""
        model = self.model
        self._drop()
        if model is not None:
            await model.close()
            model.deleteLater()

    async def close(self) -> None:
        """End with the app."""
        await self.leave()
        await self._scope.close()

    def _enter(self, meeting: Meeting, entry: Entry) -> None:
        self._scope.start(self._go_in(meeting, entry), name="into the room")

    async def _go_in(self, meeting: Meeting, entry: Entry) -> None:
        model, user = self.model, self._user
        if model is None or user is None:
            return
        if entry != self.habits.entry:
            self._keep(join_with_camera=entry.camera_on, join_with_microphone=entry.microphone_on)
        await model.preview.hand_over(camera=entry.camera_on, microphone=entry.microphone_on)
        place = self.window.geometry() if self.window is not None else None
        self._room.open(meeting, user, entry)
        if place is not None and self._room.window is not None:
            self._room.window.setGeometry(place)
        await self.leave()

    def _cancel(self) -> None:
        self._scope.start(self.leave(), name="leave the screen before a room")
        self.cancelled.emit()

    def _remember_skip(self, skip: bool) -> None:
        self._keep(skip_prejoin=skip)

    def _keep(self, **changes: bool) -> None:
        self._scope.start(self._change(changes), name="habits of joining")

    async def _change(self, changes: dict[str, bool]) -> None:
        try:
            await self._settings.change(**changes)
        except OSError as error:
            # They hold for this run; the next one begins with the former ones.
            log.warning("how one joins could not be kept: %s", error)

    def _open_settings(self, kind: DeviceKind) -> None:
        page = privacy_page(kind.value)
        if page and not QDesktopServices.openUrl(QUrl(page)):
            log.warning("the system's settings for the %s did not open", kind.value)

    def _drop(self) -> None:
        if self.window is not None:
            self.window.finish()
            self.window.deleteLater()
        self.window = None
        self.model = None
