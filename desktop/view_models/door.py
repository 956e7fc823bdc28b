"""The door of the host's room: whether newcomers are held, who waits behind it, and what he decides."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError
from backend_client.models import DoorState, Meeting
from desktop.view_models.dates import Dates, system_zone
from desktop.view_models.door_states import DoorViewState
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

TICK_MS = 5_000
"""How often "waiting for 2 min" is written anew."""


class DoorPort(Protocol):
    """The service, as far as the door is concerned. May raise `ApiError`."""

    def now(self) -> datetime:
        """The service's clock: aware, UTC."""

    async def set_door(self, meeting_id: UUID, state: DoorState) -> Meeting:
        """Open or hold the door, admit or refuse whoever waits behind it."""


class DoorViewModel(ViewModel[DoorViewState]):
    """One meeting's door, as its host sees it.

    Signals:
        knocked(): somebody has come to wait; once for each time.

    Args:
        meeting: the running meeting.
        service: decides and remembers.
        language: words.
    """

    knocked = Signal()

    def __init__(
        self,
        meeting: Meeting,
        service: DoorPort,
        language: Language,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(DoorViewState(), on_unexpected, parent)
        self._meeting = meeting
        self._service = service
        self._language = language
        self._error = ""
        self._busy = False
        language.changed.connect(self._write)
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self._write)
        self._ticker.start()
        self._write()

    async def close(self) -> None:
        """The room is over."""
        self._ticker.stop()
        self._language.changed.disconnect(self._write)
        await super().close()

    def take_meeting(self, meeting: Meeting) -> None:
        """Take what the list knows now; while a decision is on its way, its answer counts."""
        if meeting.id == self._meeting.id and meeting.version >= self._meeting.version and not self._busy:
            waited, self._meeting = self._state.waits, meeting
            self._write()
            if self._state.waits and not waited:
                self.knocked.emit()

    # ------------------------------------------------------------------ intentions

    def hold(self, on: bool) -> None:
        """Let newcomers wait, or let everybody of the meeting in; whoever waits comes in then."""
        if on is not self._state.held:
            self._decide(DoorState.HELD if on else DoorState.OPEN)

    def admit(self) -> None:
        """Let in who waits, or who was refused."""
        if self._state.person is not None:
            self._decide(DoorState.ADMITTED)

    def refuse(self) -> None:
        """Do not let in who waits."""
        if self._state.waits:
            self._decide(DoorState.REFUSED)

    def shut_out(self) -> None:
        """Whoever was removed from the room does not come back by himself."""
        self._decide(DoorState.REFUSED)

    # ------------------------------------------------------------------ work

    def _decide(self, wanted: DoorState) -> None:
        if not self._busy:
            self._busy = True
            self._error = ""
            self._write()
            self._scope.start(self._ask(wanted), name="door")

    async def _ask(self, wanted: DoorState) -> None:
        try:
            self._meeting = await self._service.set_door(self._meeting.id, wanted)
        except ApiError as error:
            self._error = text_for(error.code).sentence
        finally:
            self._busy = False
        self._write()

    def _write(self) -> None:
        meeting, since = self._meeting, self._meeting.client_waiting_since
        client = meeting.client
        refused = meeting.door is DoorState.REFUSED
        waits = since is not None and not refused
        self._set(
            held=meeting.door is not DoorState.OPEN,
            person=person_state(client.full_name) if waits or refused else None,
            line=self._line(since if waits else None),
            waits=waits,
            busy=self._busy,
            error=self._error,
            knock=self.tr("{name} is in the waiting room").format(name=client.full_name) if waits else "",
        )

    def _line(self, since: datetime | None) -> str:
        if since is None:
            return self.tr("not let in")
        dates = Dates(self._language.locale, system_zone())
        waited_s = int((self._service.now() - since).total_seconds())
        if waited_s < 60:
            return self.tr("has just arrived")
        return self.tr("waiting for {duration}").format(duration=dates.duration(waited_s))
