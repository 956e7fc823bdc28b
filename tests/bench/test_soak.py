"""The soak tells growth from none; its processes tell what they use and end when asked to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.row import BenchError
from tests.bench.soak import Watched, rows, slope_row
from tests.bench.soak_report import QUANTITIES, sample


async def test_a_sample_has_every_quantity() -> None:
    told = sample()
    assert set(told) == set(QUANTITIES)
    assert told["rss_kib"] > 1000
    assert told["tasks"] >= 1
    assert told["threads"] >= 1


def series(per_minute: float, minutes: int = 10) -> list[tuple[float, float]]:
    """Samples of 5 s: a great rise in the first two minutes, then one of `per_minute`."""
    return [
        (at_s, max(0.0, 120 - at_s) * -100 + per_minute * at_s / 60) for at_s in range(0, minutes * 60, 5)
    ]


@pytest.mark.parametrize(("per_minute", "flat"), [(0.0, True), (50.0, False)])
def test_growth_after_the_warm_up_counts(*, per_minute: float, flat: bool) -> None:
    row = slope_row("x", series(per_minute), 10, unit="KiB/min", account={"joins": 3})
    assert row.ours == pytest.approx(per_minute)
    assert row.rounds == 8
    assert row.detail["flat"] is flat
    assert row.detail["joins"] == 3


def test_a_run_too_short_for_a_slope_says_so() -> None:
    with pytest.raises(BenchError, match="too short"):
        slope_row("x", series(0.0, minutes=2), 2, unit="/min", account={})


class _Ended:
    """Stands for a process of which only the samples matter."""


def test_a_call_without_pictures_is_none() -> None:
    watched = Watched("host", _Ended())  # type: ignore[arg-type]
    told: dict[str, Any] = dict.fromkeys(QUANTITIES, 1.0)
    watched.samples = [{"at_s": float(at_s), **told, "pictures": 0} for at_s in range(0, 600, 5)]
    with pytest.raises(BenchError, match="saw nobody"):
        rows(watched, 0.0, 10)
    watched.samples[-1]["pictures"] = 7
    assert [row.name for row in rows(watched, 0.0, 10)] == [f"soak/host/{name}" for name in QUANTITIES]


async def test_the_server_under_soak_starts_and_tells_its_last() -> None:
    """And ends when its standard input does."""
    server = await Watched.start("server", "tests.bench.soak_server")
    try:
        assert str((await server.line())["url"]).startswith("http://127.0.0.1:")
    finally:
        await server.end()
    (last,) = server.samples[-1:]
    assert last["collected_rss_kib"] > 1000
    assert last["endpoints"] == 0


async def test_a_process_that_ends_before_its_time_is_noticed() -> None:
    broken = await Watched.start("guest", "tests.bench.no_such_module")
    with pytest.raises(BenchError, match="the guest ended"):
        await broken.line()
    await broken.end()
