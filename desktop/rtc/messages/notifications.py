"""What the server tells without being asked: one model for each notification of OpenVidu 2.32."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from desktop.rtc.messages.bodies import Incoming, Lenient, StreamInfo, decode_dimensions, decode_value
from desktop.rtc.messages.requests import SIGNAL_PREFIX


class Notification(Incoming):
    """A message of the server that wants no reply; `method` is its name."""

    method: ClassVar[str]


# --- people and streams -------------------------------------------------------------------------


class ParticipantJoined(Notification):
    """Somebody came in; a stream of theirs is announced separately."""

    method: ClassVar[str] = "participantJoined"
    id: str = Field(min_length=1)
    created_at: Lenient[int] = 0
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
    """A candidate of the server for one of our peers, found by `sender_connection_id`.

    `endpoint_name` is the stream's id for our own stream, `<our id>_<stream id>` for another's.
    """

    method: ClassVar[str] = "iceCandidate"
    sender_connection_id: str
    endpoint_name: str = ""
    candidate: str = Field(default="", repr=False)
    sdp_mid: Lenient[str] = ""
    sdp_m_line_index: Lenient[int] = 0


class StreamPropertyChanged(Notification):
    """Somebody muted, unmuted or changed the size, the device or the filter of their stream."""

    method: ClassVar[str] = "streamPropertyChanged"
    connection_id: str
    stream_id: str = ""
    property_name: str = Field(alias="property")
    new_value: Any = None
    reason: Lenient[str] = ""

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


class SignalReceived(Notification):
    """A signal, of a client or of the application's server (`sendMessage` on the wire).

    Our own signals to everybody come back to us as well.
    """

    method: ClassVar[str] = "sendMessage"
    data: str = Field(default="", repr=False)
    wire_type: str = Field(default="", alias="type")
    sender: str = Field(default="", alias="from")
    """The connection id of who sent it; empty for the application's server."""

    @property
    def type_name(self) -> str:
        """The type without `signal:`, which a signal from the REST API does not have."""
        return self.wire_type.removeprefix(SIGNAL_PREFIX)


# --- media ------------------------------------------------------------------------------------


class ForciblyReconnectSubscriber(Notification):
    """Receive a stream anew from this offer, its media node having gone (mediasoup)."""

    method: ClassVar[str] = "forciblyReconnectSubscriber"
    connection_id: str
    stream_id: str
    sdp_offer: str = Field(repr=False)


class MediaError(Notification):
    """Something went wrong in the media server; its words are for a log of the server's."""

    method: ClassVar[str] = "mediaError"
    error: Lenient[str] = Field(default="", repr=False)


class FilterEventDispatched(Notification):
    """An event of a stream's filter that somebody listens to; `data` is text of the filter's own."""

    method: ClassVar[str] = "filterEventDispatched"
    connection_id: str
    stream_id: str
    filter_type: str = ""
    event_type: str = ""
    data: Lenient[str] = Field(default="", repr=False)


# --- the session ------------------------------------------------------------------------------


class RecordingStarted(Notification):
    """The session is recorded from now on."""

    method: ClassVar[str] = "recordingStarted"
    id: str
    name: Lenient[str] = ""


class RecordingStopped(Notification):
    """The session is no longer recorded."""

    method: ClassVar[str] = "recordingStopped"
    id: str
    name: Lenient[str] = ""
    reason: Lenient[str] = ""


# --- paid editions ----------------------------------------------------------------------------


class ConnectionPropertyChanged(Notification):
    """Our `role` or `record` was changed by the application's server."""

    method: ClassVar[str] = "connectionPropertyChanged"
    property_name: str = Field(alias="property")
    new_value: Any = None

    @property
    def value(self) -> Any:
        """The new value: a role's name, or a bool, whether it came as such or as text."""
        return decode_value(self.new_value)


class NetworkQualityLevelChanged(Notification):
    """How well somebody's stream reaches the server, from 5, best, to 0, broken."""

    method: ClassVar[str] = "networkQualityLevelChanged"
    connection_id: str
    new_value: int
    old_value: Lenient[int] = 0


class BroadcastStarted(Notification):
    """The session is sent to a broadcasting service from now on."""

    method: ClassVar[str] = "broadcastStarted"


class BroadcastStopped(Notification):
    """The session is no longer broadcast."""

    method: ClassVar[str] = "broadcastStopped"


class SpeechToTextMessage(Notification):
    """What somebody said, as text: `reason` is `RECOGNIZING` while it may change, then `RECOGNIZED`."""

    method: ClassVar[str] = "speechToTextMessage"
    connection_id: str
    text: str = Field(default="", repr=False)
    reason: str = ""
    lang: Lenient[str] = ""
    raw: Any = Field(default="", repr=False)
    timestamp: Any = ""


class SpeechToTextDisconnected(Notification):
    """Nothing is written any more: the service behind it is gone."""

    method: ClassVar[str] = "speechToTextDisconnected"
    message: Lenient[str] = ""


class MasterNodeCrashed(Notification):
    """The server's node is gone with everything on it; the socket is of no use any more."""

    method: ClassVar[str] = "masterNodeCrashedNotification"


NOTIFICATIONS: dict[str, type[Notification]] = {
    model.method: model for model in Notification.__subclasses__()
}
"""Every notification of 2.32 that goes over the wire, by name."""
