"""What stands for a microphone where there is none: it says so when somebody wants to speak."""

from __future__ import annotations

from collections.abc import Callable

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import Samples


class MissingMicrophone:
    """An `AudioSource` that never opens. Whoever joins with it is muted, and told why."""

    def open(self, deliver: Callable[[Samples], None]) -> None:
        """Refuse.

        Raises:
            RtcError: `microphone-missing`.
        """
        raise RtcError(RtcErrorCode.MICROPHONE_MISSING)

    def close(self) -> None:
        """Nothing to close."""
