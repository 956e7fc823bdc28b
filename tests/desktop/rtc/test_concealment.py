"""Gaps in a voice are bridged by what came before them."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.rtc.concealment import MAX_FRAMES, Concealment
from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples


def voice(frames: int, *, hz: float = 173.0) -> Samples:
    """Something with a period and overtones, as vowels have."""
    time_s = np.arange(frames * AUDIO_FRAME_SAMPLES) / SAMPLE_RATE_HZ
    wave = np.sum([np.sin(2 * np.pi * hz * part * time_s) / part for part in (1, 2, 3, 5)], axis=0)
    samples: Samples = (wave * 4_000).astype(np.int16)
    return samples


def frames_of(sound: Samples) -> list[Samples]:
    """Cut into 20 ms."""
    return [sound[at : at + AUDIO_FRAME_SAMPLES].copy() for at in range(0, len(sound), AUDIO_FRAME_SAMPLES)]


def with_gap(sound: Samples, first: int, lost: int) -> Samples:
    """What is played of a sound that misses some frames."""
    concealment = Concealment()
    out: list[Samples] = []
    for place, frame in enumerate(frames_of(sound)):
        if not first <= place < first + lost:
            out.append(concealment.go_on(frame))
        else:
            out.append(concealment.bridge())
    return np.concatenate(out)


def test_without_a_gap_nothing_is_changed() -> None:
    sound = voice(10)
    assert np.array_equal(with_gap(sound, 10, 0), sound)


@pytest.mark.parametrize("hz", [85.0, 173.0, 390.0])
def test_one_lost_frame_of_a_steady_voice_is_hardly_missed(hz: float) -> None:
    """The bridge has the right length and differs from what was lost by less than a tenth of its power."""
    sound = voice(10, hz=hz)
    played = with_gap(sound, 5, 1)
    assert len(played) == len(sound)
    gap = slice(5 * AUDIO_FRAME_SAMPLES, 6 * AUDIO_FRAME_SAMPLES)
    wrong = played[gap].astype(float) - sound[gap]
    assert np.sum(wrong**2) < 0.1 * np.sum(sound[gap].astype(float) ** 2)


def test_there_is_no_click_at_either_end() -> None:
    sound = voice(10)
    played = with_gap(sound, 5, 2).astype(int)
    assert np.abs(np.diff(played)).max() <= 1.5 * np.abs(np.diff(sound.astype(int))).max()


def test_a_long_bridge_fades() -> None:
    played = with_gap(voice(12), 5, MAX_FRAMES).astype(float)
    loudness = [np.abs(frame).max() for frame in frames_of(played)[5 : 5 + MAX_FRAMES]]
    assert loudness[0] > loudness[1] > loudness[2] > 0


@pytest.mark.parametrize("lost", [MAX_FRAMES + 1, 1_000])
def test_what_is_too_long_is_left_silent(lost: int) -> None:
    concealment = Concealment()
    for frame in frames_of(voice(3)):
        concealment.go_on(frame)
    pieces = [concealment.bridge() for _ in range(lost)]
    assert not np.concatenate(pieces[MAX_FRAMES:]).any()
    assert abs(int(pieces[MAX_FRAMES - 1][-1])) < 500, "it has faded out before"
    frame = frames_of(voice(1))[0]
    assert np.array_equal(concealment.go_on(frame), frame)


def test_the_frame_that_came_is_not_written_to() -> None:
    concealment = Concealment()
    frame = frames_of(voice(1))[0]
    before = frame.copy()
    concealment.bridge()
    concealment.go_on(frame)
    assert np.array_equal(frame, before)


@pytest.mark.parametrize("level", [0, 32_767, -32_768])
def test_silence_and_the_loudest_sound_are_bridged_too(level: int) -> None:
    concealment = Concealment()
    frame = np.full(AUDIO_FRAME_SAMPLES, level, np.int16)
    for _ in range(3):
        concealment.go_on(frame)
    for piece in (concealment.bridge(), concealment.bridge(), concealment.go_on(frame)):
        assert abs(int(piece[0])) <= abs(level)
        assert np.sign(int(piece[0])) == np.sign(level)
