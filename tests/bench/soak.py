"""Whether anything grows during a long call: memory, sockets, open files, tasks, threads.

Two of our own rooms with generated camera and tone call each other through the local server, each of
the three in a process of its own. Both mute, unmute and switch their cameras every few seconds; the
guest leaves after a minute and comes back, the host stays. Every process tells what it uses every 5 s;
after the warm-up the slope of each quantity is that of a straight line through the medians of whole
minutes (`slope.py`). A slope whose 95 % interval holds zero is none.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from tests.bench.row import BenchError, Options, Row
from tests.bench.slope import minute_medians, slope
from tests.bench.soak_report import QUANTITIES, SAMPLE_S

WARM_UP_SHARE = 0.2
"""Of the whole run: caches fill, every path was taken at least once."""
GUEST_STAYS_S = 53.0
"""Not a part of a minute, so that the guest's absences wander through the minutes."""
UNITS = {"rss_kib": "KiB/min"}
_END_LIMIT_S = 60.0
_LONGEST_SILENCE_S = 240.0
"""A process that tells nothing for so long hangs."""


class Watched:
    """One process under soak and what it told.

    Attributes:
        name: `server`, `host` or `guest`.
        samples: as `soak_report` makes them.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.samples: list[dict[str, Any]] = []
        self._process = process

    @classmethod
    async def start(cls, name: str, module: str, *arguments: str) -> Watched:
        """Start `python -m module arguments…`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(name, process)

    async def line(self) -> dict[str, Any]:
        """Its next line.

        Raises:
            BenchError: it ended or hangs.
        """
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_LONGEST_SILENCE_S):
                text = await self._process.stdout.readline()
        except TimeoutError:
            raise BenchError(f"the {self.name} hangs") from None
        if not text:
            raise BenchError(f"the {self.name} ended before its time")
        return dict(json.loads(text))

    async def keep(self) -> None:
        """Keep every sample, until cancelled."""
        while True:
            self.samples.append(await self.line())

    async def end(self) -> None:
        """Ask it to end, keep its last words and wait."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_LIMIT_S):
                told, _ = await self._process.communicate()
                self.samples += [json.loads(line) for line in told.splitlines()]
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise BenchError(f"the {self.name} did not end when asked to") from None


def run(options: Options) -> list[Row]:
    """Measure; one row for every process and quantity.

    Raises:
        BenchError: a process ended or hung, or no picture came.
    """
    return asyncio.run(soak(options.minutes))


async def soak(minutes: float) -> list[Row]:
    """Run the call for so long and work out the slopes."""
    async with AsyncExitStack() as stack:

        async def started(name: str, module: str, *arguments: str) -> Watched:
            watched = await Watched.start(name, module, *arguments)
            stack.push_async_callback(watched.end)
            return watched

        server = await started("server", "tests.bench.soak_server")
        url = str((await server.line())["url"])
        host = await started("host", "tests.bench.soak_participant", url, "Host", "1")
        await host.line()
        guest = await started("guest", "tests.bench.soak_participant", url, "Guest", "2", str(GUEST_STAYS_S))
        await guest.line()
        everybody = (server, host, guest)
        start_s = time.monotonic()
        keeping = [asyncio.create_task(watched.keep()) for watched in everybody]
        try:
            done, _ = await asyncio.wait(keeping, timeout=minutes * 60, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.wait(keeping)
    return [row for watched in everybody for row in rows(watched, start_s, minutes)]


def rows(watched: Watched, start_s: float, minutes: float) -> list[Row]:
    """The rows of one process.

    Raises:
        BenchError: it was no call.
    """
    told = watched.samples[-1] if watched.samples else {}
    account = {name: told[name] for name in told if name not in (*QUANTITIES, "at_s")}
    if account.get("pictures") == 0:
        raise BenchError(f"the {watched.name} saw nobody")
    return [
        slope_row(
            f"soak/{watched.name}/{quantity}",
            # Without the last words: by then the others have left.
            [
                (told["at_s"] - start_s, told[quantity])
                for told in watched.samples
                if "collected_rss_kib" not in told
            ],
            minutes,
            unit=UNITS.get(quantity, "/min"),
            account=account,
        )
        for quantity in QUANTITIES
    ]


def slope_row(
    name: str, samples: Sequence[tuple[float, float]], minutes: float, *, unit: str, account: dict[str, Any]
) -> Row:
    """The row of one quantity, samples being (seconds since the start, value).

    Raises:
        BenchError: the run was too short for a slope.
    """
    warm_up_s = minutes * 60 * WARM_UP_SHARE
    medians = minute_medians([point for point in samples if point[0] >= warm_up_s])
    try:
        found = slope(medians)
    except ValueError as error:
        raise BenchError(f"a soak of {minutes:g} minutes is too short") from error
    return Row(
        name=name,
        ours=found.per_unit,
        reference=0.0,
        unit=unit,
        rounds=len(medians),
        spread=found.high - found.low,
        detail={
            "flat": found.flat,
            "low": found.low,
            "high": found.high,
            "first": medians[0][1],
            "last": medians[-1][1],
            "greatest": max(value for _, value in samples),
            "minutes": minutes,
            "sample_s": SAMPLE_S,
            "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else [],
            **account,
        },
    )
