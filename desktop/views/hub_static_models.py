"""Models of the Hub's own parts that never change by themselves, as in `static_models.py`."""

from __future__ import annotations

from desktop.view_models.history import FileKind
from desktop.view_models.hub_states import (
    CancelState,
    ClientsState,
    DayState,
    HistoryState,
    PanelState,
    StartNowState,
)
from desktop.view_models.states import MeetingListState, RowAction
from desktop.views.hub_intentions import HubModels
from desktop.views.static_models import StaticMeetingList, StaticModel


class StaticCancel(StaticModel[CancelState]):
    """A question whose answer goes nowhere."""

    def cancel(self, reason: str, following: bool) -> None:
        """Keep the intention."""
        self.sent.append(("cancel", reason, following))


class StaticPanel(StaticModel[PanelState]):
    """A panel that saves nothing."""

    def dismiss(self) -> None:
        """Keep the intention."""
        self.sent.append(("dismiss",))

    def act(self) -> None:
        """Keep the intention."""
        self.sent.append(("act",))

    def choose(self, action: RowAction) -> None:
        """Keep the intention."""
        self.sent.append(("choose", action))

    def type_note(self, text: str) -> None:
        """Keep the intention."""
        self.sent.append(("type_note", text))

    def retry(self) -> None:
        """Keep the intention."""
        self.sent.append(("retry",))


class StaticClients(StaticModel[ClientsState]):
    """A page on which nobody is invited."""

    def refresh(self) -> None:
        """Keep the intention."""
        self.sent.append(("refresh",))

    def select(self, client_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("select", client_id))

    def dismiss(self) -> None:
        """Keep the intention."""
        self.sent.append(("dismiss",))

    def invite(self) -> None:
        """Keep the intention."""
        self.sent.append(("invite",))

    def edit(self) -> None:
        """Keep the intention."""
        self.sent.append(("edit",))

    def plan(self) -> None:
        """Keep the intention."""
        self.sent.append(("plan",))

    def copy_link(self) -> None:
        """Keep the intention."""
        self.sent.append(("copy_link",))

    def invite_again(self) -> None:
        """Keep the intention."""
        self.sent.append(("invite_again",))

    def ask_to_deactivate(self) -> None:
        """Keep the intention."""
        self.sent.append(("ask_to_deactivate",))

    def reactivate(self) -> None:
        """Keep the intention."""
        self.sent.append(("reactivate",))


class StaticDay(StaticModel[DayState]):
    """A day that stands still."""

    def late(self, meeting_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("late", meeting_id))


class StaticHistory(StaticModel[HistoryState]):
    """A history that filters nothing."""

    def choose_client(self, client_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("choose_client", client_id))

    def choose_period(self, period: str) -> None:
        """Keep the intention."""
        self.sent.append(("choose_period", period))

    def export(self, kind: FileKind) -> None:
        """Keep the intention."""
        self.sent.append(("export", kind))


def static_hub(
    meetings: MeetingListState | StaticMeetingList,
    *,
    panel: PanelState | None = None,
    clients: ClientsState | None = None,
    day: DayState | None = None,
    history: HistoryState | None = None,
) -> HubModels:
    """Models of the Hub's window that stay as they are.

    Args:
        meetings: the list, or its model, to see what it was sent.
        panel: about the selected meeting; None for no panel.
        clients: the page of clients; None while it loads.
        day: the day at a glance; None for an empty day.
        history: the page of what is over; None for an empty one.
    """
    return HubModels(
        meetings if isinstance(meetings, StaticMeetingList) else StaticMeetingList(meetings),
        StaticPanel(panel or PanelState()),
        StaticClients(clients or ClientsState()),
        StaticDay(day or DayState()),
        StaticHistory(history or HistoryState()),
    )


class StaticStartNow(StaticModel[StartNowState]):
    """A dialog that starts nothing."""

    def edited(self) -> None:
        """Keep the intention."""
        self.sent.append(("edited",))

    def start(self, client_id: str, title: str) -> None:
        """Keep the intention."""
        self.sent.append(("start", client_id, title))
