"""The service's clock, estimated from `Date` headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_client.clock import ServiceClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOON_S = NOON.timestamp()


def date(at_s: float) -> str:
    return formatdate(at_s, usegmt=True)


def test_knows_nothing_at_first() -> None:
    clock = ServiceClock(wall=lambda: NOON_S)
    assert not clock.known
    assert clock.offset_s == 0
    assert clock.now() == NOON


@settings(deadline=None)
@given(
    true_offset_s=st.floats(-2 * 86_400, 2 * 86_400),
    way_s=st.floats(0.0, 0.5),
    answers=st.lists(st.floats(0.0, 1.9), min_size=1, max_size=20),
)
def test_stays_within_a_second_and_half_the_way(
    true_offset_s: float, way_s: float, answers: list[float]
) -> None:
    """Whatever the offset, and however late servers refresh the header's text."""
    local_s = NOON_S
    clock = ServiceClock(wall=lambda: local_s)
    for lag_s in answers:
        local_s += 7.3
        written_s = local_s + way_s / 2 + true_offset_s - min(lag_s, 0.9)
        clock.observe(date(written_s), sent_at_s=local_s, received_at_s=local_s + way_s)
    assert clock.known
    assert clock.offset_s == pytest.approx(true_offset_s, abs=1.0 + way_s)


def test_gets_better_with_each_answer() -> None:
    """Answers at different fractions of a second close in on the true offset."""
    clock = ServiceClock(wall=lambda: NOON_S)
    for step in range(20):
        sent_at_s = NOON_S + step * 1.05
        clock.observe(date(sent_at_s + 5.0), sent_at_s=sent_at_s, received_at_s=sent_at_s)
    assert clock._high_s - clock._low_s < 1.2  # type: ignore[operator]
    assert clock.offset_s == pytest.approx(5.0, abs=0.6)


def test_believes_the_newest_when_a_clock_was_set() -> None:
    clock = ServiceClock(wall=lambda: NOON_S)
    clock.observe(date(NOON_S), sent_at_s=NOON_S, received_at_s=NOON_S)
    clock.observe(date(NOON_S + 600), sent_at_s=NOON_S, received_at_s=NOON_S)
    assert clock.now() - NOON == pytest.approx(timedelta(seconds=601), abs=timedelta(seconds=1))


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT"])
def test_ignores_what_is_no_date(header: str | None) -> None:
    clock = ServiceClock(wall=lambda: NOON_S)
    clock.observe(header, sent_at_s=NOON_S, received_at_s=NOON_S)
    assert not clock.known


def test_ignores_an_exchange_during_which_the_machines_clock_was_set_back() -> None:
    clock = ServiceClock(wall=lambda: NOON_S)
    clock.observe(date(NOON_S), sent_at_s=NOON_S, received_at_s=NOON_S - 3600)
    assert not clock.known


@settings(deadline=None)
@given(st.text())
def test_no_header_breaks_it(header: str) -> None:
    clock = ServiceClock(wall=lambda: NOON_S)
    clock.observe(header, sent_at_s=NOON_S, received_at_s=NOON_S)
    assert isinstance(clock.now(), datetime)
