"""Hands tests to xdist's workers in the units of `tests.support.real_time`."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.support.real_time import unit_of


class RealTimeScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Whole units, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
