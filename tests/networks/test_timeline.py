"""Figures from what was seen and heard, on times made by hand."""

from __future__ import annotations

import pytest

from tests.networks.timeline import (
    UNREADABLE,
    Account,
    Sight,
    Span,
    absence_s,
    back_s,
    figures,
    gaps,
    reconnecting_s,
)

FRAME_RATE = 10.0


def seen(*spans: tuple[float, float], late_s: float = 0.0) -> Sight:
    """Somebody whose pictures and sound came during these spans, each picture `late_s` late."""
    sight = Sight()
    for start_s, end_s in spans:
        for number in range(round(start_s * FRAME_RATE), round(end_s * FRAME_RATE)):
            sight.saw(number / FRAME_RATE + late_s, number)
        for tick in range(round(start_s * 50), round(end_s * 50)):
            sight.heard(tick / 50, is_tone=True)
    return sight


def test_a_cut_is_one_freeze_with_its_length_and_its_end() -> None:
    sight = seen((0, 10), (16, 30))
    told = figures(sight, Span(10, 15), 30, FRAME_RATE)
    assert told.still_s == pytest.approx(6.1)
    assert told.freezes == 1
    assert told.silence_s == pytest.approx(6.02)
    assert told.frame_rate == 0
    assert told.back_s == pytest.approx(1.0)


def test_an_undisturbed_time_has_no_freeze_and_the_whole_rate() -> None:
    told = figures(seen((0, 30)), Span(10, 20), 30, FRAME_RATE)
    assert told.still_s == pytest.approx(0.1)
    assert told.freezes == 0
    assert told.missing_sound == 0
    assert told.frame_rate == pytest.approx(10)
    assert told.later_s == pytest.approx(0)
    assert told.back_s is not None
    assert told.back_s <= 0.1


def test_whoever_does_not_come_back_is_never_back() -> None:
    assert figures(seen((0, 10)), Span(10, 15), 30, FRAME_RATE).back_s is None


def test_back_is_when_it_stays_and_not_when_it_flickers() -> None:
    assert back_s([1.0, 1.5, 5.0, 5.5, 6.0], 0.0, 6.5) == 5.0
    assert back_s([1.0, 1.5], 0.0, 6.5) is None


def test_only_pictures_that_are_readable_and_new_count() -> None:
    sight = Sight(pictures=[(0.0, 1), (1.0, UNREADABLE), (2.0, 1), (3.0, 2)])
    assert figures(sight, Span(0.0, 3.5), 3.5, FRAME_RATE).still_s == pytest.approx(3.0)


def test_sound_that_is_missing_is_counted_in_windows_of_the_disturbance() -> None:
    sight = seen((0, 10))
    sight.sounds = [(at_s, is_tone and round(at_s * 50) % 4 != 0) for at_s, is_tone in sight.sounds]
    assert figures(sight, Span(2, 6), 10, FRAME_RATE).missing_sound == pytest.approx(0.25)


def test_pictures_that_come_later_than_before_say_by_how_much() -> None:
    sight = seen((0, 10))
    sight.pictures += seen((10, 20), late_s=0.4).pictures
    assert figures(sight, Span(10, 20), 21, FRAME_RATE).later_s == pytest.approx(0.4)


def test_a_gap_that_began_before_counts_from_its_beginning() -> None:
    assert max(gap.length_s for gap in gaps([1.0, 5.0], Span(2.0, 6.0))) == 4.0


def test_the_time_of_reconnecting_ends_with_looking() -> None:
    phases = [(0.0, "connected"), (4.0, "reconnecting"), (6.0, "connected"), (9.0, "reconnecting")]
    assert reconnecting_s(phases, Span(5.0, 10.0)) == 2.0


def test_absence_is_the_time_without_anybody_of_that_name() -> None:
    sight = Sight(connections=[(0.0, "con_a"), (4.0, ""), (7.0, "con_b")])
    assert absence_s(sight, Span(1.0, 10.0)) == 3.0


def test_an_account_survives_json() -> None:
    sight = seen((0, 1))
    sight.is_there(0.0, "con_a")
    account = Account("Desk", [(0.0, "connected")], [(0.0, "con_b")], {"Outside": sight})
    assert Account.from_json(account.to_json()) == account
