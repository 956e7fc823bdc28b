"""Who has the stage: pinned before screen before speaker before nobody."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication

from desktop.meeting.speaker import TAKES_OVER_S
from desktop.rtc.state import ParticipantState, RoomPhase, RoomState, StreamKind, StreamState
from desktop.view_models.room_hands import RoomHands
from desktop.view_models.room_layout import LayoutViewModel
from desktop.view_models.room_states import LayoutMode
from desktop.view_models.room_tiles import RoomTiles
from tests.support.fakes import MIKL


class Case:
    """A layout over people who speak when the test says so."""

    def __init__(self) -> None:
        self.spoken: dict[str, float] = {}
        tiles = RoomTiles(MIKL, RoomHands())
        tiles.spoken_s = lambda key: self.spoken.get(key, 0.0)  # type: ignore[method-assign]
        self.model = LayoutViewModel(tiles)

    def shows(self, *keys: str) -> str:
        """These streams are there, screens by an s; the key that has the stage."""
        people = tuple(
            ParticipantState(
                f"con_{key}",
                key,
                streams=(StreamState(key, StreamKind.SCREEN if key[0] == "s" else StreamKind.CAMERA),),
            )
            for key in keys
        )
        self.model.take_state(RoomState(RoomPhase.CONNECTED, participants=people))
        return self.model.state.focus


@pytest.fixture
def case(qapp: QCoreApplication) -> Case:
    return Case()


def test_a_grid_has_nobody_in_front(case: Case) -> None:
    case.spoken["b"] = TAKES_OVER_S
    assert case.shows("a", "b") == ""


def test_the_speaker_comes_to_the_front(case: Case) -> None:
    case.model.set_mode(LayoutMode.SPEAKER)
    assert case.shows("a", "b") == "a"
    case.spoken["b"] = TAKES_OVER_S
    assert case.shows("a", "b") == "b"


def test_choices_go_on_in_the_next_meeting(case: Case) -> None:
    case.shows("a", "b")
    case.model.set_mode(LayoutMode.SPEAKER)
    case.model.toggle_pin("b")
    case.model.set_own_hidden(True)
    case.model.set_mirrored(False)
    other = Case()
    other.model.restore(case.model.state)
    assert other.shows("c") == "c", "the speaker's view, and nobody pinned"
    assert (other.model.state.own_hidden, other.model.state.mirrored) == (True, False)


def test_a_screen_takes_the_stage_and_gives_it_back(case: Case) -> None:
    assert case.shows("a", "b") == ""
    assert case.shows("a", "b", "s1") == "s1"
    assert case.model.state.fills
    assert case.shows("a", "b", "s1", "s2") == "s2"
    assert case.shows("a", "b") == ""
    assert not case.model.state.fills


def test_a_pin_goes_before_all_until_it_goes_or_a_new_screen_comes(case: Case) -> None:
    case.shows("a", "b", "s1")
    case.model.toggle_pin("b")
    assert case.shows("a", "b", "s1") == "b"
    assert case.shows("a", "b", "s1", "s2") == "s2"
    case.model.toggle_pin("a")
    case.model.toggle_pin("a")
    assert case.shows("a", "b", "s1", "s2") == "s2"
    case.model.toggle_pin("a")
    assert case.shows("b", "s1", "s2") == "s2"
    assert case.model.state.pinned == ""
    assert case.shows("a", "b", "s1", "s2") == "s2", "who comes back is not pinned any more"
