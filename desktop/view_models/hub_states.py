"""What the Hub's own panels, pages and dialogs draw: frozen states, as in `states.py`."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.view_models.states import ErrorText


@dataclass(frozen=True, slots=True)
class CancelState:
    """`CancelViewModel`: the question before cancelling. `done` turns true once: the dialog closes.

    Attributes:
        title, when: the meeting.
        told: who will hear of it.
        in_series: later meetings of its series can go with it.
    """

    title: str = ""
    when: str = ""
    told: str = ""
    in_series: bool = False
    reason_error: str = ""
    error: ErrorText | None = None
    busy: bool = False
    done: bool = False
