"""Everybody else over the connections of a room."""

from __future__ import annotations

import pytest

from desktop.rtc.connection import Connection, ConnectionEvents, OwnMedia
from desktop.rtc.messages import JoinResult, Notification, ParticipantInfo, ParticipantJoined, ParticipantLeft
from desktop.rtc.mixer import Mixer
from desktop.rtc.others import Others
from desktop.rtc.room import DEFAULT_OPTIONS
from desktop.rtc.state import AbsentPerson, ParticipantState
from desktop.rtc.token import parse_token

BO = ParticipantInfo(id="con_bo", metadata='{"name":"Bo"}')
OUR_SCREEN = ParticipantInfo(id="con_screen", metadata='{"name":"Ada"}')


class Told:
    """Others over a connection that has not joined, so that nothing is asked of a server."""

    def __init__(self) -> None:
        self.states: list[tuple[ParticipantState, ...]] = []
        events = ConnectionEvents(
            joined=lambda _: None,
            notified=lambda _: None,
            line_changed=lambda _: None,
            media_lost=lambda: None,
        )
        connection = Connection(
            parse_token("ws://localhost?sessionId=s&token=tok_1"),
            OwnMedia("Ada", None, None),
            events,
            options=DEFAULT_OPTIONS,
            times=None,
        )
        self.others = Others(Mixer(None), lambda: connection, self.states.append)

    def join(self, own_id: str, *present: ParticipantInfo, former_ids: frozenset[str] = frozenset()) -> None:
        """The server takes us in."""
        self.others.joined(JoinResult(id=own_id, value=present), former_ids)

    @property
    def ids(self) -> list[str]:
        """Whose presence was told last."""
        return [each.connection_id for each in self.states[-1]]


@pytest.fixture
async def told() -> Told:
    """Nobody there yet."""
    return Told()


async def test_a_comeback_begins_anew_and_meets_no_second_self(told: Told) -> None:
    """Neither our former connection nor our screen's, which the server may both still show."""
    told.join("con_me", BO)
    told.others.notified(ParticipantJoined(id="con_screen", metadata=OUR_SCREEN.metadata))
    assert told.ids == ["con_bo", "con_screen"]
    told.others.hide("con_screen")
    assert told.ids == ["con_bo"]
    former = ParticipantInfo(id="con_me", metadata='{"name":"Ada"}')
    told.join("con_again", former, OUR_SCREEN, BO, former_ids=frozenset({"con_me"}))
    assert told.ids == ["con_bo"]
    assert told.others.identity("con_screen") == told.others.identity("con_again")


async def test_what_is_none_of_theirs_changes_nothing(told: Told) -> None:
    """Nobody is told either."""
    told.join("con_me", BO)
    count = len(told.states)
    told.others.notified(Notification())
    assert len(told.states) == count


async def test_a_hand_after_a_comeback(told: Told) -> None:
    """The roster is another one, and the hand is seen all the same."""
    told.join("con_me", BO)
    told.join("con_again", BO, former_ids=frozenset({"con_me"}))
    told.others.set_hand("con_bo", True)
    assert [each.hand_raised for each in told.states[-1]] == [True]


async def test_the_end_is_told_by_the_room_alone(told: Told) -> None:
    told.join("con_me", BO)
    count = len(told.states)
    told.others.clear()
    assert (told.others.roster.participants, len(told.states)) == ((), count)


@pytest.mark.parametrize(
    ("reason", "lost"), [("networkDisconnect", True), ("disconnect", False), ("", False)]
)
async def test_who_is_gone_is_remembered_until_they_are_back(told: Told, reason: str, lost: bool) -> None:
    """By their account, since a comeback is another connection; a screen is nobody."""
    service = '%/%{"account":"1","name":"Bo","role":"MODERATOR"}'
    told.join("con_me", ParticipantInfo(id="con_bo", metadata=service))
    told.others.notified(ParticipantJoined(id="con_screen", metadata='%/%{"account":"1","purpose":"screen"}'))
    told.others.notified(ParticipantLeft(connection_id="con_screen", reason=reason))
    assert told.others.absent == ()
    told.others.notified(ParticipantLeft(connection_id="con_bo", reason=reason))
    assert told.others.absent == (AbsentPerson("Bo", lost, is_moderator=True),)
    told.others.notified(ParticipantJoined(id="con_bo_again", metadata=service))
    assert told.others.absent == ()
