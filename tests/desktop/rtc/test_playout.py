"""One voice over networks of all kinds, by a clock that the test turns."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.media import AUDIO_FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from desktop.rtc.playout import (
    GIVE_UP_S,
    JUMP_PACKETS,
    LONGEST_DELAY_S,
    MAX_WAITING,
    SHORTEST_DELAY_S,
    Playout,
)

FRAME_S = 0.02


def voice(number: int) -> Samples:
    """20 ms of a vowel of 150 Hz, which goes on from packet to packet."""
    at_s = (number * AUDIO_FRAME_SAMPLES + np.arange(AUDIO_FRAME_SAMPLES)) / SAMPLE_RATE_HZ
    wave = sum(np.sin(2 * np.pi * 150 * part * at_s) / part for part in range(1, 6))
    return (np.asarray(wave) * 6_000).astype(np.int16)


def decode(payload: bytes, _ticks: int) -> Samples:
    """The payload is its packet's number."""
    return voice(int(payload))


@dataclass
class Heard:
    """What a walk gave."""

    playout: Playout
    sound: list[Samples] = field(default_factory=list)
    delays_ms: list[tuple[float, float]] = field(default_factory=list)
    """When, and how long after the packet left the sender what is heard was said."""

    def worst_delay_ms(self, from_s: float, to_s: float) -> float:
        """The longest delay in a stretch of time."""
        return max(delay_ms for at_s, delay_ms in self.delays_ms if from_s <= at_s < to_s)

    @property
    def samples(self) -> Samples:
        """All of it."""
        return np.concatenate(self.sound)


Fate = Callable[[int], float | None]
"""Seconds that the packet of a number takes, None for lost."""


def walk(fate: Fate, seconds: float, *, drift: float = 0.0, phase_s: float = 0.007) -> Heard:
    """Send packets through a network and take what is heard every 20 ms.

    Args:
        fate: what the network does.
        seconds: how long.
        drift: how much faster the sender's clock runs.
        phase_s: of the taking, beside the sending.
    """
    playout = Playout(decode)
    heard = Heard(playout)
    count = round(seconds / FRAME_S)
    arrivals = sorted(
        (number * FRAME_S * (1 - drift) + took_s, number)
        for number in range(count)
        if (took_s := fate(number)) is not None
    )
    for turn in range(count):
        now_s = 1.0 + turn * FRAME_S + phase_s
        while arrivals and arrivals[0][0] + 1.0 <= now_s:
            at_s, number = arrivals.pop(0)
            playout.add(
                (65_500 + number) % 65_536,
                (2**32 - 50_000 + number * AUDIO_FRAME_SAMPLES) % 2**32,
                str(number).encode(),
                1.0 + at_s,
            )
        piece = playout.take(now_s)
        if piece is not None:
            assert piece.shape == (AUDIO_FRAME_SAMPLES,)
            assert piece.dtype == np.int16
            heard.sound.append(piece)
            delay_s = playout.delay_s(now_s + FRAME_S)
            if delay_s is not None:
                heard.delays_ms.append((turn * FRAME_S, delay_s * 1000))
    return heard


def test_on_a_good_network_little_is_kept_back_and_nothing_is_made_up() -> None:
    heard = walk(lambda _: 0.03, 10)
    counts = heard.playout.counts
    assert counts.bridged == counts.late == 0
    assert counts.played >= 495
    assert heard.worst_delay_ms(2, 10) < 50
    assert heard.playout.wanted_delay_s == pytest.approx(SHORTEST_DELAY_S)


@pytest.mark.parametrize("phase_ms", [0, 3, 7, 11, 15, 19])
def test_punctual_packets_are_heard_as_they_are_once_the_delay_is_found(phase_ms: int) -> None:
    """Whatever is left over of a packet after it was shortened, the next one is there when it is needed.

    A little jitter, as on a quiet network, keeps the wanted delay above its least.
    """
    chance = random.Random(phase_ms)
    network = [0.03 + chance.uniform(0, 0.008) for _ in range(1000)]
    before = walk(lambda number: network[number], 8, phase_s=phase_ms / 1000).playout.counts
    after = walk(lambda number: network[number], 20, phase_s=phase_ms / 1000).playout.counts
    changes = after.bridged + after.shortened + after.lengthened
    assert changes - (before.bridged + before.shortened + before.lengthened) <= 6


def test_the_voice_comes_out_as_it_went_in() -> None:
    """Whole and unbroken: no sample differs from the next by more than the vowel's own slope."""
    heard = walk(lambda _: 0.03, 4)
    steps = np.abs(np.diff(heard.samples.astype(np.int32)))
    slope = np.abs(np.diff(np.concatenate([voice(n) for n in range(4)]).astype(np.int32))).max()
    assert steps.max() <= slope * 1.5


def test_after_a_burst_of_loss_the_delay_is_what_it_was() -> None:
    """20 % for 5 s: what is lost is bridged, and 5 s later nothing is kept back for it."""
    dice = random.Random(7)
    heard = walk(lambda n: None if 250 <= n < 500 and dice.random() < 0.2 else 0.03, 20)
    assert 30 <= heard.playout.counts.bridged <= 75
    assert heard.worst_delay_ms(5, 10) < 80, "even during the burst"
    assert heard.worst_delay_ms(15, 20) < 60


def test_jitter_makes_it_longer_and_it_comes_back() -> None:
    """80 ms of jitter for 5 s: few packets miss their place; 6 s later the delay is short again."""
    dice = random.Random(3)
    heard = walk(lambda n: 0.03 + (dice.random() * 0.08 if 250 <= n < 500 else 0.0), 20)
    assert heard.worst_delay_ms(7, 10) > 60
    assert heard.playout.counts.bridged < 25, "of 250 packets that came late"
    assert heard.worst_delay_ms(16, 20) < 50
    assert heard.playout.counts.shortened > 0
    steps = np.abs(np.diff(heard.samples.astype(np.int32)))
    assert np.quantile(steps, 0.9999) < 4 * np.quantile(steps, 0.99), "no clicks"


def test_a_stall_is_caught_up_with() -> None:
    """Everything of half a second comes at its end: some is left out, nothing stays late."""
    heard = walk(lambda n: 0.03 + (max(0.0, (n - 250) * -FRAME_S + 0.5) if 250 <= n < 275 else 0.0), 20)
    assert heard.worst_delay_ms(5, 6) < (GIVE_UP_S + LONGEST_DELAY_S + 0.1) * 1000
    assert heard.worst_delay_ms(12, 20) < 60


@pytest.mark.parametrize("drift", [-200e-6, 200e-6])
def test_clocks_that_drift_apart_change_nothing(drift: float) -> None:
    """A sender 200 ppm off, which is as bad as sound cards get: 24 ms in two minutes."""
    heard = walk(lambda _: 0.03, 120, drift=drift)
    assert heard.playout.counts.bridged <= 3
    assert heard.worst_delay_ms(60, 120) < 55


@pytest.mark.parametrize("jump", [JUMP_PACKETS + 1, 20_000])
def test_a_jump_is_a_new_beginning(jump: int) -> None:
    playout = Playout(decode)
    heard = []
    for turn in range(100):
        number = turn if turn < 50 else turn + jump
        playout.add(number % 65_536, number * 960 % 2**32, str(turn).encode(), turn * FRAME_S)
        heard.append(playout.take(turn * FRAME_S + 0.005))
    assert sum(piece is not None for piece in heard) >= 92
    assert playout.counts.bridged <= 1


def test_somebody_who_pauses_is_heard_again_at_once() -> None:
    """Two seconds without a packet: the voice fades out, then nothing; the next words are not late."""
    playout = Playout(decode)
    heard: list[Samples | None] = []
    for turn in range(250):
        if not 100 <= turn < 200:
            playout.add(turn if turn < 100 else turn - 100, turn * 960, str(turn).encode(), turn * FRAME_S)
        heard.append(playout.take(turn * FRAME_S + 0.005))
    assert heard[150] is None
    assert heard[204] is not None
    delay_s = playout.delay_s(250 * FRAME_S)
    assert delay_s is not None
    assert delay_s < 0.07


def test_packets_of_another_length_are_played_all_the_same() -> None:
    """60 ms in each, as some senders do to spare the line."""
    playout = Playout(
        lambda payload, _: np.concatenate([voice(int(payload) * 3 + part) for part in range(3)])
    )
    heard = []
    for turn in range(300):
        if turn % 3 == 0:
            playout.add(turn // 3, turn * 960, str(turn // 3).encode(), turn * FRAME_S)
        heard.append(playout.take(turn * FRAME_S + 0.005))
    assert playout.counts.bridged <= 6
    assert sum(piece is not None for piece in heard[20:]) == 280


def test_what_cannot_be_read_is_bridged() -> None:
    playout = Playout(lambda payload, _: voice(0) if payload != b"30" else np.empty(0, np.int16))
    for turn in range(60):
        playout.add(turn, turn * 960, str(turn).encode(), turn * FRAME_S)
        playout.take(turn * FRAME_S + 0.005)
    assert playout.counts.bridged == 1


@given(
    st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.floats(0, 0.1)), max_size=200)
)
def test_whatever_comes_little_is_kept_and_sound_has_its_size(packets: list[tuple[int, int, float]]) -> None:
    playout = Playout(decode)
    now_s = 0.0
    for number, ticks, pause_s in packets:
        now_s += pause_s
        playout.add(number, ticks, b"1", now_s)
        assert len(playout._waiting) <= MAX_WAITING
        piece = playout.take(now_s)
        assert piece is None or piece.shape == (AUDIO_FRAME_SAMPLES,)
        assert playout._pending.size < 4 * AUDIO_FRAME_SAMPLES
