"""The sum of everybody."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, AudioLevel, OnPlayed, Samples
from desktop.rtc.mixer import HELD_S, Mixer
from desktop.rtc.pacing import Pacer
from tests.support.sources import RecordingOutput
from tests.support.waiting import until


def say(mixer: Mixer, value: int, frames: int = 3) -> AudioLevel:
    """Let somebody new say the same for some frames, from second 0 on."""
    level = AudioLevel()
    playout = mixer.add_stream(level)
    playout.decode = lambda payload, _: np.frombuffer(payload, np.int16)
    frame = np.full(AUDIO_FRAME_SAMPLES, value, np.int16)
    for number in range(frames):
        playout.add(number, number * AUDIO_FRAME_SAMPLES, frame.tobytes(), number * 0.02)
    return level


def values(samples: Samples) -> set[int]:
    """The values in a frame."""
    return set(samples.tolist())


HEARD_S = 0.05
"""When everybody who began at 0 is heard."""


def test_streams_are_added() -> None:
    mixer = Mixer(None)
    for value in (100, 250, -50):
        say(mixer, value)
    assert values(mixer.mix(HEARD_S)) == {300}


def test_too_loud_is_cut_not_wrapped() -> None:
    mixer = Mixer(None)
    for _ in range(3):
        say(mixer, 30_000)
    assert values(mixer.mix(HEARD_S)) == {32_767}
    low = Mixer(None)
    for _ in range(3):
        say(low, -30_000)
    assert values(low.mix(HEARD_S)) == {-32_768}


def test_silence_from_nobody_and_before_it_is_time() -> None:
    mixer = Mixer(None)
    assert values(mixer.mix(0.0)) == {0}
    say(mixer, 7)
    assert values(mixer.mix(0.0)) == {0}
    assert values(mixer.mix(HEARD_S)) == {7}


def test_one_who_says_nothing_does_not_stop_the_others() -> None:
    mixer = Mixer(None)
    mixer.add_stream(AudioLevel())
    say(mixer, 9)
    assert values(mixer.mix(HEARD_S)) == {9}


def test_everybody_is_as_loud_as_they_are_heard() -> None:
    mixer = Mixer(None)
    loud, quiet = say(mixer, 3_277), say(mixer, 0)
    mixer.mix(HEARD_S)
    assert loud.rms == pytest.approx(0.1, rel=0.01)
    assert quiet.rms == 0.0


def test_a_removed_stream_is_not_heard() -> None:
    mixer = Mixer(None)
    level = AudioLevel()
    playout = mixer.add_stream(level)
    playout.decode = lambda payload, _: np.frombuffer(payload, np.int16)
    playout.add(0, 0, np.full(AUDIO_FRAME_SAMPLES, 9, np.int16).tobytes(), 0.0)
    mixer.remove_stream(playout)
    mixer.remove_stream(playout)
    assert values(mixer.mix(HEARD_S)) == {0}
    assert level.rms == 0.0


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


async def test_another_loudspeaker_takes_over() -> None:
    first, second = RecordingOutput(), RecordingOutput()
    mixer = Mixer(first)
    running = asyncio.create_task(mixer.run())
    await until(lambda: first.written, "the first one plays")
    mixer.play_on(second)
    written = first.written
    await until(lambda: second.written > 2, "the second one plays")
    assert first.written == written
    running.cancel()
    await asyncio.wait([running])


class FullLoudspeaker(RecordingOutput):
    """One in which so much waits as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.held_s = HELD_S
        self.told: list[object] = []

    def when_played(self, played: OnPlayed | None) -> None:
        """Remember who wants to know."""
        self.told.append(played)


@pytest.mark.parametrize(
    ("held_s", "frames"), [(HELD_S, 2_000), (HELD_S + 0.02, 1_999), (HELD_S - 0.02, 2_001)]
)
def test_the_mix_keeps_to_the_loudspeakers_clock(held_s: float, frames: int) -> None:
    """A twentieth of a per cent slower or faster, forty seconds long: one frame."""
    output, pacer = FullLoudspeaker(), Pacer(0.02, slack_s=0.1)
    output.held_s = held_s
    mixer = Mixer(output)
    now_s, written = 0.0, 0
    while now_s < 40.0 - 0.001:
        now_s = pacer.take(now_s)
        mixer._keep_step(output, pacer)
        now_s += pacer.delay_s(now_s)
        written += 1
    assert written == pytest.approx(frames, abs=0.5)


def test_what_gathered_while_a_device_opened_is_left_out() -> None:
    """0.2 s wait: after a second of turns, some of them left out, hardly more waits than should."""
    output, pacer = FullLoudspeaker(), Pacer(0.02, slack_s=0.1)
    output.held_s = 0.2
    mixer = Mixer(output)
    now_s = 0.0
    for _ in range(100):
        now_s = pacer.take(now_s)
        mixer._keep_step(output, pacer)
        waited_s = pacer.delay_s(now_s)
        now_s += waited_s
        output.held_s += 0.02 - waited_s  # written, and played meanwhile
    assert output.held_s == pytest.approx(HELD_S, abs=0.035)


def test_a_loudspeaker_tells_what_it_plays() -> None:
    first, second = FullLoudspeaker(), FullLoudspeaker()
    mixer = Mixer(first)

    def played(_samples: Samples, _delay_s: float) -> None:
        """Somebody who wants to know."""

    mixer.tell_played(played)
    mixer.play_on(second)
    assert first.told[-2:] == [played, None]
    assert second.told == [played]
