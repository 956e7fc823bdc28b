"""When pictures come too late: measured at the start, forgiven once later."""

from __future__ import annotations

import pytest

from desktop.meeting.lateness import MEASURED, WARM_UP, Lateness

INTERVAL_S = 1 / 30


def gives_up_after(costs_s: list[float], missed: list[int] | None = None) -> int | None:
    """Number of the picture, from 1, with which it is given up; None for never."""
    lateness, now_s = Lateness(INTERVAL_S), 100.0
    for number, cost_s in enumerate(costs_s, start=1):
        now_s += max(INTERVAL_S, cost_s)
        if lateness.take(now_s, cost_s, missed[number - 1] if missed else 0):
            return number
    return None


def test_a_computer_that_can_do_it_goes_on() -> None:
    assert gives_up_after([0.004] * 3_000) is None


def test_loading_does_not_count() -> None:
    assert gives_up_after([0.5] * WARM_UP + [0.004] * 1_000) is None


@pytest.mark.parametrize("cost_s", [0.026, 0.1, 2.0])
def test_too_slow_from_the_start_is_known_after_a_dozen_pictures(cost_s: float) -> None:
    assert gives_up_after([cost_s] * 100) == WARM_UP + MEASURED


def test_one_slow_picture_among_the_first_is_not_the_computer() -> None:
    assert gives_up_after([0.004] * 5 + [0.3] + [0.004] * 1_000) is None


def test_one_bad_spell_is_forgiven_and_two_are_not() -> None:
    start, spell, good = [0.004] * (WARM_UP + MEASURED), [0.030] * 95, [0.004] * 200
    assert gives_up_after(start + spell + good + spell + good) is None
    given_up = gives_up_after(start + good + spell * 4)
    assert given_up is not None
    assert given_up > len(start + good) + 90


def test_pictures_that_are_left_out_count_as_well() -> None:
    """The work itself may be quick and still get no time."""
    pictures = 400
    given_up = gives_up_after([0.010] * pictures, [0] * 30 + [1] * (pictures - 30))
    assert given_up is not None
    assert gives_up_after([0.010] * pictures, [0, 0, 0, 0, 1] * (pictures // 5)) is None
