"""What each stream of a room did in a second, as frozen snapshots; `measurement.py` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KindStatistics:
    """One kind of media of one stream over the last second. What cannot be measured is None.

    Attributes:
        bitrate_bps: payload, bits per second.
        frame_rate: pictures, or pieces of sound, per second.
        loss: share of packets lost, 0.0 to 1.0: of ours as the server reports, of others' as we count
            before anything is sent again on a stream of its own.
        jitter_s: of arrival (RFC 3550).
        codec_s: mean time to encode or decode one.
        width_px, height_px: of the picture that is sent.
        key_frames, nacks, picture_requests: since the stream began; asked of us, or by us.
        skipped: pictures the encoder left out, since the stream began.
        freezes, frozen_s: since the stream began, received pictures only.
        silent_s: how long nothing has come or gone.
    """

    bitrate_bps: int = 0
    frame_rate: float = 0.0
    loss: float = 0.0
    jitter_s: float | None = None
    codec_s: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    key_frames: int | None = None
    nacks: int = 0
    picture_requests: int = 0
    skipped: int = 0
    freezes: int = 0
    frozen_s: float = 0.0
    silent_s: float = 0.0


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """One stream over the last second.

    Attributes:
        at_s: the moment, monotonic seconds.
        sending: it is ours.
        audio, video: None for a kind it does not have.
        round_trip_s: to the server and back; only where we send.
        estimate_bps: what the server says we may send (REMB).
        candidates: types of the ICE candidates in use, ours first (`host`, `srflx`, `prflx`, `relay`).
    """

    at_s: float
    sending: bool
    audio: KindStatistics | None = None
    video: KindStatistics | None = None
    round_trip_s: float | None = None
    estimate_bps: int | None = None
    candidates: tuple[str, str] | None = None

    @property
    def bitrate_bps(self) -> int:
        """Both kinds together."""
        return sum(kind.bitrate_bps for kind in (self.audio, self.video) if kind is not None)


@dataclass(frozen=True, slots=True)
class RoomStatistics:
    """Everything at one moment, by stream id; our own stream is `""`.

    Attributes:
        streams: the last second.
        history: up to a minute of seconds, the oldest first, the last one included.
    """

    streams: Mapping[str, StreamStatistics] = field(default_factory=dict)
    history: Mapping[str, Sequence[StreamStatistics]] = field(default_factory=dict)
