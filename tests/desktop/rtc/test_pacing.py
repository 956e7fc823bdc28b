"""Even spacing by a clock that the test turns."""

from __future__ import annotations

import pytest

from desktop.rtc.pacing import Pacer


def test_a_grid_without_drift() -> None:
    """Turns taken a little late do not push the later ones back."""
    pacer = Pacer(0.02, slack_s=0.1)
    now_s, places = 100.0, []
    for _ in range(500):
        now_s += pacer.delay_s(now_s) + 0.003
        places.append(pacer.take(now_s))
    assert places[-1] - places[0] == pytest.approx(499 * 0.02)


def test_it_never_runs_ahead() -> None:
    """However fast it is asked, no more turns than the clock allows."""
    pacer = Pacer(1 / 30, slack_s=1 / 30)
    now_s, turns = 0.0, 0
    while now_s < 10.0:
        if pacer.delay_s(now_s) == 0:
            pacer.take(now_s)
            turns += 1
        now_s += 0.001
    assert turns == pytest.approx(300, abs=2)


def test_a_source_of_the_same_rate_loses_nothing() -> None:
    """Its frames jitter around the grid."""
    pacer = Pacer(1 / 30, slack_s=1 / 30)
    now_s = 0.0
    for number in range(300):
        now_s = max(now_s, number / 30 + (0.008 if number % 2 else 0.0))
        now_s += pacer.delay_s(now_s)
        pacer.take(now_s)
    assert now_s < 300 / 30 + 0.05


def test_a_long_stall_is_given_up() -> None:
    """After a second away at most the slack is made up for, not fifty turns."""
    pacer = Pacer(0.02, slack_s=0.1)
    pacer.take(0.0)
    burst = 0
    while pacer.delay_s(1.0) == 0:
        pacer.take(1.0)
        burst += 1
    assert burst == 6
    assert pacer.take(1.02) == pytest.approx(1.02)
