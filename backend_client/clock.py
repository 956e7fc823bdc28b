"""The service's clock, learned from the `Date` header of its answers.

The apps never trust the machine's own clock: a laptop that is hours wrong still shows the right
"in 25 minutes" and renews its token in time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# `Date` has whole seconds, and servers refresh the text once a second, not at each answer: the
# true moment lies up to two seconds after what is written.
_DATE_LAG_S = 2.0


class ServiceClock:
    """Estimates how far the machine's clock is from the service's.

    Each answer confines the offset to an interval; intervals are intersected, so the estimate
    gets better than a second after a few answers. When they no longer overlap, one of the two
    clocks was set, and the newest answer counts alone.

    Args:
        wall: the machine's clock in seconds since 1970 (tests set it wrong on purpose).
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self.wall = wall
        self._low_s: float | None = None
        self._high_s = 0.0

    @property
    def known(self) -> bool:
        """True after the first usable answer."""
        return self._low_s is not None

    @property
    def offset_s(self) -> float:
        """Seconds to add to the machine's clock; 0 until the first answer."""
        return 0.0 if self._low_s is None else (self._low_s + self._high_s) / 2

    def now(self) -> datetime:
        """The service's present moment: aware, UTC."""
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self.wall() + self.offset_s)

    def observe(self, date_header: str | None, *, sent_at_s: float, received_at_s: float) -> None:
        """Learn from one answer.

        Args:
            date_header: its `Date` (RFC 9110 §6.6.1), or None; an unreadable one is ignored.
            sent_at_s: `wall()` when the request left.
            received_at_s: `wall()` when the answer's headers were here.
        """
        if date_header is None or received_at_s < sent_at_s:
            return
        try:
            date = parsedate_to_datetime(date_header)
        except ValueError:
            return
        if date.tzinfo is None:  # "-0000": no zone given; HTTP dates are always GMT
            date = date.replace(tzinfo=UTC)
        low_s = date.timestamp() - received_at_s
        high_s = date.timestamp() + _DATE_LAG_S - sent_at_s
        if self._low_s is not None and max(low_s, self._low_s) <= min(high_s, self._high_s):
            self._low_s, self._high_s = max(low_s, self._low_s), min(high_s, self._high_s)
        else:
            self._low_s, self._high_s = low_s, high_s
