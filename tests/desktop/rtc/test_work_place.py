"""Where work is done follows from how long it takes."""

from __future__ import annotations

from desktop.rtc.work_place import QUICK_AGAIN_S, QUICK_S, RUN, WorkPlace


def after(place: WorkPlace, *seconds: float) -> bool:
    """Note durations; where the next piece belongs."""
    for duration_s in seconds:
        place.note(duration_s)
    return place.here


def test_quick_work_stays() -> None:
    assert after(WorkPlace(), *[QUICK_S * 0.9] * (3 * RUN))


def test_slow_work_goes_to_the_thread_after_one_run() -> None:
    place = WorkPlace()
    assert after(place, *[QUICK_S * 1.1] * (RUN - 1))
    assert not after(place, QUICK_S * 1.1)


def test_a_machine_that_is_busy_makes_no_work_slow() -> None:
    held_up = [0.05] * (RUN - 1)
    assert after(WorkPlace(), *held_up, QUICK_S * 0.5)


def test_work_comes_back_only_when_it_is_clearly_quick() -> None:
    place = WorkPlace()
    after(place, *[1.0] * RUN)
    assert not after(place, *[(QUICK_S + QUICK_AGAIN_S) / 2] * RUN)
    assert after(place, *[QUICK_AGAIN_S * 0.9] * RUN)


def test_it_measures_what_it_surrounds() -> None:
    place = WorkPlace(quick_s=0.0, quick_again_s=-1.0)
    for _ in range(RUN):
        with place:
            pass
    assert not place.here
