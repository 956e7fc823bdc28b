"""The room window's rules: who ends, who leaves, what is said when something fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import MeetingStatus, Role
from desktop.meeting.alone import ALONE_LIMIT_S
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.state import (
    AbsentPerson,
    EndReason,
    ParticipantState,
    Quality,
    QualityReason,
    QualityWord,
    RoomNotice,
    RoomPhase,
    RoomState,
    StreamPhase,
    StreamState,
)
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_ending import COME_BACK
from desktop.view_models.states import RoomStage
from tests.support.fakes import ALICE, MIKL, NOW, FakeMeetings, FakeRoom, meeting
from tests.support.waiting import until


def person(name: str, connection_id: str, **stream: object) -> ParticipantState:
    """Somebody who publishes."""
    made = StreamState(stream_id=f"str_{connection_id}", **{"phase": StreamPhase.CONNECTED, **stream})  # type: ignore[arg-type]
    return ParticipantState(connection_id=connection_id, name=name, streams=(made,))


def connected(*people: ParticipantState) -> RoomState:
    """Joined, with these others."""
    return RoomState(phase=RoomPhase.CONNECTED, participants=people)


class Case:
    """A room of one role with its stand-ins."""

    def __init__(self, role: Role, language: Language) -> None:
        self.row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=role)
        self.service = FakeMeetings([self.row])
        self.rooms: list[FakeRoom] = []
        self.join_error: RtcError | None = None
        self.finished: list[bool] = []
        user = MIKL if role is Role.OPERATOR else ALICE
        self.moment = 1000.0
        self.model = RoomViewModel(
            self.row, user, self.service, self._make, language, clock=lambda: self.moment
        )
        self.model.finished.connect(lambda: self.finished.append(True))

    def _make(self) -> FakeRoom:
        self.rooms.append(FakeRoom(self.join_error))
        return self.rooms[-1]

    @property
    def room(self) -> FakeRoom:
        """The latest attempt."""
        return self.rooms[-1]

    async def join(self) -> None:
        """Start and wait until it is decided."""
        self.model.start()
        await until(
            lambda: self.rooms and (self.room.state.phase is RoomPhase.CONNECTED or self.model.state.error)
        )


@pytest.fixture
async def host(english: Language) -> AsyncIterator[Case]:
    """MiKL's room."""
    case = Case(Role.OPERATOR, english)
    yield case
    await case.model.close()


@pytest.fixture
async def guest(english: Language) -> AsyncIterator[Case]:
    """Alice's room."""
    case = Case(Role.CLIENT, english)
    yield case
    await case.model.close()


async def test_joining_shows_who_is_awaited_and_then_the_tile(host: Case) -> None:
    assert host.model.state.stage is RoomStage.CONNECTING
    await host.join()
    assert host.model.state.stage is RoomStage.LIVE
    assert "Alice Laurent" in host.model.state.message
    host.room.show(connected(person("Alice Laurent", "con_B", phase=StreamPhase.CONNECTING)))
    assert host.model.state.tiles[0].connecting
    host.room.show(connected(person("Alice Laurent", "con_B", microphone_on=False)))
    tile = host.model.state.tiles[0]
    assert (tile.connecting, tile.muted, tile.person.initials) == (False, True, "AL")
    assert host.model.state.message == ""
    assert host.model.state.elapsed == "00:00"


async def test_the_hosts_red_button_ends_a_meeting_for_two(host: Case) -> None:
    await host.join()
    host.room.show(connected(person("Alice Laurent", "con_B")))
    assert not host.model.state.leave_choices
    host.model.leave()
    await until(lambda: host.finished)
    assert host.service.rows[host.row.id].status is MeetingStatus.COMPLETED
    assert host.room.left >= 1


async def test_with_more_people_the_host_may_leave_alone(host: Case) -> None:
    await host.join()
    host.room.show(connected(person("Alice", "con_B"), person("Bob", "con_C")))
    assert host.model.state.leave_choices
    assert host.model.state.end_count == 2
    host.model.leave()
    await until(lambda: host.model.state.can_come_back)
    assert host.service.rows[host.row.id].status is MeetingStatus.IN_PROGRESS


async def test_an_end_that_fails_is_said_and_can_be_tried_again(host: Case) -> None:
    await host.join()
    host.service.refusals["end"] = ApiError(ApiErrorCode.UNREACHABLE)
    host.model.leave()
    await until(lambda: host.model.state.error)
    assert host.model.state.error == text_for(ApiErrorCode.UNREACHABLE)
    assert not host.finished
    host.service.refusals.clear()
    host.model.retry()
    await until(lambda: host.finished)
    assert host.service.rows[host.row.id].status is MeetingStatus.COMPLETED


async def test_a_client_leaves_without_ending(guest: Case) -> None:
    await guest.join()
    guest.model.leave()
    await until(lambda: guest.model.state.stage is RoomStage.ENDED)
    assert guest.model.state.message == "You have left the meeting."
    assert (guest.room.left, guest.finished) == (1, [])
    guest.model.close_room()
    await until(lambda: guest.finished)
    assert guest.service.rows[guest.row.id].status is MeetingStatus.IN_PROGRESS
    assert "end" not in guest.service.calls


async def test_whoever_left_may_come_back_with_the_same_devices(guest: Case) -> None:
    await guest.join()
    guest.model.toggle_microphone()
    await until(lambda: not guest.model.state.microphone_on)
    guest.model.chat.send("still here")
    guest.model.leave()
    await until(lambda: guest.model.state.can_come_back)
    guest.model.come_back()
    await until(lambda: len(guest.rooms) == 2 and guest.room.state.phase is RoomPhase.CONNECTED)
    assert (guest.room.requests[0].microphone_on, guest.room.requests[0].camera_on) == (False, True)
    assert guest.model.state.stage is RoomStage.LIVE
    assert not guest.model.state.can_come_back
    assert guest.model.chat.state.lines[0].text == "still here"
    guest.model.leave()
    await until(lambda: guest.model.state.can_come_back)


async def test_coming_back_is_offered_for_five_minutes_while_the_meeting_runs(
    guest: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.view_models.room_ending.LOOK_AGAIN_S", 0.01)
    await guest.join()
    guest.model.leave()
    await until(lambda: guest.model.state.can_come_back)
    guest.service.moment += COME_BACK - timedelta(seconds=1)
    guest.model._tick()
    assert guest.model.state.can_come_back
    await guest.service.end(guest.row.id)
    await until(lambda: not guest.model.state.can_come_back)
    assert "2\xa0min" in guest.model.state.detail


async def test_coming_back_is_over_after_five_minutes(guest: Case) -> None:
    await guest.join()
    guest.model.leave()
    await until(lambda: guest.model.state.can_come_back)
    guest.service.moment += COME_BACK
    guest.model._tick()
    assert not guest.model.state.can_come_back
    guest.model.come_back()
    assert len(guest.rooms) == 1


async def test_whoever_is_put_out_is_not_asked_back(guest: Case) -> None:
    await guest.join()
    guest.room.show(RoomState(phase=RoomPhase.LEFT, end_reason=EndReason.REMOVED))
    await until(lambda: "meeting" in guest.service.calls)
    assert not guest.model.state.can_come_back


@pytest.mark.parametrize(
    ("reason", "words"),
    [("host", "MiKL has ended"), ("max_duration", "longest duration"), ("abandoned", "had been empty")],
)
async def test_the_end_screen_says_why_the_meeting_ended(guest: Case, reason: str, words: str) -> None:
    await guest.join()
    row = guest.service.rows[guest.row.id]
    changes = {"status": MeetingStatus.COMPLETED, "end_reason": reason, "duration_seconds": 60}
    guest.service.rows[row.id] = row.model_copy(update=changes)
    guest.room.show(RoomState(phase=RoomPhase.LEFT, end_reason=EndReason.CLOSED))
    await until(lambda: words in guest.model.state.message)


async def test_the_end_screen_names_the_next_meeting(guest: Case) -> None:
    for title, ahead, status in (
        ("Later", 48, MeetingStatus.SCHEDULED),
        ("Next", 24, MeetingStatus.SCHEDULED),
        ("Off", 1, MeetingStatus.CANCELLED),
    ):
        row = meeting(title, at=NOW + timedelta(hours=ahead), status=status, role=Role.CLIENT)
        guest.service.rows[row.id] = row
    await guest.join()
    assert guest.model.state.next_meeting == ""
    guest.model.leave()
    await until(lambda: guest.model.state.next_meeting)
    assert guest.model.state.next_meeting.startswith("Next meeting: Next, Tuesday, March 3 at ")


async def alone_until_the_countdown(case: Case) -> None:
    """Nobody came for fifteen minutes."""
    await case.join()
    case.model._tick()
    case.moment += ALONE_LIMIT_S - 1
    case.model._tick()
    assert not case.model.state.can_stay
    case.moment += 31
    case.model._tick()
    assert case.model.state.can_stay


async def test_a_host_who_is_alone_ends_the_meeting_after_a_countdown(host: Case) -> None:
    await alone_until_the_countdown(host)
    assert "30 seconds" in host.model.state.detail
    host.moment += 30
    host.model._tick()
    await until(lambda: host.finished)
    assert host.service.rows[host.row.id].status is MeetingStatus.COMPLETED


async def test_a_client_who_is_alone_leaves_and_ends_nothing(guest: Case) -> None:
    await alone_until_the_countdown(guest)
    guest.moment += 30
    guest.model._tick()
    await until(lambda: guest.model.state.can_come_back)
    assert guest.service.rows[guest.row.id].status is MeetingStatus.IN_PROGRESS


async def test_staying_or_company_stops_the_countdown(host: Case) -> None:
    await alone_until_the_countdown(host)
    host.model.stay()
    assert not host.model.state.can_stay
    host.moment += ALONE_LIMIT_S - 1
    host.model._tick()
    assert not host.model.state.can_stay
    host.moment += 10
    host.model._tick()
    assert host.model.state.can_stay
    host.room.show(connected(person("Alice", "con_B")))
    host.model._tick()
    assert not host.model.state.can_stay
    host.room.show(connected())
    host.model._tick()
    assert not host.model.state.can_stay, "it begins anew"


async def test_the_other_side_reads_who_ended_and_how_long_it_was(guest: Case) -> None:
    await guest.join()
    await guest.service.end(guest.row.id)
    guest.room.show(RoomState(phase=RoomPhase.LEFT, end_reason=EndReason.CLOSED))
    assert guest.model.state.stage is RoomStage.ENDED
    assert "MiKL" in guest.model.state.message
    await until(lambda: guest.model.state.detail)
    assert "2\xa0min" in guest.model.state.detail
    guest.model.close_room()
    await until(lambda: guest.finished)


@pytest.mark.parametrize(
    "code", [RtcErrorCode.TOKEN_REFUSED, RtcErrorCode.UNREACHABLE, RtcErrorCode.ROOM_GONE]
)
async def test_a_join_that_fails_is_said_and_can_be_tried_again(guest: Case, code: RtcErrorCode) -> None:
    guest.join_error = RtcError(code)
    await guest.join()
    assert guest.model.state.error == text_for(code)
    assert guest.model.state.stage is RoomStage.ENDED
    guest.join_error = None
    guest.model.retry()
    await until(lambda: guest.room.state.phase is RoomPhase.CONNECTED)
    assert guest.model.state.error is None
    assert len(guest.rooms) == 2


async def test_a_token_for_an_ended_meeting_is_said(guest: Case) -> None:
    guest.service.refusals["room_token"] = ApiError(ApiErrorCode.MEETING_CLOSED, status=409)
    guest.model.start()
    await until(lambda: guest.model.state.error)
    assert guest.model.state.error == text_for(ApiErrorCode.MEETING_CLOSED)


async def test_a_busy_camera_is_said_and_the_meeting_goes_on(guest: Case) -> None:
    await guest.join()
    guest.room.show(RoomState(phase=RoomPhase.CONNECTED, camera_on=False, error=RtcErrorCode.CAMERA_BUSY))
    assert guest.model.state.warning == text_for(RtcErrorCode.CAMERA_BUSY).sentence
    assert guest.model.state.stage is RoomStage.LIVE
    guest.room.device_error = RtcError(RtcErrorCode.CAMERA_BUSY)
    guest.model.toggle_camera()
    assert guest.model.state.camera_busy
    await until(lambda: not guest.model.state.camera_busy)
    assert guest.model.state.warning == text_for(RtcErrorCode.CAMERA_BUSY).sentence
    guest.room.device_error = None
    guest.model.toggle_camera()
    await until(lambda: guest.model.state.camera_on)
    assert guest.model.state.warning == ""


async def test_muting_goes_to_the_room(guest: Case) -> None:
    await guest.join()
    guest.model.toggle_microphone()
    await until(lambda: not guest.model.state.microphone_on)
    assert guest.model.state.own is not None
    assert guest.model.state.own.muted


async def test_a_loud_stream_gets_the_ring(guest: Case) -> None:
    await guest.join()
    guest.room.show(connected(person("MiKL", "con_B")))
    guest.room.audio_level("str_con_B").measure(np.full(960, 8000, np.int16))
    guest.model._tick()
    assert guest.model.state.tiles[0].speaking


async def test_a_lost_line_offers_to_join_again(guest: Case) -> None:
    await guest.join()
    guest.room.show(RoomState(phase=RoomPhase.LEFT, end_reason=EndReason.NETWORK))
    assert guest.model.state.error is not None
    assert guest.model.state.error.action
    guest.model.retry()
    await until(lambda: len(guest.rooms) == 2 and guest.room.state.phase is RoomPhase.CONNECTED)


async def test_closing_leaves_the_room_and_says_nothing_to_the_service(host: Case) -> None:
    await host.join()
    await host.model.close()
    assert host.room.left == 1
    assert "end" not in host.service.calls


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (ApiErrorCode.MEETING_CLOSED, RtcErrorCode.ROOM_GONE),
        (ApiErrorCode.FORBIDDEN, RtcErrorCode.NOT_ALLOWED),
        (ApiErrorCode.UNREACHABLE, RtcErrorCode.UNREACHABLE),
    ],
)
async def test_the_room_can_ask_for_another_token(
    guest: Case, refusal: ApiErrorCode, code: RtcErrorCode
) -> None:
    """After the media server has forgotten us; a refusal is told in the room's own words."""
    await guest.join()
    renew = guest.room.requests[0].renew_token
    assert renew is not None
    assert await renew() == "ws://x?sessionId=s&token=tok_1"
    guest.service.refusals["room_token"] = ApiError(refusal)
    with pytest.raises(RtcError) as caught:
        await renew()
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("quality", "word"),
    [
        (Quality(), ""),
        (Quality(QualityWord.GOOD, reason=QualityReason.NETWORK_DOWN), ""),
        (Quality(QualityWord.POOR, reason=QualityReason.NETWORK_DOWN), "Weak connection"),
        (Quality(QualityWord.POOR, reason=QualityReason.COMPUTER), "Computer too slow"),
        (Quality(QualityWord.LOST, reason=QualityReason.NETWORK_UP), "Connection lost"),
        (Quality(QualityWord.LOST, ours=False, reason=QualityReason.NETWORK_UP), "Reconnecting…"),
    ],
)
async def test_a_bad_connection_has_a_word_on_its_tile(guest: Case, quality: Quality, word: str) -> None:
    """At theirs and at ours, for the eyes and for a screen reader; a good one has none."""
    await guest.join()
    guest.room.show(replace(connected(replace(person("MiKL", "b"), quality=quality)), own_quality=quality))
    (tile,) = guest.model.state.tiles
    own = guest.model.state.own
    assert own is not None
    assert (tile.quality, own.quality) == (word, word)
    assert tile.accessible.endswith(word or "camera on")


async def test_a_camera_switched_off_for_the_voice_is_explained(guest: Case) -> None:
    """For as long as it is off; then the sentence goes by itself."""
    await guest.join()
    state = replace(connected(), camera_on=False, notice=RoomNotice.CAMERA_OFF_FOR_VOICE)
    guest.room.show(state)
    assert "voice" in guest.model.state.warning
    guest.room.show(replace(state, camera_on=True, notice=None))
    assert guest.model.state.warning == ""


async def test_a_key_is_held_to_talk_and_let_go(guest: Case) -> None:
    """Pressed and let go at once, both are done, in this order; the button is not busy for it."""
    await guest.join()
    guest.model.toggle_microphone()
    await until(lambda: not guest.model.state.microphone_on)
    guest.model.talk(True)
    assert not guest.model.state.microphone_busy
    await until(lambda: guest.model.state.microphone_on, "talking")
    guest.model.talk(False)
    await until(lambda: not guest.model.state.microphone_on, "muted again")
    states: list[bool] = []
    guest.room.changed.connect(lambda state: states.append(state.microphone_on))
    guest.model.talk(True)
    guest.model.talk(False)
    await until(lambda: len(states) == 2)
    assert states == [True, False]


async def test_a_key_held_while_the_microphone_is_on_changes_nothing(guest: Case) -> None:
    await guest.join()
    guest.model.talk(True)
    guest.model.talk(False)
    await until(lambda: guest.model._scope.count == 0)
    assert guest.model.state.microphone_on


@pytest.mark.parametrize(
    ("absent", "message", "detail"),
    [
        ((), "MiKL is not here yet.", "You are connected"),
        ((AbsentPerson("MiKL", lost=True, is_moderator=True),), "MiKL is reconnecting…", "The line was cut"),
        ((AbsentPerson("MiKL", lost=False, is_moderator=True),), "MiKL has left.", "The meeting goes on"),
        ((AbsentPerson("Eve", lost=True),), "MiKL is not here yet.", "You are connected"),
    ],
)
async def test_whoever_is_gone_is_said_to_come_back_or_to_have_left(
    guest: Case, absent: tuple[AbsentPerson, ...], message: str, detail: str
) -> None:
    """In the middle of the stage, where the picture was; it goes when they are back."""
    await guest.join()
    guest.room.show(replace(connected(), absent=absent))
    assert guest.model.state.stage is RoomStage.LIVE
    assert guest.model.state.message == message
    assert guest.model.state.detail.startswith(detail)
    guest.room.show(connected(person("MiKL", "b")))
    assert guest.model.state.message == ""
