"""A thread that does something at a steady rate without drifting.

Used by the generated picture and the generated tone. Each deadline is computed from the start, not
from the tick before, so that being late once does not make everything after it late.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class PacedThread:
    """Calls `tick` every `period_s` seconds on a thread of its own until it is stopped.

    A tick that comes late is made up for by at most `catch_up` ticks in a row; what is later than
    that (the machine slept, the receiver blocked) is left out, and the rhythm stays that of the start.

    An exception in `tick` ends the thread and reaches `threading.excepthook`: it is a defect of the
    caller and must be seen.
    """

    def __init__(self, name: str, period_s: float, tick: Callable[[], None], *, catch_up: int = 0) -> None:
        """Make the thread; nothing runs before `start()`.

        Args:
            name: the thread's name in dumps and logs.
            period_s: seconds between two ticks.
            tick: what to do.
            catch_up: how many missed ticks may be made up for.
        """
        self._period_s = period_s
        self._tick = tick
        self._catch_up = catch_up
        self._stopping = threading.Event()
        # A daemon: a program that dies before it closes its devices must still be able to end.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first tick comes at once. Only once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it: no tick runs after this returns. Calling it twice is fine.

        From inside a tick it only asks for the end, since a thread cannot wait for itself.
        """
        self._stopping.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        start_s = time.monotonic()
        index = 0
        while not self._stopping.wait(max(0.0, start_s + index * self._period_s - time.monotonic())):
            self._tick()
            index += 1
            due = int((time.monotonic() - start_s) / self._period_s)
            index = max(index, due - self._catch_up)
