"""Who has the stage in the speaker view: whoever speaks, without jumping at every word."""

from __future__ import annotations

from collections.abc import Sequence

TAKES_OVER_S = 1.5
"""How long somebody must have been speaking before the stage is theirs while another one has it."""


class SpeakerChoice:
    """Keeps the speaker of the moment."""

    def __init__(self) -> None:
        self._chosen = ""

    def choose(self, present: Sequence[str], speaking_s: Sequence[float]) -> str:
        """The key of whoever has the stage; "" when nobody is there.

        Args:
            present: keys, in the order of arrival.
            speaking_s: for how long each has been speaking, 0 for silence.
        """
        if not present:
            self._chosen = ""
            return ""
        if self._chosen not in present:
            self._chosen = present[0]
        since = dict(zip(present, speaking_s, strict=True))
        longest = max(present, key=lambda key: since[key])
        silent = since[self._chosen] == 0
        if since[longest] >= TAKES_OVER_S and silent:
            self._chosen = longest
        return self._chosen
