"""What replies hold, and the objects that several messages share."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticUseDefault

from desktop.rtc.errors import RtcError, RtcErrorCode

METADATA_SEPARATOR = "%/%"
"""Between client data and server data of a connection's metadata (`Participant`)."""

_MAX_DIMENSION_PX = 16_384

AnyIncoming = TypeVar("AnyIncoming", bound="Incoming")
Member = TypeVar("Member")


def _or_default(value: Any, read_it: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read_it(value)
    except ValidationError:
        raise PydanticUseDefault from None


Lenient = Annotated[Member, WrapValidator(_or_default)]
"""A member that nothing depends on: of a wrong type it counts as absent, and spares the message."""


class Incoming(BaseModel):
    """Anything the server sends: unknown members are skipped, null counts as absent."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: member for key, member in value.items() if member is not None}
        return value


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


# --- a room and its people ----------------------------------------------------------------------


class FilterInfo(Incoming):
    """The filter on a stream; without a type there is none."""

    type: Lenient[str] = ""
    options: Lenient[dict[str, Any]] = Field(default_factory=dict)


class StreamInfo(Incoming):
    """A publication as `joinRoom` and `participantPublished` describe it."""

    id: str = Field(min_length=1)
    created_at: Lenient[int] = 0
    """Milliseconds since 1970."""
    has_audio: bool = False
    has_video: bool = False
    audio_active: bool = True
    video_active: bool = True
    type_of_video: str = ""
    """`CAMERA`, `SCREEN`, `CUSTOM`, `IPCAM`; empty for a stream without video."""
    frame_rate: Lenient[int] = -1
    video_dimensions: Any = ""
    filter: Lenient[FilterInfo] = FilterInfo()

    @property
    def size_px(self) -> tuple[int, int]:
        """Announced width and height; (0, 0) when unknown."""
        return decode_dimensions(self.video_dimensions)


class ParticipantInfo(Incoming):
    """Somebody who was in the room before us."""

    id: str = Field(min_length=1)
    created_at: Lenient[int] = 0
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
    session: Lenient[str] = ""
    created_at: Lenient[int] = 0
    metadata: Lenient[str] = ""
    final_user_id: Lenient[str] = Field(default="", repr=False)
    video_simulcast: Lenient[bool] = False
    record: Lenient[bool] = True
    recording_id: Lenient[str] = ""
    """Of a recording that runs and that our role may know of."""
    recording_name: Lenient[str] = ""
    life: Lenient[int] = 0
    """How often the session has been moved; only the multi-master edition says it."""

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


# --- descriptions -------------------------------------------------------------------------------


class PublishResult(Incoming):
    """Reply to `publishVideo` and to a publisher's `reconnectStream`."""

    id: str = Field(min_length=1)
    sdp_answer: str = Field(repr=False)
    created_at: Lenient[int] = 0


class AnswerResult(Incoming):
    """Reply to `receiveVideoFrom` or a subscriber's `reconnectStream`, with an offer in it."""

    sdp_answer: str = Field(repr=False)


class OfferResult(Incoming):
    """Reply to `prepareReceiveVideoFrom`."""

    sdp_offer: str = Field(repr=False)


# --- JSON inside strings ------------------------------------------------------------------------


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
