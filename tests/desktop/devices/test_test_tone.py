"""The generated tone and the measuring of tones."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from desktop.devices.test_tone import TONE_COUNT, TestTone, energy_at, tone_frequency_hz
from desktop.rtc.media import AudioLevel, Samples

DEADLINE_S = 40.0
LEVEL = 10 ** (-30 / 20)


def sine(frequency_hz: float, rms: float, count: int = 48_000) -> Samples:
    """A lone sine."""
    wave = rms * np.sqrt(2) * 32768 * np.sin(2 * np.pi * frequency_hz / 48_000 * np.arange(count))
    return np.asarray(np.rint(wave), np.int16)


def collected(tone: TestTone, frames: int) -> list[Samples]:
    """The first frames of a tone; closed again."""
    got: list[Samples] = []
    enough = threading.Event()

    def deliver(samples: Samples) -> None:
        got.append(samples.copy())
        if len(got) >= frames:
            enough.set()

    tone.open(deliver)
    try:
        assert enough.wait(DEADLINE_S)
    finally:
        tone.close()
    return got[:frames]


def test_sources_have_tones_from_400_to_1100_hz() -> None:
    tones = {tone_frequency_hz(source_id) for source_id in range(65536)}
    assert len(tones) == TONE_COUNT
    assert (min(tones), max(tones)) == (400, 1100)


@pytest.mark.parametrize("source_id", [0, 13, 28])
def test_the_tone_has_its_level_and_no_clicks(source_id: int) -> None:
    """All that is there is the tone: the rest is rounding."""
    tone = TestTone(source_id)
    frames = collected(tone, 50)
    assert all(frame.shape == (960,) and frame.dtype == np.int16 for frame in frames)
    sound = np.concatenate(frames)
    expected = sine(tone.frequency_hz, LEVEL)
    assert np.abs(sound.astype(int) - expected).max() <= 1
    level = AudioLevel()
    level.measure(sound)
    assert level.rms == pytest.approx(LEVEL, rel=0.01)


def test_the_tone_keeps_its_pace_and_its_thread_ends() -> None:
    """100 frames of 20 ms are never there before their time."""
    times: list[float] = []

    enough = threading.Event()

    def deliver(_: Samples) -> None:
        times.append(time.monotonic())
        if len(times) == 101:
            enough.set()

    tone = TestTone(1)
    tone.open(deliver)
    try:
        assert enough.wait(DEADLINE_S)
    finally:
        tone.close()
    count = len(times)
    assert times[100] - times[0] >= 100 * 0.02 - 0.02
    assert "test-tone" not in [thread.name for thread in threading.enumerate()]
    assert len(times) == count


def test_opening_and_closing_a_hundred_times_leaves_nothing() -> None:
    tone = TestTone(2)
    before = threading.active_count()
    for _ in range(100):
        collected(tone, 1)
        tone.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("rms", [0.001, 0.0316, 0.5])
@pytest.mark.parametrize("frequency_hz", [400, 725, 1100])
def test_energy_is_the_root_mean_square_of_that_frequency(rms: float, frequency_hz: int) -> None:
    sound = sine(frequency_hz, rms)
    assert energy_at(sound, frequency_hz) == pytest.approx(rms, rel=0.01)
    assert energy_at(sound[:960], frequency_hz) == pytest.approx(rms, rel=0.05)


def test_neighbouring_tones_do_not_count() -> None:
    """After 100 ms two tones of the raster are told apart."""
    sound = sine(700, 0.1, 4800)
    assert energy_at(sound, 725) < 0.1 / 30
    assert energy_at(sound, 675) < 0.1 / 30


def test_a_tone_is_found_in_noise_and_under_another() -> None:
    random = np.random.default_rng(3)
    noise = random.normal(0, 0.02 * 32768, 48_000)
    sound = (sine(450, LEVEL) + sine(900, 0.2) + noise).astype(np.int16)
    assert energy_at(sound, 450) == pytest.approx(LEVEL, rel=0.05)
    assert energy_at(sound, 600) < 0.001


def test_silence_and_nothing_have_no_energy() -> None:
    assert energy_at(np.zeros(960, np.int16), 700) == 0.0
    assert energy_at(np.empty(0, np.int16), 700) == 0.0
