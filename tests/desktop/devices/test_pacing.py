"""Steady ticking."""

from __future__ import annotations

import threading
import time

from desktop.devices.pacing import PacedThread

DEADLINE_S = 40.0


def ticked(
    period_s: float, count: int, *, catch_up: int, late_at: int = -1, late_s: float = 0.0
) -> list[float]:
    """Times of the first ticks since the first; tick `late_at` takes `late_s`."""
    times: list[float] = []
    enough = threading.Event()

    def tick() -> None:
        times.append(time.monotonic())
        if len(times) == late_at:
            until = time.monotonic() + late_s
            while time.monotonic() < until:
                pass  # work that takes long, which is what this is about
        if len(times) == count:
            enough.set()

    thread = PacedThread("ticking", period_s, tick, catch_up=catch_up)
    thread.start()
    try:
        assert enough.wait(DEADLINE_S)
    finally:
        thread.stop()
    return [at - times[0] for at in times[:count]]


def test_no_tick_comes_before_its_time() -> None:
    times = ticked(0.005, 200, catch_up=200)
    assert all(at >= index * 0.005 - 0.002 for index, at in enumerate(times))


def test_what_was_missed_is_made_up_for_within_the_limit() -> None:
    """After 500 ms of delay at 50 ms a tick, five ticks follow at once, and the rest is left out."""
    times = ticked(0.05, 16, catch_up=5, late_at=3, late_s=0.5)
    assert times[7] - times[3] < 0.05 * 4, "four intervals of catching up must be shorter than their periods"
    assert times[15] >= 0.05 * (15 + 4) - 0.005, "what is beyond the limit must be left out"


def test_without_catching_up_there_is_never_a_burst() -> None:
    times = ticked(0.01, 30, catch_up=0, late_at=3, late_s=0.1)
    assert times[29] >= 0.01 * (29 + 8)


def test_stopping_twice_before_and_after_starting_is_fine() -> None:
    thread = PacedThread("ticking", 0.01, lambda: None)
    thread.stop()
    thread = PacedThread("ticking", 0.01, lambda: None)
    thread.start()
    thread.stop()
    thread.stop()
    assert "ticking" not in [each.name for each in threading.enumerate()]


def test_a_tick_may_stop_its_own_thread() -> None:
    count = 0
    ended = threading.Event()

    def tick() -> None:
        nonlocal count
        count += 1
        thread.stop()
        ended.set()

    thread = PacedThread("ticking", 0.001, tick)
    thread.start()
    assert ended.wait(DEADLINE_S)
    thread.stop()
    assert count == 1
