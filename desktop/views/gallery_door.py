"""The host's waiting room in the gallery: in the list of participants, and over the stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.door_states import DoorViewState
from desktop.view_models.room_states import PeopleState, PersonRow
from desktop.view_models.states import PersonState, RoomViewState
from desktop.views.door_intentions import StaticDoor
from desktop.views.gallery_scene import Scene, click_on, nothing
from desktop.views.gallery_states import ALICE, Samples
from desktop.views.room.door import RoomDoor
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom, StaticSlot
from desktop.views.theme import Theme


def _states(samples: Samples) -> dict[str, DoorViewState]:
    say = samples.say
    waits = DoorViewState(
        held=True,
        person=ALICE,
        line=say("attend depuis 2\u00a0min", "waiting for 2\u00a0min"),
        waits=True,
        knock=say("Alice Laurent est dans la salle d’attente", "Alice Laurent is in the waiting room"),
    )
    refused = replace(waits, line=say("refusé", "not let in"), waits=False, knock="")
    return {
        "door-open": DoorViewState(),
        "door-waits": waits,
        "door-busy": replace(waits, busy=True),
        "door-refused": refused,
        "door-failed": replace(
            waits,
            error=say(
                "Le service est injoignable. Vérifiez votre réseau.",
                "The service cannot be reached. Check your network.",
            ),
        ),
    }


def _room(
    room: RoomViewState, people: PeopleState, door: DoorViewState, slots: dict[str, StaticSlot], theme: Theme
) -> QWidget:
    look = theme.stage_look
    window = RoomWindow(StaticRoom(room, slots, people=people), look, mark="mark-hub")
    RoomDoor(StaticDoor(door), window, look)
    return window


def scenes(samples: Samples, slots: dict[str, StaticSlot]) -> Iterator[Scene]:
    """Every state, in the list; and the card over the stage while the list is closed."""
    alone = samples.room()["alone"]
    host = samples.say("Organisateur", "Host")
    own = PersonRow("", PersonState(samples.say("MiKL (vous)", "MiKL (you)"), "M", 0), line=host)
    people = PeopleState((own,))
    for name, door in _states(samples).items():
        make = partial(_room, alone, people, door, slots)
        yield Scene("room", name, make, click_on("peopleButton"))
    yield Scene(
        "room", "door-knock", partial(_room, alone, people, _states(samples)["door-waits"], slots), nothing
    )
