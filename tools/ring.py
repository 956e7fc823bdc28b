"""Writes the ring of the call window, `resources/sounds/ring.wav`: `python -m tools.ring`.

Two soft notes a fourth apart, twice, then silence: 16 kHz, 16 bit, one channel, 2.4 s to be looped.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "resources" / "sounds" / "ring.wav"
RATE_HZ = 16_000
LENGTH_S = 2.4
NOTES = ((0.0, 659.26), (0.16, 880.0), (0.56, 659.26), (0.72, 880.0))
"""Begin in seconds and frequency in hertz (E5, A5)."""
FADE_S = 0.28
LOUDNESS = 0.28


def sample(at_s: float) -> float:
    """The sound at a moment, -1 to 1: each note is struck, then dies away; the octave softens it."""
    total = 0.0
    for begin_s, frequency_hz in NOTES:
        age_s = at_s - begin_s
        if age_s >= 0:
            strike = min(1.0, age_s / 0.008) * math.exp(-age_s / FADE_S * 2.5)
            turn = 2 * math.pi * frequency_hz * age_s
            total += strike * (math.sin(turn) + 0.25 * math.sin(2 * turn)) / 1.25
    return LOUDNESS * total


def main() -> int:
    """Write the file."""
    TARGET.parent.mkdir(exist_ok=True)
    values = [round(32_767 * sample(place / RATE_HZ)) for place in range(round(RATE_HZ * LENGTH_S))]
    with wave.open(str(TARGET), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(values)}h", *values))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
