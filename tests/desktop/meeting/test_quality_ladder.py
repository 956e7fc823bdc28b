"""The rules by which a picture is given up and comes back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.meeting.quality_ladder import (
    BACK_S,
    DOWN_S,
    OFF,
    START_S,
    UP_S,
    Conditions,
    Limit,
    QualityLadder,
    Sending,
)

looks = st.builds(
    Conditions,
    at_s=st.just(0.0),
    estimate_bps=st.none() | st.integers(0, 2_000_000),
    sent_bps=st.integers(0, 2_000_000),
    loss=st.floats(0, 1),
    busy=st.floats(0, 2),
    missed=st.floats(0, 1),
)
unhurried = settings(max_examples=60, deadline=None)
"""Enough to find what is wrong; how long one example takes says nothing here."""

histories = st.lists(looks, min_size=1, max_size=60)


def ladder() -> QualityLadder:
    """One of a common camera."""
    return QualityLadder(640, 480, 30)


def walk(history: Iterable[Conditions], on: QualityLadder | None = None) -> list[Sending]:
    """Look once a second."""
    steps = on or ladder()
    return [steps.look(replace(look, at_s=float(second))) for second, look in enumerate(history)]


@unhurried
@given(histories)
def test_the_voice_is_never_given_up(history: list[Conditions]) -> None:
    """Whatever happens: some bits are always the voice's, and the picture never has the line alone."""
    for look, sending in zip(history, walk(history), strict=True):
        assert sending.voice_bps >= 24_000
        assert 0.0 <= sending.voice_loss <= 0.2
        if sending.has_picture and look.estimate_bps is not None and look.estimate_bps > 140_000:
            assert sending.video_bps + sending.voice_bps <= look.estimate_bps


@unhurried
@given(histories)
def test_it_climbs_one_step_at_a_time_and_slowly(history: list[Conditions]) -> None:
    steps = [sending.step for sending in walk(history)]
    ups = [second for second, (before, after) in enumerate(itertools.pairwise(steps)) if after < before]
    assert all(steps[second] - steps[second + 1] == 1 for second in ups)
    assert all(later - earlier >= UP_S for earlier, later in itertools.pairwise(ups))


@unhurried
@given(histories)
def test_it_never_moves_faster_than_its_rules(history: list[Conditions]) -> None:
    """Not in the first seconds, and not twice within the time that a need must last."""
    steps = [sending.step for sending in walk(history)]
    assert set(steps[: int(START_S)]) == {0}
    moves = [second for second, (a, b) in enumerate(itertools.pairwise(steps)) if a != b]
    assert all(later - earlier >= DOWN_S for earlier, later in itertools.pairwise(moves))


@unhurried
@given(histories)
def test_the_picture_goes_last(history: list[Conditions]) -> None:
    """From any step the smallest picture comes before none."""
    steps = [0, *(sending.step for sending in walk(history))]
    for before, after in itertools.pairwise(steps):
        if after == OFF and before != OFF:
            assert before == OFF - 1


@unhurried
@given(
    first=st.integers(0, 2_000_000),
    second=st.integers(0, 2_000_000),
    worse_loss=st.floats(0, 0.5),
    better_loss=st.floats(0, 0.5),
)
def test_worse_conditions_never_give_a_better_picture(
    first: int, second: int, worse_loss: float, better_loss: float
) -> None:
    """Held for as long as it takes to settle."""
    low, high = sorted((first, second))
    calm, rough = sorted((better_loss, worse_loss))
    good = walk([Conditions(0.0, estimate_bps=high, sent_bps=high, loss=calm)] * 25)
    bad = walk([Conditions(0.0, estimate_bps=low, sent_bps=high, loss=rough)] * 25)
    assert bad[-1].step >= good[-1].step


@unhurried
@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 60))
def test_each_step_asks_for_less(width_px: int, height_px: int, frame_rate: int) -> None:
    steps = QualityLadder(width_px, height_px, frame_rate)
    needs = [steps.needs_bps(step) for step in range(OFF + 1)]
    assert needs == sorted(needs, reverse=True)
    assert min(needs) == needs[OFF]


def test_frame_rate_first_then_size_then_the_picture() -> None:
    computer = [replace(Conditions(0.0), busy=1.5)] * 60
    seen = [(each.frame_rate, each.scale, each.limit) for each in walk(computer)]
    assert list(dict.fromkeys((rate, scale) for rate, scale, _ in seen)) == [
        (30, 1),
        (20, 1),
        (15, 1),
        (15, 0.75),
        (15, 0.5),
        (10, 0.5),
        (0, 0.5),
    ]
    assert {limit for _, _, limit in seen[20:]} == {Limit.COMPUTER}


def test_a_collapsed_line_is_answered_at_once() -> None:
    """Two seconds after the estimate fell the picture fits it, without stopping at the steps between."""
    sendings = walk(
        [Conditions(0.0, estimate_bps=1_000_000)] * 10 + [Conditions(0.0, estimate_bps=150_000)] * 4
    )
    assert [sending.step for sending in sendings[9:13]] == [0, 0, 0, OFF - 2]
    assert sendings[12].limit is Limit.LINE
    assert sendings[12].video_bps <= 60_000


def test_on_a_line_for_a_voice_alone_the_picture_goes_and_comes_back() -> None:
    steps = ladder()
    narrow = walk([Conditions(0.0, estimate_bps=80_000)] * 20, steps)
    assert not narrow[-1].has_picture
    assert narrow[-1].voice_bps == 24_000
    gone_at_s = [sending.has_picture for sending in narrow].index(False)
    later = [steps.look(Conditions(20.0 + second)) for second in range(120)]
    back_at_s = 20 + [sending.has_picture for sending in later].index(True)
    assert BACK_S <= back_at_s - gone_at_s <= BACK_S + 2
    assert (later[-1].step, later[-1].limit) == (0, Limit.NONE)


def test_hopeless_loss_takes_the_picture() -> None:
    assert not walk([Conditions(0.0, sent_bps=500_000, loss=0.4)] * 60)[-1].has_picture


def test_loss_that_the_line_always_has_leaves_a_picture() -> None:
    """Radio that loses every eighth packet whatever is sent: less picture, a protected voice."""
    last = walk([Conditions(0.0, estimate_bps=800_000, sent_bps=500_000, loss=0.125)] * 120)[-1]
    assert last.has_picture
    assert last.voice_loss == 0.1


def test_a_step_that_fails_is_tried_less_and_less_often() -> None:
    """A computer that carries twenty pictures a second and not thirty: not a try every few seconds."""
    steps, rates = ladder(), []
    sending = steps.look(Conditions(0.0))
    for second in range(1, 300):
        busy = 0.9 if sending.frame_rate == 30 else 0.3
        sending = steps.look(Conditions(float(second), busy=busy))
        rates.append(sending.frame_rate)
    tries = sum(before < after for before, after in itertools.pairwise(rates))
    assert 1 <= tries <= 7
    assert rates.count(20) > 200


def test_the_picture_on_demand() -> None:
    """Whoever presses the camera's button does not wait."""
    steps = ladder()
    walk([Conditions(0.0, estimate_bps=20_000)] * 30, steps)
    steps.show_again()
    assert steps.look(Conditions(31.0)).has_picture
