"""Our place in a session, kept: connection after connection, with the recovery that makes them.

A place is what one kind of token gives, the camera's or the shared screen's. It joins, publishes,
watches line and media, and comes back after a loss; whose place it is (`PlaceOwner`) hears what the
server says and what became of it. Sources: OpenVidu 2.32 `EndReason` and `SessionEventsHandler`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from desktop.rtc.connection import Connection, ConnectionEvents
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import (
    Echo,
    JoinResult,
    MasterNodeCrashed,
    Notification,
    ParticipantEvicted,
    ParticipantUnpublished,
    RemoteCandidate,
)
from desktop.rtc.recovery import Recovery, RecoveryEvent, RecoveryState
from desktop.rtc.recovery_watch import RecoveryWatch
from desktop.rtc.room import RenewToken
from desktop.rtc.signalling import LineState
from desktop.rtc.state import EndReason
from desktop.rtc.tasks import OwnedTasks
from desktop.rtc.token import Token, parse_token

log = logging.getLogger(__name__)

ECHO_REPLY_S = 3.0
"""How long a line may take to answer before it counts as dead (openvidu-browser)."""

_END_REASONS = {
    "forceDisconnectByUser": EndReason.REMOVED,
    "forceDisconnectByServer": EndReason.REMOVED,
    "sessionClosedByServer": EndReason.CLOSED,
    "lastParticipantLeft": EndReason.CLOSED,
    "automaticStop": EndReason.CLOSED,
    "openviduServerStopped": EndReason.NETWORK,
    "networkDisconnect": EndReason.NETWORK,
    "mediaServerDisconnect": EndReason.NETWORK,
    "nodeCrashed": EndReason.NETWORK,
    "disconnect": EndReason.LEFT,
}
"""What an eviction's reason (OpenVidu 2.32 `EndReason`) means for us; any other removed us."""

_LINE_EVENTS = {
    LineState.LOST: RecoveryEvent.LINE_LOST,
    LineState.RESUMED: RecoveryEvent.LINE_RESUMED,
    LineState.RESUMED_LATE: RecoveryEvent.LINE_RESUMED_LATE,
    LineState.ENDED: RecoveryEvent.LINE_ENDED,
}

_OVER_REASONS = {
    RecoveryEvent.MEETING_OVER: EndReason.CLOSED,
    RecoveryEvent.REFUSED: EndReason.REMOVED,
    RecoveryEvent.EXPIRED: EndReason.NETWORK,
}
"""Why the recovery gave up, as the app says it."""

ConnectWith = Callable[[Token, ConnectionEvents], Connection]
"""Makes the connection of a token, not joined yet."""


class PlaceOwner(Protocol):
    """Whose place it is. Called on the loop, in the order of the wire; nothing here may wait."""

    def joined(self, result: JoinResult) -> None:
        """The server took us in, for the first time or again."""

    def notified(self, message: Notification) -> None:
        """The server says something that is not about this place itself."""

    async def dropped(self) -> None:
        """The connection is about to be replaced: end what was built on it."""

    def recovery_changed(self, state: RecoveryState, event: RecoveryEvent) -> None:
        """Something is being repaired, or is whole again; being over is told by `put_out`."""

    def put_out(self, reason: EndReason) -> None:
        """The place is lost for good, and why."""

    def stream_taken(self) -> None:
        """Our stream was taken down by somebody's will; it is published again on request only."""


class Place:
    """One place in a session: the `RecoveryWork` of its own recovery.

    Args:
        owner: told what happens.
        connect: makes the connection of a token.
        token: the parsed token URL of the first join.
        renew_token: gives the next ones; None lets the place end where one would be needed.
    """

    def __init__(
        self, owner: PlaceOwner, connect: ConnectWith, token: Token, renew_token: RenewToken | None
    ) -> None:
        self._owner = owner
        self._connect_with = connect
        self._renew_token = renew_token
        self._events = ConnectionEvents(
            joined=self._joined,
            notified=self._notified,
            line_changed=self._line_changed,
            media_lost=self._media_lost,
        )
        self._tasks = OwnedTasks()
        self._recovery = Recovery(self, self._tasks, self._recovery_changed)
        self._former_ids: set[str] = set()
        self._withdrawn = False
        self._closed = False
        self._connection = connect(token, self._events)

    @property
    def connection(self) -> Connection:
        """The connection of the moment."""
        return self._connection

    @property
    def former_ids(self) -> frozenset[str]:
        """Connection ids of ours that the server may still show to us."""
        return frozenset(self._former_ids)

    @property
    def stream_id(self) -> str:
        """Our stream's id; "" while nothing is published."""
        return self._connection.publication.stream_id

    async def join(self) -> None:
        """Join for the first time and publish.

        Raises:
            RtcError: see `Connection.join` and `Connection.publish`.
        """
        await self._connection.join()
        if self._stream_wanted:
            await self._connection.publish()

    def keep(self, frames_received: Callable[[], int | None] = lambda: None) -> None:
        """From now on notice losses and come back from them; the place is joined.

        Args:
            frames_received: see `RecoveryWatch`; a place that receives nobody has none to count.
        """
        self._recovery.start()
        if self._connection.signalling.ended:
            self._recovery.happened(RecoveryEvent.LINE_ENDED)
        watch = RecoveryWatch(
            on_event=self._recovery.happened,
            local_address=lambda: self._connection.signalling.local_address,
            media_answers=self._media_answers_while_quiet,
            frames_received=frames_received,
        )
        self._tasks.start(watch.run(), name="recovery watch")

    def give_up(self) -> None:
        """Be over at once: nothing counts any more. `close()` releases the rest."""
        self._closed = True
        self._recovery.close()

    async def close(self, *, goodbye: bool) -> None:
        """End everything of this place. Safe at any time and more than once.

        Args:
            goodbye: leave on the wire first; of no use where the server put us out.
        """
        self.give_up()
        await self._tasks.close()  # first: a comeback under way would open another connection
        await self._connection.close(goodbye=goodbye)

    @property
    def withdrawn(self) -> bool:
        """Our stream was taken down by somebody's will and is not published again yet."""
        return self._withdrawn

    async def withdraw(self) -> None:
        """End our side of a stream that the server has taken down."""
        await self._connection.publication.withdraw()

    def tell_or_publish(self) -> None:
        """Tell what changed; where our stream was taken down, publish it again."""
        if self._withdrawn:
            self._withdrawn = False
            self._recovery.happened(RecoveryEvent.STREAM_WANTED)
        else:
            # In the background: what is muted is silent at once, even while the line is down.
            self._tasks.start(self.try_to_tell(), name="mute told")

    def track_replaced(self, kind: str) -> None:
        """Tell the others that a track of ours (`audio`, `video`) is another one now."""
        self._connection.publication.replaced(kind)
        self._tasks.start(self.try_to_tell(), name="track told")

    async def try_to_tell(self) -> None:
        """Tell the others what is muted; should the line be down, they are told when it is back."""
        try:
            await self.tell()
        except RtcError as error:
            log.warning("the others were not told: %s", error)

    # --- the RecoveryWork interface ---------------------------------------------------------------

    @property
    def line_stands(self) -> bool:
        """See `RecoveryWork.line_stands`."""
        return self._connection.signalling.stands

    @property
    def media_stands(self) -> bool:
        """See `RecoveryWork.media_stands`."""
        return not self._stream_wanted or self._connection.publication.connected

    async def media_answers(self) -> bool:
        """See `RecoveryWork.media_answers`."""
        return not self._stream_wanted or await self._connection.publication.answers()

    async def check_line(self) -> None:
        """See `RecoveryWork.check_line`."""
        await self._connection.signalling.request(Echo(), timeout_s=ECHO_REPLY_S)

    def cut_line(self) -> None:
        """See `RecoveryWork.cut_line`."""
        self._connection.signalling.cut()

    async def renew_stream(self) -> None:
        """See `RecoveryWork.renew_stream`."""
        await self._connection.publication.renew()

    async def tell(self) -> None:
        """See `RecoveryWork.tell`."""
        await self._connection.publication.tell()

    async def new_token(self) -> str:
        """See `RecoveryWork.new_token`."""
        if self._renew_token is None:
            raise RtcError(RtcErrorCode.CLOSED, "nobody gives another token")
        try:
            return await self._renew_token()
        except RtcError:
            raise
        except Exception as error:  # whatever the app's side raises, the room must not hang in between
            log.exception("asking for a further token failed unexpectedly")
            raise RtcError(RtcErrorCode.UNREACHABLE, "no token") from error

    async def join_again(self, token: str) -> None:
        """See `RecoveryWork.join_again`."""
        parsed = parse_token(token)
        former = self._connection
        if former.own_id:
            self._former_ids.add(former.own_id)
        await former.close(goodbye=bool(former.own_id) and former.signalling.stands)
        await self._owner.dropped()
        self._connection = self._connect_with(parsed, self._events)
        await self.join()
        await self.try_to_tell()
        log.info("joined again as %s", self._connection.own_id)

    # --- what happens -----------------------------------------------------------------------------

    @property
    def _stream_wanted(self) -> bool:
        return self._connection.publication.wanted and not self._withdrawn and self._connection.may_publish

    def _joined(self, result: JoinResult) -> None:
        if not self._closed:
            self._owner.joined(result)

    def _notified(self, message: Notification) -> None:
        if self._closed:
            return
        own_id = self._connection.own_id
        match message:
            # Our own stream's id may not be known yet, but whose it is always is.
            case RemoteCandidate() if message.sender_connection_id == own_id:
                self._connection.publication.add_candidate(message.candidate)
            case ParticipantEvicted():
                if message.connection_id == own_id:
                    self.evicted(_END_REASONS.get(message.reason, EndReason.REMOVED))
            case ParticipantUnpublished() if message.connection_id == own_id:
                self._stream_taken(message.reason)
            case MasterNodeCrashed():
                self.evicted(EndReason.NETWORK)
            case _:
                self._owner.notified(message)

    def evicted(self, reason: EndReason) -> None:
        """The server put us out: for good where somebody wanted it, else to come back."""
        if reason is EndReason.NETWORK:
            self._recovery.happened(RecoveryEvent.EVICTED)
        else:
            self._owner.put_out(reason)

    def _stream_taken(self, reason: str) -> None:
        """Our stream was taken down: publish again after a media server's restart, else be dark."""
        log.warning("the own stream was taken down: %s", reason)
        if reason == "mediaServerReconnect":
            self._connection.publication.forget()
            self._recovery.happened(RecoveryEvent.STREAM_TAKEN)
        else:
            self._withdrawn = True
            self._owner.stream_taken()

    def _line_changed(self, line: LineState) -> None:
        if line is LineState.RESUMED_LATE and self._renew_token is None:
            line = LineState.RESUMED  # what may have been missed cannot be caught up with
        self._recovery.happened(_LINE_EVENTS[line])

    def _media_lost(self) -> None:
        if self._stream_wanted:  # the path of a stream that was taken down ends as well
            self._recovery.happened(RecoveryEvent.MEDIA_LOST)

    def _recovery_changed(self, state: RecoveryState, event: RecoveryEvent) -> None:
        if event is RecoveryEvent.ADDRESS_GONE:
            self._connection.publication.distrust()
        if state is RecoveryState.OVER:
            self._owner.put_out(_OVER_REASONS[event])
        else:
            self._owner.recovery_changed(state, event)

    async def _media_answers_while_quiet(self) -> bool:
        """For the watch; while something is being repaired it has nothing to find out."""
        quiet = self._recovery.state in {RecoveryState.STEADY, RecoveryState.DOUBTING}
        return not quiet or await self.media_answers()
