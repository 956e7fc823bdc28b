"""Sleep, a lost address and a silent media path are noticed; a quiet room raises nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from desktop.rtc import recovery_watch
from desktop.rtc.recovery import RecoveryEvent
from desktop.rtc.recovery_watch import SILENT_LIMIT, RecoveryWatch, is_ours
from tests.support.waiting import until


class Watched:
    """A watch over answers that the test decides."""

    def __init__(self) -> None:
        self.told: list[RecoveryEvent] = []
        self.address: tuple[Any, ...] | None = None
        self.alive = True
        self.asked = 0
        self.frames: int | None = None
        self.jumps_s: Iterator[float] = itertools.repeat(0.0)
        self._wall_s = 0.0
        self.watch = RecoveryWatch(
            on_event=self.told.append,
            local_address=lambda: self.address,
            media_answers=self._answers,
            frames_received=lambda: self.frames,
            clocks=(lambda: 0.0, self._wall_clock),
        )

    def _wall_clock(self) -> float:
        self._wall_s += next(self.jumps_s)
        return self._wall_s

    async def _answers(self) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        return self.alive


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A watch that looks all the time."""
    monkeypatch.setattr(recovery_watch, "WATCH_INTERVAL_S", 0.001)
    return Watched()


async def run_until(watched: Watched, event: RecoveryEvent) -> None:
    """Watch until the event is told."""
    task = asyncio.create_task(watched.watch.run())
    try:
        await until(lambda: event in watched.told, event.value)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_quiet_room_raises_nothing(watched: Watched) -> None:
    watched.address = ("127.0.0.1", 4443)
    task = asyncio.create_task(watched.watch.run())
    await until(lambda: watched.asked > 20, "some looks")
    task.cancel()
    await asyncio.wait([task])
    assert watched.told == []


async def test_sleep_is_seen_by_the_wall_clock(watched: Watched) -> None:
    """Although the monotonic clock stood still."""
    watched.jumps_s = itertools.chain([0.0, 60.0], itertools.repeat(0.0))
    await run_until(watched, RecoveryEvent.WOKE)
    assert watched.told == [RecoveryEvent.WOKE]


async def test_an_address_that_is_gone(watched: Watched) -> None:
    watched.address = ("192.0.2.7", 40000)
    await run_until(watched, RecoveryEvent.ADDRESS_GONE)


async def test_media_that_goes_nowhere(watched: Watched) -> None:
    """Only after several questions in a row."""
    watched.alive = False
    await run_until(watched, RecoveryEvent.MEDIA_LOST)
    assert watched.asked >= SILENT_LIMIT


async def test_silence_on_all_sides_is_told_at_once(watched: Watched) -> None:
    """One question without an answer, while no frame comes: long before anything is renewed."""
    watched.frames = 1000

    async def silent_once() -> bool:
        watched.asked += 1
        if watched.asked > 1:
            await asyncio.Event().wait()
        return False

    watched.watch._media_answers = silent_once
    await run_until(watched, RecoveryEvent.MEDIA_SILENT)
    assert watched.told == [RecoveryEvent.MEDIA_SILENT]


async def test_the_end_of_a_silence_is_told(watched: Watched) -> None:
    """By the first answer, once."""
    watched.frames = 1000

    async def back_again() -> bool:
        watched.asked += 1
        await asyncio.sleep(0)
        return watched.asked > SILENT_LIMIT - 1

    watched.watch._media_answers = back_again
    await run_until(watched, RecoveryEvent.MEDIA_BACK)
    assert watched.told[-1] is RecoveryEvent.MEDIA_BACK
    assert watched.told.count(RecoveryEvent.MEDIA_BACK) == 1
    assert RecoveryEvent.MEDIA_LOST not in watched.told


async def test_a_lost_question_while_frames_come_is_no_silence(watched: Watched) -> None:
    """On a bad network questions are lost: who still sees the others move is told nothing."""

    async def lossy() -> bool:
        watched.asked += 1
        assert watched.frames is not None
        watched.frames += 1
        await asyncio.sleep(0)
        return watched.asked % SILENT_LIMIT == 0

    watched.frames = 0
    watched.watch._media_answers = lossy
    task = asyncio.create_task(watched.watch.run())
    await until(lambda: watched.asked > 10 * SILENT_LIMIT, "many looks")
    task.cancel()
    await asyncio.wait([task])
    assert set(watched.told) == {RecoveryEvent.MEDIA_BACK}


async def test_alone_in_a_room_a_lost_question_is_no_silence(watched: Watched) -> None:
    """Nobody's picture can freeze; the path is renewed when it is sure to be lost."""
    watched.alive = False
    await run_until(watched, RecoveryEvent.MEDIA_LOST)
    assert RecoveryEvent.MEDIA_SILENT not in watched.told


async def test_sleep_while_a_question_is_under_way(watched: Watched) -> None:
    """The whole round counts, not the pause alone."""

    async def slept_in() -> bool:
        watched.asked += 1
        if watched.asked == 3:
            watched._wall_s += 60.0
        await asyncio.sleep(0)
        return True

    watched.watch._media_answers = slept_in
    await run_until(watched, RecoveryEvent.WOKE)
    assert watched.told == [RecoveryEvent.WOKE]


async def test_one_answer_is_enough(watched: Watched) -> None:
    """Lost questions between answered ones are no silence."""
    answers = itertools.cycle([False] * (SILENT_LIMIT - 1) + [True])

    async def lossy() -> bool:
        watched.asked += 1
        await asyncio.sleep(0)
        return next(answers)

    watched.watch._media_answers = lossy
    task = asyncio.create_task(watched.watch.run())
    await until(lambda: watched.asked > 10 * SILENT_LIMIT, "many looks")
    task.cancel()
    await asyncio.wait([task])
    assert RecoveryEvent.MEDIA_LOST not in watched.told


def test_whose_addresses_are_ours() -> None:
    """The documentation's networks belong to nobody."""
    assert is_ours(("127.0.0.1", 80))
    assert not is_ours(("192.0.2.7", 80))
    assert not is_ours(("2001:db8::7", 80, 0, 0))
