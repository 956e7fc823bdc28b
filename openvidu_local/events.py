"""The events of OpenVidu's webhook, one builder for each, and the calls that tell them.

Names, members and the moments they are told at are those of OpenVidu 2.32's CallDetailRecord and its
`CDREvent…` classes. Times are milliseconds since 1970, durations whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openvidu_local.identifiers import now_ms
from openvidu_local.model import Connection, Reason, Session, Stream, Subscription
from openvidu_local.parameters import JsonObject

Send = Callable[[JsonObject], None]
"""Takes one event; never blocks."""

_LAST_LEFT = frozenset(
    {
        Reason.DISCONNECT,
        Reason.FORCE_DISCONNECT_BY_USER,
        Reason.FORCE_DISCONNECT_BY_SERVER,
        Reason.NETWORK_DISCONNECT,
    }
)
"""With one of these the last participant closes the session, which then names a reason of its own."""


def nobody_listens(_: JsonObject) -> None:
    """The listener of a server without a webhook."""


class Events:
    """What happens in the rooms, told to one listener. Recorders and transcribers stay unmentioned."""

    def __init__(self, send: Send = nobody_listens) -> None:
        self._send = send

    def session_created(self, session: Session) -> None:
        """`sessionCreated`: by REST, before anybody joined."""
        self._send(_event("sessionCreated", session, session.created_at_ms))

    def session_destroyed(self, session: Session, reason: Reason) -> None:
        """`sessionDestroyed`: closed by REST or left by the last one.

        A session that nobody ever used and that is collected as garbage ends in silence, in OpenVidu too.
        """
        why = Reason.LAST_PARTICIPANT_LEFT if reason in _LAST_LEFT else reason
        self._send(_event("sessionDestroyed", session, now_ms()) | _end(session.created_at_ms, why))

    def participant_joined(self, connection: Connection) -> None:
        """`participantJoined`."""
        if not connection.hidden:
            event = _event("participantJoined", connection.session, connection.active_at_ms)
            self._send(event | _participant(connection))

    def participant_left(self, connection: Connection, reason: Reason) -> None:
        """`participantLeft`, however it came about."""
        if not connection.hidden:
            event = _event("participantLeft", connection.session, now_ms())
            self._send(event | _participant(connection) | _end(connection.active_at_ms, reason))

    def stream_created(self, connection: Connection, stream: Stream) -> None:
        """`webrtcConnectionCreated` of a publisher."""
        event = _event("webrtcConnectionCreated", connection.session, stream.created_at_ms)
        self._send(event | _media(connection, stream))

    def stream_destroyed(self, connection: Connection, stream: Stream, reason: Reason) -> None:
        """`webrtcConnectionDestroyed` of a publisher."""
        event = _event("webrtcConnectionDestroyed", connection.session, now_ms())
        self._send(event | _media(connection, stream) | _end(stream.created_at_ms, reason))

    def subscription_created(self, connection: Connection, owner: str, subscription: Subscription) -> None:
        """`webrtcConnectionCreated` of a subscriber; `owner` is the publisher's connection id."""
        if not connection.hidden:
            event = _event("webrtcConnectionCreated", connection.session, subscription.created_at_ms)
            self._send(event | _media(connection, subscription.stream, receiving_from=owner))

    def subscription_destroyed(
        self, connection: Connection, owner: str, subscription: Subscription, reason: Reason
    ) -> None:
        """`webrtcConnectionDestroyed` of a subscriber."""
        if not connection.hidden:
            event = _event("webrtcConnectionDestroyed", connection.session, now_ms())
            media = _media(connection, subscription.stream, receiving_from=owner)
            self._send(event | media | _end(subscription.created_at_ms, reason))

    def signal_sent(self, session: Session, receivers: Iterable[Connection], message: JsonObject) -> None:
        """`signalSent`: `message` as it was delivered; one without a type is not told.

        `to` always lists every receiver, and `from` is null for a signal by REST.
        """
        kind = message.get("type")
        if not isinstance(kind, str):
            return
        self._send(
            _event("signalSent", session, now_ms())
            | {
                "from": message.get("from"),
                "to": [receiver.id for receiver in receivers],
                "type": kind.removeprefix("signal:"),
                "data": message.get("data"),
            }
        )


def _event(name: str, session: Session, timestamp_ms: int) -> JsonObject:
    return {
        "event": name,
        "sessionId": session.id,
        "uniqueSessionId": f"{session.id}_{session.created_at_ms}",
        "timestamp": timestamp_ms,
    }


def _end(started_at_ms: int, reason: Reason) -> JsonObject:
    return {
        "startTime": started_at_ms,
        "duration": (now_ms() - started_at_ms) // 1000,
        "reason": reason.value,
    }


def _participant(connection: Connection) -> JsonObject:
    return {
        "connectionId": connection.id,
        "participantId": connection.id,  # deprecated, and still sent
        "location": "unknown",
        "ip": connection.ip,
        "platform": connection.platform,
        "clientData": connection.client_data,
        "serverData": connection.server_data,
    }


def _media(connection: Connection, stream: Stream, *, receiving_from: str | None = None) -> JsonObject:
    media: JsonObject = {
        "streamId": stream.id,
        "connectionId": connection.id,
        "participantId": connection.id,
        "connection": "OUTBOUND" if receiving_from is None else "INBOUND",
        "audioEnabled": stream.has_audio,
        "videoEnabled": stream.has_video,
    }
    if receiving_from is not None:
        media["receivingFrom"] = receiving_from
    if stream.has_video:
        media |= {
            "videoSource": stream.type_of_video,
            "videoFramerate": stream.frame_rate,
            "videoDimensions": stream.video_dimensions,
        }
    return media
