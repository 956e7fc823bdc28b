"""What one asks of the others in a room: to read a signal, to see a hand, to go."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import ForceDisconnect, ForceUnpublish, Request
from desktop.rtc.place import Place
from desktop.rtc.roster import Roster
from desktop.rtc.signal_exchange import to_request
from desktop.rtc.signals import HAND, Signal, is_sendable
from desktop.rtc.tasks import OwnedTasks

log = logging.getLogger(__name__)

_NOBODY = frozenset({102, 601})
"""Wire codes of a request about a connection that is not there (`OpenViduException`)."""


class RoomRequests:
    """Makes the requests about others, with what their refusal means.

    What is known here to be impossible is not asked: the server would say less, or nothing at all.

    Args:
        place: over whose connection they go.
        roster: who is there; another one after a comeback.
        is_over: the room has ended, so that a closed line is no disturbance.
    """

    def __init__(self, place: Place, roster: Callable[[], Roster], is_over: Callable[[], bool]) -> None:
        self._place = place
        self._roster = roster
        self._is_over = is_over

    async def send(self, signal: Signal, to: Sequence[str]) -> None:
        """See `Room.send`.

        Raises:
            RtcError: `too-long`, `participant-gone`, `no-reply` or `closed`.
            ValueError: a kind that is not sent like this.
        """
        if not is_sendable(signal.kind):
            raise ValueError(f"signals of kind {signal.kind!r} are not sent")
        self.check_open()
        if any(self._roster().identity(connection_id) is None for connection_id in to):
            raise RtcError(RtcErrorCode.PARTICIPANT_GONE)
        await self._ask(to_request(signal, to))

    async def tell_hand(self, raised: bool, to: Sequence[str] = ()) -> bool:
        """Tell everybody, or some, about our hand; True when they were."""
        try:
            await self._ask(to_request(Signal(HAND, json.dumps({"raised": raised})), to))
        except RtcError as error:
            log.warning("the hand was not told: %s", error)
            return False
        return True

    async def force_disconnect(self, connection_id: str) -> None:
        """See `Room.force_disconnect`.

        Raises:
            RtcError: `not-allowed`, `participant-gone`, `no-reply` or `closed`.
        """
        self._check_moderator()
        connection_ids = self._roster().connections_of(connection_id)
        if not connection_ids:
            raise RtcError(RtcErrorCode.PARTICIPANT_GONE)
        await self._ask(ForceDisconnect(connection_id=connection_ids[0]))
        for screen_id in connection_ids[1:]:
            try:
                await self._ask(ForceDisconnect(connection_id=screen_id))
            except RtcError as error:
                if error.code is not RtcErrorCode.PARTICIPANT_GONE:  # it has left with its person
                    raise

    async def force_unpublish(self, stream_id: str) -> None:
        """See `Room.force_unpublish`.

        Raises:
            RtcError: `not-allowed`, `participant-gone`, `no-reply` or `closed`.
        """
        self._check_moderator()
        if self._roster().stream(stream_id) is None:  # the server would not even answer
            raise RtcError(RtcErrorCode.PARTICIPANT_GONE)
        await self._ask(ForceUnpublish(stream_id=stream_id))

    def check_open(self) -> None:
        """Refuse what makes sense in the room alone.

        Raises:
            RtcError: `closed` when we are not in it.
        """
        if self._is_over():
            raise RtcError(RtcErrorCode.CLOSED)

    async def _ask(self, request: Request) -> None:
        try:
            await self._place.connection.signalling.request(request)
        except RtcError as error:
            if error.wire_code in _NOBODY:
                raise RtcError(RtcErrorCode.PARTICIPANT_GONE, wire_code=error.wire_code) from None
            if error.code is RtcErrorCode.CLOSED and not self._is_over():
                raise RtcError(RtcErrorCode.NO_REPLY, f"{request.method}: the line was replaced") from None
            raise

    def _check_moderator(self) -> None:
        self.check_open()
        joined = self._place.connection.joined
        if joined is None:
            raise RtcError(RtcErrorCode.NO_REPLY, "between two connections")
        if not joined.is_moderator:
            raise RtcError(RtcErrorCode.NOT_ALLOWED)


class OwnHand:
    """Our hand, told to everybody when it changes and to whoever comes later.

    Telling never waits for the line: what fails is made good when it is whole again.

    Args:
        requests: how it is told.
        tasks: own the telling.
        is_raised: the hand of the moment, which the room keeps in its state.
    """

    def __init__(self, requests: RoomRequests, tasks: OwnedTasks, is_raised: Callable[[], bool]) -> None:
        self._requests = requests
        self._tasks = tasks
        self._is_raised = is_raised
        self._told = True

    def changed(self) -> None:
        """It went up or down: tell everybody."""
        self._told = False
        self._start_telling()

    def somebody_came(self, connection_id: str) -> None:
        """Tell who has just come, unless everybody is about to be told."""
        if self._is_raised() and self._told:
            self._start_telling([connection_id])

    def connection_dropped(self) -> None:
        """On the next connection we are somebody whose hand nobody has heard of."""
        self._told = not self._is_raised()

    def connection_stands(self) -> None:
        """Make good what could not be told."""
        if not self._told:
            self._start_telling()

    def _start_telling(self, to: Sequence[str] = ()) -> None:
        self._tasks.start(self._tell(to), name="hand told")

    async def _tell(self, to: Sequence[str]) -> None:
        raised = self._is_raised()
        told = await self._requests.tell_hand(raised, to)
        if told and not to and raised is self._is_raised():
            self._told = True
