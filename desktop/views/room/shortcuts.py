"""The room's keys, in one place: what the window listens to, what tool tips show, what the help lists.

No plain letter is among them: a letter that is typed by mistake must not mute anybody.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QKeySequence


class Keys(Enum):
    """Commands and the keys they are reached by, the first of which is shown."""

    MICROPHONE = ("Ctrl+D",)
    CAMERA = ("Ctrl+E",)
    HAND = ("Ctrl+Shift+H",)
    SHARE = ("Ctrl+Shift+E",)
    CHAT = ("Ctrl+Shift+M",)
    PEOPLE = ("Ctrl+Shift+P",)
    FULL_SCREEN = ("F11", "Ctrl+Shift+F")
    TO_THE_BAR = ("F2",)
    HELP = ("F1", "Ctrl+Shift+/")
    LEAVE = ("Ctrl+Shift+Q",)

    @property
    def shown(self) -> str:
        """As this system writes them."""
        return written(self.value[0])


def written(keys: str) -> str:
    """A key as this system writes it: "Ctrl+D", "⌘D"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
