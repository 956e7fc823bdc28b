"""Echo goes, the voice stays: short slices of `bench audio`."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.rtc.media import ALL_OFF, SAMPLE_RATE_HZ, SoundSwitches
from desktop.rtc.voice_processing import VoiceProcessor
from tests.support.voices import (
    Signal,
    frames_of,
    kept_db,
    loudspeaker_path,
    removed_db,
    signal_of,
    speech,
    through,
)

SECONDS = 10
SETTLED = 5 * SAMPLE_RATE_HZ
"""Samples after which the echo's path is known."""
NOTHING = np.zeros(SECONDS * SAMPLE_RATE_HZ)
FAR = speech(SECONDS, seed=1, pitch_hz=190, rms=0.1)
NEAR = speech(SECONDS, seed=2, rms=0.07)
ECHO = through(loudspeaker_path(gain=0.3), FAR)


def processed(far: Signal, microphone: Signal, switches: SoundSwitches) -> Signal:
    """What goes out of what the microphone hears while the loudspeaker plays the far voice."""
    processor = VoiceProcessor(switches)
    processor.prepare()
    out = []
    for played, heard in zip(frames_of(far), frames_of(microphone), strict=True):
        processor.played(played, 0.03)
        out.append(processor.heard(heard))
    return signal_of(out)


def test_at_least_25_db_of_echo_go() -> None:
    out = processed(FAR, ECHO, SoundSwitches())
    assert removed_db(ECHO[SETTLED:], out[SETTLED:]) >= 25


def test_the_near_voice_stays_as_loud_as_it_was() -> None:
    out = processed(NOTHING, NEAR, SoundSwitches())
    assert kept_db(NEAR[SETTLED:], out[SETTLED:], NOTHING[SETTLED:]) == pytest.approx(0, abs=2)


def test_both_at_once_leave_the_near_voice_and_take_the_echo() -> None:
    near = np.where(np.arange(NEAR.size) < SETTLED, 0, NEAR)
    out = processed(FAR, near + ECHO, SoundSwitches())
    assert kept_db(NEAR[SETTLED:], out[SETTLED:], ECHO[SETTLED:]) > -3


def test_without_echo_cancelling_the_echo_stays() -> None:
    out = processed(FAR, ECHO, SoundSwitches(False, False, False))
    assert np.array_equal(out, signal_of(frames_of(ECHO)))


def test_steady_noise_becomes_quieter_and_only_when_asked_for() -> None:
    noise = np.random.default_rng(1).normal(size=NOTHING.size) * 0.01
    quiet = processed(NOTHING, noise, SoundSwitches(False, True, False))
    loud = processed(NOTHING, noise, SoundSwitches(True, False, False))
    assert removed_db(noise[SETTLED:], quiet[SETTLED:]) > 8
    assert removed_db(noise[SETTLED:], loud[SETTLED:]) < 4


def test_switches_take_effect_while_it_runs() -> None:
    processor = VoiceProcessor(SoundSwitches())
    processor.prepare()
    frame = frames_of(NEAR)[3]
    assert not np.array_equal(processor.heard(frame), frame)
    processor.set_switches(ALL_OFF)
    assert np.array_equal(processor.heard(frame), frame)
    processor.set_switches(SoundSwitches(True, False, False))
    assert not np.array_equal(processor.heard(frame), frame)


def test_before_it_is_prepared_it_changes_nothing() -> None:
    frame = frames_of(NEAR)[3]
    processor = VoiceProcessor(SoundSwitches())
    processor.played(frame, 0.03)
    assert np.array_equal(processor.heard(frame), frame)
