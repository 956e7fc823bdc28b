"""Sound over a real connection that loses packets: see `test_playout` for what networks do besides."""

from __future__ import annotations

import time

from tests.desktop.rtc.bad_line import bad_line
from tests.support.waiting import until


async def test_a_burst_of_loss_is_bridged_and_leaves_no_delay_behind() -> None:
    """Every fifth packet for two seconds; 5 s later at most 80 ms are kept back, and the tone is whole."""
    async with bad_line() as line:
        playout = line.playout
        await until(lambda: playout.counts.played > 50 and line.output.strength(450) > 0.25, "the tone")
        line.relay.loses_one_in = 5
        lost = line.relay.lost
        before = playout.counts
        await until(lambda: line.relay.lost - lost > 60, "many packets lost", timeout_s=40)
        line.relay.loses_one_in = 0
        during = playout.counts
        assert during.bridged > before.bridged, "sound was lost and bridged"

        def is_short() -> bool:
            delay_s = playout.delay_s(time.monotonic())
            return delay_s is not None and delay_s < 0.08

        await until(is_short, "a delay under 80 ms", timeout_s=40)
        await until(lambda: line.output.strength(450) > 0.25, "the whole tone", timeout_s=40)
