"""Three seconds of a microphone, kept and played back: what *Test* beside the loudspeaker does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from desktop.devices.pacing import PacedThread
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, AudioOutput, Samples

RECORDED_FRAMES = 150
"""Three seconds: long enough for a sentence, short enough to wait for."""

_FRAME_S = AUDIO_FRAME_SAMPLES / SAMPLE_RATE_HZ
_CATCH_UP_FRAMES = 3
_TAIL_FRAMES = 8
"""Silence after the last frame, so that what waits in the device is heard before it is closed."""


class VoiceRecording:
    """Collects frames until it has `RECORDED_FRAMES`. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: list[Samples] = []
        self._full = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def add(self, samples: Samples) -> None:
        """Take a copy of the next 20 ms; what comes after the end is dropped."""
        with self._lock:
            if len(self._frames) == RECORDED_FRAMES:
                return
            self._frames.append(samples.copy())
            done = len(self._frames) == RECORDED_FRAMES
        if done:
            self._loop.call_soon_threadsafe(self._full.set)

    async def wait(self) -> Sequence[Samples]:
        """The frames, once all are there; to be awaited on the loop that made the recording."""
        await self._full.wait()
        with self._lock:
            return tuple(self._frames)


async def play(frames: Sequence[Samples], output: AudioOutput) -> None:
    """Play frames on an output that this opens and closes; returns when they were heard.

    Cancelling stops at once.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    await asyncio.to_thread(output.open)
    count = 0

    def tick() -> None:
        nonlocal count
        if count < len(frames):
            output.write(frames[count])
        elif count == len(frames) + _TAIL_FRAMES:
            loop.call_soon_threadsafe(ended.set)
        count += 1

    thread = PacedThread("voice-playback", _FRAME_S, tick, catch_up=_CATCH_UP_FRAMES)
    thread.start()
    try:
        await ended.wait()
    finally:
        await asyncio.shield(asyncio.to_thread(_stop, thread, output))


def _stop(thread: PacedThread, output: AudioOutput) -> None:
    thread.stop()
    output.close()
