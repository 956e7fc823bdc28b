"""How somebody goes into a room: what is on, and what is remembered of it for the next time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on when somebody joins.

    Attributes:
        microphone_on, camera_on: as chosen.
    """

    microphone_on: bool = True
    camera_on: bool = True


EVERYTHING_ON = Entry()


@dataclass(frozen=True, slots=True)
class EntryHabits:
    """What was chosen the last time.

    Attributes:
        entry: what one joined with.
        skip: straight into the room.
        can_skip: False where IT has decided about `skip`.
    """

    entry: Entry = EVERYTHING_ON
    skip: bool = False
    can_skip: bool = True
