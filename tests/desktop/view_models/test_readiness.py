"""The operator reads the worst that a client's check found, and only while it counts."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.models import (
    DeviceReadiness,
    MeetingStatus,
    NetworkReadiness,
    Readiness,
    SpeakerReadiness,
)
from desktop.view_models.dates import Dates
from desktop.view_models.language import Language
from desktop.view_models.meeting_rows import RowWriter
from desktop.view_models.readiness_words import readiness_words
from desktop.view_models.states import Tone
from tests.support.fakes import NOW, meeting

GOOD = Readiness(
    microphone=DeviceReadiness.OK,
    camera=DeviceReadiness.OK,
    speaker=SpeakerReadiness.OK,
    network=NetworkReadiness.OK,
    checked_at=NOW - timedelta(minutes=5),
)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("changes", "words", "tone"),
    [
        ({}, "Equipment ready", Tone.SUCCESS),
        ({"camera": DeviceReadiness.MISSING}, "No camera", Tone.WARNING),
        ({"camera": DeviceReadiness.DENIED}, "Camera blocked", Tone.WARNING),
        ({"camera": DeviceReadiness.BUSY}, "Camera in use elsewhere", Tone.WARNING),
        ({"speaker": SpeakerReadiness.MISSING}, "No loudspeaker", Tone.WARNING),
        ({"microphone": DeviceReadiness.MISSING}, "No microphone", Tone.WARNING),
        ({"microphone": DeviceReadiness.DENIED}, "Microphone blocked", Tone.WARNING),
        ({"microphone": DeviceReadiness.BUSY}, "Microphone in use elsewhere", Tone.WARNING),
        (
            {"microphone": DeviceReadiness.MISSING, "network": NetworkReadiness.FAILED},
            "Connection blocked",
            Tone.DANGER,
        ),
    ],
)
def test_the_worst_comes_first(changes: dict[str, object], words: str, tone: Tone) -> None:
    assert readiness_words(GOOD.model_copy(update=changes)) == (words, tone)


def test_a_row_says_it_shortly_before_the_meeting_only(english: Language) -> None:
    writer = RowWriter(Dates(english.locale, ZoneInfo("Europe/Paris")), NOW)
    near = meeting(at=NOW + timedelta(minutes=10)).model_copy(update={"client_readiness": GOOD})
    row = writer.row(near)
    assert (row.ready, row.ready_tone, row.ready_tooltip) == (
        "Equipment ready",
        Tone.SUCCESS,
        "Checked at 14:30",
    )
    assert "Equipment ready" in row.accessible
    far = near.model_copy(update={"scheduled_at": NOW + timedelta(hours=2)})
    assert writer.row(far).ready == ""
    running = near.model_copy(update={"status": MeetingStatus.IN_PROGRESS, "started_at": NOW})
    assert writer.row(running).ready == ""
    assert writer.row(meeting()).ready == ""
