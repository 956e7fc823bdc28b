"""Quiet and loud voices come out alike, and nothing else is made louder."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.rtc.gain_control import MOST_LOUDER_DB, GainControl
from tests.support.voices import Signal, frames_of, removed_db, signal_of, speech


def through(sound: Signal, *, others_heard: bool = False) -> Signal:
    """What comes out."""
    control = GainControl()
    return signal_of([control.take(frame, others_heard=others_heard) for frame in frames_of(sound)])


def changed_db(sound: Signal) -> float:
    """By how much the last half of ten seconds is louder."""
    half = sound.size // 2
    return -removed_db(sound[half:], through(sound)[half:])


@pytest.mark.parametrize("rms", [0.045, 0.1])
def test_a_voice_as_loud_as_it_should_be_is_left_alone(rms: float) -> None:
    assert changed_db(speech(10, seed=1, rms=rms)) == pytest.approx(0, abs=0.5)


def test_a_quiet_voice_becomes_louder_within_bounds() -> None:
    assert 7 < changed_db(speech(10, seed=1, rms=0.012)) <= MOST_LOUDER_DB
    assert changed_db(speech(10, seed=1, rms=0.001)) <= MOST_LOUDER_DB


def test_a_loud_voice_becomes_quieter_and_is_never_cut() -> None:
    sound = np.clip(speech(10, seed=1, rms=0.35), -1, 1)
    assert -12 <= changed_db(sound) < -3
    assert np.max(np.abs(through(sound))) < 0.95


def test_silence_and_hiss_stay_as_they_are() -> None:
    hiss = np.random.default_rng(3).normal(size=480_000) * 0.001
    assert changed_db(hiss) == pytest.approx(0, abs=0.01)


def test_what_may_be_an_echo_says_nothing() -> None:
    sound = speech(10, seed=1, rms=0.012)
    assert np.array_equal(signal_of(frames_of(sound)), through(sound, others_heard=True))
