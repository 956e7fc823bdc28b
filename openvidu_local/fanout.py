"""Encoded frames from one publisher to any number of subscribers, without decoding them.

A tap (`taps.py`) hands whole frames to a `Fanout`, which writes each one to the `RelayTrack` of every
subscriber at once: no queue, no task and no wake-up stands between. A subscriber whose socket is full
loses frames, for video up to the next key frame.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

KEY_REQUEST_INTERVAL_S = 0.2
"""Least time between two requests for a key frame: they cost the publisher bits."""

_CLOCK_RATES_HZ = {"audio": 48_000, "video": 90_000}


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One frame as the publisher's encoder made it, ready to be sent.

    Attributes:
        payloads: of the RTP packets that carry it; one for audio, and never none.
        ticks: its place on the stream's timeline, in units of the RTP clock.
        is_key: it needs no predecessor.
    """

    payloads: tuple[bytes, ...]
    ticks: int
    is_key: bool


Write: TypeAlias = Callable[[EncodedFrame], bool]
"""Sends one frame; False when it could not be taken, ConnectionError when no other ever will be."""


class Fanout:
    """One kind of one stream: frames come in by `push`, out at every `RelayTrack` made here.

    It outlives the publisher's peer connection: after a media reconnection the next source goes on
    in the same timeline. It belongs to the event loop's thread.

    Attributes:
        kind: `audio` or `video`.
        codec: encoding name of what is pushed, set when it is negotiated.
        on_key_frame_wanted: called with the source's SSRC when the publisher should send a key
            frame; set by its endpoint.
        stalled: frames are swallowed; a fault switch.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.codec = ""
        self.on_key_frame_wanted: Callable[[int], None] | None = None
        self.stalled: Callable[[], bool] = lambda: False
        self._tracks: dict[RelayTrack, Write] = {}
        self._timeline = _Timeline(_CLOCK_RATES_HZ[kind])
        self._key_asked_at_s = float("-inf")

    def track(self) -> RelayTrack:
        """A track for one more subscriber; it gets frames once it is served."""
        return RelayTrack(self)

    def push(self, payloads: tuple[bytes, ...], *, ssrc: int, timestamp: int, is_key: bool) -> None:
        """Hand one encoded frame to every subscriber.

        Args:
            payloads: of the frame's packets, as the publisher sent them.
            ssrc: its source; another one continues the timeline.
            timestamp: its RTP timestamp.
            is_key: it needs no predecessor; always so for audio.
        """
        ticks = self._timeline.ticks(ssrc, timestamp)
        if not self._tracks or self.stalled():
            return
        frame = EncodedFrame(payloads, ticks, is_key)
        key_wanted = False
        for track, write in tuple(self._tracks.items()):
            track.put(frame, write)
            key_wanted = key_wanted or track.waits_for_key
        if key_wanted:
            self.want_key_frame()

    def lose(self) -> None:
        """A picture is missing: what refers to it is held back until the next key frame."""
        for track in self._tracks:
            track.wait_for_key()

    def want_key_frame(self) -> None:
        """Ask the publisher for a key frame, unless it was asked a moment ago."""
        now_s = time.monotonic()
        ssrc = self._timeline.ssrc
        if ssrc is None or self.on_key_frame_wanted is None:
            return  # nothing came yet: whatever comes first is a key frame
        if now_s - self._key_asked_at_s >= KEY_REQUEST_INTERVAL_S:
            self._key_asked_at_s = now_s
            self.on_key_frame_wanted(ssrc)

    def attach(self, track: RelayTrack, write: Write) -> None:
        """Give `track` every frame from now on, by `write`."""
        self._tracks[track] = write
        if self.kind == "video":
            self.want_key_frame()

    def detach(self, track: RelayTrack) -> None:
        """Serve `track` no more."""
        self._tracks.pop(track, None)

    @property
    def ceiling_bps(self) -> int | None:
        """What the slowest subscriber says it can take; None while none has said anything.

        One encoding goes to everybody, so the slowest decides, as with Kurento.
        """
        return min(
            (track.allowed_bps for track in self._tracks if track.allowed_bps is not None), default=None
        )

    @property
    def subscriber_count(self) -> int:
        """How many tracks are being served."""
        return len(self._tracks)


class RelayTrack(MediaStreamTrack):
    """One subscriber's end of a `Fanout`.

    For aiortc it is the track that a sender negotiates; its frames do not pass through `recv()`, though.

    Attributes:
        waits_for_key: video is held back until the next key frame.
        allowed_bps: the subscriber's last REMB; None before the first.
    """

    def __init__(self, fanout: Fanout) -> None:
        super().__init__()
        self.kind = fanout.kind
        self.waits_for_key = fanout.kind == "video"
        self.allowed_bps: int | None = None
        self._fanout = fanout

    async def recv(self) -> None:  # type: ignore[override] # it never returns
        """Nothing to be had here.

        Raises:
            MediaStreamError: always.
        """
        raise MediaStreamError

    def serve(self, write: Write) -> None:
        """Send every frame by `write` from now on; a stopped track stays silent."""
        if self.readyState == "live":
            self._fanout.attach(self, write)

    def put(self, frame: EncodedFrame, write: Write) -> None:
        """Send one frame, or drop it while a key frame is awaited or the socket is full."""
        if frame.is_key:
            self.waits_for_key = False
        elif self.waits_for_key:
            return
        try:
            taken = write(frame)
        except ConnectionError:
            self.stop()
            return
        if not taken:
            self.wait_for_key()

    def wait_for_key(self) -> None:
        """Hold video back until the next key frame."""
        self.waits_for_key = self.kind == "video"

    def request_key_frame(self) -> None:
        """The subscriber lost a picture: pass that on to the publisher."""
        self._fanout.want_key_frame()

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._fanout.detach(self)


class _Timeline:
    """Timestamps that never jump: unwraps RTP's 32 bits and joins successive sources."""

    def __init__(self, clock_rate_hz: int) -> None:
        self._clock_rate_hz = clock_rate_hz
        self.ssrc: int | None = None
        self._timestamp = 0
        self._ticks = 0
        self._at_s = 0.0

    def ticks(self, ssrc: int, timestamp: int) -> int:
        """The frame's place in ticks since the first frame."""
        now_s = time.monotonic()
        if self.ssrc == ssrc:
            self._ticks += signed32(timestamp - self._timestamp)
        elif self.ssrc is not None:
            # Another source counts from a random number: go on by the time that passed.
            self._ticks += max(1, round((now_s - self._at_s) * self._clock_rate_hz))
        self.ssrc, self._timestamp, self._at_s = ssrc, timestamp, now_s
        return self._ticks


def signed32(difference: int) -> int:
    """The difference of two numbers of 32 bits that wrap, between -2³¹ and 2³¹."""
    return (difference + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
