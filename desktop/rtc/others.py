"""Everybody else in a room: what the server says of them, and what we receive of them.

Keeps the roster, which a comeback replaces, and the subscriptions, which follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from desktop.rtc.connection import Connection
from desktop.rtc.messages import (
    ForciblyReconnectSubscriber,
    JoinResult,
    Notification,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantPublished,
    ParticipantUnpublished,
    RemoteCandidate,
    StreamPropertyChanged,
)
from desktop.rtc.mixer import Mixer
from desktop.rtc.roster import Identity, Roster, read_metadata
from desktop.rtc.state import AbsentPerson, ParticipantState, Quality, StreamPhase
from desktop.rtc.subscriptions import Subscriptions

_LOST = frozenset({"networkDisconnect", "nodeCrashed", "mediaServerDisconnect", "mediaServerReconnect"})
"""Why somebody is gone without having gone: `EndReason` of openvidu-server, as far as the line is meant."""


class Others:
    """The others of one room, over all its connections.

    Args:
        mixer: where they are heard.
        connection: ours of the moment, over which we subscribe.
        on_change: told who is there and how, after every change.
    """

    def __init__(
        self,
        mixer: Mixer,
        connection: Callable[[], Connection],
        on_change: Callable[[tuple[ParticipantState, ...]], None],
    ) -> None:
        self._connection = connection
        self._on_change = on_change
        self._roster = Roster()
        self._own_screens: set[str] = set()
        self._absent: dict[str, AbsentPerson] = {}
        """By account; by name where nobody vouches for one: a comeback is another connection."""
        self._subscriptions = Subscriptions(mixer, self._stream_phase)

    @property
    def roster(self) -> Roster:
        """Who is there; another one after a comeback, so it is not to be kept."""
        return self._roster

    @property
    def absent(self) -> tuple[AbsentPerson, ...]:
        """Who was there and is not, in the order of going."""
        return tuple(self._absent.values())

    @property
    def subscriptions(self) -> Subscriptions:
        """What we receive; the same for the whole life of the room."""
        return self._subscriptions

    def identity(self, connection_id: str) -> Identity | None:
        """See `Roster.identity`."""
        return self._roster.identity(connection_id)

    def joined(self, result: JoinResult, former_ids: Set[str]) -> None:
        """Begin with who is there, for the first time or again.

        Args:
            result: what the server said when it took us in.
            former_ids: connections of ours that may linger on the server: nobody meets a second self.
        """
        self._roster = Roster(former_ids | self._own_screens, read_metadata(result.metadata))
        self._roster.start(result.id, result.value)
        self._roster_changed()

    def notified(self, message: Notification) -> None:
        """Take what the server says of the others; anything else is none of theirs."""
        match message:
            case RemoteCandidate():
                self._subscriptions.add_candidate(message.sender_connection_id, message.candidate)
                return
            case ForciblyReconnectSubscriber():
                self._subscriptions.renew(message.stream_id, message.sdp_offer)
                return
            case ParticipantJoined():
                self._roster.joined(message.id, message.metadata)
            case ParticipantPublished():
                self._roster.published(message.id, message.streams)
            case ParticipantUnpublished():
                self._roster.unpublished(message.connection_id)
            case ParticipantLeft():
                self._note_absence(message)
                self._roster.left(message.connection_id)
            case StreamPropertyChanged():
                self._roster.changed(message)
            case _:
                return
        self._roster_changed()

    def hide(self, screen_id: str) -> None:
        """A connection is our own screen's, now and after a comeback."""
        self._own_screens.add(screen_id)
        self._roster.hide(screen_id)
        self._roster_changed()

    def set_hand(self, connection_id: str, raised: bool) -> None:
        """Somebody raised or lowered a hand."""
        self._roster.set_hand(connection_id, raised)
        self._tell()

    def set_quality(self, stream_id: str, quality: Quality) -> None:
        """A stream is received better or worse."""
        self._roster.set_quality(stream_id, quality)
        self._tell()

    def clear(self) -> None:
        """We are gone ourselves; nobody is told."""
        self._roster.clear()

    def _stream_phase(self, stream_id: str, phase: StreamPhase) -> None:
        self._roster.set_phase(stream_id, phase)
        self._tell()

    def _note_absence(self, message: ParticipantLeft) -> None:
        for person in self._roster.participants:
            only_a_screen = message.connection_id in person.screen_connection_ids
            if person.connection_id == message.connection_id and not only_a_screen:
                key = person.account_id or person.name
                self._absent.pop(key, None)
                self._absent[key] = AbsentPerson(person.name, message.reason in _LOST, person.is_moderator)

    def _roster_changed(self) -> None:
        """Subscribe to what is new, drop what is gone, tell about it."""
        for person in self._roster.participants:
            self._absent.pop(person.account_id or person.name, None)
        connection = self._connection()
        if connection.joined is not None:  # between two connections nothing can be asked
            self._subscriptions.follow(self._roster, connection)
        self._tell()

    def _tell(self) -> None:
        self._on_change(self._roster.participants)
