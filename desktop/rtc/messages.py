"""Every message of OpenVidu's JSON-RPC as a model: the only file that knows the wire's names.

Requests are strict, so that a mistake of ours fails here. What the server sends is read
tolerantly: unknown members and notifications are skipped, absent and null members take the value
OpenVidu gives them when it leaves them out. Sources: OpenVidu 2.32 `ProtocolElements`,
`RpcHandler`, `SessionEventsHandler`; Kurento 7.3 `JsonUtils` for the framing.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from desktop.rtc.errors import RtcError, RtcErrorCode

SDK_VERSION = "2.32.2"
"""The openvidu-browser version whose behaviour we follow; must be a valid semantic version."""

MAX_REQUEST_BYTES = 50 * 1024
"""The server closes a socket (1009) that sends more in one message (`InfoSocketConfig`)."""

METADATA_SEPARATOR = "%/%"
"""Between client data and server data of a connection's metadata (`Participant`)."""

RESUME_REFUSED = 40007
"""Error of `connect`: the server has forgotten us (Kurento's `ProtocolManager`)."""

PING_INTERVAL_MS = 5000

_MAX_DIMENSION_PX = 16_384

AnyIncoming = TypeVar("AnyIncoming", bound="Incoming")

# --- what we send -----------------------------------------------------------------------------


class Request(BaseModel):
    """Parameters of one call; `method` is its name. Members that are None are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)
    method: ClassVar[str]

    def params(self) -> dict[str, Any]:
        """The `params` object as it goes over the wire."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Ping(Request):
    """Keeps the server's watchdog quiet; the first one of a socket carries the interval."""

    method: ClassVar[str] = "ping"
    interval: int | None = None


class Resume(Request):
    """Continues an RPC session on a new socket; the one request that may name a `sessionId`."""

    method: ClassVar[str] = "connect"
    session_id: str
    reconnect: bool = True


class Echo(Request):
    """Asks whether the application level still answers."""

    method: ClassVar[str] = "echo"


class JoinRoom(Request):
    """Turns the socket into a connection. All members must be there, empty ones included."""

    method: ClassVar[str] = "joinRoom"
    token: str
    session: str
    platform: str
    metadata: str
    secret: str = ""
    sdk_version: str = SDK_VERSION
    recorder: bool = False
    stt: bool = False


class PublishVideo(Request):
    """Offers our one stream. `type_of_video` and `video_dimensions` are for streams with video."""

    method: ClassVar[str] = "publishVideo"
    sdp_offer: str
    has_audio: bool
    has_video: bool
    do_loopback: bool = False
    audio_active: bool
    video_active: bool
    type_of_video: str | None = None
    frame_rate: int | None = None
    video_dimensions: str | None = None


class UnpublishVideo(Request):
    """Takes our stream back."""

    method: ClassVar[str] = "unpublishVideo"


class ReceiveVideoFrom(Request):
    """Subscribes to a stream: with our offer (Kurento), or with our answer (mediasoup)."""

    method: ClassVar[str] = "receiveVideoFrom"
    sender: str
    sdp_offer: str | None = None
    sdp_answer: str | None = None


class PrepareReceiveVideoFrom(Request):
    """Asks the server for its offer (mediasoup)."""

    method: ClassVar[str] = "prepareReceiveVideoFrom"
    sender: str
    reconnect: bool = False


class UnsubscribeFromVideo(Request):
    """Ends a subscription; `sender` is the publisher's connection id, not the stream's."""

    method: ClassVar[str] = "unsubscribeFromVideo"
    sender: str


class OnIceCandidate(Request):
    """A candidate of ours for the stream of `endpoint_name`, its publisher's connection id."""

    method: ClassVar[str] = "onIceCandidate"
    endpoint_name: str
    candidate: str
    sdp_mid: str
    sdp_m_line_index: int = 0


class ReconnectStream(Request):
    """Renews the transport of our own stream under the same id."""

    method: ClassVar[str] = "reconnectStream"
    stream: str
    sdp_string: str


class ChangeStreamProperty(Request):
    """Tells the others about a muted or changed stream of ours."""

    method: ClassVar[str] = "streamPropertyChanged"
    stream_id: str
    property: str
    new_value: bool | str
    reason: str


class LeaveRoom(Request):
    """Leaves; without it the server keeps a ghost until a notification to it fails."""

    method: ClassVar[str] = "leaveRoom"


def encode_request(request: Request, request_id: int) -> str:
    """One request as a text frame.

    Raises:
        RtcError: `protocol` when it is larger than the server takes.
    """
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": request_id, "method": request.method}
    if params := request.params():
        message["params"] = params
    text = json.dumps(message, separators=(",", ":"))
    if len(text.encode()) > MAX_REQUEST_BYTES:
        raise RtcError(RtcErrorCode.PROTOCOL, f"{request.method} is larger than the server accepts")
    return text


# --- what the server sends ----------------------------------------------------------------------


class Incoming(BaseModel):
    """Anything the server sends: unknown members are skipped, null counts as absent."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: member for key, member in value.items() if member is not None}
        return value


class StreamInfo(Incoming):
    """A publication as `joinRoom` and `participantPublished` describe it."""

    id: str = Field(min_length=1)
    has_audio: bool = False
    has_video: bool = False
    audio_active: bool = True
    video_active: bool = True
    type_of_video: str = ""
    video_dimensions: Any = ""

    @property
    def size_px(self) -> tuple[int, int]:
        """Announced width and height; (0, 0) when unknown."""
        return decode_dimensions(self.video_dimensions)


class ParticipantInfo(Incoming):
    """Somebody who was in the room before us."""

    id: str = Field(min_length=1)
    metadata: str = ""
    streams: tuple[StreamInfo, ...] = ()


class IceServer(Incoming):
    """One STUN or TURN server of the join result."""

    url: str = ""
    username: str = Field(default="", repr=False)
    credential: str = Field(default="", repr=False)


class JoinResult(Incoming):
    """Reply to `joinRoom`. `session_id` is the RPC session's id, not the room's."""

    id: str = Field(min_length=1)
    session_id: str = Field(default="", repr=False)
    value: tuple[ParticipantInfo, ...] = ()
    role: str = "PUBLISHER"
    media_server: str = "kurento"
    version: str = ""
    coturn_ip: str = ""
    coturn_port: int = 3478
    turn_username: str = Field(default="", repr=False)
    turn_credential: str = Field(default="", repr=False)
    custom_ice_servers: tuple[IceServer, ...] = ()

    @property
    def is_moderator(self) -> bool:
        """May force others out."""
        return self.role == "MODERATOR"

    @property
    def may_publish(self) -> bool:
        """Everybody but a SUBSCRIBER."""
        return self.role != "SUBSCRIBER"

    @property
    def server_offers(self) -> bool:
        """Mediasoup offers to its subscribers; Kurento, and servers before 2.18, wait for an offer."""
        return self.media_server == "mediasoup"


class PublishResult(Incoming):
    """Reply to `publishVideo` and to a publisher's `reconnectStream`."""

    id: str = Field(min_length=1)
    sdp_answer: str = Field(repr=False)


class AnswerResult(Incoming):
    """Reply to `receiveVideoFrom` with an offer."""

    sdp_answer: str = Field(repr=False)


class OfferResult(Incoming):
    """Reply to `prepareReceiveVideoFrom`."""

    sdp_offer: str = Field(repr=False)


class Notification(Incoming):
    """A message of the server that wants no reply; `method` is its name."""

    method: ClassVar[str]


class ParticipantJoined(Notification):
    """Somebody came in; a stream of theirs is announced separately."""

    method: ClassVar[str] = "participantJoined"
    id: str = Field(min_length=1)
    metadata: str = ""


class ParticipantPublished(Notification):
    """Somebody publishes. May repeat a stream the join result already had."""

    method: ClassVar[str] = "participantPublished"
    id: str = Field(min_length=1)
    streams: tuple[StreamInfo, ...] = ()


class ParticipantUnpublished(Notification):
    """Somebody's stream is gone; also sent to its owner when it was taken by force."""

    method: ClassVar[str] = "participantUnpublished"
    connection_id: str
    reason: str = ""


class ParticipantLeft(Notification):
    """Somebody is gone, with their stream."""

    method: ClassVar[str] = "participantLeft"
    connection_id: str
    reason: str = ""


class ParticipantEvicted(Notification):
    """Somebody was put out; concerns us only with our own id."""

    method: ClassVar[str] = "participantEvicted"
    connection_id: str
    reason: str = ""


class RemoteCandidate(Notification):
    """A candidate of the server for one of our peers, found by `sender_connection_id`."""

    method: ClassVar[str] = "iceCandidate"
    sender_connection_id: str
    endpoint_name: str = ""
    candidate: str = Field(default="", repr=False)


class StreamPropertyChanged(Notification):
    """Somebody muted, unmuted or changed the size of their stream."""

    method: ClassVar[str] = "streamPropertyChanged"
    connection_id: str
    stream_id: str = ""
    property_name: str = Field(alias="property")
    new_value: Any = None

    @property
    def value(self) -> Any:
        """The new value itself: the wire has JSON inside a string, inside a string for dimensions."""
        return decode_value(self.new_value)

    @property
    def audio_active(self) -> bool | None:
        """The new state of the microphone; None when the message is about something else."""
        return self.value if self.property_name == "audioActive" and isinstance(self.value, bool) else None

    @property
    def video_active(self) -> bool | None:
        """The new state of the camera; None when the message is about something else."""
        return self.value if self.property_name == "videoActive" and isinstance(self.value, bool) else None

    @property
    def size_px(self) -> tuple[int, int] | None:
        """The new width and height; None when the message is about something else."""
        return decode_dimensions(self.new_value) if self.property_name == "videoDimensions" else None


NOTIFICATIONS: dict[str, type[Notification]] = {
    model.method: model
    for model in (
        ParticipantJoined,
        ParticipantPublished,
        ParticipantUnpublished,
        ParticipantLeft,
        ParticipantEvicted,
        RemoteCandidate,
        StreamPropertyChanged,
    )
}
"""What we act on, by wire name."""

UNUSED_NOTIFICATIONS = frozenset(
    {
        "sendMessage",
        "connectionPropertyChanged",
        "networkQualityLevelChanged",
        "recordingStarted",
        "recordingStopped",
        "broadcastStarted",
        "broadcastStopped",
        "filterEventDispatched",
        "mediaError",
        "forciblyReconnectSubscriber",
        "speechToTextMessage",
        "speechToTextDisconnected",
        "masterNodeCrashedNotification",
    }
)
"""The other notifications of 2.32: known, and skipped in silence."""


class Failure(Incoming):
    """The `error` member of a reply, in either of the server's two shapes."""

    code: int = -1
    message: str = ""


class Reply(Incoming):
    """Answer to the request with the same `id`: a result or an error."""

    id: int
    result: dict[str, Any] = Field(default_factory=dict, repr=False)
    error: Failure | None = None


class Announcement(Incoming):
    """A message with a method and without an id, not yet interpreted."""

    name: str = Field(alias="method")
    params: dict[str, Any] = Field(default_factory=dict, repr=False)


def decode_message(text: str) -> Reply | Announcement:
    """Read one text frame.

    Raises:
        RtcError: `protocol` when it is no JSON-RPC message.
    """
    try:
        message = json.loads(text)
        if isinstance(message, dict) and "method" in message:
            return Announcement.model_validate(message)
        return Reply.model_validate(message)
    except (ValueError, RecursionError):
        # Without `from`: pydantic and json quote the text, which may hold credentials.
        raise RtcError(RtcErrorCode.PROTOCOL, "not a JSON-RPC message") from None


def decode_notification(announcement: Announcement) -> Notification | None:
    """The typed notification; None for one that we do not act on.

    Raises:
        RtcError: `protocol` when a known notification lacks what it must have.
    """
    model = NOTIFICATIONS.get(announcement.name)
    if model is None:
        return None
    return read(model, announcement.params, what=announcement.name)


def read(model: type[AnyIncoming], value: dict[str, Any], *, what: str) -> AnyIncoming:
    """Validate something the server sent.

    Raises:
        RtcError: `protocol` naming `what` and the members at fault, never their values.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        members = sorted({".".join(str(step) for step in fault["loc"]) for fault in error.errors()})
        # Without `from`: pydantic quotes the values, which may hold credentials.
        raise RtcError(RtcErrorCode.PROTOCOL, f"{what}: {', '.join(members)}") from None


def decode_value(value: Any) -> Any:
    """A `newValue`: JSON text is decoded, at most twice; anything else is taken as it is."""
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            break
    return value


def decode_dimensions(value: Any) -> tuple[int, int]:
    """Width and height of `{"width": …, "height": …}` in any wrapping; (0, 0) when unreadable."""
    decoded = decode_value(value)
    if not isinstance(decoded, dict):
        return 0, 0
    width, height = decoded.get("width"), decoded.get("height")
    if not isinstance(width, int | float) or not isinstance(height, int | float):
        return 0, 0
    if not (0 < width <= _MAX_DIMENSION_PX and 0 < height <= _MAX_DIMENSION_PX):
        return 0, 0
    return int(width), int(height)


def encode_dimensions(width_px: int, height_px: int) -> str:
    """The JSON text that OpenVidu expects for a picture's size."""
    return json.dumps({"width": width_px, "height": height_px}, separators=(",", ":"))


_WIRE_ERRORS = {
    202: RtcErrorCode.ROOM_GONE,
    203: RtcErrorCode.ROOM_GONE,
    204: RtcErrorCode.MEDIA_FAILED,
    302: RtcErrorCode.MEDIA_FAILED,
    303: RtcErrorCode.MEDIA_FAILED,
    304: RtcErrorCode.MEDIA_FAILED,
    401: RtcErrorCode.NOT_ALLOWED,
    800: RtcErrorCode.MEDIA_FAILED,
}

NOT_THERE = frozenset({102, 105})
"""Wire codes of a subscription whose owner has left or does not publish (`OpenViduException`)."""


def error_for(failure: Failure, request: Request) -> RtcError:
    """Our error for a failed call. The server's message stays out: it may quote the token."""
    code = _WIRE_ERRORS.get(failure.code, RtcErrorCode.PROTOCOL)
    if failure.code == 401 and isinstance(request, JoinRoom):
        code = RtcErrorCode.TOKEN_REFUSED
    return RtcError(code, f"{request.method} failed with {failure.code}", wire_code=failure.code)
