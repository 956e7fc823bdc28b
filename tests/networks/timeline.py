"""What a participant saw and heard, with times, and the figures that are made of it. Pure functions.

All times are seconds of one clock that the processes of this machine share (`time.monotonic`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

FREEZE_S = 0.3
"""A picture that stands still for longer is a freeze: 4 frames missing in a row at 15 a second."""
STEADY_S = 1.0
"""Pauses up to this length do not count as being gone, when asking since when somebody is back."""
UNREADABLE = -1
"""Stands for the number of a picture that came but was too damaged for its code to be read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


@dataclass(slots=True)
class Sight:
    """What one participant had of another.

    Attributes:
        pictures: time and frame number of each new picture, oldest first.
        sounds: time and whether the other's tone was heard, for each 20 ms.
        connections: time and connection id of each change; "" is nobody of that name.
    """

    pictures: list[tuple[float, int]] = field(default_factory=list)
    sounds: list[tuple[float, bool]] = field(default_factory=list)
    connections: list[tuple[float, str]] = field(default_factory=list)

    def saw(self, at_s: float, number: int) -> None:
        """One new picture."""
        self.pictures.append((round(at_s, 3), number))

    def heard(self, at_s: float, is_tone: bool) -> None:
        """Another 20 ms."""
        self.sounds.append((round(at_s, 3), is_tone))

    def is_there(self, at_s: float, connection_id: str) -> None:
        """Who bears the name now."""
        if not self.connections or self.connections[-1][1] != connection_id:
            self.connections.append((round(at_s, 3), connection_id))


@dataclass(slots=True)
class Account:
    """Everything one participant tells.

    Attributes:
        name: who.
        phases: time and name of each phase: `connected`, `reconnecting` or `left`.
        own: time and id of each connection of its own.
        seen: the others by name.
    """

    name: str
    phases: list[tuple[float, str]] = field(default_factory=list)
    own: list[tuple[float, str]] = field(default_factory=list)
    seen: dict[str, Sight] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Account:
        """The reverse."""
        seen = {name: Sight(**sight) for name, sight in told["seen"].items()}
        return cls(told["name"], told["phases"], told["own"], seen)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came from one participant to another while and after the network was disturbed.

    Attributes:
        still_s: the longest time without a new readable picture.
        freezes: how often that took longer than `FREEZE_S`.
        silence_s: the longest time without sound.
        missing_sound: share of the sound missing during the disturbance, 0.0 to 1.0.
        frame_rate: new readable pictures a second during the disturbance; None when that is an instant.
        later_s: by how much pictures were later than before; None where there are too few.
        back_s: from the end of the disturbance until pictures and sound came steadily; None: never.
    """

    still_s: float
    freezes: int
    silence_s: float
    missing_sound: float
    frame_rate: float | None
    later_s: float | None
    back_s: float | None


def figures(sight: Sight, disturbed: Span, end_s: float, frame_rate: float) -> Figures:
    """Work out what was seen of somebody, from the disturbance's start to the end of looking.

    Args:
        sight: what was seen.
        disturbed: when the network was.
        end_s: when looking ended.
        frame_rate: what the sender's camera delivers, pictures a second.
    """
    moves = _moves(sight.pictures)
    loud = [at_s for at_s, is_tone in sight.sounds if is_tone]
    whole = Span(disturbed.start_s, end_s)
    still = gaps(moves, whole)
    within = [at_s for at_s in moves if disturbed.start_s <= at_s < disturbed.end_s]
    heard = [is_tone for at_s, is_tone in sight.sounds if disturbed.start_s <= at_s < disturbed.end_s]
    return Figures(
        still_s=max(gap.length_s for gap in still),
        freezes=sum(gap.length_s > FREEZE_S for gap in still),
        silence_s=max(gap.length_s for gap in gaps(loud, whole)),
        missing_sound=1 - sum(heard) / len(heard) if heard else 0.0,
        frame_rate=len(within) / disturbed.length_s if disturbed.length_s > 1 else None,
        later_s=_later_s(sight.pictures, disturbed, frame_rate),
        back_s=_worse(back_s(moves, disturbed.end_s, end_s), back_s(loud, disturbed.end_s, end_s)),
    )


def gaps(times_s: Sequence[float], whole: Span) -> list[Span]:
    """The stretches of `whole` between events, those before the first and after the last included."""
    first = bisect_left(times_s, whole.start_s)
    # A gap that began before counts from its beginning: the picture stands still since then.
    start_s = times_s[first - 1] if first else whole.start_s
    inside = [at_s for at_s in times_s[first:] if at_s < whole.end_s]
    return [Span(one, other) for one, other in pairwise([start_s, *inside, whole.end_s])]


def back_s(times_s: Sequence[float], since_s: float, end_s: float) -> float | None:
    """From `since_s` until events come without a pause longer than `STEADY_S`; None: never."""
    after = [at_s for at_s in times_s if since_s <= at_s < end_s]
    if not after or end_s - after[-1] > STEADY_S:
        return None
    start_s = after[0]
    for one, other in pairwise(after):
        if other - one > STEADY_S:
            start_s = other
    return start_s - since_s


def reconnecting_s(phases: Sequence[tuple[float, str]], whole: Span) -> float:
    """How long the user was told that the connection is being repaired."""
    ends_s = [*(at_s for at_s, _ in phases[1:]), whole.end_s]
    return sum(
        max(0.0, min(end_s, whole.end_s) - max(at_s, whole.start_s))
        for (at_s, phase), end_s in zip(phases, ends_s, strict=True)
        if phase == "reconnecting"
    )


def absence_s(sight: Sight, whole: Span) -> float:
    """How long nobody of that name was in the room."""
    ends_s = [*(at_s for at_s, _ in sight.connections[1:]), whole.end_s]
    return sum(
        max(0.0, min(end_s, whole.end_s) - max(at_s, whole.start_s))
        for (at_s, connection_id), end_s in zip(sight.connections, ends_s, strict=True)
        if not connection_id
    )


def _moves(pictures: Sequence[tuple[float, int]]) -> list[float]:
    """When a readable picture came that was not there before."""
    times_s: list[float] = []
    last = UNREADABLE
    for at_s, number in pictures:
        if number not in {UNREADABLE, last}:
            times_s.append(at_s)
            last = number
    return times_s


def _later_s(pictures: Sequence[tuple[float, int]], disturbed: Span, frame_rate: float) -> float | None:
    """Numbers tell when a picture was taken, but for a constant that falls out of a difference."""

    def lateness_s(span: Span) -> list[float]:
        return [
            at_s - number / frame_rate
            for at_s, number in pictures
            if number != UNREADABLE and span.start_s <= at_s < span.end_s
        ]

    before = lateness_s(Span(0.0, disturbed.start_s))
    # The first seconds belong to the change, not to the state.
    during = lateness_s(Span((disturbed.start_s + disturbed.end_s) / 2, disturbed.end_s))
    enough = frame_rate
    return median(during) - median(before) if min(len(before), len(during)) >= enough else None


def _worse(one_s: float | None, other_s: float | None) -> float | None:
    return None if one_s is None or other_s is None else max(one_s, other_s)
