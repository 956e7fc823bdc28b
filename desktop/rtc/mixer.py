"""Everybody else's voice as one: the sum of all remote streams, 20 ms at a time.

The mix is what the loudspeaker plays, so it also goes to whoever wants to know that: echo cancelling.
A loudspeaker has a clock of its own. The mix keeps to it, so that the device neither runs dry nor over;
what that costs or spares is stretched or left out of the voices unheard (`playout.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from desktop.rtc.media import (
    AUDIO_FRAME_SAMPLES,
    AudioLevel,
    AudioOutput,
    OnPlayed,
    ReportingOutput,
    Samples,
)
from desktop.rtc.microphone import CATCH_UP_S, FRAME_S
from desktop.rtc.pacing import Pacer
from desktop.rtc.playout import Playout

HELD_S = 0.05
"""What shall wait for the loudspeaker after 20 ms were written: so much longer may the next ones take."""
HELD_SLACK_S = 0.01
STEER = 0.0005
"""Share by which the mix goes faster or slower to come there: twice what clocks differ, and little enough
for echo cancelling, which has to find its place again whenever what waits becomes more or less."""
TOO_MUCH_S = 0.03
"""So much more, a turn is left out: what gathered while a device opened would be late for minutes."""
SMOOTHING = 0.05
"""Weight of one turn in the mean of what waits: half a second counts, since devices take it in pieces."""
UNTOLD_DELAY_S = 0.04
"""What a loudspeaker adds that does not say so."""

_LOUDEST = 32_767
_SILENCE: Samples = np.zeros(AUDIO_FRAME_SAMPLES, np.int16)


class Mixer:
    """Adds up the streams and writes the sum to the loudspeaker at an even pace.

    Args:
        output: the loudspeaker; None mixes for nobody.
        clock: monotonic seconds, the same that packets are stamped with.
    """

    def __init__(self, output: AudioOutput | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._on_played: OnPlayed | None = None
        self._streams: dict[Playout, AudioLevel] = {}
        self._output: AudioOutput | None = None
        self._reporting: ReportingOutput | None = None
        """The same, where it tells what it plays; asking a protocol takes 10 µs, fifty times a second."""
        self._held_s = HELD_S
        self.play_on(output)

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

    def tell_played(self, on_played: OnPlayed) -> None:
        """Tell this, in whatever thread, what the loudspeaker plays."""
        self._on_played = on_played
        self.play_on(self._output)

    def play_on(self, output: AudioOutput | None) -> None:
        """Write to another loudspeaker from the next frame on; None mixes for nobody."""
        if self._reporting is not None:
            self._reporting.when_played(None)
        self._output = output
        self._reporting = output if isinstance(output, ReportingOutput) else None
        self._held_s = HELD_S
        if self._reporting is not None:
            self._reporting.when_played(self._on_played)

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
        total = parts[0].astype(np.int32)
        for part in parts[1:]:
            total += part
        # The same as np.clip, which takes longer than everything else here.
        np.minimum(np.maximum(total, -_LOUDEST - 1, out=total), _LOUDEST, out=total)
        return total.astype(np.int16)

    async def run(self) -> None:
        """Write to the output until cancelled. Without an output the streams go on all the same."""
        pacer = Pacer(FRAME_S, slack_s=CATCH_UP_S)
        while True:
            await asyncio.sleep(pacer.delay_s(self._clock()))
            # By the grid and not by the moment: a turn taken late is heard no later for it.
            samples = self.mix(pacer.take(self._clock()))
            output = self._output
            if output is None:
                continue
            output.write(samples)
            if self._reporting is not None:
                self._keep_step(self._reporting, pacer)
            elif self._on_played is not None:
                self._on_played(samples, UNTOLD_DELAY_S)

    def _keep_step(self, output: ReportingOutput, pacer: Pacer) -> None:
        """Go as fast as the loudspeaker does."""
        self._held_s += (output.held_s - self._held_s) * SMOOTHING
        excess_s = self._held_s - HELD_S
        if excess_s > TOO_MUCH_S:
            pacer.wait(FRAME_S)
            self._held_s -= FRAME_S
        pace = 1.0
        if abs(excess_s) > HELD_SLACK_S:
            pace += STEER if excess_s > 0 else -STEER
        pacer.set_interval(FRAME_S * pace, slack_s=CATCH_UP_S)
