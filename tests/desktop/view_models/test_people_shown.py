"""The same person looks the same wherever he is shown."""

from __future__ import annotations

from datetime import UTC

import pytest

from backend_client.models import MeetingStatus, Role
from desktop.rtc.state import ParticipantState, RoomPhase, RoomState, StreamKind, StreamState
from desktop.view_models.dates import Dates
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import RowWriter
from desktop.view_models.room_hands import RoomHands
from desktop.view_models.room_tiles import RoomTiles
from tests.support.fakes import ALICE, MIKL, NOW, meeting


@pytest.mark.parametrize(
    "account_id",
    ["b5d2a6c0-0000-4000-8000-000000000001", ""],
    ids=["an account", "by the video server alone"],
)
def test_lists_and_rooms_give_a_person_one_tint(english: Language, account_id: str) -> None:
    """A list knows a client's id, a room his account's, and perhaps none."""
    row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.OPERATOR)
    name = row.client.full_name
    assert str(row.client.id) != account_id
    listed = RowWriter(Dates(english.locale, UTC), NOW).row(row).with_whom
    streams = (StreamState("cam"), StreamState("screen", StreamKind.SCREEN))
    person = ParticipantState("con_B", name, account_id, streams)
    tiles = RoomTiles(MIKL, RoomHands())
    camera, screen = tiles.others(RoomState(phase=RoomPhase.CONNECTED, participants=(person,)))
    assert camera.person == listed
    assert (screen.person.initials, screen.person.tint) == (listed.initials, listed.tint)
    own = RoomTiles(ALICE, RoomHands()).own(RoomState())
    assert name == ALICE.full_name
    assert (own.person.initials, own.person.tint) == (listed.initials, listed.tint)
