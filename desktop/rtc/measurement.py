"""What each stream of a room does, measured every second, and the last minute of it kept.

For the words of `quality.py`, for `adaptation.py`, and for a support panel. One look costs well under a
millisecond: it subtracts counters that were kept anyway.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from desktop.rtc.aiortc_taps import ReceiverTap, SenderTap
from desktop.rtc.encoder import EncoderCounts, LeanVp8Encoder, VoiceEncoder
from desktop.rtc.statistics import KindStatistics, RoomStatistics, StreamStatistics

LOOK_S = 1.0
HISTORY_LOOKS = 60
"""A minute of looks is kept."""

_VIDEO_CLOCK_HZ, _AUDIO_CLOCK_HZ = 90_000, 48_000

Tap: TypeAlias = SenderTap | ReceiverTap


class MeasuredPeer(Protocol):
    """A peer connection as the statistics see it."""

    @property
    def taps(self) -> Sequence[Tap]:
        """One for each kind that it sends or receives."""

    @property
    def selected_candidates(self) -> tuple[str, str] | None:
        """See `Peer.selected_candidates`."""


class Measurement:
    """Looks at the peers of a room once a second.

    Args:
        peers: the peers of the moment by stream id; `""` is ours.
        on_look: told after each look.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        peers: Callable[[], Mapping[str, MeasuredPeer]],
        on_look: Callable[[RoomStatistics], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._peers = peers
        self._on_look = on_look
        self._clock = clock
        self._meters: dict[str, _PeerMeter] = {}
        self._history: dict[str, deque[StreamStatistics]] = {}

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            if self._on_look is not None:
                self._on_look(self.now)

    @property
    def now(self) -> RoomStatistics:
        """What the last look saw, and the looks before it."""
        return RoomStatistics(
            streams={stream_id: looks[-1] for stream_id, looks in self._history.items()},
            history={stream_id: tuple(looks) for stream_id, looks in self._history.items()},
        )

    def look(self) -> None:
        """Measure what happened since the look before."""
        now_s = self._clock()
        peers = self._peers()
        for gone in self._meters.keys() - peers.keys():
            del self._meters[gone]
            self._history.pop(gone, None)
        for stream_id, peer in peers.items():
            meter = self._meters.get(stream_id)
            if meter is None or meter.peer is not peer:
                # A connection made anew counts from nothing; the minute before it is still of interest.
                self._meters[stream_id] = _PeerMeter(peer, now_s)
            else:
                history = self._history.setdefault(stream_id, deque(maxlen=HISTORY_LOOKS))
                history.append(meter.look(now_s))


class _PeerMeter:
    """Turns the counters of one peer into what happened between two looks."""

    def __init__(self, peer: MeasuredPeer, now_s: float) -> None:
        self.peer = peer
        self._last_s = now_s
        self._meters: dict[int, _TapMeter] = {}
        self._measure(now_s)

    def look(self, now_s: float) -> StreamStatistics:
        kinds = self._measure(now_s)
        self._last_s = now_s
        senders = [tap for tap in self.peer.taps if isinstance(tap, SenderTap)]
        estimates = [tap.encoder.estimate_bps for tap in senders if isinstance(tap.encoder, LeanVp8Encoder)]
        trips_s = [tap.round_trip_s for tap in senders if tap.round_trip_s is not None]
        return StreamStatistics(
            at_s=now_s,
            sending=bool(senders),
            audio=kinds.get("audio"),
            video=kinds.get("video"),
            round_trip_s=min(trips_s, default=None),
            estimate_bps=next(iter(estimates), None),
            candidates=self.peer.selected_candidates,
        )

    def _measure(self, now_s: float) -> dict[str, KindStatistics]:
        span_s = max(now_s - self._last_s, 0.001)
        return {
            tap.kind: self._meters.setdefault(id(tap), _TapMeter(tap, now_s)).look(now_s, span_s)
            for tap in self.peer.taps
        }


@dataclass(slots=True)
class _Counters:
    frames: int = 0
    octets: int = 0
    codec_s: float = 0.0
    received: int = 0
    expected: int = 0


class _TapMeter:
    def __init__(self, tap: Tap, now_s: float) -> None:
        self._tap = tap
        self._before = _Counters()
        self._flowed_s = now_s

    def look(self, now_s: float, span_s: float) -> KindStatistics:
        tap = self._tap
        counters = _sent(tap) if isinstance(tap, SenderTap) else _received(tap)
        before, self._before = self._before, counters
        frames = counters.frames - before.frames
        if frames > 0 or counters.octets > before.octets:
            self._flowed_s = now_s
        common = KindStatistics(
            bitrate_bps=max(0, round((counters.octets - before.octets) * 8 / span_s)),
            frame_rate=max(0.0, frames / span_s),
            codec_s=(counters.codec_s - before.codec_s) / frames if frames > 0 else None,
            nacks=tap.nacks,
            picture_requests=tap.picture_requests,
            silent_s=now_s - self._flowed_s,
        )
        if isinstance(tap, SenderTap):
            return _with_sender(common, tap)
        return _with_receiver(common, tap, before, counters, now_s)


def _encoder_counts(tap: SenderTap) -> EncoderCounts | None:
    encoder = tap.encoder
    return encoder.counts if isinstance(encoder, LeanVp8Encoder | VoiceEncoder) else None


def _sent(tap: SenderTap) -> _Counters:
    counts = _encoder_counts(tap) or EncoderCounts()
    return _Counters(frames=counts.frames, octets=tap.octets, codec_s=counts.busy_s)


def _received(tap: ReceiverTap) -> _Counters:
    received, expected = tap.packets
    return _Counters(tap.frames, tap.octets, tap.decode_s, received, expected)


def _with_sender(common: KindStatistics, tap: SenderTap) -> KindStatistics:
    counts = _encoder_counts(tap) or EncoderCounts()
    video = tap.kind == "video"
    return replace(
        common,
        loss=tap.loss,
        jitter_s=tap.jitter_ticks / (_VIDEO_CLOCK_HZ if video else _AUDIO_CLOCK_HZ) if tap.reports else None,
        key_frames=counts.key_frames if video else None,
        skipped=counts.skipped,
        width_px=counts.width_px or None,
        height_px=counts.height_px or None,
    )


def _with_receiver(
    common: KindStatistics, tap: ReceiverTap, before: _Counters, counters: _Counters, now_s: float
) -> KindStatistics:
    expected = counters.expected - before.expected
    lost = expected - (counters.received - before.received)
    freezes, frozen_s = tap.freezes.totals(now_s)
    return replace(
        common,
        loss=min(1.0, max(0.0, lost / expected)) if expected > 0 else 0.0,
        jitter_s=tap.jitter_s,
        key_frames=tap.key_frames if tap.kind == "video" else None,
        freezes=freezes,
        frozen_s=frozen_s,
    )
