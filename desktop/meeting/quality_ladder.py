"""How much of us is sent when line or computer do not carry all of it: the rules, without a clock.

A picture is given up step by step: first its frame rate, then its size, at last the picture itself. The
voice is never given up; it gets its share of the line before the picture does.

Two pairs of rules keep it calm. Down after two seconds of need, up only after five good ones, one step
at a time; and a step up that had to be taken back makes the next try wait twice as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

BITS_PER_PIXEL = 0.03
"""What a talking head in VP8 needs to be watched with pleasure: 276 kbit/s for 640x480 at 30, 830 for
1280x720. Kurento allows 300 at the start and 1,000 at most (OpenVidu's defaults)."""

LEAST_VIDEO_BPS = 50_000
"""Below this a picture of any size is a blur."""

VOICE_RESERVE_BPS = 90_000
"""The line's share of the voice: 64 kbit/s, and 50 packets a second with 62 octets of headers each."""

HEAVY_LOSS, LIGHT_LOSS = 0.10, 0.02
"""Shares of lost packets from which less is sent, and below which more may be: those of Google's
congestion control (draft-ietf-rmcat-gcc-02, section 6)."""

HOPELESS_LOSS = 0.25
"""The picture goes here, so that the voice has the line for itself: repeating a quarter of the packets
takes what the voice needs."""

BUSY, IDLE = 0.8, 0.55
"""Shares of the time between two pictures that encoding one takes: too much, and room for more."""

MANY_MISSED, FEW_MISSED = 0.3, 0.1
"""Shares of pictures that came too fast for the encoder."""

START_S = 5.0
"""Nothing is given up before: a media server's estimate starts low and climbs about 8 % a second."""

DOWN_S, BUSY_S, OFF_S = 2.0, 3.0, 6.0
"""How long a need lasts before a step down for the line, for the computer, and before the picture goes."""

UP_S, BACK_S, LONGEST_WAIT_S = 5.0, 20.0, 120.0
"""How long it must be good before a step up, before the picture comes back, and at most."""

RELAPSE_S = 15.0
"""A step down so soon after a step up says that the step up was wrong."""

VOICE_S = 5.0
"""Shortest time between two changes of how the voice is sent."""

HEADROOM = 1.08
"""How much more than the next step needs the line must carry. Not much more: 1280x720 at 30 needs 920
kbit/s with the voice, and OpenVidu allows no more than 1,000; the waits keep it calm."""


class Limit(Enum):
    """What keeps the picture from being whole."""

    NONE = "none"
    LINE = "line"
    COMPUTER = "computer"


@dataclass(frozen=True, slots=True)
class Conditions:
    """One look at how sending goes.

    Attributes:
        at_s: the moment, monotonic seconds.
        estimate_bps: what the other side says the line carries; None while it says nothing.
        sent_bps: what was sent in the last second.
        loss: share of packets lost in the last second, 0.0 to 1.0.
        busy: share of the time between two pictures that encoding one takes; may exceed 1.0.
        missed: share of pictures that were replaced before they were encoded, 0.0 to 1.0.
    """

    at_s: float
    estimate_bps: int | None = None
    sent_bps: int = 0
    loss: float = 0.0
    busy: float = 0.0
    missed: float = 0.0


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send.

    Attributes:
        step: 0 is everything; the last is no picture.
        frame_rate: pictures a second; 0 without a picture.
        scale: of width and height, above 0.0 to 1.0.
        video_bps: ceiling of the picture.
        voice_bps: the voice's own bits.
        voice_loss: loss that the voice is protected against, 0.0 to 1.0.
        limit: what keeps it from being everything.
    """

    step: int
    frame_rate: int
    scale: float
    video_bps: int
    voice_bps: int
    voice_loss: float
    limit: Limit

    @property
    def has_picture(self) -> bool:
        """The camera goes out."""
        return self.frame_rate > 0


_SHARES: Sequence[tuple[float, float]] = (
    (1, 1),
    (2 / 3, 1),
    (1 / 2, 1),
    (1 / 2, 3 / 4),
    (1 / 2, 1 / 2),
    (1 / 3, 1 / 2),
)
"""Frame rate and scale of each step that has a picture, as shares of everything."""

OFF = len(_SHARES)
"""The step without a picture."""

_LAST_PICTURE = OFF - 1


class QualityLadder:
    """Where we stand, and when to move.

    Args:
        width_px, height_px, frame_rate: of the whole picture.
    """

    def __init__(self, width_px: int, height_px: int, frame_rate: int) -> None:
        self._step = 0
        self._cap_bps: float | None = None
        self._limit = Limit.NONE
        self._first_s: float | None = None
        self._last_s: float | None = None
        self._need_since_s: float | None = None
        self._busy_since_s: float | None = None
        self._good_since_s: float | None = None
        self._up_at_s: float | None = None
        self._wait_factor = 1.0
        self._voice = (64_000, 0.0)
        self._voice_at_s: float | None = None
        self.resize(width_px, height_px, frame_rate)

    def resize(self, width_px: int, height_px: int, frame_rate: int) -> None:
        """Another source: the steps are of its size and rate from now on."""
        self._frame_rate = max(1, frame_rate)
        self._loads = [
            max(2, width_px) * max(2, height_px) * scale**2 * self._frame_rate * rate
            for rate, scale in _SHARES
        ]

    def needs_bps(self, step: int) -> int:
        """What the line must carry for a step, the voice included."""
        if step >= OFF:
            return VOICE_RESERVE_BPS
        return VOICE_RESERVE_BPS + max(LEAST_VIDEO_BPS, round(self._loads[step] * BITS_PER_PIXEL))

    def show_again(self) -> None:
        """Somebody wants the picture back now: the smallest step that has one."""
        if self._step >= OFF:
            self._move(_LAST_PICTURE)

    def look(self, now: Conditions) -> Sending:
        """Take one look, about once a second, and say what to send from now on."""
        if self._first_s is None:
            self._first_s = now.at_s
        self._cap(now)
        budget_bps = self._budget_bps(now)
        if now.at_s - self._first_s >= START_S:
            if self._step < OFF and not self._step_down(now, budget_bps):
                self._step_up(now, budget_bps)
            elif self._step >= OFF:
                self._step_up(now, None)
        self._choose_voice(now, budget_bps)
        self._last_s = now.at_s
        return self._sending(budget_bps)

    def _cap(self, now: Conditions) -> None:
        """Less at heavy loss, carefully more at light loss, whatever the estimate says."""
        if now.loss > HEAVY_LOSS:
            start_bps = self._cap_bps if self._cap_bps is not None else max(now.sent_bps, self.needs_bps(0))
            self._cap_bps = max(start_bps * (1 - now.loss / 2), self.needs_bps(_LAST_PICTURE))
        elif now.loss < LIGHT_LOSS and self._cap_bps is not None:
            self._cap_bps *= 1.08
            if self._cap_bps > 2 * HEADROOM * self.needs_bps(0):
                self._cap_bps = None

    def _budget_bps(self, now: Conditions) -> float | None:
        limits = [limit for limit in (now.estimate_bps, self._cap_bps) if limit is not None]
        return min(limits) if limits else None

    def _step_down(self, now: Conditions, budget_bps: float | None) -> bool:
        """Go down where the need has lasted long enough; True while there is a need."""
        last = self._step == _LAST_PICTURE
        short = budget_bps is not None and budget_bps < self.needs_bps(self._step)
        short |= now.loss >= HOPELESS_LOSS
        busy = now.busy > BUSY or now.missed > MANY_MISSED
        self._need_since_s = self._since(self._need_since_s, now.at_s, holds=short)
        self._busy_since_s = self._since(self._busy_since_s, now.at_s, holds=busy)
        if not short and not busy:
            return False
        self._good_since_s = None
        if self._need_since_s is not None and now.at_s - self._need_since_s >= (OFF_S if last else DOWN_S):
            fitting = OFF if last else self._fitting(budget_bps)
            self._go_down(now.at_s, max(self._step + 1, fitting), Limit.LINE)
        elif self._busy_since_s is not None and now.at_s - self._busy_since_s >= (OFF_S if last else BUSY_S):
            self._go_down(now.at_s, self._step + 1, Limit.COMPUTER)
        return True

    def _step_up(self, now: Conditions, budget_bps: float | None) -> None:
        if self._step == 0:
            return
        above = self._step - 1
        work = 0.0 if self._step >= OFF else now.busy * self._loads[above] / self._loads[self._step]
        good = (
            (budget_bps is None or budget_bps >= HEADROOM * self.needs_bps(above))
            and now.loss <= HEAVY_LOSS
            and work < IDLE
            and now.missed < FEW_MISSED
        )
        self._good_since_s = self._since(self._good_since_s, now.at_s, holds=good)
        wait_s = min(LONGEST_WAIT_S, (BACK_S if self._step >= OFF else UP_S) * self._wait_factor)
        if self._up_at_s is not None and now.at_s - self._up_at_s >= LONGEST_WAIT_S:
            self._wait_factor = 1.0  # what was wrong then may be long over
        if self._good_since_s is not None and now.at_s - self._good_since_s >= wait_s:
            self._move(above)
            self._up_at_s = now.at_s
            if above == 0:
                self._limit = Limit.NONE

    def _go_down(self, at_s: float, step: int, limit: Limit) -> None:
        if self._up_at_s is not None and at_s - self._up_at_s < RELAPSE_S:
            self._wait_factor = min(self._wait_factor * 2, LONGEST_WAIT_S / UP_S)
        self._limit = limit
        self._move(step)

    def _move(self, step: int) -> None:
        self._step = step
        self._need_since_s = self._busy_since_s = self._good_since_s = None

    def _fitting(self, budget_bps: float | None) -> int:
        """The best step that has a picture and fits; the least one where none does."""
        for step in range(OFF):
            if budget_bps is None or budget_bps >= self.needs_bps(step):
                return step
        return _LAST_PICTURE

    @staticmethod
    def _since(since_s: float | None, at_s: float, *, holds: bool) -> float | None:
        if not holds:
            return None
        return at_s if since_s is None else since_s

    def _choose_voice(self, now: Conditions, budget_bps: float | None) -> None:
        """Fewer bits on a narrow line, protection on a lossy one, and no change without need."""
        protection = next((level for level in (0.2, 0.1, 0.05) if now.loss >= level * 0.8), 0.0)
        if budget_bps is not None and budget_bps < self.needs_bps(_LAST_PICTURE):
            bits = 24_000
        else:
            bits = 40_000 if protection or self._step >= OFF else 64_000
        settled = self._voice_at_s is None or now.at_s - self._voice_at_s >= VOICE_S
        if settled and (bits, protection) != self._voice:
            self._voice = (bits, protection)
            self._voice_at_s = now.at_s

    def _sending(self, budget_bps: float | None) -> Sending:
        has_picture = self._step < OFF
        rate, scale = _SHARES[self._step] if has_picture else (0, _SHARES[-1][1])
        ceiling_bps = 4 * (self.needs_bps(self._step) - VOICE_RESERVE_BPS) if has_picture else LEAST_VIDEO_BPS
        if budget_bps is not None:
            ceiling_bps = min(ceiling_bps, round(budget_bps) - VOICE_RESERVE_BPS)
        return Sending(
            step=self._step,
            frame_rate=max(1, round(self._frame_rate * rate)) if has_picture else 0,
            scale=scale,
            video_bps=max(LEAST_VIDEO_BPS, ceiling_bps),
            voice_bps=self._voice[0],
            voice_loss=self._voice[1],
            limit=self._limit,
        )
