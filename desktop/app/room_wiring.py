"""From a meeting to its room window, and back: media thread, bridge, view-model and window.

`RoomOpener` owns everything that lives as long as one room, and the media thread that outlives it.
"""

from __future__ import annotations

import asyncio
import importlib
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import Meeting, Role, User
from desktop.app.device_port import MachineDevices
from desktop.app.layout_memory import LayoutMemory
from desktop.app.media_thread import MediaThread, RoomBridge, called_on
from desktop.app.room_devices import RoomDeviceFollower
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.system.settings import Settings
from desktop.view_models.entry import EVERYTHING_ON, Entry
from desktop.view_models.language import Language
from desktop.view_models.leaving import LeavingReports
from desktop.view_models.tasks import TaskScope
from desktop.views.theme import Theme

if TYPE_CHECKING:
    from desktop.app.door_wiring import DoorKeeper
    from desktop.app.rating_wiring import RatingDesk
    from desktop.rtc.room import OnSignal, OnState, Room, RoomDevices, RoomRequest
    from desktop.view_models.room import RoomViewModel
    from desktop.view_models.share import ShareViewModel
    from desktop.views.room.room_window import RoomWindow
    from desktop.views.room.sharing import RoomSharing
    from desktop.views.room.small_room import SmallRoomKeeper


class RoomOpener(QObject):
    """Opens one room at a time.

    Signals:
        opened(RoomViewModel): a room is on screen.
        finished(): the room is over and its window gone; the list is next.
        knocked(): somebody waits behind the door of the room whose host we are.
        settings_requested(): somebody in the room wants the settings.

    Args:
        client: the service.
        settings: media settings.
        devices: the machine's, which outlive every room.
        layout: how the tiles stood the last time.
        ssl_context: whom to trust.
        language, theme: how the room speaks and looks.
        mark: icon of the product.
    """

    opened = Signal(object)
    finished = Signal()
    knocked = Signal()
    settings_requested = Signal()

    def __init__(
        self,
        client: BackendClient,
        settings: Settings,
        devices: MachineDevices,
        *,
        layout: LayoutMemory,
        ssl_context: ssl.SSLContext,
        language: Language,
        theme: Theme,
        mark: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._settings = settings
        self.devices = devices
        self._ssl = ssl_context
        self._language = language
        self._theme = theme
        self._mark = mark
        self._scope = TaskScope()
        self._leavings = LeavingReports(client)
        self._warm = False
        self._layout = layout
        self.media = MediaThread()
        self.model: RoomViewModel | None = None
        self.bridge: RoomBridge | None = None
        """Of the latest attempt to join."""
        self.window: RoomWindow | None = None
        self.sharing: ShareViewModel | None = None
        self.share_ui: RoomSharing | None = None
        self.small: SmallRoomKeeper | None = None
        self.door: DoorKeeper | None = None
        """The waiting room of whoever is the host."""
        self.rating: RatingDesk | None = None
        """The end screen's question to whoever is the client."""

    @property
    def is_open(self) -> bool:
        """A room is on screen."""
        return self.window is not None

    def open(self, meeting: Meeting, user: User, entry: Entry = EVERYTHING_ON) -> None:
        """Show the room of a running meeting and join; a room that is open comes to the front instead.

        Args:
            meeting: the running meeting.
            user: who we are.
            entry: what is on from the beginning.
        """
        if self.window is not None:
            self.window.raise_()
            self.window.activateWindow()
            return
        # The log-in card and the list are on screen before: 0.1 s of imports that they do not need.
        from desktop.app.screens import MachineScreens  # noqa: PLC0415
        from desktop.view_models.room import RoomViewModel  # noqa: PLC0415
        from desktop.view_models.room_devices import RoomDevicesViewModel  # noqa: PLC0415
        from desktop.view_models.share import ShareViewModel  # noqa: PLC0415
        from desktop.views.room.device_menus import RoomDeviceMenus  # noqa: PLC0415
        from desktop.views.room.room_window import RoomWindow  # noqa: PLC0415
        from desktop.views.room.sharing import RoomSharing  # noqa: PLC0415
        from desktop.views.room.small_room import SmallRoomKeeper  # noqa: PLC0415

        self.media.start()
        self.devices.account_id = str(user.id)
        model = RoomViewModel(
            meeting,
            user,
            self._client,
            partial(self._make_bridge, meeting.id),
            self._language,
            entry=entry,
            devices=self.devices,
            parent=self,
        )
        model.layout.restore(self._layout.last)
        model.layout.changed.connect(self._layout.keep)
        model.finished.connect(self._finish)
        self.model = model
        self.window = RoomWindow(model, self._theme.stage_look, mark=self._mark)
        self.sharing = ShareViewModel(
            meeting.id,
            self._client,
            MachineScreens(),
            self._language,
            allowed=self._settings.allow_screen_share,
            parent=self,
        )
        stage_look = self._theme.stage_look
        self.share_ui = RoomSharing(self.sharing, self.window, self._theme, stage_look)
        device_menus = RoomDevicesViewModel(self.devices, self._language, self.window)
        device_menus.settings_requested.connect(self.settings_requested)
        RoomDeviceMenus(device_menus, self.window, stage_look)
        self.small = SmallRoomKeeper(model, self.window, stage_look)
        if meeting.my_role is Role.OPERATOR:
            from desktop.app.door_wiring import DoorKeeper  # noqa: PLC0415

            self.door = DoorKeeper(
                meeting, self._client, model, self.window, look=stage_look, language=self._language
            )
            self.door.model.knocked.connect(self.knocked)
        else:
            from desktop.app.rating_wiring import RatingDesk  # noqa: PLC0415

            self.rating = RatingDesk(meeting, self._client, model, self.window, stage_look)
        self.window.show()
        model.start()
        self.opened.emit(model)

    def take_meetings(self, meetings: Iterable[Meeting]) -> None:
        """Take what the list knows now: somebody may wait behind the door."""
        if self.door is not None:
            self.door.take_meetings(meetings)

    def expect(self) -> None:
        """Load the media libraries once somebody may press *Join*: it takes 0.7 s off the joining."""
        if not self._warm:
            self._warm = True
            self._scope.start(self._warm_up(), name="warm up")

    async def leave(self) -> None:
        """Leave the room and take its window away; the meeting goes on."""
        if self.model is not None:
            sharing, parts = self.sharing, (self.door, self.rating)
            await self.model.close()
            self._drop()
            await self._release(sharing, parts)

    async def close(self) -> None:
        """End with the app: leave, then stop the media thread."""
        if self.window is not None:
            self.window.hide()
        await self.leave()
        await self._layout.close()
        await self._leavings.close()
        await self._scope.close()
        self.media.stop()

    async def _warm_up(self) -> None:
        for name in ("desktop.rtc.rooms", "desktop.rtc.openvidu_room"):
            await asyncio.to_thread(importlib.import_module, name)
        await self.devices.load()

    def _make_bridge(self, meeting_id: UUID) -> RoomBridge:
        def open_room(
            request: RoomRequest, devices: RoomDevices, on_state: OnState, /, *, on_signal: OnSignal
        ) -> Room:
            # aiortc takes 0.5 s to import: same rule, on the media thread.
            from desktop.rtc.rooms import open_room as make_room  # noqa: PLC0415

            return make_room(
                replace(request, renew_screen_token=renew),
                devices,
                on_state,
                ssl_context=self._ssl,
                relay_only=self._settings.relay_only,
                on_signal=on_signal,
            )

        sharing = self.sharing
        assert sharing is not None
        # It asks the service, whose client lives on this loop, and is called on the media loop.
        renew = called_on(asyncio.get_running_loop(), screen_token_of(sharing))

        follower = RoomDeviceFollower(self.devices, self._scope)
        self.bridge = RoomBridge(
            self.media, open_room, follower.choose, on_left=partial(self._leavings.left, meeting_id)
        )
        follower.follow(self.bridge)
        sharing.attach(self.bridge)
        return self.bridge

    def _finish(self) -> None:
        model, sharing, parts = self.model, self.sharing, (self.door, self.rating)
        if model is not None:

            async def end() -> None:
                await model.close()
                model.deleteLater()
                await self._release(sharing, parts)

            self._scope.start(end(), name="end of a room")
        self._drop()
        self.finished.emit()

    async def _release(
        self, sharing: ShareViewModel | None, parts: Iterable[DoorKeeper | RatingDesk | None]
    ) -> None:
        for part in parts:
            if part is not None:
                await part.close()
        if sharing is not None:
            await sharing.close()
            sharing.deleteLater()
        await self.devices.close_kept()

    def _drop(self) -> None:
        if self.small is not None:
            self.small.close()
        if self.share_ui is not None:
            self.share_ui.close()
        self.small = None
        self.sharing = None
        self.share_ui = None
        self.door = None
        self.rating = None
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
        self.window = None
        self.model = None
        self.bridge = None


def screen_token_of(sharing: ShareViewModel) -> Callable[[], Awaitable[str]]:
    """Gives further tokens for the screen, as `RenewToken` wants them."""

    async def renew() -> str:
        from desktop.view_models.room_token import NO_MORE_TOKENS  # noqa: PLC0415  (loaded with the room)

        try:
            return await sharing.screen_token()
        except ApiError as error:
            raise RtcError(NO_MORE_TOKENS.get(error.code, RtcErrorCode.UNREACHABLE)) from error

    return renew
