"""Makes quiet voices louder and loud ones quieter, slowly, by the voice alone.

WebRTC's own gain control is not used: it takes what is left of an echo for a quiet voice, and made it
15 dB louder (`bench audio`: 30 dB of echo removed without it, 15 dB with it). This one looks away while
the loudspeaker plays, and leaves a voice alone that is about as loud as it should be.
"""

from __future__ import annotations

import math

import numpy as np

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ

QUIET_DB, LOUD_DB = -29.0, -17.0
"""Between these a voice is left as it is: root mean square of its syllables, 0 being full scale."""
MOST_LOUDER_DB, MOST_QUIETER_DB = 15.0, -12.0
VOICE_DB = -48.0
"""Quieter pieces are pauses."""
LOUDER_DB_A_SECOND, QUIETER_DB_A_SECOND = 3.0, 12.0
REMEMBERED_S = 1.0
"""Of voice, over which its loudness is taken."""
HIGHEST = 0.9 * 32_767
"""Samples above are pressed down at once, so that nothing is cut."""
FIRST_FRAMES = 5
"""A tenth of a second of voice must have been heard before anything is done."""


class GainControl:
    """Follows one voice; takes 20 ms at a time."""

    def __init__(self) -> None:
        self._voice_db: float | None = None
        self._frames = 0
        self._gain_db = 0.0
        self._factor = 1.0

    @property
    def gain_db(self) -> float:
        """How much louder the voice is made at the moment."""
        return self._gain_db

    def take(self, samples: Samples, *, others_heard: bool) -> Samples:
        """The frame, louder or quieter.

        Args:
            samples: shape (960,), not changed.
            others_heard: the loudspeaker plays: what the microphone hears may be an echo.
        """
        wide = samples.astype(np.float32)
        if not others_heard:
            self._follow(10 * math.log10(float(wide @ wide) / wide.size / 32768.0**2 + 1e-12))
        factor = 10 ** (self._gain_db / 20)
        highest = float(np.max(np.abs(wide), initial=0.0)) * factor
        if highest > HIGHEST:
            factor *= HIGHEST / highest
        former, self._factor = self._factor, factor
        if former == factor == 1.0:
            return samples
        if factor < former:  # at once, or the beginning would be cut
            former = min(former, factor * HIGHEST / max(1.0, float(np.max(np.abs(wide))) * factor))
        steps = np.linspace(former, factor, wide.size, dtype=np.float32)
        louder: Samples = np.clip(np.rint(wide * steps), -32_768, 32_767).astype(np.int16)
        return louder

    def _follow(self, level_db: float) -> None:
        """Take a piece's loudness into account, and come nearer to what is wanted."""
        if level_db > VOICE_DB:
            self._frames += 1
            if self._voice_db is None:
                self._voice_db = level_db
            # A mean of power would be ruled by the loudest syllable, one of decibels by the pauses.
            self._voice_db += (level_db - self._voice_db) * FRAME_S / REMEMBERED_S
        if self._voice_db is None or self._frames < FIRST_FRAMES:
            return
        wanted_db = 0.0
        if self._voice_db < QUIET_DB:
            wanted_db = min(QUIET_DB - self._voice_db, MOST_LOUDER_DB)
        elif self._voice_db > LOUD_DB:
            wanted_db = max(LOUD_DB - self._voice_db, MOST_QUIETER_DB)
        up, down = LOUDER_DB_A_SECOND * FRAME_S, QUIETER_DB_A_SECOND * FRAME_S
        self._gain_db += min(up, max(-down, wanted_db - self._gain_db))
