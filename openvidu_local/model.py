"""Sessions, connections, streams and subscriptions as data: what the server knows.

The rules by which they come and go are in `rooms.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from openvidu_local import identifiers
from openvidu_local.identifiers import now_ms
from openvidu_local.parameters import Json, JsonObject
from openvidu_local.relay import (
    MAX_CANDIDATE_CHARS,
    MAX_CANDIDATES,
    PublisherEndpoint,
    StreamMedia,
    SubscriberEndpoint,
)

_AWAITED_ENDPOINTS = 100
"""So many endpoints that do not exist yet may have candidates kept for them."""


class Role(StrEnum):
    """What a connection may do."""

    SUBSCRIBER = "SUBSCRIBER"
    PUBLISHER = "PUBLISHER"
    MODERATOR = "MODERATOR"


class Reason(StrEnum):
    """Why something ended, in the words of OpenVidu's EndReason."""

    UNSUBSCRIBE = "unsubscribe"
    UNPUBLISH = "unpublish"
    DISCONNECT = "disconnect"
    FORCE_UNPUBLISH_BY_USER = "forceUnpublishByUser"
    FORCE_UNPUBLISH_BY_SERVER = "forceUnpublishByServer"
    FORCE_DISCONNECT_BY_USER = "forceDisconnectByUser"
    FORCE_DISCONNECT_BY_SERVER = "forceDisconnectByServer"
    LAST_PARTICIPANT_LEFT = "lastParticipantLeft"
    SESSION_CLOSED_BY_SERVER = "sessionClosedByServer"
    NETWORK_DISCONNECT = "networkDisconnect"


class Line(Protocol):
    """How a connection is reached: its RPC session."""

    def notify(self, method: str, params: JsonObject) -> None:
        """Send a notification; never blocks."""

    def dismiss(self) -> None:
        """The connection is over: close the socket after the farewell time."""


@dataclass
class Stream:
    """What one connection publishes.

    Attributes:
        ready: the answer was made, so others may be told.
        filter: the server-side filter, empty when none. It is kept and announced, not applied.
        listeners: event types of the filter somebody listens to.
    """

    id: str
    has_audio: bool
    has_video: bool
    audio_active: bool | None
    video_active: bool | None
    type_of_video: str | None
    frame_rate: int
    video_dimensions: str | None
    media: StreamMedia
    endpoint: PublisherEndpoint
    created_at_ms: int = field(default_factory=now_ms)
    ready: bool = False
    filter: JsonObject = field(default_factory=dict)
    listeners: set[str] = field(default_factory=set)

    def info(self) -> JsonObject:
        """The `StreamInfo` of the wire; absent values are left out."""
        everything: JsonObject = {
            "id": self.id,
            "createdAt": self.created_at_ms,
            "hasAudio": self.has_audio,
            "hasVideo": self.has_video,
            "audioActive": self.audio_active,
            "videoActive": self.video_active,
            "typeOfVideo": self.type_of_video if self.has_video else None,
            "frameRate": self.frame_rate,
            "videoDimensions": self.video_dimensions,
            "filter": self.filter,
        }
        return {name: value for name, value in everything.items() if value is not None}


@dataclass
class Subscription:
    """One connection receiving another's stream.

    Attributes:
        told: its creation was told to the webhook, so its end will be.
    """

    stream: Stream
    endpoint: SubscriberEndpoint
    created_at_ms: int = field(default_factory=now_ms)
    told: bool = False


@dataclass
class Connection:
    """One participant: pending until its token is used, then active, then gone.

    Attributes:
        token: the whole token URL; None once used.
        hidden: a recorder or transcriber, neither listed nor announced.
        trusted: joined with the server's secret, so no role check applies.
        line: set by the join.
        subscriptions: by the publisher's connection id.
        early_candidates: by the connection id that owns the stream they are for.
        gone: left or evicted; nothing it asks for is answered any more.
    """

    session: Session
    role: Role = Role.PUBLISHER
    server_data: str = ""
    record: bool = True
    kurento_options: JsonObject | None = None
    ice_servers: list[JsonObject] = field(default_factory=list)
    id: str = field(default_factory=identifiers.connection_id)
    created_at_ms: int = field(default_factory=now_ms)
    token: str | None = field(default=None, repr=False)
    hidden: bool = False
    trusted: bool = False
    line: Line | None = None
    active_at_ms: int = 0
    ip: str = ""
    platform: str = ""
    client_data: str = ""
    stream: Stream | None = None
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    early_candidates: dict[str, list[str]] = field(default_factory=dict)
    video_data: JsonObject = field(default_factory=dict)
    gone: bool = False

    @property
    def metadata(self) -> str:
        """Client and server data joined by `%/%`; one alone without separator."""
        return "%/%".join(part for part in (self.client_data, self.server_data) if part)

    @property
    def may_publish(self) -> bool:
        """Whether the role allows a publication."""
        return self.trusted or self.role is not Role.SUBSCRIBER

    @property
    def may_moderate(self) -> bool:
        """Whether the role allows to act on others."""
        return self.trusted or self.role is Role.MODERATOR

    @property
    def allowed_filters(self) -> list[Json]:
        """Filter types the token names."""
        names = (self.kurento_options or {}).get("allowedFilters")
        return names if isinstance(names, list) else []

    def notify(self, method: str, params: JsonObject) -> None:
        """Send a notification to this connection."""
        if self.line is not None:
            self.line.notify(method, params)

    def keep_early_candidate(self, owner: str, text: str) -> None:
        """Keep a candidate until the endpoint for `owner`'s stream exists; of a flood, the first ones."""
        if owner not in self.early_candidates and len(self.early_candidates) >= _AWAITED_ENDPOINTS:
            return
        queue = self.early_candidates.setdefault(owner, [])
        if len(queue) < MAX_CANDIDATES and len(text) <= MAX_CANDIDATE_CHARS:
            queue.append(text)

    def info(self) -> JsonObject:
        """The entry for this connection in a join result."""
        entry: JsonObject = {"id": self.id, "createdAt": self.active_at_ms, "metadata": self.metadata}
        if self.stream is not None and self.stream.ready:
            entry["streams"] = [self.stream.info()]
        return entry


@dataclass
class Session:
    """One room.

    Attributes:
        properties: what the REST API was told, defaults filled in.
        resolved_codec: the video codec every offer must have; empty when none is forced.
        connections: active ones by id, in the order of their joins.
        pending: unused ones by id.
    """

    id: str
    properties: JsonObject
    resolved_codec: str = ""
    created_at_ms: int = field(default_factory=now_ms)
    connections: dict[str, Connection] = field(default_factory=dict)
    pending: dict[str, Connection] = field(default_factory=dict)

    def others(self, connection: Connection) -> list[Connection]:
        """Everybody but `connection`."""
        return [other for other in self.connections.values() if other is not connection]

    def visible(self) -> list[Connection]:
        """Everybody who is no recorder."""
        return [connection for connection in self.connections.values() if not connection.hidden]

    def find(self, connection_id: str) -> Connection | None:
        """A pending or active connection."""
        return self.connections.get(connection_id) or self.pending.get(connection_id)
