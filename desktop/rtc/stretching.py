"""Makes a piece of voice shorter or longer without changing its pitch: one period less, or one more.

The two periods at the beginning of a piece are laid over each other and blended (WSOLA, Verhelst and
Roelands 1993). Where nothing repeats the cut would be heard; it is made in silence then, or not at all.
"""

from __future__ import annotations

import numpy as np

from desktop.rtc.media import SAMPLE_RATE_HZ, Samples
from desktop.rtc.periods import period_of

LONGEST_CUT = SAMPLE_RATE_HZ * 15 // 1000
"""Samples that one step adds or takes at most: 15 ms."""
NEEDED = 2 * LONGEST_CUT
"""Samples that a piece must have: 30 ms."""

_ALIKE = 0.85
"""Correlation of two neighbouring periods from which they may be laid over each other."""
_TOO_MUCH = SAMPLE_RATE_HZ * 4 // 1000
"""A period may be so much more than what is wanted: 4 ms."""
_SILENT_RMS = 60.0
"""Below (−55 dBFS) nobody hears what is missing."""


def shorten(piece: Samples, wanted: int, *, force: bool = False) -> Samples:
    """The piece without one of its periods; as it is where that would be heard or be too much.

    Args:
        piece: at least `NEEDED` samples.
        wanted: by how many samples; in silence so many go, up to `LONGEST_CUT`.
        force: shorten in any case.
    """
    lag = _lag(piece, wanted, force=force)
    if lag == 0:
        return piece
    merged = _blended(piece[:lag], piece[lag : 2 * lag])
    return np.concatenate((merged, piece[2 * lag :]))


def lengthen(piece: Samples, wanted: int) -> Samples:
    """The piece with one period more; the same as `shorten` otherwise."""
    lag = _lag(piece, wanted)
    if lag == 0:
        return piece
    again = _blended(piece[lag : 2 * lag], piece[:lag])
    return np.concatenate((piece[:lag], again, piece[lag:]))


def _lag(piece: Samples, wanted: int, *, force: bool = False) -> int:
    """Samples of the period at the beginning of a piece; 0 where there is none that fits."""
    head = piece[:NEEDED].astype(np.float32)
    if float(head @ head) < _SILENT_RMS**2 * NEEDED:
        return min(wanted, LONGEST_CUT)
    # Backwards, since periods are looked for at the end.
    lag = period_of(head[::-1], LONGEST_CUT, LONGEST_CUT)
    if force:
        return lag
    if lag > wanted + _TOO_MUCH:
        return 0
    first, second = head[:LONGEST_CUT], head[lag : lag + LONGEST_CUT]
    energy = float(np.sqrt((first @ first) * (second @ second))) + 1.0
    return lag if float(first @ second) / energy >= _ALIKE else 0


def _blended(first: Samples, second: Samples) -> Samples:
    """From one to the other."""
    weight = np.linspace(0.0, 1.0, first.size, dtype=np.float32)
    return np.rint((1 - weight) * first + weight * second).astype(np.int16)
