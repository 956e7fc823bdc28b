"""The panel beside the list: its note is never lost, and it speaks of one meeting at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import NOTE_MAX, MeetingStatus, Presence, Role
from desktop.view_models import meeting_panel, note_keeper
from desktop.view_models.language import Language
from desktop.view_models.meeting_panel import MeetingPanelViewModel
from desktop.view_models.meeting_rows import RowMarks
from desktop.view_models.states import Tone
from tests.support.fakes import NOW, meeting
from tests.support.hub_fakes import FakeHub
from tests.support.waiting import until

PLANNED = meeting("Bilan")
OVER = meeting("Point", at=NOW - timedelta(days=1), status=MeetingStatus.COMPLETED)


@pytest.fixture
def service() -> FakeHub:
    return FakeHub([PLANNED, OVER])


@pytest.fixture
async def panel(
    service: FakeHub, english: Language, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MeetingPanelViewModel]:
    """The panel; a pause in typing is over at once, and so is a wait before the next try."""
    monkeypatch.setattr(note_keeper, "SAVE_AFTER_S", 0.01)
    monkeypatch.setattr(note_keeper, "RETRY_DELAYS_S", (0.01,))
    monkeypatch.setattr(meeting_panel, "system_zone", lambda: ZoneInfo("Europe/Paris"))
    model = MeetingPanelViewModel(service, english)
    yield model
    await model.close()


async def test_a_note_is_saved_while_it_is_typed(panel: MeetingPanelViewModel, service: FakeHub) -> None:
    panel.select(PLANNED)
    await until(lambda: panel.state.note_ready)
    for text in ("A", "Al", "Alice"):
        panel.type_note(text)
    assert panel.state.note_line == "Saving…"
    await until(lambda: service.notes.get(PLANNED.id) == "Alice")
    await until(lambda: panel.state.note_line == "Saved")
    assert service.calls.count("write_note") == 1


async def test_a_note_survives_an_outage_and_another_selection(
    panel: MeetingPanelViewModel, service: FakeHub
) -> None:
    panel.select(PLANNED)
    await until(lambda: panel.state.note_ready)
    service.refusals["write_note"] = ApiError(ApiErrorCode.UNREACHABLE)
    panel.type_note("kept")
    await until(lambda: panel.state.note_tone is Tone.WARNING)
    panel.select(OVER)
    await until(lambda: panel.state.note_ready)
    assert panel.state.note == ""
    panel.select(PLANNED)
    await until(lambda: panel.state.note_ready)
    assert panel.state.note == "kept", "what was typed, not what the service has"
    del service.refusals["write_note"]
    await until(lambda: service.notes.get(PLANNED.id) == "kept")
    await until(lambda: panel.state.note_tone is Tone.SUCCESS)


async def test_the_end_of_the_app_saves_what_was_just_typed(
    panel: MeetingPanelViewModel, service: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_keeper, "SAVE_AFTER_S", 60.0)
    panel.select(PLANNED)
    await until(lambda: panel.state.note_ready)
    panel.type_note("the last word")
    await panel.close()
    assert service.notes[PLANNED.id] == "the last word"


async def test_a_note_that_is_refused_says_why(panel: MeetingPanelViewModel, service: FakeHub) -> None:
    panel.select(PLANNED)
    await until(lambda: panel.state.note_ready)
    panel.type_note("x" * (NOTE_MAX + 1))
    assert panel.state.note_tone is Tone.DANGER
    service.refusals["write_note"] = ApiError(ApiErrorCode.NOT_HOST, status=403)
    panel.type_note("x")
    await until(lambda: "host" in panel.state.note_line)


async def test_a_note_that_cannot_be_loaded_cannot_be_overwritten(
    panel: MeetingPanelViewModel, service: FakeHub
) -> None:
    service.notes[PLANNED.id] = "old"
    service.fail_with = ApiErrorCode.UNREACHABLE
    panel.select(PLANNED)
    await until(lambda: panel.state.error is not None)
    panel.type_note("new")
    service.fail_with = None
    panel.retry()
    await until(lambda: panel.state.note_ready)
    assert (panel.state.note, panel.state.error) == ("old", None)
    assert service.calls.count("write_note") == 0


async def test_presence_names_who_was_there_and_how_long(
    panel: MeetingPanelViewModel, service: FakeHub
) -> None:
    start = NOW - timedelta(days=1)
    service.stays = [
        Presence(
            role=Role.CLIENT,
            full_name="Alice Laurent",
            joined_at=start,
            left_at=start + timedelta(minutes=28),
        ),
        Presence(role=Role.OPERATOR, full_name="MiKL", joined_at=start),
    ]
    panel.select(OVER)
    await until(lambda: panel.state.presence)
    assert [each.line for each in panel.state.presence] == [
        "14:35–15:03 · 28\N{NO-BREAK SPACE}min",
        "There since 14:35",
    ]
    assert panel.state.presence_line == ""
    service.stays = []
    panel.update(OVER.model_copy(update={"version": 9}), RowMarks())
    await until(lambda: panel.state.presence_line == "Nobody was in the room.")


async def test_the_clients_own_hour_stands_there_where_it_differs(
    panel: MeetingPanelViewModel, service: FakeHub
) -> None:
    service.people = [service.people[0].model_copy(update={"time_zone": "America/Montreal"})]
    panel.select(PLANNED)
    await until(lambda: panel.state.zone)
    assert panel.state.zone.startswith("For Alice: 09:00–10:00, ")


async def test_the_same_hour_on_both_sides_is_not_worth_a_line(
    panel: MeetingPanelViewModel, service: FakeHub
) -> None:
    panel.select(PLANNED)
    await until(lambda: service.calls.count("clients") == 1 and panel.state.note_ready)
    assert panel.state.zone == ""


async def test_a_meeting_that_is_gone_takes_the_panel_along(panel: MeetingPanelViewModel) -> None:
    panel.select(PLANNED)
    assert panel.state.row is not None
    panel.update(None, RowMarks())
    assert panel.state.row is None
