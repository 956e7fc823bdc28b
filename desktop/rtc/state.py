"""What a room looks like from outside: frozen snapshots and their enums.

`rtc` publishes a new `RoomState` on every change; nobody above reads wire objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum

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


class QualityWord(IntEnum):
    """The four words, the best first."""

    EXCELLENT = 0
    GOOD = 1
    POOR = 2
    LOST = 3


class QualityReason(StrEnum):
    """What spoils it."""

    NETWORK_UP = "network-up"
    """The line from the sender to the server."""
    NETWORK_DOWN = "network-down"
    """The line from the server to the receiver."""
    COMPUTER = "computer"
    """It cannot code as fast as pictures come."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How a person is heard and seen.

    Attributes:
        word: in four words.
        ours: what spoils it is on our side; only of meaning with a reason.
        reason: None while nothing spoils it.
    """

    word: QualityWord = QualityWord.EXCELLENT
    ours: bool = True
    reason: QualityReason | None = None


BEST = Quality()
"""While nothing spoils it, or nothing is known."""


class RoomNotice(StrEnum):
    """Something that the room did by itself and the user should know of."""

    CAMERA_OFF_FOR_VOICE = "camera-off-for-voice"
    """Line or computer do not carry a picture: the camera is off, and comes back when they do."""


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
    """One person on one device: a connection, and the one by which its screen is shared.

    Attributes:
        connection_id: of the person; of the shared screen where only that is in the room.
        name: "" when nobody said it.
        account_id: as the service vouches for it; "" when it does not.
        streams: camera first, then screens; empty while nothing is published.
        hand_raised: wants to speak.
        screen_connection_ids: of the connections by which screens are shared.
        quality: how we receive them, the worst of their streams.
        is_moderator: the service vouches for it.
    """

    connection_id: str
    name: str
    account_id: str = ""
    streams: tuple[StreamState, ...] = ()
    hand_raised: bool = False
    screen_connection_ids: tuple[str, ...] = ()
    quality: Quality = BEST
    is_moderator: bool = False


@dataclass(frozen=True, slots=True)
class AbsentPerson:
    """Somebody who was in the room while we were, and is not now.

    Attributes:
        name: "" when nobody said it.
        lost: the line was cut, on their side or the server's: they may come back by themselves.
        is_moderator: the service vouched for it.
    """

    name: str
    lost: bool
    is_moderator: bool = False


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
    absent: tuple[AbsentPerson, ...] = ()
    """Who was there and is not, in the order of going."""
    end_reason: EndReason | None = None
    error: RtcErrorCode | None = None
    hand_raised: bool = False
    """Our own hand."""
    stream_taken: bool = False
    """Our stream was taken down by a moderator or the service; switching something on publishes again."""
    sharing: bool = False
    """Our screen is shared."""
    screen_stream_id: str = ""
    """Of our own screen, which is never among the participants' streams."""
    own_quality: Quality = BEST
    """How our own stream gets out."""
    notice: RoomNotice | None = None
    microphone_silent: bool = False
    """Our microphone is on and has heard nothing at all for ten seconds."""
    muted_talk: bool = False
    """We talk although we are muted; true until we are not muted any more."""
