"""What the icon beside the clock says: state, next meeting, and what can be done without a window."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.view_models.call_states import TrayState
from desktop.view_models.language import Language
from desktop.view_models.states import ListPhase, MeetingAction, MeetingListState
from desktop.view_models.view_model import ViewModel


class TrayViewModel(ViewModel[TrayState]):
    """Follows the list, the room and the language.

    Args:
        product: name of the app.
        language: of the words.
    """

    def __init__(self, product: str, language: Language, parent: QObject | None = None) -> None:
        super().__init__(TrayState(), None, parent)
        self._product = product
        self._list: MeetingListState | None = None
        self._microphone_on: bool | None = None
        language.changed.connect(self._write)
        self._write()

    def show_list(self, state: MeetingListState | None) -> None:
        """The list as it is shown; None while nobody is signed in."""
        self._list = state
        self._write()

    def show_room(self, microphone_on: bool | None) -> None:
        """Our microphone in the room; None outside of one."""
        self._microphone_on = microphone_on
        self._write()

    def _write(self) -> None:
        line = self._line()
        row = self._list.next if self._list is not None else None
        can_join = row is not None and row.action is not MeetingAction.NONE and self._microphone_on is None
        microphone = ""
        if self._microphone_on is not None:
            microphone = (
                self.tr("Mute the microphone") if self._microphone_on else self.tr("Unmute the microphone")
            )
        self._set(
            tooltip=f"{self._product}\n{line}",
            line=line,
            join_id=row.meeting_id if row is not None and can_join else "",
            join=self.tr("{action}: {title}").format(action=row.action_label, title=row.title)
            if row is not None and can_join
            else "",
            microphone=microphone,
            attention=row is not None
            and (row.action is MeetingAction.JOIN or row.call_missed)
            and self._microphone_on is None,
        )

    def _line(self) -> str:
        if self._microphone_on is not None:
            return self.tr("In a meeting")
        if self._list is None:
            return self.tr("Not signed in")
        if self._list.phase is ListPhase.LOADING:
            return self.tr("Connecting…")
        if self._list.offline or self._list.phase is ListPhase.ERROR:
            return self.tr("Offline")
        row = self._list.next
        if row is None:
            return self.tr("No meeting planned")
        if row.call_missed:
            return f"{row.title} · {row.pill}"
        return self.tr("{day}, {hours} · {title}").format(day=row.day, hours=row.hours, title=row.title)
