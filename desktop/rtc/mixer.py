"""Everybody else's voice as one: the sum of all remote streams, 20 ms at a time.

The mix is what the loudspeaker plays, so it also goes to whoever wants to know that: echo cancelling.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, AudioLevel, AudioOutput, Samples
from desktop.rtc.microphone import CATCH_UP_S, FRAME_S
from desktop.rtc.pacing import Pacer
from desktop.rtc.playout import Playout

_LOUDEST = 32_767
_SILENCE: Samples = np.zeros(AUDIO_FRAME_SAMPLES, np.int16)


class Mixer:
    """Adds up the streams and writes the sum to the loudspeaker at an even pace.

    Args:
        output: the loudspeaker; None mixes for nobody.
        clock: monotonic seconds, the same that packets are stamped with.
    """

    def __init__(self, output: AudioOutput | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._streams: dict[Playout, AudioLevel] = {}

    def add_stream(self, level: AudioLevel) -> Playout:
        """Hear one stream more.

        Args:
            level: its loudness as it is heard.
        """
        playout = Playout()
        self._streams[playout] = level
        return playout

    def remove_stream(self, playout: Playout) -> None:
        """Stop listening to a stream. Removing it twice is fine."""
        level = self._streams.pop(playout, None)
        if level is not None:
            level.measure(_SILENCE)

    def play_on(self, output: AudioOutput | None) -> None:
        """Write to another loudspeaker from the next frame on; None mixes for nobody."""
        self._output = output

    def mix(self, now_s: float) -> Samples:
        """The next 20 ms of everybody together; silence where nobody has anything."""
        parts: list[Samples] = []
        for playout, level in self._streams.items():
            samples = playout.take(now_s)
            level.measure(samples if samples is not None else _SILENCE)
            if samples is not None:
                parts.append(samples)
        if not parts:
            return _SILENCE.copy()
        if len(parts) == 1:
            return parts[0]
        total = np.sum(parts, axis=0, dtype=np.int32)
        return np.clip(total, -_LOUDEST - 1, _LOUDEST).astype(np.int16)

    async def run(self) -> None:
        """Write to the output until cancelled. Without an output the streams go on all the same."""
        pacer = Pacer(FRAME_S, slack_s=CATCH_UP_S)
        while True:
            await asyncio.sleep(pacer.delay_s(self._clock()))
            # By the grid and not by the moment: a turn taken late is heard no later for it.
            samples = self.mix(pacer.take(self._clock()))
            if self._output is not None:
                self._output.write(samples)
