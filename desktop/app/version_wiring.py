"""The page of an app that is too old for its service, and the quiet line of one that is not new."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from desktop.app.kinds import AppKind
from desktop.system.version_notice import VersionNotice
from desktop.view_models.language import Language
from desktop.view_models.tasks import TaskScope
from desktop.view_models.version_watch import VersionWatch
from desktop.views.theme import Theme

log = logging.getLogger(__name__)

AFTER_MEETING_S = 60.0
"""How often it is looked whether the meeting is over that keeps the page away."""


class VersionDesk(QObject):
    """Watches the version; a meeting is never disturbed by it.

    Signals:
        page_wanted(UpdateWindow): show this instead of whatever window is in use.
        served(): the service serves this version after all.
        outdated(str): one quiet line, at most once a day.
        configured(ClientConfig): what the service has decided for the apps.

    Args:
        kind: which app.
        client: the service.
        language, theme: how the page speaks and looks.
        in_meeting: whether somebody is in a room, or before its door.
        can_say: whether there is a list to show the quiet line in.
        data_dir: where the line's day is kept; None keeps it for this run.
    """

    page_wanted = Signal(object)
    served = Signal()
    outdated = Signal(str)
    configured = Signal(object)

    def __init__(
        self,
        kind: AppKind,
        client: BackendClient,
        language: Language,
        theme: Theme,
        *,
        in_meeting: Callable[[], bool],
        can_say: Callable[[], bool],
        data_dir: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._client = client
        self._theme = theme
        self._in_meeting = in_meeting
        self._scope = TaskScope()
        self._watch = VersionWatch(
            client,
            language,
            VersionNotice(data_dir),
            is_quiet=lambda: in_meeting() or not can_say(),
            parent=self,
        )
        self._watch.put_off.connect(self._put_off)
        self._waits_for_list = False
        self._watch.too_old.connect(self._too_old)
        self._watch.outdated.connect(self.outdated)
        self._watch.configured.connect(self.configured)

    def start(self) -> None:
        """Begin to ask."""
        self._watch.start()

    def list_shown(self) -> None:
        """There is a list now: what waited for one is said."""
        if self._waits_for_list:
            self._waits_for_list = False
            self._scope.start(self._watch.ask(date.today()), name="version")  # noqa: DTZ011

    async def close(self) -> None:
        """Stop asking."""
        await self._watch.close()
        await self._scope.close()

    def _too_old(self, words: str) -> None:
        if self._in_meeting():
            self._scope.start(self._ask_later(), name="version after the meeting")
            return
        from desktop.views.update_window import UpdateWindow  # noqa: PLC0415  (rarely shown)

        page = UpdateWindow(self._theme, product=self._kind.product.name, words=words, mark=self._kind.mark)
        page.again_requested.connect(lambda: self._scope.start(self._ask_again(), name="version"))
        self.page_wanted.emit(page)

    def _put_off(self) -> None:
        if self._in_meeting():
            self._scope.start(self._ask_later(), name="version after the meeting")
        else:
            self._waits_for_list = True

    async def _ask_later(self) -> None:
        await asyncio.sleep(AFTER_MEETING_S)
        await self._watch.ask(date.today())  # noqa: DTZ011  (the user's own day)

    async def _ask_again(self) -> None:
        try:
            config = await self._client.client_config()
        except ApiError as error:
            log.info("the version could not be checked: %s", error.code.value)
            return
        if config.status != "too-old":
            self.served.emit()
