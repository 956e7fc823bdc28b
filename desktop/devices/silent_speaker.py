"""A loudspeaker that makes no sound, for machines that have none."""

from __future__ import annotations

from desktop.devices.recent import RecentSamples
from desktop.rtc.media import Samples


class SilentSpeaker:
    """An `AudioOutput` that only remembers what would have been heard."""

    def __init__(self) -> None:
        self._recent = RecentSamples()
        self._is_open = False

    def open(self) -> None:
        """Start taking sound in."""
        self._is_open = True

    def write(self, samples: Samples) -> None:
        """Take the next 20 ms; ignored while closed."""
        if self._is_open:
            self._recent.add(samples)

    def close(self) -> None:
        """Stop. Calling it twice is fine; what was heard stays in `recent()`."""
        self._is_open = False

    def recent(self) -> Samples:
        """The last second of what would have been heard, to be measured: at most 48,000 samples."""
        return self._recent.taken()
