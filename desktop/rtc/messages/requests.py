"""What we say: one model for each method that a client may call.

Some are never called by our apps (filters, speech to text): they are here so that the protocol is
whole, and each of them stands in a recorded conversation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SDK_VERSION = "2.32.2"
"""The openvidu-browser version whose behaviour we follow; must be a valid semantic version."""

PING_INTERVAL_MS = 5000

SIGNAL_PREFIX = "signal:"
"""Before the type of a client's signal; one of the REST API has none (`SessionRestController`)."""


class Request(BaseModel):
    """Parameters of one call; `method` is its name. Members that are None are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)
    method: ClassVar[str]

    def params(self) -> dict[str, Any]:
        """The `params` object as it goes over the wire."""
        return self.model_dump(by_alias=True, exclude_none=True)


# --- the line ---------------------------------------------------------------------------------


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
    """Asks whether the application level still answers; servers before 2.18 say nothing."""

    method: ClassVar[str] = "echo"


class CloseSession(Request):
    """Ends the RPC session below the application, which does not leave the room by it."""

    method: ClassVar[str] = "closeSession"


# --- the room ---------------------------------------------------------------------------------


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


class LeaveRoom(Request):
    """Leaves; without it the server keeps a ghost until a notification to it fails."""

    method: ClassVar[str] = "leaveRoom"


class ForceDisconnect(Request):
    """Puts somebody out. Moderators only, else 401; 102 when there is no such connection."""

    method: ClassVar[str] = "forceDisconnect"
    connection_id: str


class ForceUnpublish(Request):
    """Takes somebody's stream down. Moderators only, else 401; an unknown stream gets no reply."""

    method: ClassVar[str] = "forceUnpublish"
    stream_id: str


class SendMessage(Request):
    """A signal to everybody (ourselves too) or to some; `message` is JSON inside a string.

    Made by `signal()`: without a type the server answers twice, with an error after the result.
    """

    method: ClassVar[str] = "sendMessage"
    message: str

    @classmethod
    def signal(cls, type_name: str, data: str, to: Iterable[str] = ()) -> SendMessage:
        """A signal of type `signal:<type_name>`; `to` are connection ids, none meaning everybody."""
        message = {"to": list(to), "data": data, "type": SIGNAL_PREFIX + type_name}
        return cls(message=json.dumps(message, separators=(",", ":"), ensure_ascii=False))


# --- our stream -------------------------------------------------------------------------------


class PublishVideo(Request):
    """Offers our one stream. `type_of_video` and `video_dimensions` are for streams with video.

    `frame_rate` is -1 for unset; `filter` has a `type`, which the token must allow, and `options`.
    """

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
    filter: dict[str, Any] | None = None


class UnpublishVideo(Request):
    """Takes our stream back."""

    method: ClassVar[str] = "unpublishVideo"


class ChangeStreamProperty(Request):
    """Tells the others about a muted or changed stream of ours.

    `new_value` is a bool for `audioActive` and `videoActive`, JSON text for `videoDimensions`, and
    `{"label": …}` for `audioTrack` and `videoTrack`.
    """

    method: ClassVar[str] = "streamPropertyChanged"
    stream_id: str
    property: str
    new_value: bool | str | dict[str, str]
    reason: str


class VideoData(Request):
    """What we really send, for the paid editions' network quality; others only store it."""

    method: ClassVar[str] = "videoData"
    height: int
    width: int
    video_active: bool
    audio_active: bool


# --- somebody's stream ------------------------------------------------------------------------


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


# --- both -------------------------------------------------------------------------------------


class OnIceCandidate(Request):
    """A candidate of ours for the stream of `endpoint_name`, its publisher's connection id."""

    method: ClassVar[str] = "onIceCandidate"
    endpoint_name: str
    candidate: str
    sdp_mid: str
    sdp_m_line_index: int = 0


class ReconnectStream(Request):
    """Renews the transport of a stream under the same id.

    The member that holds the SDP decides what it means (`RpcHandler.reconnectStream`): a publisher
    offers in `sdp_string`; a subscriber offers in `sdp_offer` (Kurento) or answers in `sdp_string`
    (mediasoup), with `forcibly_reconnect` telling whether the server had asked for it.
    """

    method: ClassVar[str] = "reconnectStream"
    stream: str
    sdp_string: str | None = None
    sdp_offer: str | None = None
    forcibly_reconnect: bool | None = None


# --- filters, with Kurento ----------------------------------------------------------------------


class ApplyFilter(Request):
    """Puts a filter on a stream; `options` is the JSON text of an object."""

    method: ClassVar[str] = "applyFilter"
    stream_id: str
    type: str
    options: str


class RemoveFilter(Request):
    """Takes a stream's filter off."""

    method: ClassVar[str] = "removeFilter"
    stream_id: str


class ExecFilterMethod(Request):
    """Calls a method of a stream's filter; `arguments` is the JSON text of an object."""

    method: ClassVar[str] = "execFilterMethod"
    stream_id: str
    filter_method: str = Field(alias="method")
    arguments: str = Field(alias="params")


class AddFilterEventListener(Request):
    """From now on tell us an event of a stream's filter (`filterEventDispatched`)."""

    method: ClassVar[str] = "addFilterEventListener"
    stream_id: str
    event_type: str


class RemoveFilterEventListener(Request):
    """No longer tell us an event of a stream's filter."""

    method: ClassVar[str] = "removeFilterEventListener"
    stream_id: str
    event_type: str


# --- speech to text, paid editions --------------------------------------------------------------


class SubscribeToSpeechToText(Request):
    """Ask for what somebody says, as text; the Community Edition refuses with 997."""

    method: ClassVar[str] = "subscribeToSpeechToText"
    connection_id: str
    lang: str


class UnsubscribeFromSpeechToText(Request):
    """No longer ask for what somebody says."""

    method: ClassVar[str] = "unsubscribeFromSpeechToText"
    connection_id: str


REQUESTS: dict[str, type[Request]] = {model.method: model for model in Request.__subclasses__()}
"""Every method of OpenVidu 2.32 that a client may call, by wire name."""
