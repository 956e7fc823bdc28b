"""Freezes, as browsers count them."""

from __future__ import annotations

import pytest

from desktop.rtc.freezes import FreezeMeter


def flowing(meter: FreezeMeter, start_s: float = 0.0, count: int = 30) -> float:
    """Give a second of pictures; returns the last one's moment."""
    for number in range(count):
        meter.frame(start_s + number / 30)
    return start_s + (count - 1) / 30


def test_an_even_stream_has_none() -> None:
    meter = FreezeMeter()
    last_s = flowing(meter)
    assert meter.totals(last_s + 0.05) == (0, 0.0)


def test_a_late_picture_ends_one() -> None:
    """Its whole spacing counts."""
    meter = FreezeMeter()
    last_s = flowing(meter)
    meter.frame(last_s + 0.5)
    assert meter.totals(last_s + 0.5) == (1, pytest.approx(0.5))


def test_one_under_way_counts_while_it_lasts() -> None:
    meter = FreezeMeter()
    last_s = flowing(meter)
    assert meter.totals(last_s + 2.0) == (1, pytest.approx(2.0))
    meter.frame(last_s + 3.0)
    assert meter.totals(last_s + 3.0) == (1, pytest.approx(3.0))


def test_a_slower_stream_is_not_frozen() -> None:
    """From thirty pictures a second to seven: less smooth, and no freeze."""
    meter = FreezeMeter()
    last_s = flowing(meter)
    for number in range(1, 20):
        meter.frame(last_s + number / 7)
    assert meter.totals(last_s + 19 / 7)[0] == 0


def test_a_camera_that_was_off_did_not_freeze() -> None:
    meter = FreezeMeter()
    last_s = flowing(meter)
    meter.forget_pause()
    flowing(meter, last_s + 60)
    assert meter.totals(last_s + 61) == (0, 0.0)
