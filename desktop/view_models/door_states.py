"""What the host's side of the waiting room draws."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.view_models.states import PersonState


@dataclass(frozen=True, slots=True)
class DoorViewState:
    """`DoorViewModel`.

    Attributes:
        held: newcomers wait until the host decides.
        person: who waits, or was refused; None for nobody.
        line: "waiting for 2 min", "not let in".
        waits: the person is there now and may be refused; False for one who was refused.
        busy: a decision is on its way.
        error: why the last one was not taken; "" for none.
        knock: who waits in one sentence, for the card over the stage and for screen readers; "" for nobody.
    """

    held: bool = False
    person: PersonState | None = None
    line: str = ""
    waits: bool = False
    busy: bool = False
    error: str = ""
    knock: str = ""
