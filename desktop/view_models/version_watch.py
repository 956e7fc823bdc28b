"""Whether this version of the app is still served: asked at the start and every few hours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import ClientConfig
from desktop.view_models.language import Language
from desktop.view_models.tasks import TaskScope

log = logging.getLogger(__name__)

ASK_AGAIN_S = 4 * 3600.0


class VersionPort(Protocol):
    """What the service says about versions. May raise `ApiError`."""

    async def client_config(self) -> ClientConfig:
        """Which versions it wants."""


class NoticePort(Protocol):
    """Keeps the day of the line. Called from worker threads."""

    def read(self) -> date | None:
        """The day on which it was last shown."""

    def write(self, day: date) -> None:
        """It was shown on this day."""


class VersionWatch(QObject):
    """Asks the service, and says what follows.

    Signals:
        too_old(str): below the minimum: the app cannot be used. Carries the service's own words, "".
        outdated(str): below the recommended version: one quiet line, once a day.
        configured(ClientConfig): what the service said, of versions and of everything else.
        put_off(): the line is due, and this is no moment for it.

    Args:
        service: who is asked.
        language: for the words.
        notice: knows the day on which the line was last shown, also of earlier runs.
        is_quiet: this is no moment for the line: a meeting goes on, or nothing could show it.
    """

    too_old = Signal(str)
    outdated = Signal(str)
    configured = Signal(object)
    put_off = Signal()

    def __init__(
        self,
        service: VersionPort,
        language: Language,
        notice: NoticePort,
        *,
        is_quiet: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._language = language
        self._notice = notice
        self._is_quiet = is_quiet
        self._scope = TaskScope()

    def start(self) -> None:
        """Begin to ask."""
        self._scope.start(self._watch(), name="version")

    async def ask(self, today: date) -> None:
        """Ask once; a service that does not answer changes nothing."""
        try:
            config = await self._service.client_config()
        except ApiError as error:
            if error.code is ApiErrorCode.CLIENT_TOO_OLD:
                self.too_old.emit("")
            return
        self.configured.emit(config)
        words = ""
        if config.message is not None:
            words = config.message.fr if self._language.code == "fr" else config.message.en
        if config.status == "too-old":
            log.error("the service no longer serves this version; it wants %s", config.minimum)
            self.too_old.emit(words)
        elif config.status == "outdated" and await asyncio.to_thread(self._notice.read) != today:
            if self._is_quiet():
                self.put_off.emit()
                return
            await asyncio.to_thread(self._notice.write, today)
            line = self.tr("A newer version is available. Your IT service can install it.")
            self.outdated.emit(f"{line} {words}".strip())

    async def close(self) -> None:
        """Stop asking."""
        await self._scope.close()

    async def _watch(self) -> None:
        while True:
            await self.ask(date.today())  # noqa: DTZ011  (the user's own day)
            await asyncio.sleep(ASK_AGAIN_S)
