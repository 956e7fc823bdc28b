"""What a room looks like from outside: frozen snapshots and their enums.

`rtc` publishes a new `RoomState` on every change; nobody above reads wire objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum

from desktop.rtc.errors import RtcErrorCode


class RoomPhase(Enum):
    """Where the local participant stands."""

    IDLE = "idle"
    """Not asked to join yet."""
    CONNECTING = "connecting"
    """Socket, join and own publication under way."""
    CONNECTED = "connected"
    """Joined, and own media (if any) flows to the server."""
    RECONNECTING = "reconnecting"
    """The socket or the own media was lost; recovery is under way."""
    LEFT = "left"
    """Over: see `end_reason` and `error`."""


class StreamPhase(Enum):
    """Where one remote stream stands."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    FAILED = "failed"


class StreamKind(StrEnum):
    """What a stream shows."""

    CAMERA = "camera"
    SCREEN = "screen"
    AUDIO = "audio"


class EndReason(StrEnum):
    """Why the room is over for us."""

    LEFT = "left"
    """We left."""
    REMOVED = "removed"
    """The moderator or the service removed us."""
    CLOSED = "closed"
    """The service closed the session: the meeting is over."""
    NETWORK = "network"
    """The line was lost for too long."""
    FAILED = "failed"
    """Joining or publishing failed: see `RoomState.error`."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """One publication of a participant."""

    stream_id: str
    kind: StreamKind = StreamKind.CAMERA
    has_audio: bool = True
    has_video: bool = True
    microphone_on: bool = True
    camera_on: bool = True
    width_px: int = 0
    height_px: int = 0
    phase: StreamPhase = StreamPhase.CONNECTING


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """One connection in the room. `streams` is empty while it does not publish."""

    connection_id: str
    name: str
    account_id: str = ""
    streams: tuple[StreamState, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomState:
    """The whole room at one moment."""

    phase: RoomPhase = RoomPhase.IDLE
    own_connection_id: str = ""
    own_stream_id: str = ""
    is_moderator: bool = False
    microphone_on: bool = True
    camera_on: bool = True
    participants: tuple[ParticipantState, ...] = field(default=())
    """Everybody else, in the order of arrival."""
    end_reason: EndReason | None = None
    error: RtcErrorCode | None = None
