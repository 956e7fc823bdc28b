"""What a view asks of its view-model: a state to draw and the intentions it may send.

Views are written against these protocols, so the gallery and the tests can hand them a static
model. Every intention returns at once; what comes of it arrives as a new state by `changed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from desktop.views.room_intentions import SavingIntentions, StatisticsIntentions

if TYPE_CHECKING:
    # Protocols are for the reader of types: no start loads the states of every window for them.
    from PySide6.QtCore import SignalInstance

    from desktop.view_models.hub_states import InviteDraft, InviteState
    from desktop.view_models.room_states import ChatState, LayoutMode, LayoutState, PeopleState, PersonAction
    from desktop.view_models.states import (
        MeetingListState,
        RoomViewState,
        RowAction,
        ScheduleDraft,
        ScheduleState,
        SignInState,
        SignInStep,
    )


class SignInIntentions(Protocol):
    """The log-in card."""

    @property
    def state(self) -> SignInState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `SignInState`."""

    def sign_in(self, email: str, password: str, stay_signed_in: bool) -> None:
        """Try to log in."""

    def give_second_factor(self, code: str) -> None:
        """Finish the log-in with this code."""

    def ask_reset(self, email: str) -> None:
        """Have a code mailed to this address."""

    def set_password(self, code: str, password: str) -> None:
        """Set a new password by the mailed code."""

    def accept_invitation(self, code: str, name: str, password: str, stay_signed_in: bool) -> None:
        """Accept an invitation."""

    def begin_company(self, stay_signed_in: bool) -> None:
        """Log in with the company's log-in, in the browser."""

    def open_browser_again(self) -> None:
        """The browser's page was closed or never came."""

    def show_step(self, step: SignInStep) -> None:
        """Ask for something else."""

    def edited(self) -> None:
        """Somebody types: errors of the last try go away."""


class MeetingListIntentions(Protocol):
    """Both apps' lists of meetings."""

    @property
    def state(self) -> MeetingListState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `MeetingListState`."""

    def act(self, meeting_id: str) -> None:
        """Start or join a meeting, as its row's action says."""

    def choose(self, meeting_id: str, action: RowAction) -> None:
        """Take a row of a meeting's menu."""

    def select(self, meeting_id: str) -> None:
        """Show more of a meeting."""

    def schedule(self) -> None:
        """Open the scheduling dialog."""

    def start_now(self) -> None:
        """Open the dialog that starts a meeting at once."""

    def retry(self) -> None:
        """Load the list again."""

    def sign_out(self) -> None:
        """End the session on this machine."""

    def dismiss_notice(self) -> None:
        """The toast was read."""


class InviteIntentions(Protocol):
    """The form that invites a client."""

    @property
    def state(self) -> InviteState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `InviteState`."""

    @property
    def invited(self) -> SignalInstance:
        """Emitted when the service has done it."""

    def edited(self) -> None:
        """Somebody types."""

    def invite(self, draft: InviteDraft) -> None:
        """Send the invitation."""


class ScheduleIntentions(Protocol):
    """The scheduling dialog."""

    @property
    def invite(self) -> InviteIntentions:
        """Invites somebody who is no client yet."""

    @property
    def state(self) -> ScheduleState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `ScheduleState`."""

    def edited(self, draft: ScheduleDraft) -> None:
        """A field changed."""

    def take_up(self, draft: ScheduleDraft) -> None:
        """Go on with what was typed into a dialog that had to be closed."""

    def save(self, draft: ScheduleDraft) -> None:
        """Schedule the meeting, or change it."""

    def retry(self, draft: ScheduleDraft) -> None:
        """The button beside the error."""


class PaintedPicture(Protocol):
    """One picture ready to paint: BGRA, 8 bits a channel, rows `stride_bytes` apart."""

    @property
    def data(self) -> memoryview:
        """The bytes; nobody changes them while they may be painted."""

    @property
    def width_px(self) -> int:
        """Columns."""

    @property
    def height_px(self) -> int:
        """Rows."""

    @property
    def stride_bytes(self) -> int:
        """Distance between rows."""

    @property
    def number(self) -> int:
        """Grows with every picture of its slot."""


class PaintedSlot(Protocol):
    """The latest picture of one tile."""

    @property
    def picture(self) -> PaintedPicture | None:
        """The latest picture, None while there is none."""

    @property
    def count(self) -> int:
        """How many pictures there ever were."""

    shown_px: tuple[int, int] | None
    """Width and height, in device pixels, that pictures are painted at: they may come smaller, down to
    this. None keeps them as they are."""


class ChatIntentions(Protocol):
    """The chat panel of the room."""

    @property
    def state(self) -> ChatState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `ChatState`."""

    def send(self, text: str) -> None:
        """Say a line to everybody."""

    def retry(self) -> None:
        """Send again what did not get through."""

    def set_open(self, open_: bool) -> None:
        """The panel is on screen, or not."""


class PeopleIntentions(Protocol):
    """The list of participants, and the own hand."""

    @property
    def state(self) -> PeopleState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `PeopleState`."""

    def toggle_hand(self) -> None:
        """Raise or lower our hand."""

    def act(self, key: str, action: PersonAction) -> None:
        """Do something about somebody; confirmed where it must be."""

    def mute_all(self) -> None:
        """Mute everybody else."""


class LayoutIntentions(Protocol):
    """How the viewer wants the tiles to stand."""

    @property
    def state(self) -> LayoutState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `LayoutState`."""

    def set_mode(self, mode: LayoutMode) -> None:
        """Grid or speaker."""

    def toggle_pin(self, key: str) -> None:
        """Give a tile the stage, or let it go."""

    def set_own_hidden(self, hidden: bool) -> None:
        """Hide our own tile from ourselves."""

    def set_mirrored(self, mirrored: bool) -> None:
        """See ourselves as in a mirror."""


class RoomIntentions(Protocol):
    """The room window."""

    @property
    def layout(self) -> LayoutIntentions:
        """How the tiles stand."""

    @property
    def saving(self) -> SavingIntentions:
        """What is done without."""

    @property
    def statistics(self) -> StatisticsIntentions:
        """Figures of every stream."""

    @property
    def people(self) -> PeopleIntentions:
        """Who is there, and hands."""

    @property
    def chat(self) -> ChatIntentions:
        """The conversation in writing."""

    @property
    def state(self) -> RoomViewState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `RoomViewState`."""

    def toggle_microphone(self) -> None:
        """Mute or unmute."""

    def talk(self, pressed: bool) -> None:
        """The key that is held to talk goes down or up."""

    def toggle_camera(self) -> None:
        """Switch the own picture on or off."""

    def leave(self) -> None:
        """Leave the meeting; the operator's meeting ends when only one other person is in it."""

    def end_for_all(self) -> None:
        """End the meeting for everybody."""

    def close_room(self) -> None:
        """Back to the list, from the end screen or from an error."""

    def retry(self) -> None:
        """Try again what failed."""

    def come_back(self) -> None:
        """Into the room again, from the end screen."""

    def stay(self) -> None:
        """Stop the countdown of whoever is alone."""

    def picture(self, key: str) -> PaintedSlot:
        """The pictures of the tile with this key."""
