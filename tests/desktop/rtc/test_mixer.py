"""The sum of everybody."""

from __future__ import annotations

import asyncio

import numpy as np

from desktop.rtc.audio_queue import MAX_FRAMES, AudioQueue
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, Samples
from desktop.rtc.mixer import Mixer
from tests.support.sources import RecordingOutput
from tests.support.waiting import until


def fill(queue: AudioQueue, value: int, frames: int = 3) -> None:
    """Let a stream say the same for some frames."""
    for _ in range(frames):
        queue.put(np.full(AUDIO_FRAME_SAMPLES, value, np.int16))


def values(samples: Samples) -> set[int]:
    """The values in a frame."""
    return set(samples.tolist())


def test_streams_are_added() -> None:
    mixer = Mixer(None)
    for value in (100, 250, -50):
        fill(mixer.add_stream(), value)
    assert values(mixer.mix()) == {300}


def test_too_loud_is_cut_not_wrapped() -> None:
    mixer = Mixer(None)
    for _ in range(3):
        fill(mixer.add_stream(), 30_000)
    assert values(mixer.mix()) == {32_767}
    low = Mixer(None)
    for _ in range(3):
        fill(low.add_stream(), -30_000)
    assert values(low.mix()) == {-32_768}


def test_silence_from_nobody_and_from_starved_streams() -> None:
    mixer = Mixer(None)
    assert values(mixer.mix()) == {0}
    fill(mixer.add_stream(), 7, frames=1)
    assert values(mixer.mix()) == {0}


def test_one_starved_stream_does_not_stop_the_others() -> None:
    mixer = Mixer(None)
    mixer.add_stream()
    fill(mixer.add_stream(), 9)
    assert values(mixer.mix()) == {9}


def test_a_removed_stream_is_not_heard() -> None:
    mixer = Mixer(None)
    queue = mixer.add_stream()
    fill(queue, 9)
    mixer.remove_stream(queue)
    mixer.remove_stream(queue)
    assert values(mixer.mix()) == {0}


async def test_the_output_gets_a_frame_every_20_ms() -> None:
    """By a clock that the test turns: 50 frames a second, no more after a stall than 6 at once."""
    now_s = 0.0
    output = RecordingOutput()
    mixer = Mixer(output, clock=lambda: now_s)
    running = asyncio.create_task(mixer.run())
    await until(lambda: output.written == 1, "the first frame")
    for step in range(1, 51):
        now_s = step * 0.02
        await until(lambda step=step: output.written == 1 + step, "the next frame")  # type: ignore[misc]
    now_s = 30.0
    await until(lambda: output.written >= 57, "what is made up for")
    await asyncio.sleep(0)
    assert output.written == 57
    running.cancel()
    await asyncio.wait([running])


async def test_without_a_loudspeaker_the_queues_do_not_grow() -> None:
    mixer = Mixer(None)
    queue = mixer.add_stream()
    fill(queue, 9, frames=MAX_FRAMES)
    running = asyncio.create_task(mixer.run())
    await until(lambda: len(queue) == 0, "an emptied queue")
    running.cancel()
    await asyncio.wait([running])
