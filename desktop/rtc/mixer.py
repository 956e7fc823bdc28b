"""Everybody else's voice as one: the sum of all remote streams, 20 ms at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np

from desktop.rtc.audio_queue import AudioQueue
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, AudioOutput, Samples
from desktop.rtc.microphone import CATCH_UP_S, FRAME_S
from desktop.rtc.pacing import Pacer

_LOUDEST = 32_767


class Mixer:
    """Adds up the streams and writes the sum to the loudspeaker at an even pace.

    Args:
        output: the loudspeaker; None mixes for nobody.
        clock: monotonic seconds.
    """

    def __init__(self, output: AudioOutput | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._queues: set[AudioQueue] = set()

    def add_stream(self) -> AudioQueue:
        """A queue for one stream; what is put into it is heard."""
        queue = AudioQueue()
        self._queues.add(queue)
        return queue

    def remove_stream(self, queue: AudioQueue) -> None:
        """Stop listening to a stream. Removing it twice is fine."""
        self._queues.discard(queue)

    def play_on(self, output: AudioOutput | None) -> None:
        """Write to another loudspeaker from the next frame on; None mixes for nobody."""
        self._output = output

    def mix(self) -> Samples:
        """The next 20 ms of everybody together; silence where nobody has anything."""
        parts = [samples for queue in self._queues if (samples := queue.take()) is not None]
        if not parts:
            return np.zeros(AUDIO_FRAME_SAMPLES, np.int16)
        if len(parts) == 1:
            return parts[0]
        total = np.sum(parts, axis=0, dtype=np.int32)
        return np.clip(total, -_LOUDEST - 1, _LOUDEST).astype(np.int16)

    async def run(self) -> None:
        """Write to the output until cancelled. Without an output the queues are still emptied."""
        pacer = Pacer(FRAME_S, slack_s=CATCH_UP_S)
        while True:
            await asyncio.sleep(pacer.delay_s(self._clock()))
            pacer.take(self._clock())
            samples = self.mix()
            if self._output is not None:
                self._output.write(samples)
