"""View-models that never change by themselves: for the gallery, and for tests of the views.

Each keeps the intentions it was sent, in order, as `(name, *arguments)`.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.view_models.room_states import (
    ChatState,
    LayoutMode,
    LayoutState,
    PeopleState,
    PersonAction,
    SavingState,
    StatisticsState,
)
from desktop.view_models.states import (
    MeetingListState,
    RoomViewState,
    RowAction,
    ScheduleDraft,
    ScheduleState,
    SignInState,
    SignInStep,
)
from desktop.views.intentions import PaintedSlot

State = TypeVar("State")


class StaticModel(QObject, Generic[State]):
    """A state and the record of what was asked."""

    changed = Signal(object)

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.sent: list[tuple[object, ...]] = []

    @property
    def state(self) -> State:
        """What to draw now."""
        return self._state

    def show_state(self, state: State) -> None:
        """Change the state, as a live model would."""
        self._state = state
        self.changed.emit(state)


class StaticSignIn(StaticModel[SignInState]):
    """A log-in that goes nowhere."""

    def sign_in(self, email: str, password: str, stay_signed_in: bool) -> None:
        """Keep the intention."""
        self.sent.append(("sign_in", email, password, stay_signed_in))

    def give_second_factor(self, code: str) -> None:
        """Keep the intention."""
        self.sent.append(("give_second_factor", code))

    def ask_reset(self, email: str) -> None:
        """Keep the intention."""
        self.sent.append(("ask_reset", email))

    def set_password(self, code: str, password: str) -> None:
        """Keep the intention."""
        self.sent.append(("set_password", code, password))

    def accept_invitation(self, code: str, name: str, password: str, stay_signed_in: bool) -> None:
        """Keep the intention."""
        self.sent.append(("accept_invitation", code, name, password, stay_signed_in))

    def begin_company(self, stay_signed_in: bool) -> None:
        """Keep the intention."""
        self.sent.append(("begin_company", stay_signed_in))

    def open_browser_again(self) -> None:
        """Keep the intention."""
        self.sent.append(("open_browser_again",))

    def show_step(self, step: SignInStep) -> None:
        """Keep the intention."""
        self.sent.append(("show_step", step))

    def edited(self) -> None:
        """Keep the intention."""
        self.sent.append(("edited",))


class StaticMeetingList(StaticModel[MeetingListState]):
    """A list that stays as it is."""

    def act(self, meeting_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("act", meeting_id))

    def choose(self, meeting_id: str, action: RowAction) -> None:
        """Keep the intention."""
        self.sent.append(("choose", meeting_id, action))

    def select(self, meeting_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("select", meeting_id))

    def schedule(self) -> None:
        """Keep the intention."""
        self.sent.append(("schedule",))

    def start_now(self) -> None:
        """Keep the intention."""
        self.sent.append(("start_now",))

    def retry(self) -> None:
        """Keep the intention."""
        self.sent.append(("retry",))

    def sign_out(self) -> None:
        """Keep the intention."""
        self.sent.append(("sign_out",))

    def dismiss_notice(self) -> None:
        """Keep the intention."""
        self.sent.append(("dismiss_notice",))


class StaticInvite(StaticModel[InviteState]):
    """A form that invites nobody."""

    invited = Signal(object)

    def edited(self) -> None:
        """Keep the intention."""
        self.sent.append(("edited",))

    def invite(self, draft: InviteDraft) -> None:
        """Keep the intention."""
        self.sent.append(("invite", draft))


class StaticSchedule(StaticModel[ScheduleState]):
    """A dialog that saves nothing."""

    def __init__(self, state: ScheduleState, invite: InviteState | None = None) -> None:
        super().__init__(state)
        self.invite = StaticInvite(invite or InviteState())

    def edited(self, draft: ScheduleDraft) -> None:
        """Keep the intention."""
        self.sent.append(("edited", draft))

    def take_up(self, draft: ScheduleDraft) -> None:
        """Keep the intention."""
        self.sent.append(("take_up", draft))

    def save(self, draft: ScheduleDraft) -> None:
        """Keep the intention."""
        self.sent.append(("save", draft))

    def retry(self, draft: ScheduleDraft) -> None:
        """Keep the intention."""
        self.sent.append(("retry", draft))


class StaticPicture:
    """One picture, from bytes."""

    def __init__(self, data: memoryview, width_px: int, height_px: int, number: int) -> None:
        self.data = data
        self.width_px = width_px
        self.height_px = height_px
        self.stride_bytes = width_px * 4
        self.number = number


class StaticSlot:
    """A tile's slot that the owner fills by hand."""

    def __init__(self, picture: StaticPicture | None = None) -> None:
        self.picture = picture
        self.count = picture.number if picture else 0
        self.shown_px: tuple[int, int] | None = None

    def put(self, data: memoryview, width_px: int, height_px: int) -> None:
        """Replace the picture."""
        self.count += 1
        self.picture = StaticPicture(data, width_px, height_px, self.count)

    def clear(self) -> None:
        """Forget the picture."""
        self.picture = None


class StaticChat(StaticModel[ChatState]):
    """A conversation in which nothing is said."""

    def send(self, text: str) -> None:
        """Keep the intention."""
        self.sent.append(("send", text))

    def retry(self) -> None:
        """Keep the intention."""
        self.sent.append(("retry",))

    def set_open(self, open_: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_open", open_))


class StaticPeople(StaticModel[PeopleState]):
    """People who stay as they are."""

    def toggle_hand(self) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_hand",))

    def act(self, key: str, action: PersonAction) -> None:
        """Keep the intention."""
        self.sent.append(("act", key, action))

    def mute_all(self) -> None:
        """Keep the intention."""
        self.sent.append(("mute_all",))


class StaticLayout(StaticModel[LayoutState]):
    """Tiles that stand as they stand."""

    def set_mode(self, mode: LayoutMode) -> None:
        """Keep the intention."""
        self.sent.append(("set_mode", mode))

    def toggle_pin(self, key: str) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_pin", key))

    def set_own_hidden(self, hidden: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_own_hidden", hidden))

    def set_mirrored(self, mirrored: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_mirrored", mirrored))


class StaticSaving(StaticModel[SavingState]):
    """Nothing is spared."""

    def set_saving(self, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_saving", on))

    def set_audio_only(self, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_audio_only", on))


class StaticStatistics(StaticModel[StatisticsState]):
    """Figures of one second."""

    def set_open(self, open_: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_open", open_))


class StaticRoom(StaticModel[RoomViewState]):
    """A room in which nobody moves.

    Args:
        state: what to draw.
        slots: pictures by tile key; unknown keys have none.
        chat: the conversation.
        people: the list of participants.
        layout: how the tiles stand.
        statistics: figures.
    """

    def __init__(
        self,
        state: RoomViewState,
        slots: dict[str, StaticSlot] | None = None,
        *,
        chat: ChatState | None = None,
        people: PeopleState | None = None,
        layout: LayoutState | None = None,
        statistics: StatisticsState | None = None,
    ) -> None:
        super().__init__(state)
        self.chat = StaticChat(chat or ChatState())
        self.people = StaticPeople(people or PeopleState())
        self.layout = StaticLayout(layout or LayoutState())
        self.saving = StaticSaving(SavingState())
        self.statistics = StaticStatistics(statistics or StatisticsState())
        self._slots = slots or {}

    def picture(self, key: str) -> PaintedSlot:
        """The pictures of the tile with this key."""
        return self._slots.setdefault(key, StaticSlot())

    def toggle_microphone(self) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_microphone",))

    def talk(self, pressed: bool) -> None:
        """Keep the intention."""
        self.sent.append(("talk", pressed))

    def toggle_camera(self) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_camera",))

    def leave(self) -> None:
        """Keep the intention."""
        self.sent.append(("leave",))

    def end_for_all(self) -> None:
        """Keep the intention."""
        self.sent.append(("end_for_all",))

    def close_room(self) -> None:
        """Keep the intention."""
        self.sent.append(("close_room",))

    def retry(self) -> None:
        """Keep the intention."""
        self.sent.append(("retry",))

    def come_back(self) -> None:
        """Keep the intention."""
        self.sent.append(("come_back",))

    def stay(self) -> None:
        """Keep the intention."""
        self.sent.append(("stay",))
