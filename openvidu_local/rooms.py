"""Sessions, connections and streams, and the rules of their life.

The rules are those of OpenVidu 2.32's SessionManager and KurentoSessionManager: a token makes one
connection, a session dies with its last connection and takes its unused tokens along, and everybody
hears of everything in a fixed order. All of it happens on one event loop and nothing here awaits, so
each step is seen by everybody at once; closing media is left to the relay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from openvidu_local import identifiers
from openvidu_local.errors import Code, RpcError
from openvidu_local.events import Events
from openvidu_local.identifiers import now_ms
from openvidu_local.model import Connection, Reason, Session
from openvidu_local.options import Mode
from openvidu_local.parameters import Json, JsonObject, to_json
from openvidu_local.relay import Relay
from openvidu_local.sdp import VIDEO_CODECS, CodecRule

log = logging.getLogger(__name__)


class SessionExistsError(Exception):
    """A session with this `customSessionId` is there already; it stays as it is."""


class Rooms:
    """All sessions of one server.

    Attributes:
        sessions: by id.
        relay: makes and closes the media endpoints.
    """

    def __init__(
        self, mode: Mode, relay: Relay, token_base: Callable[[], str], events: Events | None = None
    ) -> None:
        """Args: `token_base` returns `ws://host:port` for new tokens; `events` hears what happens."""
        self.relay = relay
        self.sessions: dict[str, Session] = {}
        self._mode = mode
        self._token_base = token_base
        self._events = events or Events()

    # Sessions

    def create_session(self, properties: JsonObject, *, custom_id: str, codec: str) -> Session:
        """Make a session.

        Args:
            properties: for `Session.properties`.
            custom_id: its id; empty for a random one.
            codec: a value of `forcedVideoCodec`.

        Raises:
            SessionExistsError: the id is taken.
        """
        if custom_id in self.sessions:
            raise SessionExistsError(custom_id)
        if codec == "MEDIA_SERVER_PREFERRED":
            codec = "VP8" if self._mode is Mode.KURENTO else "NONE"
        session = Session(
            id=custom_id or identifiers.session_id(),
            properties=properties,
            resolved_codec="" if codec == "NONE" else codec,
        )
        self.sessions[session.id] = session
        log.info("session %s created", session.id)
        self._events.session_created(session)
        return session

    def close_session(self, session: Session, reason: Reason) -> None:
        """Evict everybody, one by one; the session and its tokens are gone afterwards."""
        for connection in list(session.connections.values()):
            self.evict(connection, reason)
        self._forget(session, reason)

    def collect(self, older_than_s: float) -> None:
        """Forget sessions that nobody ever joined and that are older than that."""
        oldest_ms = now_ms() - older_than_s * 1000
        for session in list(self.sessions.values()):
            if not session.connections and session.created_at_ms < oldest_ms:
                self._forget(session, None)

    def codec_rule(self, session: Session) -> CodecRule:
        """What an SDP offer in this session must and may have."""
        forced = session.resolved_codec
        return CodecRule(
            video=(forced,) if forced else VIDEO_CODECS,
            # With transcoding allowed Kurento takes other codecs too; here they fail one step later.
            video_forced=bool(forced) and session.properties.get("allowTranscoding") is not True,
            like_kurento=self._mode is Mode.KURENTO,
        )

    # Connections

    def add_pending(self, connection: Connection) -> None:
        """Give a new connection its token; whoever joins with that becomes it."""
        session = connection.session
        connection.token = f"{self._token_base()}?sessionId={session.id}&token={identifiers.token_id()}"
        session.pending[connection.id] = connection

    def use_token(self, session_id: str, token: str) -> Connection:
        """Take the pending connection of a token, which is burnt by this.

        Raises:
            RpcError: 202 when there is no such session, 401 when the token is unknown or used.
        """
        session = self.session(session_id)
        for connection in session.pending.values():
            if connection.token == token:
                connection.token = None
                return session.pending.pop(connection.id)
        raise RpcError(
            Code.USER_UNAUTHORIZED,
            f"Unable to join session '{session.id}'. The token is not valid or was used before.",
        )

    def session(self, session_id: str) -> Session:
        """The session with that id.

        Raises:
            RpcError: 202 when there is none.
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise RpcError(Code.ROOM_NOT_FOUND, f"Session '{session_id}' not found.")
        return session

    def join(self, connection: Connection) -> list[Connection]:
        """Make a connection active and tell the others.

        Returns:
            Who was there before and may be listed.
        """
        session = connection.session
        before = session.visible()
        connection.active_at_ms = now_ms()
        if not connection.hidden:
            joined = connection.info()
            for other in session.connections.values():
                other.notify("participantJoined", joined)
        session.connections[connection.id] = connection
        self._events.participant_joined(connection)
        log.info("connection %s joined %s as %s", connection.id, session.id, connection.role)
        return before

    def leave(self, connection: Connection, reason: Reason) -> None:
        """Take a connection out and tell the others; the last one closes the session."""
        if connection.gone:
            return
        connection.gone = True
        session = connection.session
        session.connections.pop(connection.id, None)
        for owner in list(connection.subscriptions):
            self.unsubscribe(connection, owner, reason)
        self._drop_stream(connection, reason)
        self._events.participant_left(connection, reason)
        if not connection.hidden:
            _tell(session.connections.values(), "participantLeft", connection, reason)
        if connection.line is not None:
            connection.line.dismiss()
        log.info("connection %s left %s: %s", connection.id, session.id, reason)
        if not session.connections:
            self._forget(session, reason)

    def evict(
        self, connection: Connection, reason: Reason, *, between: Callable[[], None] | None = None
    ) -> None:
        """Remove a connection by force.

        Args:
            connection: pending or active.
            reason: told to everybody.
            between: called after `participantLeft` and before `participantEvicted`, where
                `forceDisconnect` is answered.
        """
        session = connection.session
        if session.pending.pop(connection.id, None):
            connection.token = None
            connection.gone = True
            return
        if connection.gone:
            return
        witnesses = [connection, *session.others(connection)]
        self.leave(connection, reason)
        if between is not None:
            between()
        _tell(witnesses, "participantEvicted", connection, reason)

    # Streams

    def announce(self, connection: Connection) -> None:
        """Tell the others that a stream is ready."""
        assert connection.stream is not None
        connection.stream.ready = True
        self._events.stream_created(connection, connection.stream)
        published: JsonObject = {"id": connection.id, "streams": [connection.stream.info()]}
        for other in connection.session.others(connection):
            other.notify("participantPublished", published)

    def unpublish(self, connection: Connection, reason: Reason) -> None:
        """End a publication; a forced end is told to the publisher too."""
        self._drop_stream(connection, reason)
        forced = reason is not Reason.UNPUBLISH
        session = connection.session
        told = session.connections.values() if forced else session.others(connection)
        _tell(told, "participantUnpublished", connection, reason)

    def subscribed(self, connection: Connection, owner: str) -> None:
        """The subscription to `owner`'s stream is agreed on; a renewed one is not told again."""
        subscription = connection.subscriptions[owner]
        if not subscription.told:
            subscription.told = True
            self._events.subscription_created(connection, owner, subscription)

    def unsubscribe(self, connection: Connection, owner: str, reason: Reason | None) -> None:
        """End the subscription to `owner`'s stream, if there is one.

        Args:
            connection: who receives.
            owner: the publisher's connection id.
            reason: told to the webhook; None for one that failed or is about to be renewed.
        """
        connection.early_candidates.pop(owner, None)
        subscription = connection.subscriptions.pop(owner, None)
        if subscription is None:
            return
        self.relay.close_later(subscription.endpoint)
        if subscription.told and reason is not None:
            self._events.subscription_destroyed(connection, owner, subscription, reason)

    def change_property(
        self, connection: Connection, name: str, value: Json, reason: str, *, caller: Connection
    ) -> None:
        """Tell everybody but `caller` about a changed property of `connection`'s stream."""
        assert connection.stream is not None
        changed: JsonObject = {
            "connectionId": connection.id,
            "streamId": connection.stream.id,
            "property": name,
            "newValue": value if name == "filter" else to_json(value),
            "reason": reason,
        }
        for other in connection.session.others(caller):
            other.notify("streamPropertyChanged", changed)

    def signal(self, session: Session, receivers: list[Connection], message: JsonObject) -> None:
        """Deliver a signal, to everybody when `receivers` is empty; members without a value are left out."""
        present: JsonObject = {name: value for name, value in message.items() if value is not None}
        chosen = receivers or list(session.connections.values())
        for receiver in chosen:
            receiver.notify("sendMessage", present)
        self._events.signal_sent(session, chosen, present)

    def _drop_stream(self, connection: Connection, reason: Reason) -> None:
        stream, connection.stream = connection.stream, None
        connection.early_candidates.pop(connection.id, None)
        if stream is None:
            return
        self.relay.close_later(stream.endpoint)
        for other in connection.session.others(connection):
            self.unsubscribe(other, connection.id, reason)
        if stream.ready:
            self._events.stream_destroyed(connection, stream, reason)

    def _forget(self, session: Session, reason: Reason | None) -> None:
        """Let go of a session; without a reason nobody is told."""
        if self.sessions.get(session.id) is session:
            del self.sessions[session.id]
            log.info("session %s closed", session.id)
            if reason is not None:
                self._events.session_destroyed(session, reason)
        for connection in session.pending.values():
            connection.token = None
            connection.gone = True
        session.pending.clear()


def _tell(receivers: Iterable[Connection], method: str, about: Connection, reason: Reason) -> None:
    params: JsonObject = {"connectionId": about.id, "reason": reason.value}
    for receiver in list(receivers):
        receiver.notify(method, params)
