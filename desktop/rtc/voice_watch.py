"""Notices what people do not: a microphone that hears nothing, and talking while muted.

Both look at 20 ms at a time, in whatever thread the microphone has. While muted, loudness is all that is
made of the sound, here on this computer; it is neither sent nor kept.
"""

from __future__ import annotations

import math

import numpy as np

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ

SILENT_AFTER_S = 10.0
"""So long nobody stays away from every sound: a working microphone hears the room at least."""
NOISE_FLOOR = 32
"""Highest sample of a microphone that is switched off or muted by a key of its own (−60 dBFS)."""

TALKING_RMS = 0.045
"""Loudness of speech near the microphone, 1.0 being full scale; typing and breathing stay below."""
TALKING_S = 0.15
"""So long it must last: a cough is shorter."""


class SilenceWatch:
    """Whether a microphone that is on hears nothing at all."""

    def __init__(self) -> None:
        self._silent_s = 0.0

    @property
    def silent(self) -> bool:
        """Nothing above the noise floor for `SILENT_AFTER_S`."""
        return self._silent_s >= SILENT_AFTER_S - FRAME_S / 2

    def hear(self, samples: Samples) -> bool:
        """Take 20 ms as the device gives them; returns `silent`."""
        highest = int(np.max(np.abs(samples.astype(np.int32)), initial=0))
        self._silent_s = 0.0 if highest > NOISE_FLOOR else self._silent_s + FRAME_S
        return self.silent

    def begin_anew(self) -> None:
        """Another microphone, or muted meanwhile: what was not heard says nothing any more."""
        self._silent_s = 0.0


class MutedTalkWatch:
    """Whether somebody talks although muted; said once until they are unmuted."""

    def __init__(self) -> None:
        self._loud_s = 0.0
        self._said = False

    @property
    def talking(self) -> bool:
        """They did since they were muted."""
        return self._said

    def hear(self, samples: Samples) -> bool:
        """Take 20 ms, the echo taken out; returns `talking`."""
        wide = samples.astype(np.float64)
        rms = math.sqrt(float(wide @ wide) / max(1, wide.size)) / 32768.0
        self._loud_s = self._loud_s + FRAME_S if rms >= TALKING_RMS else 0.0
        if self._loud_s >= TALKING_S - FRAME_S / 2:
            self._said = True
        return self._said

    def begin_anew(self) -> None:
        """Muted again, or not muted any more."""
        self._loud_s = 0.0
        self._said = False
