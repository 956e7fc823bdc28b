"""One fault at one step of one scene, and all of them."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from tests.backend.people import MIKL
from tests.faults.checks import copies_of_letter, duration_error_s, violations
from tests.faults.scenes import SCENES, Scene
from tests.faults.seams import Side
from tests.faults.town import Answer, Town
from tests.faults.victims import Victim, freeze, kill, thaw

T = TypeVar("T")
Fault = Literal["kill", "freeze"]
FREEZE_S = 10.0
"""Longer than any answer may take."""
_STRIKE_LIMIT_S = 12.0
_LATE_JOB_S = 1.0
"""A job that lost its database has given up after this long, and only its lease is left of it."""
_MOST_STEPS = 14
"""Of one seam: what comes later is the next look of the reaper."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where to strike.

    Attributes:
        scene: what is going on.
        seam: between the service and whom.
        role: whose packets are counted, at the database.
        number: of the exchange, from 1.
        side: before the other side hears it, or before the service hears the answer.
    """

    scene: type[Scene]
    seam: str
    role: str
    number: int
    side: Side

    def __str__(self) -> str:
        place = self.role.removeprefix("visio_") or self.seam
        return f"{self.scene.name} {place} {self.number} {self.side.value}"


@dataclass(slots=True)
class Outcome:
    """What came of one fault.

    Attributes:
        point: where.
        fault: what.
        victim: to whom.
        struck: the step was reached.
        answer: of the act itself; None when there was no answer to wait for.
        recovered_s: from the moment that all ran again until everything was done.
        first_answer_s: from that moment until the service answered anything well.
        duration_error_s: of the row, beyond what the apps cannot know.
        copies: of the letter.
        wrong: what is stuck, doubled or lost.
    """

    point: Point
    fault: Fault
    victim: str
    struck: bool = False
    answer: Answer | None = None
    recovered_s: float = 0.0
    first_answer_s: float = 0.0
    duration_error_s: float = 0.0
    copies: int = 1
    wrong: list[str] = field(default_factory=list)


async def points(town: Town, scenes: Sequence[type[Scene]]) -> list[Point]:
    """Every step of the scenes, found by playing each once with nothing broken."""
    found = []
    for kind in scenes:
        for seam_name, role in kind.points:
            await town.refresh_tokens()
            scene = kind(town)
            await scene.prepare()
            seam = town.seams()[seam_name]
            town.queries.role = role or town.queries.role
            seam.reset()
            await scene.act()
            if role != "visio_api":
                await scene.complete()
                await town.settle("jobs of a rehearsal", scene.no_open_jobs)
            steps = min(seam.exchanges, _MOST_STEPS)
            await scene.complete()
            await scene.finish()
            found += [
                Point(kind, seam_name, role, step, side) for step in range(1, steps + 1) for side in Side
            ]
    return found


async def strike(town: Town, point: Point, fault: Fault, victim: Victim) -> Outcome:
    """Play the scene with one fault, mend, go on, and look at what became of it."""
    outcome = Outcome(point, fault, victim.name)
    await town.refresh_tokens()
    scene = point.scene(town)
    try:
        await scene.prepare()
        await _break(town, scene, outcome, victim)
        mended = time.monotonic()
        await _first_answer(town)
        outcome.first_answer_s = time.monotonic() - mended
        await scene.complete()
        await scene.finish()
        await town.settle("jobs", scene.no_open_jobs)
        outcome.recovered_s = time.monotonic() - mended
        outcome.wrong = await violations(scene)
        outcome.duration_error_s = duration_error_s(scene)
        outcome.copies = copies_of_letter(scene)
    except TimeoutError as error:
        outcome.wrong.append(f"stuck: {error}")
    return outcome


async def _break(town: Town, scene: Scene, outcome: Outcome, victim: Victim) -> None:
    point = outcome.point

    async def hit() -> None:
        (kill if outcome.fault == "kill" else freeze)(victim)

    seam = town.seams()[point.seam]
    town.queries.role = point.role or town.queries.role
    scene.facts.media_died = outcome.fault == "kill" and victim is town.openvidu
    seam.arm(point.number, point.side, hit)
    acting = asyncio.create_task(scene.act())
    try:
        async with asyncio.timeout(_STRIKE_LIMIT_S):
            await seam.struck.wait()
        outcome.struck = True
    except TimeoutError:
        # The step belongs to a look that did not come this time.
        seam.reset()
    if outcome.fault == "freeze":
        if victim is town.service:
            await asyncio.sleep(2.0)
        else:
            # Whoever asked must have an answer while it is frozen.
            await asyncio.wait([acting], timeout=FREEZE_S * 2)
        thaw(victim)
        outcome.answer = await acting
        return
    outcome.answer = await acting
    if outcome.struck:
        await victim.start()
        await asyncio.sleep(_LATE_JOB_S)
        town.hurry(leases=True)


async def _first_answer(town: Town) -> None:
    deadline = time.monotonic() + 30
    while not (await town.ask(MIKL, "GET", "/meetings?limit=1")).is_good:
        if time.monotonic() > deadline:
            raise TimeoutError("the service does not come back")
        await asyncio.sleep(0.05)


def spread(items: Sequence[T], wanted: int) -> list[T]:
    """So many of them, evenly; all when there are fewer."""
    if wanted >= len(items):
        return list(items)
    return [items[math.floor(place * len(items) / wanted)] for place in range(wanted)]


async def run(
    town: Town, *, kills: int, freezes: int, scenes: Sequence[type[Scene]] = SCENES
) -> AsyncIterator[Outcome]:
    """Strike that often, evenly over all steps and victims; says on standard error how it goes."""
    every = await points(town, scenes)
    victims: tuple[Victim, ...] = (town.postgres, town.service, town.openvidu)
    wanted: list[tuple[Point, Fault, Victim]] = [
        *((point, "kill", victim) for point, victim in spread(_crossed(every, victims), kills)),
        *((point, "freeze", victim) for point, victim in spread(_crossed(every, victims), freezes)),
    ]
    for number, (point, fault, victim) in enumerate(wanted, 1):
        outcome = await strike(town, point, fault, victim)
        verdict = "; ".join(outcome.wrong) or ("ok" if outcome.struck else "not reached")
        sys.stderr.write(f"{number}/{len(wanted)} {fault} {victim.name} at {point}: {verdict}\n")
        yield outcome


def _crossed(every: Sequence[Point], victims: Sequence[Victim]) -> list[tuple[Point, Victim]]:
    return [(point, victim) for point in every for victim in victims]
