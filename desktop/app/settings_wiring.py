"""The settings window and what its choices change in the running app."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from backend_client.client import BackendClient
from backend_client.models import Role, User
from desktop.app.device_port import MachineDevices
from desktop.app.settings_store import SettingsStore
from desktop.system.settings import Settings
from desktop.view_models.language import Language
from desktop.view_models.tasks import TaskScope
from desktop.views.theme import Theme, ThemeChoice

# The window and its view-model are imported when it is opened: no start waits for them.
if TYPE_CHECKING:
    from desktop.view_models.settings import SettingsViewModel
    from desktop.views.settings_window import SettingsWindow

LICENCE = "Apache-2.0"


class SettingsDesk(QObject):
    """Opens the settings and carries out what they say.

    Signals:
        notification_tried(): show a sample notice.
        test_requested(): open the configuration test.

    Args:
        store: the settings.
        devices: cameras, microphones, loudspeakers.
        client: the service.
        user: who is signed in, None for nobody.
        language, theme: how the app speaks and looks; both follow the settings.
        product: name of the app.
        mark: its icon.
    """

    notification_tried = Signal()
    test_requested = Signal()

    def __init__(
        self,
        store: SettingsStore,
        devices: MachineDevices,
        client: BackendClient,
        user: Callable[[], User | None],
        *,
        language: Language,
        theme: Theme,
        product: str,
        mark: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self._devices = devices
        self._client = client
        self._user = user
        self._language = language
        self._theme = theme
        self._product = product
        self._mark = mark
        self._scope = TaskScope()
        self.model: SettingsViewModel | None = None
        self.window: SettingsWindow | None = None
        self._account: User | None = None
        store.changed.connect(self._apply)

    def open(self) -> None:
        """Show the window, made for whoever is signed in now."""
        user = self._user()
        if self.window is None or user != self._account:
            self._drop()
            self._make(user)
        if self.window is not None:
            self.window.show()
            self.window.raise_()
            self.window.activateWindow()

    def forget(self) -> None:
        """Somebody signed out: what the window knows of him goes."""
        self._drop()

    async def close(self) -> None:
        """End with the app; a change that is being kept is kept."""
        self._drop()
        await self._scope.close()

    def _make(self, user: User | None) -> None:
        from desktop.system.about import app_version, notices  # noqa: PLC0415
        from desktop.view_models.settings import SettingsViewModel  # noqa: PLC0415
        from desktop.view_models.settings_states import AboutText  # noqa: PLC0415
        from desktop.views.settings_window import SettingsWindow  # noqa: PLC0415

        async def read_notices() -> str:
            return await asyncio.to_thread(notices)

        about = AboutText(self._product, app_version(), LICENCE, self._client.base_url)
        model = SettingsViewModel(
            self.store,
            self._devices,
            self._client if user is not None else None,
            self._language,
            about=about,
            notices=read_notices,
            operator=user is not None and user.role is Role.OPERATOR,
            parent=self,
        )
        model.notification_tried.connect(self.notification_tried)
        model.test_requested.connect(self.test_requested)
        self._account = user
        self.model = model
        self.window = SettingsWindow(model, self._theme, mark=self._mark)

    def _drop(self) -> None:
        model, self.model = self.model, None
        window, self.window = self.window, None
        if window is not None:
            window.hide()
            window.deleteLater()
        if model is not None:

            async def end() -> None:
                await model.close()
                model.deleteLater()

            self._scope.start(end(), name="end of the settings")

    def _apply(self, settings: Settings) -> None:
        self._language.use(settings.language.value)
        self._theme.set_choice(ThemeChoice(settings.theme.value))
