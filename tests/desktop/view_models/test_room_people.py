"""Hands in their order, and what a host may do: mute (never unmute), stop a share, remove."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest

from backend_client.models import MeetingStatus, Role
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.signals import Signal, application_signal
from desktop.rtc.state import ParticipantState, RoomPhase, StreamKind, StreamPhase, StreamState
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_hands import SPOKEN_S
from desktop.view_models.room_people import PeopleViewModel
from desktop.view_models.room_states import PersonAction, PersonRow
from tests.support.fakes import ALICE, MIKL, NOW, FakeMeetings, FakeRoom, meeting
from tests.support.waiting import until


def person(name: str, *, hand: bool = False, **stream: object) -> ParticipantState:
    """Somebody who publishes."""
    made = StreamState(f"str_{name}", phase=StreamPhase.CONNECTED, **stream)  # type: ignore[arg-type]
    return ParticipantState(f"con_{name}", name, streams=(made,), hand_raised=hand)


class Case:
    """A room of one role."""

    def __init__(self, role: Role, language: Language) -> None:
        self.row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=role)
        self.room = FakeRoom()
        user = MIKL if role is Role.OPERATOR else ALICE
        self.model = RoomViewModel(self.row, user, FakeMeetings([self.row]), lambda: self.room, language)
        self.moderator = role is Role.OPERATOR

    @property
    def people(self) -> PeopleViewModel:
        return self.model.people

    def with_(self, *people: ParticipantState, **changes: object) -> None:
        """These others are in the room."""
        state = replace(self.room.state, participants=people, is_moderator=self.moderator, **changes)  # type: ignore[arg-type]
        self.room.show(state)

    def row_of(self, name: str) -> PersonRow:
        """Somebody's row."""
        (row,) = [row for row in self.people.state.rows if row.person.name == name]
        return row


async def opened(role: Role, language: Language) -> AsyncIterator[Case]:
    case = Case(role, language)
    case.model.start()
    await until(lambda: case.room.state.phase is RoomPhase.CONNECTED)
    yield case
    await case.model.close()


@pytest.fixture
async def host(english: Language) -> AsyncIterator[Case]:
    """MiKL's room."""
    async for case in opened(Role.OPERATOR, english):
        yield case


@pytest.fixture
async def guest(english: Language) -> AsyncIterator[Case]:
    """Alice's room."""
    async for case in opened(Role.CLIENT, english):
        yield case


async def test_hands_are_for_groups(guest: Case) -> None:
    guest.with_(person("MiKL"))
    assert not guest.people.state.hand_offered
    guest.people.toggle_hand()
    guest.with_(person("MiKL"), person("Bob"))
    assert guest.people.state.hand_offered
    guest.people.toggle_hand()
    await until(lambda: guest.people.state.hand_raised)
    assert guest.model.state.own is not None
    assert guest.model.state.own.hand == 1
    guest.with_(person("MiKL"))
    await until(lambda: not guest.people.state.hand_raised)


async def test_who_asked_first_stands_first(host: Case) -> None:
    host.with_(person("Alice"), person("Bob", hand=True), person("Chloé"))
    host.with_(person("Alice", hand=True), person("Bob", hand=True), person("Chloé"))
    assert [row.person.name for row in host.people.state.rows] == ["MiKL (you)", "Bob", "Alice", "Chloé"]
    assert (host.row_of("Bob").hand, host.row_of("Alice").hand, host.people.state.hands) == (1, 2, 2)
    assert [tile.hand for tile in host.model.state.tiles] == [2, 1, 0]
    assert host.people.state.newest == "Alice raises a hand"
    host.with_(person("Alice", hand=True), person("Bob"), person("Chloé"))
    assert host.row_of("Alice").hand == 1
    assert "hand raised, place 1" in host.row_of("Alice").accessible


async def test_speaking_takes_the_hand_down(guest: Case) -> None:
    now = [100.0]
    guest.model._tiles._clock = lambda: now[0]
    guest.with_(person("MiKL"), person("Bob"))
    guest.people.toggle_hand()
    await until(lambda: guest.people.state.hand_raised)
    loud = np.full(960, 8000, np.int16)
    for _ in range(4):
        guest.room.audio_level("").measure(loud)
        guest.model._tick()
        assert guest.room.state.hand_raised, "a word is no turn"
        now[0] += SPOKEN_S / 4
    guest.room.audio_level("").measure(loud)
    guest.model._tick()
    await until(lambda: not guest.people.state.hand_raised)


async def test_noise_into_a_muted_microphone_takes_no_hand_down(guest: Case) -> None:
    now = [100.0]
    guest.model._tiles._clock = lambda: now[0]
    guest.with_(person("MiKL"), person("Bob"), microphone_on=False, hand_raised=True)
    for _ in range(6):
        guest.room.audio_level("").measure(np.full(960, 8000, np.int16))
        guest.model._tick()
        now[0] += SPOKEN_S / 2
    assert guest.room.state.hand_raised


async def test_a_host_mutes_one_and_all_that_are_on(host: Case) -> None:
    host.with_(person("Alice"), person("Bob", microphone_on=False), person("Chloé"))
    assert PersonAction.MUTE in host.row_of("Alice").actions
    assert PersonAction.MUTE not in host.row_of("Bob").actions, "nobody is ever unmuted"
    host.people.act("con_Alice", PersonAction.MUTE)
    host.people.act("con_Bob", PersonAction.MUTE)
    host.people.mute_all()
    await until(lambda: len(host.room.sent) == 2)
    mute = application_signal("mute", {})
    assert host.room.sent == [(mute, ("con_Alice",)), (mute, ("con_Alice", "con_Chloé"))]


async def test_a_host_stops_a_share_and_removes(host: Case) -> None:
    screen = StreamState("str_screen", StreamKind.SCREEN, has_audio=False)
    alice = person("Alice")
    host.with_(replace(alice, streams=(*alice.streams, screen)))
    assert host.row_of("Alice").sharing
    host.people.act("con_Alice", PersonAction.STOP_SHARE)
    host.people.act("con_Alice", PersonAction.REMOVE)
    await until(lambda: len(host.room.forced) == 2)
    assert host.room.forced == [("unpublish", "str_screen"), ("disconnect", "con_Alice")]


async def test_a_guest_can_do_nothing_about_others(guest: Case) -> None:
    guest.with_(person("MiKL"), person("Bob"))
    assert not guest.people.state.can_mute_all
    for action in (PersonAction.MUTE, PersonAction.STOP_SHARE, PersonAction.REMOVE):
        guest.people.act("con_Bob", action)
    guest.people.mute_all()
    assert {row.actions for row in guest.people.state.rows} == {
        (),
        (PersonAction.PIN, PersonAction.STOP_VIDEO),
    }
    assert (guest.room.sent, guest.room.forced) == ([], [])


async def test_a_failure_is_said_in_the_list(host: Case) -> None:
    host.with_(person("Alice"))
    host.room.send_error = RtcError(RtcErrorCode.PARTICIPANT_GONE)
    host.people.act("con_Alice", PersonAction.REMOVE)
    await until(lambda: host.people.state.error)
    host.room.send_error = None
    host.people.act("con_Alice", PersonAction.REMOVE)
    await until(lambda: not host.people.state.error)


async def test_a_pin_is_offered_and_let_go_in_the_list(guest: Case) -> None:
    guest.with_(person("MiKL"), person("Bob"))
    guest.people.act("con_Bob", PersonAction.PIN)
    assert guest.model.layout.state.focus == "str_Bob"
    assert PersonAction.UNPIN in guest.row_of("Bob").actions
    guest.people.act("con_Bob", PersonAction.UNPIN)
    assert guest.model.layout.state.focus == ""


def mute(*, moderator: bool, connection_id: str = "con_M") -> Signal:
    """A mute as it arrives."""
    return replace(
        application_signal("mute", {}),
        name="MiKL",
        account_id=str(MIKL.id),
        from_connection_id=connection_id,
        from_moderator=moderator,
    )


async def test_the_hosts_mute_is_obeyed_and_said(guest: Case) -> None:
    guest.with_(person("MiKL"))
    guest.room.receive(mute(moderator=True))
    await until(lambda: not guest.model.state.microphone_on)
    assert guest.model.state.warning == "MiKL turned your microphone off."
    guest.room.receive(mute(moderator=True))
    assert not guest.model.state.microphone_on, "a second one unmutes nobody"
    guest.model.toggle_microphone()
    await until(lambda: guest.model.state.microphone_on)
    assert guest.model.state.warning == ""


async def test_nobody_elses_mute_is_obeyed(guest: Case) -> None:
    """Whatever name or account a sender claims: the service says who is a moderator."""
    guest.with_(person("MiKL"), person("Eve"))
    guest.room.receive(mute(moderator=False))
    guest.room.receive(mute(moderator=False, connection_id=guest.room.state.own_connection_id))
    guest.model._tick()
    assert guest.model.state.microphone_on
    assert guest.model.state.warning == ""


async def test_a_mute_that_comes_while_unmuting_wins(guest: Case) -> None:
    guest.with_(person("MiKL"), microphone_on=False)
    guest.model.toggle_microphone()
    guest.room.show(replace(guest.room.state, microphone_on=True))
    guest.room.receive(mute(moderator=True))
    await until(lambda: not guest.model.state.microphone_busy and not guest.model.state.microphone_on)


async def test_a_host_obeys_nobody(host: Case) -> None:
    host.with_(person("Alice"))
    host.room.receive(mute(moderator=False, connection_id="con_Alice"))
    host.room.receive(mute(moderator=True, connection_id=host.room.state.own_connection_id))
    host.model._tick()
    assert host.model.state.microphone_on
