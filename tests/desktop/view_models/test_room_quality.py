"""Quality in words: whose side, what to do; and the figures for support."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from backend_client.models import MeetingStatus, Role
from desktop.rtc.state import (
    ParticipantState,
    Quality,
    QualityReason,
    QualityWord,
    RoomPhase,
    StreamKind,
    StreamPhase,
    StreamState,
)
from desktop.rtc.statistics import KindStatistics, RoomStatistics, StreamStatistics
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_quality import QualityWords
from desktop.view_models.room_states import PersonAction
from tests.support.fakes import ALICE, NOW, FakeMeetings, FakeRoom, meeting
from tests.support.waiting import until

POOR, LOST = QualityWord.POOR, QualityWord.LOST
UP, DOWN, COMPUTER = QualityReason.NETWORK_UP, QualityReason.NETWORK_DOWN, QualityReason.COMPUTER


@pytest.mark.parametrize(
    ("quality", "name", "sentence", "advice"),
    [
        (Quality(), "", "Connection: excellent", ""),
        (Quality(QualityWord.GOOD, reason=UP), "", "Connection: good (on your side)", ""),
        (Quality(POOR, reason=UP), "", "Connection: weak (on your side)", "Wi-Fi"),
        (Quality(POOR, reason=DOWN), "MiKL", "Connection: weak (on your side)", "Wi-Fi"),
        (Quality(POOR, reason=COMPUTER), "", "Connection: weak (your computer)", "Spare the computer"),
        (
            Quality(POOR, ours=False, reason=UP),
            "MiKL",
            "Connection: weak (on the side of MiKL)",
            "Nothing to do",
        ),
        (
            Quality(POOR, ours=False, reason=COMPUTER),
            "MiKL",
            "Connection: weak (the computer of MiKL)",
            "Nothing to do",
        ),
        (
            Quality(LOST, ours=False, reason=UP),
            "MiKL",
            "Connection: lost (on the side of MiKL)",
            "Nothing to do",
        ),
    ],
)
def test_a_judgement_names_the_side_and_the_remedy(
    english: Language, quality: Quality, name: str, sentence: str, advice: str
) -> None:
    words = QualityWords()
    assert words.sentence(quality, name) == sentence
    assert advice in words.advice(quality, name)
    assert bool(advice) == bool(words.advice(quality, name))


CAMERA = StreamState("str_M", phase=StreamPhase.CONNECTED)
SCREEN = StreamState("str_S", StreamKind.SCREEN, has_audio=False, phase=StreamPhase.CONNECTED)
MIKL = ParticipantState("con_M", "MiKL", streams=(CAMERA, SCREEN))


@pytest.fixture
async def case(english: Language) -> AsyncIterator[tuple[RoomViewModel, FakeRoom]]:
    """Alice's room with MiKL in it, who shows a screen as well."""
    row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
    room = FakeRoom()
    model = RoomViewModel(row, ALICE, FakeMeetings([row]), lambda: room, english)
    model.start()
    await until(lambda: room.state.phase is RoomPhase.CONNECTED)
    room.show(replace(room.state, participants=(MIKL,)))
    yield model, room
    await model.close()


async def test_the_panel_shows_every_stream_once_a_second_while_it_is_open(
    case: tuple[RoomViewModel, FakeRoom], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.view_models.room_quality.LOOK_S", 0.01)
    model, room = case
    own = StreamStatistics(
        1.0,
        sending=True,
        audio=KindStatistics(bitrate_bps=62_000, loss=0.004, jitter_s=0.012),
        video=KindStatistics(bitrate_bps=812_400, frame_rate=29.7, width_px=1280, height_px=720),
        round_trip_s=0.034,
        estimate_bps=900_000,
        candidates=("host", "relay"),
    )
    theirs = StreamStatistics(1.0, sending=False, video=KindStatistics(bitrate_bps=100_000, loss=0.125))
    room.figures = RoomStatistics({"": own, "str_M": theirs, "str_S": theirs})
    model._tick()
    assert not model.statistics.state.streams
    model.statistics.set_open(True)
    await until(lambda: model.statistics.state.streams)
    shown = model.statistics.state
    ours, mikl, screen = shown.streams
    assert (ours.title, mikl.title, screen.title) == ("You", "MiKL", "Screen of MiKL")
    assert ours.rows == (
        ("Picture", "812\xa0kbit/s"),
        ("Frame rate", "30 pictures/s · 1280×720"),
        ("Sound", "62\xa0kbit/s"),
        ("Lost packets", "0.4 %"),
        ("Jitter", "12\xa0ms"),
        ("There and back", "34\xa0ms"),
        ("Path", "host → relay"),
    )
    assert ("Lost packets", "12.5 %") in mikl.rows
    report = model.statistics.state.report
    assert "[own] excellent" in report
    assert "[person 1 screen]" in report
    assert "MiKL" not in report, "a report names nobody"
    room.figures = RoomStatistics({"": own})
    await until(lambda: len(model.statistics.state.streams) == 1)
    model.statistics.set_open(False)
    room.figures = RoomStatistics()
    await until(lambda: model.statistics._scope.count == 0)
    assert len(model.statistics.state.streams) == 1


async def test_saving_and_sound_only_reach_the_room_and_come_back_after_a_comeback(
    case: tuple[RoomViewModel, FakeRoom],
) -> None:
    model, room = case
    model.saving.set_saving(True)
    await until(lambda: room.economy)
    model.saving.set_audio_only(True)
    await until(lambda: room.unwatched == {"str_M"} and not room.state.camera_on)
    camera, screen = model.state.tiles
    assert (camera.camera_on, camera.quality) == (False, "Video stopped")
    assert screen.camera_on, "what is shown to be read stays"
    newcomer = ParticipantState("con_B", "Bob", streams=(replace(CAMERA, stream_id="str_B"),))
    room.show(replace(room.state, participants=(MIKL, newcomer)))
    await until(lambda: room.unwatched == {"str_M", "str_B"})
    room.unwatched.clear()
    room.economy = False
    model.saving.attach(room)
    room.show(replace(room.state, hand_raised=True))
    await until(lambda: room.unwatched == {"str_M", "str_B"} and room.economy)
    model.saving.set_audio_only(False)
    await until(lambda: not room.unwatched, "pictures")
    await until(lambda: room.state.camera_on, "camera")


async def test_sound_only_leaves_a_camera_off_that_was_off(case: tuple[RoomViewModel, FakeRoom]) -> None:
    model, room = case
    model.toggle_camera()
    await until(lambda: not room.state.camera_on)
    model.saving.set_audio_only(True)
    model.saving.set_audio_only(False)
    await until(lambda: model.saving._scope.count == 0 and not model.state.camera_busy)
    assert not room.state.camera_on


async def test_somebodys_video_is_stopped_in_the_list_and_had_again(
    case: tuple[RoomViewModel, FakeRoom],
) -> None:
    model, room = case
    model.people.act("con_M", PersonAction.STOP_VIDEO)
    await until(lambda: room.unwatched == {"str_M", "str_S"})
    row = model.people.state.rows[1]
    assert PersonAction.START_VIDEO in row.actions
    assert PersonAction.STOP_VIDEO not in row.actions
    model.people.act("con_M", PersonAction.START_VIDEO)
    await until(lambda: not room.unwatched)
