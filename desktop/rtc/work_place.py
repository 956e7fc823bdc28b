"""Whether a piece of work for each frame is done on the loop or on a thread.

Waking a thread and being woken by it costs 50 to 100 µs of processor time on two cores and more under
a hypervisor, and Python's lock is fought for twice. What takes less than a millisecond and a half is
therefore cheaper where it arises, and does not hold the loop up for longer than other traffic does.
"""

from __future__ import annotations

import time
from types import TracebackType

QUICK_S = 0.0015
"""Work that takes longer than this goes to a thread …"""
QUICK_AGAIN_S = 0.001
"""… and comes back when it takes less than this."""
RUN = 16
"""Pieces in a row of which the quickest counts: whatever took the processor away took it from the others.
(The processor time of a thread would tell it, but asking for it costs 20 to 100 µs under a hypervisor.)"""


class WorkPlace:
    """Remembers how long one kind of work takes; a context manager around each piece of it.

    One thread at a time, whichever it is.
    """

    def __init__(self, quick_s: float = QUICK_S, quick_again_s: float = QUICK_AGAIN_S) -> None:
        self.here = True
        """The next piece should be done on the loop."""
        self._quick_s, self._quick_again_s = quick_s, quick_again_s
        self._least_s = float("inf")
        self._count = 0
        self._started_s = 0.0

    def __enter__(self) -> None:
        self._started_s = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.note(time.perf_counter() - self._started_s)

    def note(self, seconds: float) -> None:
        """Take a duration into account."""
        self._least_s = min(self._least_s, seconds)
        self._count += 1
        if self._count < RUN:
            return
        limit_s = self._quick_s if self.here else self._quick_again_s
        self.here = self._least_s <= limit_s
        self._least_s, self._count = float("inf"), 0
