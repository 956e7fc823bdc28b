"""Bridges short gaps in somebody's voice, so that a lost packet is not heard as a click and a hole.

The voice is continued by its own last period, as ITU-T G.711 Appendix I does: the lag at which the
last milliseconds resemble themselves most is repeated, fading out, and the next real frame is blended
in. Costs about 0.4 ms for each gap and next to nothing without one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

MAX_FRAMES = 3
"""What is bridged, 60 ms (G.711 Appendix I): a longer repetition is a buzz that nobody said."""

_SHORTEST = SAMPLE_RATE_HZ // 400
"""Samples of the highest voice's period."""
_LONGEST = SAMPLE_RATE_HZ // 66
"""Samples of the lowest voice's period."""
_COMPARED = SAMPLE_RATE_HZ // 100
"""Samples that are compared with those one lag before."""
_BLEND = SAMPLE_RATE_HZ // 200
"""Samples over which the next real frame takes over: 5 ms."""
_HISTORY = _LONGEST + _COMPARED
_STEP = 4
"""Lags and samples looked at first; the neighbourhood of the best is then looked at closely."""
_FADE_PER_FRAME = 0.7

_Signal = NDArray[np.float32]


class Concealment:
    """Continues one stream of 20 ms frames over its gaps."""

    def __init__(self) -> None:
        self._history = np.zeros(_HISTORY, np.float32)

    def take(self, samples: Samples, lost: int) -> list[Samples]:
        """The frames to play: what bridges the gap before this one, then this one.

        Args:
            samples: the frame that came, `AUDIO_FRAME_SAMPLES` long.
            lost: frames missing before it; 0 without a gap, and where a gap is too long to tell.
        """
        pieces: list[Samples] = []
        if 0 < lost <= MAX_FRAMES:
            length = lost * AUDIO_FRAME_SAMPLES + _BLEND
            bridge = _continued(self._history, length) * _fading(length)
            pieces += list(bridge[:-_BLEND].astype(np.int16).reshape(lost, AUDIO_FRAME_SAMPLES))
            weight = np.linspace(0.0, 1.0, _BLEND, dtype=np.float32)
            samples = samples.copy()
            blended = weight * samples[:_BLEND] + (1 - weight) * bridge[-_BLEND:]
            samples[:_BLEND] = blended.astype(np.int16)
        pieces.append(samples)
        self._remember(samples)
        return pieces

    def _remember(self, samples: Samples) -> None:
        kept = _HISTORY - len(samples)
        if kept > 0:
            self._history[:kept] = self._history[-kept:]
            self._history[kept:] = samples
        else:
            self._history[:] = samples[-_HISTORY:]


def _continued(history: _Signal, length: int) -> _Signal:
    """`length` samples that go on as `history` would, if it repeated its last period."""
    period = history[-_period(history) :]
    repeats = -(-length // len(period))
    return np.tile(period, repeats)[:length]


def _period(history: _Signal) -> int:
    """The lag, in samples, at which the end of `history` resembles itself most."""
    coarse = _best_lag(history, range(_SHORTEST, _LONGEST + 1, _STEP), _STEP)
    near = range(max(_SHORTEST, coarse - _STEP), min(_LONGEST, coarse + _STEP) + 1)
    return _best_lag(history, near, 1)


def _best_lag(history: _Signal, lags: range, step: int) -> int:
    """The lag of the highest normalised correlation, looking at every `step`-th sample."""
    end = len(history)
    lag = np.fromiter(lags, np.intp)
    index = np.arange(end - _COMPARED, end, step)
    recent = history[index]
    earlier = history[index[None, :] - lag[:, None]]
    energy = np.sqrt(np.einsum("ij,ij->i", earlier, earlier)) + 1.0
    return int(lag[int(np.argmax((earlier @ recent) / energy))])


def _fading(length: int) -> _Signal:
    """1 for 10 ms, then smoothly down by `_FADE_PER_FRAME` for each frame."""
    late = np.maximum(np.arange(length, dtype=np.float32) - AUDIO_FRAME_SAMPLES / 2, 0)
    fading: _Signal = np.power(np.float32(_FADE_PER_FRAME), late / AUDIO_FRAME_SAMPLES, dtype=np.float32)
    return fading
