"""Somebody waits for us: who, for how long it is worth ringing, and how it ends."""

from __future__ import annotations

import logging
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from backend_client.errors import ApiError
from backend_client.models import DoorState, Meeting, MeetingStatus, Role
from desktop.view_models.call_states import CallState
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import person_state
from desktop.view_models.ports import PresencePort
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

RING_MS = 45_000
"""After this the call counts as missed."""
ELSEWHERE_MS = 3_000
"""How often the service is asked whether we have joined from another device."""


class CallViewModel(ViewModel[CallState]):
    """Follows the list and decides when to call.

    A client is called when his operator has started a meeting, an operator when a client has come to
    the waiting room; never for what was so already when the app learnt of it, and not in a room.

    Signals:
        accepted(str): the person wants into this meeting.
        missed(str, str): title and text of what is left of a call that nobody took.
        missed_calls_changed(dict[str, datetime]): when one was called in vain, by meeting, until one
            goes there or is called there again.

    Args:
        presence: who is in a room, to hear of an answer on another device.
        language: of the sentences.
    """

    accepted = Signal(str)
    missed = Signal(str, str)
    missed_calls_changed = Signal(object)

    def __init__(
        self,
        presence: PresencePort,
        language: Language,
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(CallState(), on_unexpected, parent)
        self._presence = presence
        self._known: dict[str, Meeting] | None = None
        self._called: set[tuple[str, str]] = set()
        self._called_at: datetime | None = None
        self._missed_calls: dict[str, datetime] = {}
        self._in_room = False
        self._patience = QTimer(self, singleShot=True, interval=RING_MS)
        self._patience.timeout.connect(self._give_up)
        self._elsewhere = QTimer(self, interval=ELSEWHERE_MS)
        self._elsewhere.timeout.connect(self._look_elsewhere)
        language.changed.connect(self._retranslate)

    # ------------------------------------------------------------------ from the list and the room

    def know(self, meetings: list[Meeting]) -> None:
        """The list as the service told it last."""
        before, self._known = self._known, {str(each.id): each for each in meetings}
        waiting = {key: each for each in meetings if (key := _wait_of(each)) is not None}
        if before is None:
            self._called |= waiting.keys()
        fresh = [each for key, each in waiting.items() if key not in self._called]
        self._called |= waiting.keys()
        if self._state.meeting_id and not any(each == self._state.meeting_id for each, _ in waiting):
            self._stop()  # it has ended, or whoever waited has gone
        if fresh and not self._in_room and not self._state.meeting_id:
            self._call(fresh[0])

    def in_room(self, inside: bool, meeting_id: str = "") -> None:
        """We entered or left a room; inside one nobody calls. `meeting_id`: which one we go to."""
        self._in_room = inside
        if inside:
            self._stop()
            self._forgive(meeting_id)

    def signed_out(self) -> None:
        """Nobody can be called."""
        self._known = None
        self._called.clear()
        self._missed_calls.clear()
        self._stop()

    # ------------------------------------------------------------------ intentions

    def accept(self) -> None:
        """Go to the meeting."""
        meeting_id = self._state.meeting_id
        self._stop()
        if meeting_id:
            self.accepted.emit(meeting_id)

    def later(self) -> None:
        """Not now; the list still offers it."""
        self._stop()

    async def close(self) -> None:
        """Stop ringing."""
        self._stop()
        await super().close()

    # ------------------------------------------------------------------ work

    def _call(self, meeting: Meeting) -> None:
        log.info("somebody waits in meeting %s", meeting.id)
        self._called_at = self._presence.now()
        self._forgive(str(meeting.id))
        self._write(meeting)
        self._patience.start()
        if meeting.status is MeetingStatus.IN_PROGRESS:
            self._elsewhere.start()

    def _write(self, meeting: Meeting) -> None:
        operator = meeting.my_role is Role.OPERATOR
        other = meeting.client if operator else meeting.operator
        starts = meeting.status is MeetingStatus.SCHEDULED
        self._set(
            meeting_id=str(meeting.id),
            person=person_state(other.full_name),
            sentence=self.tr("{name} is waiting for you").format(name=other.full_name),
            title=meeting.title,
            accept=self.tr("Start") if starts else self.tr("Join"),
        )

    def _stop(self) -> None:
        self._patience.stop()
        self._elsewhere.stop()
        if self._state.meeting_id:
            self._set(meeting_id="", sentence="", title="")

    def _give_up(self) -> None:
        state = self._state
        self._stop()
        if self._called_at is not None:
            self._missed_calls[state.meeting_id] = self._called_at
            self.missed_calls_changed.emit(dict(self._missed_calls))
        title = self.tr("Missed: {title}").format(title=state.title)
        text = self.tr("{name} waited for you. You can still join from the list.")
        self.missed.emit(title, text.format(name=state.person.name))

    def _forgive(self, meeting_id: str) -> None:
        if self._missed_calls.pop(meeting_id, None) is not None:
            self.missed_calls_changed.emit(dict(self._missed_calls))

    def _look_elsewhere(self) -> None:
        meeting = (self._known or {}).get(self._state.meeting_id)
        if meeting is not None:
            self._scope.start(self._ask_elsewhere(meeting), name="answered elsewhere?")

    async def _ask_elsewhere(self, meeting: Meeting) -> None:
        try:
            inside = await self._presence.presence(meeting.id)
        except ApiError as error:
            log.warning("who is in the room could not be asked: %s", error.code.value)
            return
        ours = [each for each in inside if each.role is meeting.my_role and each.left_at is None]
        if ours and self._state.meeting_id == str(meeting.id):
            log.info("the call was answered on another device")
            self._stop()

    def _retranslate(self) -> None:
        meeting = (self._known or {}).get(self._state.meeting_id)
        if meeting is not None:
            self._write(meeting)


def _wait_of(meeting: Meeting) -> tuple[str, str] | None:
    """Meeting and beginning of a wait for us; None while nobody waits."""
    if meeting.my_role is Role.CLIENT:
        if meeting.door in (DoorState.HELD, DoorState.REFUSED):
            return None
        if meeting.status is MeetingStatus.IN_PROGRESS and meeting.started_at is not None:
            return str(meeting.id), meeting.started_at.isoformat()
    elif meeting.client_waiting_since is not None and meeting.status in (
        MeetingStatus.SCHEDULED,
        MeetingStatus.IN_PROGRESS,
    ):
        return str(meeting.id), meeting.client_waiting_since.isoformat()
    return None
