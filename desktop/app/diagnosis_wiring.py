"""The configuration test's window, and the report of a run that did not end as it should."""

from __future__ import annotations

import logging
import platform
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import Meeting
from desktop.app.device_port import MachineDevices
from desktop.app.kinds import AppKind
from desktop.app.settings_store import SettingsStore
from desktop.view_models.diagnosis_states import Outcome
from desktop.view_models.language import Language
from desktop.view_models.tasks import TaskScope
from desktop.views.theme import Theme

# The windows are imported when they are opened: no start waits for them.
if TYPE_CHECKING:
    from desktop.view_models.diagnosis import DiagnosisViewModel
    from desktop.views.crash_window import CrashWindow
    from desktop.views.diagnosis_window import DiagnosisWindow


log = logging.getLogger(__name__)


class DiagnosisDesk(QObject):
    """Opens the configuration test, and offers the report of a crash.

    Signals:
        trouble_found(str, str): title and text of what the check before a meeting found.

    Args:
        kind: which app.
        client: the service.
        store: the settings.
        devices: cameras, microphones, loudspeakers.
        meetings: the list as it is known: names in it never get into a report.
        ssl_context: whom to trust.
        language, theme: how the windows speak and look.
    """

    trouble_found = Signal(str, str)

    def __init__(
        self,
        kind: AppKind,
        client: BackendClient,
        store: SettingsStore,
        devices: MachineDevices,
        *,
        meetings: Callable[[], list[Meeting]],
        ssl_context: ssl.SSLContext,
        language: Language,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._client = client
        self._store = store
        self._devices = devices
        self._meetings = meetings
        self._ssl = ssl_context
        self._language = language
        self._theme = theme
        self._scope = TaskScope()
        self.model: DiagnosisViewModel | None = None
        self.window: DiagnosisWindow | None = None
        self.crash_window: CrashWindow | None = None
        self._checked: set[str] = set()

    def open(self) -> None:
        """Show the window and test."""
        if self.window is None:
            self.model = self.make_model()
            from desktop.views.diagnosis_window import DiagnosisWindow  # noqa: PLC0415

            self.window = DiagnosisWindow(self.model, self._theme, mark=self._kind.mark)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        if self.model is not None:
            self.model.start()

    def check_before(self, meeting_id: str) -> None:
        """Test quietly, once for each meeting, while there is time to mend; the host is told the result."""
        if meeting_id in self._checked:
            return
        self._checked.add(meeting_id)
        model = self.make_model()
        model.finished.connect(lambda: self._scope.start(self._tell(model, meeting_id), name="readiness"))
        model.start()

    async def _tell(self, model: DiagnosisViewModel, meeting_id: str) -> None:
        from desktop.app.configuration_checks import readiness_of  # noqa: PLC0415  (loaded by the test)

        try:
            report = readiness_of(model.findings, self._devices.state)
            await self._client.report_readiness(UUID(meeting_id), report)
        except ApiError as error:
            log.warning("the host was not told that this side is ready: %s", error.code.value)
        wrong = [row for row in model.state.rows if row.outcome is Outcome.FAILED]
        if wrong:
            title = self.tr("Before your meeting: {what}").format(what=wrong[0].title)
            self.trouble_found.emit(title, wrong[0].sentence)
        await model.close()
        model.deleteLater()

    def make_model(self) -> DiagnosisViewModel:
        """A test of its own, not started."""
        from desktop.app.configuration_checks import ConfigurationChecks  # noqa: PLC0415
        from desktop.view_models.diagnosis import DiagnosisViewModel  # noqa: PLC0415

        checks = ConfigurationChecks(self._client, self._devices, self._store.current.test_relays, self._ssl)
        return DiagnosisViewModel(
            checks,
            self._language,
            facts=self._facts,
            private=self._private,
            can_copy=self._store.current.allow_reports,
            parent=self,
        )

    def offer_crash_report(self, report: str) -> None:
        """Say that the last run broke off, and offer what is known of it."""
        if not self._store.current.allow_reports:
            return
        from desktop.views.crash_window import CrashWindow  # noqa: PLC0415

        name = self._kind.product.name
        self.crash_window = CrashWindow(report, self._theme, product=name, mark=self._kind.mark)
        self.crash_window.show()

    async def close(self) -> None:
        """End with the app."""
        for window in (self.window, self.crash_window):
            if window is not None:
                window.hide()
                window.deleteLater()
        if self.model is not None:
            await self.model.close()
        await self._scope.close()

    def _facts(self) -> str:
        from desktop.system.about import app_version  # noqa: PLC0415

        settings = self._store.current
        return "\n".join(
            (
                f"{self._kind.product.program} {app_version()}",
                f"{platform.system()} {platform.release()} {platform.machine()}",
                f"Python {platform.python_version()}",
                f"service {self._client.base_url}",
                f"proxy {settings.proxy_mode.value}, relays only {settings.relay_only}",
            )
        )

    def _private(self) -> tuple[str, ...]:
        """Whole names and their parts, of everybody that this app knows."""
        user = self._client.sign_in.user
        names = {platform.node()}
        if user is not None:
            names |= {user.full_name, user.email}
        for meeting in self._meetings():
            names |= {meeting.client.full_name, meeting.operator.full_name, meeting.title}
        return tuple(names | {part for name in names for part in name.split() if len(part) > 2})
