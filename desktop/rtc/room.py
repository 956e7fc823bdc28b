"""What the app sees of a live room, whichever server runs it.

`Room` is an interface: OpenVidu 2 implements it in `openvidu_room.py`; a LiveKit one can follow
without anything above `rtc` noticing. `open_room` in `rooms.py` chooses by the kind of token.
A room belongs to the loop it was made on (the media thread's); only the objects of `media.py`
and the frozen states may leave it.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from desktop.rtc.media import AudioLevel, AudioOutput, AudioSource, PictureSlot, VideoSource
from desktop.rtc.state import RoomState


@dataclass(frozen=True, slots=True)
class RoomDevices:
    """What is published and where the others are heard. None: that kind is not published."""

    camera: VideoSource | None
    microphone: AudioSource | None
    output: AudioOutput | None


RenewToken = Callable[[], Awaitable[str]]
"""Gives a token URL for one more join, after the server has forgotten us.

It raises `RtcError`: `room-gone` when the meeting is over, `not-allowed` when it is not for us any
more; any other code is taken for a disturbance, and it is asked again.
"""


@dataclass(frozen=True, slots=True)
class RoomRequest:
    """One join.

    Attributes:
        token: the token URL from the service; secret until used, never logged.
        name: shown to the others when the service put no name into the token.
        microphone_on: initial state; off publishes silence.
        camera_on: initial state; off publishes black.
        renew_token: called on the room's loop; None lets the room end where a token would be needed.
    """

    token: str
    name: str
    microphone_on: bool = True
    camera_on: bool = True
    renew_token: RenewToken | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Leave the token out: requests end up in logs."""
        return f"RoomRequest(name={self.name!r})"


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """How a room reaches its server, whatever the meeting.

    Attributes:
        ssl_context: whom to trust for `wss` and `turns`; None takes the interpreter's defaults. A
            server with a certificate of its own making is reached by a context that names it, and
            in no other way.
        relay_only: send and receive media through TURN servers alone, so that the media server sees
            no address of this computer or its network; without a TURN server nothing is published.
    """

    ssl_context: ssl.SSLContext | None = None
    relay_only: bool = False


DEFAULT_OPTIONS = RoomOptions()

OnState = Callable[[RoomState], None]
"""Called on the room's loop with every new state, in order, never concurrently."""


class Room(Protocol):
    """A live room and our place in it."""

    @property
    def state(self) -> RoomState:
        """The current snapshot."""

    async def join(self) -> None:
        """Connect, publish and subscribe to everybody; returns once the phase is `connected`.

        A device that cannot be opened does not stop the join: the room goes on without it, with
        `state.error` naming the device code and the state of that kind off.

        Raises:
            RtcError: anything else; the phase is then `left` with reason `failed`.
        """

    async def set_microphone(self, on: bool) -> None:
        """Mute or unmute; RTP keeps flowing and the others are told.

        Raises:
            RtcError: `microphone-…` when the device does not open, `closed` when not in the room.
        """

    async def set_camera(self, on: bool) -> None:
        """Switch the picture; off releases the device and publishes black.

        Raises:
            RtcError: `camera-…` when the device does not open, `closed` when not in the room.
        """

    async def leave(self) -> None:
        """Leave and release everything. Safe at any time and more than once."""

    def picture(self, stream_id: str) -> PictureSlot:
        """The slot that a remote stream is painted from; `""` is the own picture."""

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The loudness of a remote stream; `""` is the own microphone."""
