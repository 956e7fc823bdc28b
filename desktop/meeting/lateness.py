"""When work on each picture takes too long for the pace at which pictures come: the rule, without a clock.

At first the computer is measured: a dozen pictures say whether it can do it at all. Later a bad moment
is forgiven, since computers have them; two bad spells one after the other are not.
"""

from __future__ import annotations

from statistics import median

BUDGET = 0.75
"""Share of the time between two pictures that the work may take: encoding wants its part as well."""

MANY_MISSED = 0.25
"""Share of pictures that were replaced by a newer one before there was time for them."""

WARM_UP, MEASURED = 3, 12
"""Pictures that do not count, since libraries are still being loaded, and those that are measured then."""

SPELL_S = 3.0
"""How long a spell is, after the measurement."""

FORGIVEN = 1
"""Bad spells in a row that are."""


class Lateness:
    """Watches one piece of work from its first picture on.

    Args:
        interval_s: between two pictures.
    """

    def __init__(self, interval_s: float) -> None:
        self._limit_s = BUDGET * interval_s
        self._seen = 0
        self._costs_s: list[float] = []
        self._missed = 0
        self._since_s: float | None = None
        self._bad_spells = 0

    def take(self, at_s: float, cost_s: float, missed: int) -> bool:
        """Take one picture into account; True when it is time to give up.

        Args:
            at_s: the moment it was done, monotonic seconds.
            cost_s: how long the work took.
            missed: pictures that were replaced by this one.
        """
        self._seen += 1
        if self._seen <= WARM_UP:
            return False
        self._costs_s.append(cost_s)
        if self._since_s is None:
            if len(self._costs_s) < MEASURED:
                return False
            slow = median(self._costs_s) > self._limit_s
            self._begin_spell(at_s)
            return slow
        self._missed += missed
        if at_s - self._since_s < SPELL_S:
            return False
        share = self._missed / (self._missed + len(self._costs_s))
        bad = median(self._costs_s) > self._limit_s or share > MANY_MISSED
        self._bad_spells = self._bad_spells + 1 if bad else 0
        self._begin_spell(at_s)
        return self._bad_spells > FORGIVEN

    def _begin_spell(self, at_s: float) -> None:
        self._since_s = at_s
        self._costs_s.clear()
        self._missed = 0
