"""Sharing: chosen, begun, exchanged, ended; and the words when it does not begin."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QObject, Signal

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import RoomToken
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot, VideoSource
from desktop.rtc.state import ParticipantState, RoomPhase, RoomState, StreamKind, StreamState
from desktop.view_models.language import Language
from desktop.view_models.share import ScreenInfo, ShareViewModel
from tests.support.screens import CodedSource
from tests.support.waiting import until

SCREEN = ScreenInfo("screen-1", "HDMI-1", is_screen=True, area=(0, 0, 1920, 1080))
WINDOW = ScreenInfo("window-1", "Document", is_screen=False)
OURS = ScreenInfo("window-2", "Bilan", is_screen=False, is_ours=True)
UNAVAILABLE = (
    "The system gives no picture of it. Show the window if it is hidden, and allow screen recording "
    "in the system's settings."
)


class Screens:
    """Three things to share."""

    def __init__(self) -> None:
        self.found: tuple[ScreenInfo, ...] = (SCREEN, WINDOW, OURS)
        self.sources = {info.key: CodedSource(number) for number, info in enumerate(self.found)}
        self.previewing = False
        self.closed = False

    def listed(self) -> tuple[ScreenInfo, ...]:
        """What there is."""
        return self.found

    def show_previews(self, on: bool) -> None:
        """Keep the wish."""
        self.previewing = on

    def preview(self, key: str) -> PictureSlot:
        """Nothing."""
        return PictureSlot()

    def source(self, key: str) -> VideoSource | None:
        """One of them."""
        return self.sources[key] if key in {info.key for info in self.found} else None

    async def close(self) -> None:
        """Stop."""
        self.closed = True


class Service:
    """Gives tokens, or refuses."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses: ApiErrorCode | None = None

    async def room_token(self, meeting_id: UUID, *, purpose: str = "camera") -> RoomToken:
        """One token."""
        self.asked.append(purpose)
        if self.refuses is not None:
            raise ApiError(self.refuses)
        return RoomToken(token=f"token-{len(self.asked)}", role="PUBLISHER", session_id="s")


class Room(QObject):
    """A room that shares what it is given."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = RoomState(phase=RoomPhase.CONNECTED)
        self.shared: list[tuple[str, VideoSource]] = []
        self.error: RtcErrorCode | None = None

    def tell(self, **changes: object) -> None:
        """Another state."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
        self.changed.emit(self.state)

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """Share."""
        if self.error is not None:
            raise RtcError(self.error)
        self.shared.append((token, source))
        self.tell(sharing=True)

    async def stop_sharing(self) -> None:
        """End."""
        self.tell(sharing=False)


class Case:
    """Somebody in a room."""

    def __init__(self, language: Language, *, allowed: bool = True) -> None:
        self.screens, self.service, self.room = Screens(), Service(), Room()
        self.at_s = 100.0
        self.model = ShareViewModel(
            uuid4(), self.service, self.screens, language, allowed=allowed, clock=lambda: self.at_s
        )
        self.model.attach(self.room)
        self.room.tell()

    async def share(self, key: str) -> None:
        """Pick and wait for what comes of it."""
        self.model.pick()
        self.model.share(key)
        await until(lambda: not self.model.state.busy, "the sharing")


@pytest.fixture
def case(english: Language) -> Case:
    return Case(english)


async def test_the_picker_names_what_there_is_and_marks_the_meeting_itself(case: Case) -> None:
    case.model.pick()
    state = case.model.state
    assert state.picking
    assert case.screens.previewing
    assert [choice.name for choice in state.choices] == ["Whole screen", "Document", "Bilan"]
    assert [choice.is_ours for choice in state.choices] == [False, False, True]
    assert state.choices[2].accessible == "Bilan, window, this meeting itself"
    case.screens.found = (SCREEN, replace(SCREEN, key="screen-2"), replace(WINDOW, name=""))
    case.model._look()
    assert [choice.name for choice in case.model.state.choices] == [
        "Screen 1",
        "Screen 2",
        "Window without a title",
    ]
    case.model.cancel()
    assert (case.model.state.picking, case.screens.previewing) == (False, False)
    await case.model.close()


async def test_one_share_at_a_time_replaced_over_the_same_place(case: Case) -> None:
    await case.share("screen-1")
    state = case.model.state
    assert (state.sharing, state.sentence, state.area) == (
        True,
        "You are sharing “Whole screen”",
        (0, 0, 1920, 1080),
    )
    assert not state.picking
    await case.share("window-1")
    assert case.model.state.sentence == "You are sharing “Document”"
    assert case.model.state.area is None
    assert case.room.shared == [
        ("token-1", case.screens.sources["screen-1"]),
        ("", case.screens.sources["window-1"]),  # exchanged: no second place, no second token
    ]
    assert case.service.asked == ["screen"]
    case.model.stop()
    await until(lambda: not case.model.state.sharing, "the end")
    assert (case.model.state.sentence, case.model.state.shared_key) == ("", "")
    await case.model.close()


async def test_the_line_follows_a_shared_window(case: Case) -> None:
    await case.share("window-1")
    case.screens.found = (SCREEN, replace(WINDOW, area=(10, 20, 300, 200)), OURS)
    assert case.model._follower.isActive()
    case.model._follow()  # what the timer does
    assert case.model.state.area == (10, 20, 300, 200)
    case.screens.found = (SCREEN, WINDOW, OURS)  # minimised: nobody knows where it is
    case.model._follow()
    assert case.model.state.area is None
    await case.model.close()


async def test_a_window_that_is_closed_ends_it_visibly(case: Case) -> None:
    await case.share("window-1")
    case.room.tell(sharing=False)
    assert (case.model.state.sharing, case.model.state.sentence) == (False, "")
    await case.model.close()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RtcErrorCode.SCREEN_GONE, "This screen or window is no longer there. Choose another one."),
        (
            RtcErrorCode.SCREEN_UNAVAILABLE,
            UNAVAILABLE,
        ),
        (ApiErrorCode.UNREACHABLE, "The service cannot be reached. Check your network."),
    ],
)
async def test_what_does_not_begin_is_said_in_the_picker(
    case: Case, error: RtcErrorCode | ApiErrorCode, sentence: str
) -> None:
    if isinstance(error, ApiErrorCode):
        case.service.refuses = error
    else:
        case.room.error = error
    await case.share("window-1")
    state = case.model.state
    assert (state.picking, state.error, state.sharing) == (True, sentence, False)
    assert case.screens.previewing
    await case.model.close()
    assert case.screens.closed


async def test_what_is_gone_when_it_is_taken_is_said(case: Case) -> None:
    case.model.pick()
    case.screens.found = (SCREEN,)
    case.model.share("window-1")
    await until(lambda: case.model.state.error != "", "the reason")
    assert case.room.shared == []
    await case.model.close()


async def test_where_nothing_can_be_captured_the_picker_says_so(case: Case) -> None:
    case.screens.found = ()
    case.model.pick()
    assert case.model.state.nothing == "This system gives no picture of its screens or windows."
    await case.model.close()


async def test_it_is_offered_in_a_room_alone_and_never_where_it_forbids(
    english: Language, case: Case
) -> None:
    assert case.model.state.offered
    case.model.pick()
    case.room.tell(phase=RoomPhase.LEFT)
    assert (case.model.state.offered, case.model.state.picking) == (False, False)
    await case.model.close()
    forbidden = Case(english, allowed=False)
    forbidden.model.pick()
    assert (forbidden.model.state.offered, forbidden.model.state.picking) == (False, False)
    await forbidden.model.close()


def sharer(name: str) -> tuple[ParticipantState, ...]:
    """Somebody else in the room, who shares."""
    screen = StreamState(f"str_{name}", StreamKind.SCREEN, has_audio=False)
    return (ParticipantState(f"con_{name}", name, streams=(screen,)),)


async def test_whoever_shares_later_takes_the_place(case: Case) -> None:
    """Said before, to the one; and after, to the other."""
    case.room.tell(participants=sharer("Alice"))
    assert case.model.state.replaces == "Alice is sharing: yours takes its place."
    await case.share("screen-1")
    assert case.model.state.sharing, "hers was there before ours"
    assert case.model.state.replaces == ""
    case.room.tell(participants=())
    case.at_s += 60.0
    case.room.tell(participants=sharer("Alice"))
    await until(lambda: not case.model.state.sharing, "the end of ours")
    assert case.model.state.replaced == "Alice is sharing now: your sharing has ended."
    await case.share("window-1")
    assert (case.model.state.sharing, case.model.state.replaced) == (True, "")
    await case.model.close()


@pytest.mark.parametrize("host", [True, False])
async def test_of_two_that_begin_together_the_hosts_goes_on(case: Case, host: bool) -> None:
    case.room.tell(is_moderator=host)
    await case.share("screen-1")
    case.at_s += 1.0
    case.room.tell(participants=sharer("Alice"))
    await until(lambda: case.model.state.sharing is host, "one of the two")
    await case.model.close()
