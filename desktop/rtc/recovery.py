"""How a room comes back after a disturbance: one state machine, and the work of each of its states.

`TRANSITIONS` is the whole of it. A state is either quiet or has one piece of work, whose result is
the next event; leaving a state ends its work first. An event without a row in a state changes
nothing there, because that state's work already takes care of it. `RecoveryWork`, which the room
implements, is what the machine can do; `recovery_watch.py` raises the events nobody else notices.

| state      | event                          | next       | because                                   |
|------------|--------------------------------|------------|-------------------------------------------|
| STEADY     | LINE_LOST                      | RESUMING   | the signalling opens sockets by itself    |
| STEADY     | LINE_ENDED, EVICTED            | REJOINING  | the server has forgotten us               |
| STEADY     | MEDIA_LOST                     | CHECKING   | is the line dead as well?                 |
| STEADY     | MEDIA_SILENT                   | DOUBTING   | nothing comes and nothing answers         |
| STEADY     | WOKE                           | SUSPECTING | a computer that slept may have lost both  |
| STEADY     | ADDRESS_GONE                   | RESUMING   | its sockets will never speak again        |
| STEADY     | STREAM_TAKEN                   | RENEWING   | a restarted media server knows no streams |
| STEADY     | STREAM_WANTED                  | PUBLISHING | something was switched on again           |
| DOUBTING   | MEDIA_BACK                     | STEADY     | it was a short cut                        |
| DOUBTING   | MEDIA_LOST                     | CHECKING   | is the line dead as well?                 |
| DOUBTING   | WOKE                           | SUSPECTING | the silence may have been our own sleep   |
| DOUBTING   | STREAM_TAKEN                   | RENEWING   | a restarted media server knows no streams |
| DOUBTING   | STREAM_WANTED                  | PUBLISHING | something was switched on again           |
| SUSPECTING | ANSWERED                       | STEADY     | nothing was lost                          |
| SUSPECTING | MEDIA_LOST, STREAM_TAKEN       | RENEWING   | the line was just found alive             |
| SUSPECTING | SILENT                         | RESUMING   | the line is cut and opened again          |
| CHECKING   | ANSWERED, STREAM_TAKEN         | RENEWING   | only the media is lost                    |
| CHECKING   | SILENT                         | RESUMING   | the line is cut and opened again          |
| PUBLISHING | RENEWED                        | STEADY     |                                           |
| PUBLISHING | RENEWAL_FAILED                 | REJOINING  | the server's idea of us is broken         |
| RENEWING   | RENEWED                        | STEADY     |                                           |
| RENEWING   | RENEWAL_FAILED                 | REJOINING  | the server's idea of us is broken         |
| RESUMING   | LINE_RESUMED                   | RENEWING   | the server still knows us                 |
| RESUMING   | LINE_RESUMED_LATE              | REJOINING  | who came or went meanwhile is not known   |
| RESUMING   | LINE_ENDED, EVICTED            | REJOINING  | refused (40007), or not reached in time   |
| REJOINING  | REJOINED                       | STEADY     | new token, new connection, same devices   |
| REJOINING  | MEETING_OVER, REFUSED, EXPIRED | OVER       | nothing is left to try                    |

DOUBTING, SUSPECTING, CHECKING, PUBLISHING and RENEWING also take LINE_LOST and ADDRESS_GONE to RESUMING, and
LINE_ENDED and EVICTED to REJOINING. Whatever the state, the room's own end closes the machine.

Sources: openvidu-browser 2.32 `Session`, `Stream` and `kurento-jsonrpc` (echo before a renewal, resuming,
40007); OpenVidu 2.32 `RpcHandler` and `RpcNotificationService` (grace, no replay of what was missed).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

from desktop.meeting.reconnect import REJOIN_DELAYS_S, REJOIN_LIMIT_S, STREAM_DELAYS_S, delays_s
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.tasks import OwnedTasks

log = logging.getLogger(__name__)


class RecoveryState(Enum):
    """Where the room stands between whole and over."""

    STEADY = "steady"
    """The line stands and our media flows, as far as is known."""
    DOUBTING = "doubting"
    """Media has just stopped both ways; it may come back by itself, and the user is told already."""
    SUSPECTING = "suspecting"
    """Something happened that may have cost line or media; both are asked."""
    CHECKING = "checking"
    """Our media is lost; the line is asked (`echo`)."""
    PUBLISHING = "publishing"
    """Our stream, taken down before, is published again because somebody switched something on."""
    RENEWING = "renewing"
    """The line stands; our stream is brought back over it."""
    RESUMING = "resuming"
    """The line is lost; the signalling opens it again."""
    REJOINING = "rejoining"
    """The server has forgotten us; we join anew with a new token."""
    OVER = "over"
    """Given up."""

    @property
    def visible(self) -> bool:
        """The user is told that something is being repaired."""
        return self in {
            RecoveryState.DOUBTING,
            RecoveryState.CHECKING,
            RecoveryState.RENEWING,
            RecoveryState.RESUMING,
            RecoveryState.REJOINING,
        }


class RecoveryEvent(Enum):
    """What can happen."""

    LINE_LOST = "line lost"
    LINE_RESUMED = "line resumed"
    LINE_RESUMED_LATE = "line resumed late"
    """Resumed, but so long after the last word that notifications may be missing for good."""
    LINE_ENDED = "line ended"
    EVICTED = "evicted"
    """Put out for the network's or a server's sake, by nobody's will."""
    MEDIA_SILENT = "media silent"
    """Nothing came for a while and the media server did not answer: perhaps a short cut."""
    MEDIA_BACK = "media back"
    MEDIA_LOST = "media lost"
    STREAM_TAKEN = "stream taken"
    """The server took our stream down because its media server was restarted."""
    STREAM_WANTED = "stream wanted"
    WOKE = "woke"
    ADDRESS_GONE = "address gone"
    """The address our sockets are bound to is no longer this computer's."""
    ANSWERED = "answered"
    SILENT = "silent"
    RENEWED = "renewed"
    RENEWAL_FAILED = "renewal failed"
    REJOINED = "rejoined"
    MEETING_OVER = "meeting over"
    REFUSED = "refused"
    EXPIRED = "expired"


def _table() -> dict[tuple[RecoveryState, RecoveryEvent], RecoveryState]:
    state, event = RecoveryState, RecoveryEvent
    table = {
        (state.STEADY, event.MEDIA_LOST): state.CHECKING,
        (state.STEADY, event.MEDIA_SILENT): state.DOUBTING,
        (state.DOUBTING, event.MEDIA_BACK): state.STEADY,
        (state.DOUBTING, event.MEDIA_LOST): state.CHECKING,
        (state.SUSPECTING, event.ANSWERED): state.STEADY,
        (state.SUSPECTING, event.MEDIA_LOST): state.RENEWING,
        (state.SUSPECTING, event.STREAM_TAKEN): state.RENEWING,
        (state.SUSPECTING, event.SILENT): state.RESUMING,
        (state.CHECKING, event.ANSWERED): state.RENEWING,
        (state.CHECKING, event.STREAM_TAKEN): state.RENEWING,
        (state.CHECKING, event.SILENT): state.RESUMING,
        (state.PUBLISHING, event.RENEWED): state.STEADY,
        (state.PUBLISHING, event.RENEWAL_FAILED): state.REJOINING,
        (state.RENEWING, event.RENEWED): state.STEADY,
        (state.RENEWING, event.RENEWAL_FAILED): state.REJOINING,
        (state.RESUMING, event.LINE_RESUMED): state.RENEWING,
        (state.RESUMING, event.LINE_RESUMED_LATE): state.REJOINING,
        (state.RESUMING, event.LINE_ENDED): state.REJOINING,
        (state.RESUMING, event.EVICTED): state.REJOINING,
        (state.REJOINING, event.REJOINED): state.STEADY,
        (state.REJOINING, event.MEETING_OVER): state.OVER,
        (state.REJOINING, event.REFUSED): state.OVER,
        (state.REJOINING, event.EXPIRED): state.OVER,
    }
    for quiet in (state.STEADY, state.DOUBTING):
        table[quiet, event.WOKE] = state.SUSPECTING
        table[quiet, event.STREAM_TAKEN] = state.RENEWING
        table[quiet, event.STREAM_WANTED] = state.PUBLISHING
    working = (state.SUSPECTING, state.CHECKING, state.PUBLISHING, state.RENEWING)
    for standing in (state.STEADY, state.DOUBTING, *working):
        table[standing, event.LINE_LOST] = state.RESUMING
        table[standing, event.ADDRESS_GONE] = state.RESUMING
        table[standing, event.LINE_ENDED] = state.REJOINING
        table[standing, event.EVICTED] = state.REJOINING
    return table


TRANSITIONS = _table()
"""(state, event) → next state; the table in this module's docstring, as data."""

CUTS_THE_LINE = frozenset({RecoveryEvent.SILENT, RecoveryEvent.ADDRESS_GONE})
"""Events on which we give the socket up, instead of waiting until TCP or a ping does."""


class RecoveryWork(Protocol):
    """What the machine can have done. Everything that waits may be cancelled at any point."""

    @property
    def line_stands(self) -> bool:
        """Requests can be made."""

    @property
    def media_stands(self) -> bool:
        """Our stream is connected, as far as is known, or there is none to send."""

    async def media_answers(self) -> bool:
        """The media server answers on our stream's path, or there is no stream to send."""

    async def check_line(self) -> None:
        """Ask the server for a sign of life.

        Raises:
            RtcError: there was none in time.
        """

    def cut_line(self) -> None:
        """Give the socket up; the signalling opens another."""

    async def renew_stream(self) -> None:
        """Bring our stream back over a new path, and tell the others what is on and off.

        Raises:
            RtcError: it did not work this time.
        """

    async def tell(self) -> None:
        """Tell the others what is on and off, as far as they do not know.

        Raises:
            RtcError: it could not be told.
        """

    async def new_token(self) -> str:
        """A token for one more join.

        Raises:
            RtcError: `room-gone` when the meeting is over, `not-allowed` when it is not for us any
                more; with any other code it is tried again.
        """

    async def join_again(self, token: str) -> None:
        """Drop the old connection and join anew with the same devices in the same state.

        Raises:
            RtcError: it did not work this time.
        """


class Recovery:
    """The machine of one room, quiet until `start()`.

    Args:
        work: what it can have done.
        tasks: own the work under way.
        on_state: told about every new state and the event that led there, in order.
    """

    def __init__(
        self,
        work: RecoveryWork,
        tasks: OwnedTasks,
        on_state: Callable[[RecoveryState, RecoveryEvent], None],
    ) -> None:
        self._work = work
        self._tasks = tasks
        self._on_state = on_state
        self._state = RecoveryState.STEADY
        self._started = False
        self._under_way: asyncio.Task[None] | None = None
        self._working = asyncio.Lock()
        self._duties: dict[RecoveryState, Callable[[], Awaitable[RecoveryEvent]]] = {
            RecoveryState.SUSPECTING: self._ask_both,
            RecoveryState.CHECKING: self._ask_line,
            RecoveryState.PUBLISHING: self._renew,
            RecoveryState.RENEWING: self._renew,
            RecoveryState.REJOINING: self._rejoin,
        }

    @property
    def state(self) -> RecoveryState:
        """Where the room stands."""
        return self._state

    def start(self) -> None:
        """Take charge; the room has joined. What was lost while joining is taken up now."""
        self._started = True
        if not self._work.line_stands:
            self.happened(RecoveryEvent.LINE_LOST)
        elif not self._work.media_stands:
            self.happened(RecoveryEvent.MEDIA_LOST)

    def close(self) -> None:
        """The room is over: nothing counts any more; the work under way ends with its tasks."""
        self._started = False

    def happened(self, event: RecoveryEvent) -> None:
        """Take an event in; what it leads to is under way when this returns."""
        following = TRANSITIONS.get((self._state, event))
        if not self._started or following is None:
            return
        log.info("recovery: %s, %s → %s", event.value, self._state.value, following.value)
        self._state = following
        if self._under_way is not None:
            self._tasks.stop(self._under_way)
            self._under_way = None
        self._on_state(following, event)
        if self._state is following and following in self._duties:
            self._under_way = self._tasks.start(self._run(following), name=f"recovery: {following.value}")
        if event in CUTS_THE_LINE:
            self._work.cut_line()

    async def _run(self, state: RecoveryState) -> None:
        async with self._working:  # the work that was stopped has ended
            event = await self._duties[state]()
        if self._under_way is asyncio.current_task():
            self._under_way = None
            self.happened(event)

    async def _ask_line(self) -> RecoveryEvent:
        try:
            await self._work.check_line()
        except RtcError as error:
            log.warning("the line does not answer: %s", error)
            return RecoveryEvent.SILENT
        return RecoveryEvent.ANSWERED

    async def _ask_both(self) -> RecoveryEvent:
        event = await self._ask_line()
        if event is RecoveryEvent.ANSWERED and not await self._work.media_answers():
            return RecoveryEvent.MEDIA_LOST
        return event

    async def _renew(self) -> RecoveryEvent:
        for delay_s in STREAM_DELAYS_S:
            try:
                # Most paths outlive a lost line, and one that answers need not be renewed.
                if not (self._work.media_stands and await self._work.media_answers()):
                    await self._work.renew_stream()
                await self._work.tell()
            except RtcError as error:
                log.warning("own stream: %s; trying again", error)
                await asyncio.sleep(delay_s)
            else:
                if self._work.media_stands:
                    return RecoveryEvent.RENEWED
        return RecoveryEvent.RENEWAL_FAILED

    async def _rejoin(self) -> RecoveryEvent:
        try:
            async with asyncio.timeout(REJOIN_LIMIT_S):
                return await self._rejoin_without_limit()
        except TimeoutError:
            return RecoveryEvent.EXPIRED

    async def _rejoin_without_limit(self) -> RecoveryEvent:
        for delay_s in delays_s(REJOIN_DELAYS_S):
            await asyncio.sleep(delay_s)
            try:
                token = await self._work.new_token()
            except RtcError as error:
                if error.code in _FINAL:
                    log.warning("no further token: %s", error)
                    return _FINAL[error.code]
                log.warning("no token yet: %s; trying again", error)
                continue
            try:
                await self._work.join_again(token)
            except RtcError as error:
                log.warning("not joined again yet: %s; trying again", error)
                continue
            if self._work.line_stands and self._work.media_stands:
                return RecoveryEvent.REJOINED
        raise AssertionError("the waits never end")


_FINAL = {
    RtcErrorCode.ROOM_GONE: RecoveryEvent.MEETING_OVER,
    RtcErrorCode.NOT_ALLOWED: RecoveryEvent.REFUSED,
    RtcErrorCode.CLOSED: RecoveryEvent.EXPIRED,
}
"""Refusals of a new token that will not change, `closed` being that nobody can give one."""
