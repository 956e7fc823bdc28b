"""The switch of the background blur, which user, cameras and the care for the computer share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import Enum

log = logging.getLogger(__name__)


class BlurEnd(Enum):
    """Why the blur went off by itself."""

    LATE = "late"
    """Pictures came late."""
    BROKEN = "broken"
    """Runtime or model do not work."""


class BlurSwitch:
    """Whether the background is out of focus; one for the machine. Safe between threads.

    Args:
        on_end: told, in whatever thread, that it went off by itself.
    """

    def __init__(self, on_end: Callable[[BlurEnd], None], *, on: bool = False) -> None:
        self._on_end = on_end
        self._lock = threading.Lock()
        self._on = on
        self._times = int(on)

    @property
    def on(self) -> bool:
        """The user wants it, and it works."""
        return self._on

    @property
    def times(self) -> int:
        """How often it was switched on: with another number, pictures begin anew."""
        return self._times

    def set(self, on: bool) -> None:
        """The user switches it."""
        with self._lock:
            self._times += on and not self._on
            self._on = on

    def end(self, why: BlurEnd) -> None:
        """It cannot go on."""
        with self._lock:
            was_on, self._on = self._on, False
        if was_on:
            log.warning("background blur goes off by itself: %s", why.value)
            self._on_end(why)
