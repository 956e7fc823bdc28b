"""One person's sound, from packets as they come to 20 ms whenever the mixer wants them.

Packets come late, out of order or never; the mixer wants sound at an even pace. What is kept back for
that follows what the network does: the delay that all but a few of the last packets would have needed.
It is reached by playing a period of the voice less or more (`stretching.py`), and gaps are bridged
(`concealment.py`). A loss alone makes nothing longer.

    packet ──add──▶ waiting, by number ──take──▶ decode ─▶ bridge gaps ─▶ shorten or lengthen ─▶ 20 ms

All times are seconds of one clock. Costs on the media thread, 2-core machine: 33 µs for each 20 ms of a
voice (28 of them libopus; by aiortc's thread, resampler and queue 105 µs), 0.1 ms more where a period is
taken or added, which is a few times a second while the network changes and otherwise hardly ever.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop.rtc.concealment import Concealment
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from desktop.rtc.periods import SHORTEST_PERIOD
from desktop.rtc.stretching import NEEDED, lengthen, shorten

SHORTEST_DELAY_S = 0.01
"""Kept back at least: neither mixer nor network are more even than that."""
LONGEST_DELAY_S = 0.4
FIRST_DELAY_S = 0.04
"""Kept back until the network is known."""

MARGIN_S = 0.005
"""Added to what the packets need: the mixer's own unevenness."""
PUNCTUAL = 0.97
"""Share of packets that shall come in time; the others are bridged."""
REMEMBERED_PACKETS = 200
"""Packets from which the delay is taken: 4 s, so that a bad moment is forgotten soon."""
BASE_SECONDS = 8
"""Seconds over which the quickest packet counts as the network's own delay: clocks drift apart."""

TOO_LONG_S, TOO_SHORT_S = 0.006, 0.005
"""How far the delay may be off before something is done."""
HURRY_S = 0.06
"""So far off, every piece is shortened, whatever it holds."""
GIVE_UP_S = 0.3
"""So far off, sound is left out."""

JUMP_PACKETS = 50
"""A gap of a second is a new beginning: there is nothing to wait for, and nothing to bridge."""
MAX_WAITING = 100
"""Packets kept at most: two seconds."""

_REST_TAKES = 2
"""Pieces played as they are after one that was shortened or lengthened."""
_IDLE_TAKES = 25
"""After half a second without a packet the next one is a new beginning."""

_HALF = AUDIO_FRAME_SAMPLES // 2
_NOTHING: Samples = np.empty(0, np.int16)

Decode = Callable[[bytes, int], Samples]
"""Decodes one packet (payload, its RTP timestamp) to mono 48 kHz; empty where it cannot be read."""


@dataclass(frozen=True, slots=True)
class PlayoutCounts:
    """What became of the sound, in 20 ms each, since the stream began."""

    played: int = 0
    """Packets."""
    bridged: int = 0
    """Made up, because a packet was lost or late."""
    late: int = 0
    """Packets that came after their place."""
    shortened: int = 0
    """Pieces of which a period was taken."""
    lengthened: int = 0
    """Pieces to which one was added."""


class Playout:
    """Plays one stream; both ends on one thread.

    Args:
        decode: decodes packets; may be exchanged before the first packet.
    """

    def __init__(self, decode: Decode | None = None) -> None:
        self.decode = decode
        self._meter = _DelayMeter()
        self._concealment = Concealment()
        self._waiting: dict[int, tuple[bytes, int]] = {}
        self._next: int | None = None
        """Number of the packet after the last that was played."""
        self._next_ticks = 0
        """Where in the sender's time the sound after `_pending` belongs."""
        self._newest = self._newest_ticks = 0
        self._pending: Samples = np.empty(0, np.int16)
        self._playing = False
        self._ahead = 0
        """Samples made up for packets that may only be late: `_next_ticks` has not moved for them."""
        self._idle = 0
        self._rest = 0
        self._played = self._bridged = self._late = self._shortened = self._lengthened = 0

    @property
    def counts(self) -> PlayoutCounts:
        """What became of the sound so far."""
        return PlayoutCounts(self._played, self._bridged, self._late, self._shortened, self._lengthened)

    @property
    def wanted_delay_s(self) -> float:
        """What is to be kept back."""
        return self._meter.wanted_s

    def delay_s(self, now_s: float) -> float | None:
        """By how much what is heard now is behind the quickest packets; None while nothing real plays."""
        if not self._playing or self._ahead:
            return None
        return now_s - self._meter.quickest_s(self._next_ticks - self._pending.size)

    # --- in ---------------------------------------------------------------------------------------

    def add(self, number: int, ticks: int, payload: bytes, now_s: float) -> None:
        """Take a packet.

        Args:
            number: its sequence number, 16 bits.
            ticks: its RTP timestamp, 32 bits of 48 kHz.
            payload: what is in it.
            now_s: when it came.
        """
        number, ticks = self._unwrapped(number, ticks)
        self._meter.came(ticks, now_s)
        if self._next is None:
            self._next, self._next_ticks = number, ticks
        elif number < self._next:
            self._late += 1
            return
        self._idle = 0
        self._waiting[number] = (payload, ticks)
        if len(self._waiting) > MAX_WAITING:
            self._leave_out(MAX_WAITING // 2)

    def _unwrapped(self, number: int, ticks: int) -> tuple[int, int]:
        """Numbers that go on instead of turning over; a jump begins anew."""
        if self._next is not None:
            ahead = _signed(number - self._newest, 16)
            later = _signed(ticks - self._newest_ticks, 32)
            steady = abs(ahead) <= JUMP_PACKETS and abs(later) <= JUMP_PACKETS * AUDIO_FRAME_SAMPLES
            if steady and self._idle < _IDLE_TAKES:
                number, ticks = self._newest + ahead, self._newest_ticks + later
                if ahead > 0:
                    self._newest, self._newest_ticks = number, ticks
                return number, ticks
            self._begin_anew()
        self._newest, self._newest_ticks = number, ticks
        return number, ticks

    def _begin_anew(self) -> None:
        self._waiting.clear()
        self._next = None
        self._playing = False
        self._ahead = self._idle = 0
        self._pending = np.empty(0, np.int16)
        self._meter.begin_anew()

    # --- out --------------------------------------------------------------------------------------

    def take(self, now_s: float) -> Samples | None:
        """The next 20 ms; None while there is nothing to hear.

        Args:
            now_s: when it is heard, but for what the loudspeaker adds.
        """
        if not self._playing:
            if not self._waiting:
                return None
            first_ticks = self._waiting[min(self._waiting)][1]
            if now_s - self._meter.quickest_s(first_ticks) < self._meter.wanted_s - MARGIN_S:
                return None
            self._playing, self._next_ticks = True, first_ticks
        self._adjust(now_s)
        while self._pending.size < AUDIO_FRAME_SAMPLES:
            self._append(self._following())
        piece = self._pending[:AUDIO_FRAME_SAMPLES]
        self._pending = self._pending[AUDIO_FRAME_SAMPLES:]
        if self._idle >= _IDLE_TAKES:
            self._playing = False
        return piece

    def _append(self, piece: Samples) -> None:
        self._pending = np.concatenate((self._pending, piece)) if self._pending.size else piece

    def _following(self) -> Samples:
        """The next piece, whatever its length: a packet, or what bridges a gap."""
        while self._waiting:
            number = min(self._waiting)
            payload, ticks = self._waiting[number]
            missing = ticks - self._next_ticks
            if missing > 0 and self._ahead:  # bridged before it was known to be lost
                known = min(missing, self._ahead)
                self._ahead -= known
                self._next_ticks += known
                missing -= known
            if missing >= _HALF:
                self._next_ticks += AUDIO_FRAME_SAMPLES
                self._bridged += 1
                return self._concealment.bridge()
            del self._waiting[number]
            self._next = number + 1
            if missing <= -_HALF:
                self._late += 1
                continue
            self._ahead = 0
            samples = self.decode(payload, ticks) if self.decode is not None else _NOTHING
            if samples.size == 0:
                continue  # it cannot be read: as if it were lost
            self._next_ticks = ticks + samples.size
            self._played += 1
            return self._concealment.go_on(samples)
        self._ahead += AUDIO_FRAME_SAMPLES
        self._idle += 1
        self._bridged += 1
        return self._concealment.bridge()

    def _adjust(self, now_s: float) -> None:
        """Come nearer to the wanted delay."""
        excess_s = self._excess_s(now_s, self._pending.size)
        if excess_s > GIVE_UP_S and len(self._waiting) > 1:
            self._leave_out(round(excess_s * SAMPLE_RATE_HZ / AUDIO_FRAME_SAMPLES))
            return
        self._rest -= 1
        hurry = excess_s > HURRY_S
        if -TOO_SHORT_S <= excess_s <= TOO_LONG_S or (self._rest > 0 and not hurry):
            return
        # Only what was really said is cut: the next packet must be there.
        while self._pending.size < NEEDED and self._goes_on():
            self._append(self._following())
        if self._pending.size < NEEDED:
            return
        if excess_s > 0 and self._excess_s(now_s, self._pending.size - SHORTEST_PERIOD) < 0:
            return  # even the shortest cut would be too much: there is nothing to look for
        before = self._pending.size
        wanted = round(abs(excess_s) * SAMPLE_RATE_HZ)
        if excess_s > 0:
            shorter = shorten(self._pending, wanted, force=hurry)
            if self._excess_s(now_s, shorter.size) >= 0:
                self._pending = shorter
            self._shortened += self._pending.size < before
        else:
            self._pending = lengthen(self._pending, wanted)
            self._lengthened += self._pending.size > before
        if self._pending.size != before:
            self._rest = _REST_TAKES

    def _excess_s(self, now_s: float, pending: int) -> float:
        """How much longer than wanted the next packet will have been there when it is needed.

        What is pending lasts for some whole pieces and then not for another one, so the moment is one of
        those at which pieces are taken. Counting from what is heard now instead, the packet was needed up
        to 20 ms before it could be there: a steady tone was bridged and shortened for ever.

        Args:
            now_s: when the next piece is taken.
            pending: samples that need no further packet.
        """
        needed_at_s = now_s + pending // AUDIO_FRAME_SAMPLES * AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
        return needed_at_s - self._meter.quickest_s(self._next_ticks) - self._meter.wanted_s

    def _goes_on(self) -> bool:
        """The packet that comes next is there."""
        return bool(self._waiting) and abs(self._waiting[min(self._waiting)][1] - self._next_ticks) < _HALF

    def _leave_out(self, packets: int) -> None:
        """Go on some packets later."""
        for number in sorted(self._waiting)[: min(packets, len(self._waiting) - 1)]:
            del self._waiting[number]
        self._next = min(self._waiting)
        self._next_ticks = self._waiting[self._next][1]
        self._ahead = 0
        self._pending = np.empty(0, np.int16)


class _DelayMeter:
    """How late packets come, beside the quickest ones, and what is to be kept back for that."""

    def __init__(self) -> None:
        self.wanted_s = FIRST_DELAY_S
        self._late_s: deque[float] = deque()
        self._ordered: list[float] = []  # the same, kept sorted: sorting 200 each time took ten times as long
        self._quickest: deque[tuple[int, float]] = deque()
        self._base_s = 0.0
        """The least of them: it is asked for five times as often as it changes."""

    def begin_anew(self) -> None:
        """Timestamps have jumped: what was measured says nothing any more, but for the delay wanted."""
        self._quickest.clear()

    def came(self, ticks: int, now_s: float) -> None:
        """A packet came."""
        transit_s = now_s - ticks / SAMPLE_RATE_HZ
        second = int(now_s)
        if not self._quickest or self._quickest[-1][0] != second:
            self._quickest.append((second, transit_s))
            while self._quickest[0][0] <= second - BASE_SECONDS:
                self._quickest.popleft()
            self._base_s = min(quickest_s for _, quickest_s in self._quickest)
        elif transit_s < self._quickest[-1][1]:
            self._quickest[-1] = (second, transit_s)
            self._base_s = min(self._base_s, transit_s)
        late_s = transit_s - self._base_s
        self._late_s.append(late_s)
        insort(self._ordered, late_s)
        if len(self._late_s) > REMEMBERED_PACKETS:
            del self._ordered[bisect_left(self._ordered, self._late_s.popleft())]
        if len(self._ordered) >= REMEMBERED_PACKETS // 10:
            needed_s = self._ordered[int(PUNCTUAL * (len(self._ordered) - 1))] + MARGIN_S
            self.wanted_s = min(max(needed_s, SHORTEST_DELAY_S), LONGEST_DELAY_S)

    def quickest_s(self, ticks: int) -> float:
        """When a packet of this timestamp would have come, had it been quick."""
        return ticks / SAMPLE_RATE_HZ + self._base_s


def _signed(difference: int, bits: int) -> int:
    """A difference of two counters that turn over."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
