"""Raised hands: in which order they went up, and when ours goes down by itself."""

from __future__ import annotations

from desktop.rtc.state import ParticipantState, RoomState

GROUP = 2
"""Others from which on hands are offered: two people simply speak."""
SPOKEN_S = 2.0
"""Speaking for so long takes one's hand down: its question is being asked."""

OWN = ""


def _key(person: ParticipantState) -> str:
    """Of the person rather than the connection: a comeback keeps the place."""
    return person.account_id or person.connection_id


class RoomHands:
    """Keeps the order of raised hands."""

    def __init__(self) -> None:
        self._order: list[str] = []

    def take_state(self, state: RoomState) -> None:
        """Take over whose hands are up."""
        up = [_key(person) for person in state.participants if person.hand_raised]
        if state.hand_raised:
            up.append(OWN)
        self._order = [key for key in self._order if key in up]
        self._order += [key for key in up if key not in self._order]

    def place_of(self, person: ParticipantState) -> int:
        """1 for who asked first; 0 for a hand that is down."""
        return self._place(_key(person))

    @property
    def own_place(self) -> int:
        """The same of ours."""
        return self._place(OWN)

    @property
    def others_up(self) -> int:
        """How many hands but ours are up."""
        return len(self._order) - (OWN in self._order)

    @staticmethod
    def offered(state: RoomState) -> bool:
        """Whether raising a hand makes sense in this room."""
        return len(state.participants) >= GROUP

    def _place(self, key: str) -> int:
        return self._order.index(key) + 1 if key in self._order else 0
