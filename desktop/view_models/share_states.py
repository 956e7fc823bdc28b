"""What sharing a screen or window draws: the picker, and what is shown while something is shared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShareChoice:
    """One screen or window in the picker.

    Attributes:
        key: finds its live picture.
        name: "Écran 1", or the window's title.
        is_screen: a whole screen.
        is_ours: a window of this app: everybody would see the meeting in the meeting.
        area: on the desktop, in device-independent pixels: left, top, width, height; None where the
            system does not say where a window is.
        accessible: all of it as one sentence.
    """

    key: str
    name: str
    is_screen: bool
    is_ours: bool = False
    area: tuple[int, int, int, int] | None = None
    accessible: str = ""


@dataclass(frozen=True, slots=True)
class ShareState:
    """`ShareViewModel`.

    Attributes:
        offered: sharing is possible now: we are in a room, and nobody has forbidden it.
        picking: the picker is open.
        choices: screens first, then windows.
        nothing: why there is nothing to choose from; "" while there is.
        busy: the sharing begins or is exchanged.
        error: why it did not begin; "" for none.
        replaces: whose sharing ends when ours begins, in a sentence; "" for nobody's.
        replaced: who took the place of ours, in a sentence, until something is shared again; "" for nobody.
        sharing: something of ours is shared.
        shared_key: which choice that is.
        sentence: "Vous partagez « Document »", "" while nothing is shared.
        area: where what is shared is on the desktop; None while it is not known, or not shown.
    """

    offered: bool = False
    picking: bool = False
    choices: tuple[ShareChoice, ...] = ()
    nothing: str = ""
    busy: bool = False
    error: str = ""
    replaces: str = ""
    replaced: str = ""
    sharing: bool = False
    shared_key: str = ""
    sentence: str = ""
    area: tuple[int, int, int, int] | None = None
