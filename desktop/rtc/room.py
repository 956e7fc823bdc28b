"""What the app sees of a live room, whichever server runs it.

`Room` is an interface: OpenVidu 2 implements it in `openvidu_room.py`; a LiveKit one can follow
without anything above `rtc` noticing. `open_room` in `rooms.py` chooses by the kind of token.
A room belongs to the loop it was made on (the media thread's); only the objects of `media.py`
and the frozen states may leave it.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from desktop.rtc.media import (
    ALL_ON,
    AudioLevel,
    AudioOutput,
    AudioSource,
    PictureSlot,
    SoundSwitches,
    VideoSource,
)
from desktop.rtc.signals import Signal
from desktop.rtc.state import RoomState
from desktop.rtc.statistics import RoomStatistics


@dataclass(frozen=True, slots=True)
class RoomDevices:
    """What is published and where the others are heard. None: that kind is not published.

    Attributes:
        switches: what is done to the voice at the beginning.
    """

    camera: VideoSource | None
    microphone: AudioSource | None
    output: AudioOutput | None
    switches: SoundSwitches = ALL_ON


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
        renew_screen_token: the same for the shared screen, whose token is another; None lets the
            sharing end.
    """

    token: str
    name: str
    microphone_on: bool = True
    camera_on: bool = True
    renew_token: RenewToken | None = field(default=None, compare=False)
    renew_screen_token: RenewToken | None = field(default=None, compare=False)

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

OnSignal = Callable[[Signal], None]
"""Called on the room's loop with every signal, in order, never concurrently; hands are state instead."""

OWN_PICTURE = ""
"""Stands for our own camera and microphone where a stream's id is wanted."""
OWN_SCREEN = "screen"
"""Stands for our own shared screen; no stream's id can be that."""


class Room(Protocol):
    """A live room and our place in it.

    **Signals.** `send` tells everybody, or some, a line of chat or what our apps agreed on. What others
    send comes to `on_signal`: on the room's loop, one after the other, in the order in which the server
    sent it, and after the state in which their sender is a participant. Our own signals to everybody
    come back like all others, so that the order is the same at everybody's. One of the service itself
    has no sender. Dropped, counted and logged without their text are: signals of somebody who is not
    in the room, ones that are too long, ones that ought to be JSON and are not, and floods. Signals
    sent while a line was being resumed arrive when it is; while it joins anew they are lost, for us
    and from us (`send` raises `no-reply`).

    **Hands** are state and not messages: `set_hand`, `RoomState.hand_raised` and
    `ParticipantState.hand_raised`. Who comes later is told, and a hand outlives a comeback.

    **Moderators** may put people out and take streams down. Whom it hits is told by the state:
    `end_reason` is `removed`, or `stream_taken` is set and switching something on publishes again.

    **Our sound** is watched. `RoomState.microphone_silent` says that our microphone is on and has heard
    nothing at all for ten seconds: it may be muted by a key of its own, be another one than we think, or be
    turned down in the system. `RoomState.muted_talk` says that we talk although we are muted, from then until
    we are not muted any more; only where `SoundSwitches.notice_when_muted` allows it, for which loudness is
    measured on this computer, and neither sent nor kept. `set_microphone` takes effect at once after its
    first time, which opens the device: quick enough for a key that is held to talk.

    **Screens** are shared beside the camera by a second connection, which everybody sees as the same
    person's.
    """

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
        """Mute or unmute; RTP keeps flowing and the others are told. Quick: for keys held to talk as well.

        Raises:
            RtcError: `microphone-…` when the device does not open, `closed` when not in the room.
        """

    async def set_camera(self, on: bool) -> None:
        """Switch the picture; off releases the device and publishes black.

        Raises:
            RtcError: `camera-…` when the device does not open, `closed` when not in the room.
        """

    async def replace_camera(self, source: VideoSource) -> None:
        """Go on with another camera, on or off as before. Nothing is negotiated; the others are told.

        Raises:
            RtcError: `camera-…` when it does not open, and the present one goes on; `closed`.
        """

    async def replace_microphone(self, source: AudioSource) -> None:
        """Go on with another microphone, muted or not as before. Nothing is negotiated.

        Raises:
            RtcError: `microphone-…` when it does not open, and the present one goes on; `closed`.
        """

    async def replace_output(self, output: AudioOutput) -> None:
        """Hear the others through another loudspeaker; the present one is released.

        Raises:
            RtcError: `closed` when not in the room.
        """

    async def set_switches(self, switches: SoundSwitches) -> None:
        """Change what is done to our voice, without a pause.

        Raises:
            RtcError: `closed` when not in the room.
        """

    def statistics(self) -> RoomStatistics:
        """What each stream did in the last second, and its last minute, for a support panel."""

    async def send(self, signal: Signal, to: Sequence[str] = ()) -> None:
        """Send a signal; returns when the server has passed it on.

        Args:
            signal: of kind `chat` or `mikl.<name>` (see `application_signal`).
            to: connection ids of participants; none means everybody, ourselves included.

        Raises:
            RtcError: `too-long`, `participant-gone` when one of `to` is not in the room (nobody gets
                it then), `no-reply` when it may be lost, `closed` when not in the room.
            ValueError: a kind that is not sent like this.
        """

    async def set_hand(self, raised: bool) -> None:
        """Raise or lower our hand. The others are told as soon as the line allows.

        Raises:
            RtcError: `closed` when not in the room.
        """

    async def force_disconnect(self, connection_id: str) -> None:
        """Put a participant out, with the screens they share. Moderators only.

        Raises:
            RtcError: `not-allowed` when we are no moderator, `participant-gone`, `no-reply` or `closed`.
        """

    async def force_unpublish(self, stream_id: str) -> None:
        """Take a participant's stream down. Moderators only.

        Raises:
            RtcError: `not-allowed` when we are no moderator, `participant-gone` when there is no such
                stream, `no-reply` or `closed`.
        """

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """Share a screen or window beside the camera; returns once it flows.

        While something is shared already, the source is exchanged without anybody having to connect
        anew, and the token is not used ("" will do). The room closes the source when the sharing
        ends: by `stop_sharing`, by the source itself (see `EndingSource`), by a moderator, by the end
        of the room. Our own screen is painted from `picture(OWN_SCREEN)`.

        Args:
            token: a token URL that the service gave for a screen.
            source: opened here.

        Raises:
            RtcError: the source's own code when it does not open; else as `join`. Nothing is shared
                then, or what was shared before still is.
        """

    async def stop_sharing(self) -> None:
        """End the sharing and release its source. Safe at any time and more than once."""

    def watch_video(self, stream_id: str, on: bool) -> None:
        """Stop to decode a remote stream's pictures, or begin again; its sound goes on.

        What comes is counted, not decoded: the computer rests, the line does not. Unknown streams, and
        ones that are gone, are no error.
        """

    def set_economy(self, on: bool) -> None:
        """Send a smaller picture less often, whatever line and computer would bear; or all again."""

    async def leave(self) -> None:
        """Leave and release everything. Safe at any time and more than once."""

    def picture(self, stream_id: str) -> PictureSlot:
        """The slot that a stream is painted from; see `OWN_PICTURE` and `OWN_SCREEN` for our own."""

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The loudness of a remote stream; `""` is the own microphone."""
