"""MiKL changes his meetings by the real widgets of the real app, against the real service."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import icalendar
import pytest
from PySide6.QtCore import QStandardPaths, Qt, QTime
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox, QTimeEdit

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingChange, MeetingStatus, SeriesRequest
from desktop.app.wiring import Shell
from tests.desktop.app.hub_flow import (
    database,
    elsewhere,
    hub,
    language,
    meeting,
    postgres_cluster,
    service,
    theme,
)
from tests.support.running_shell import on_screen, press, seen, shown, write
from tests.support.service import TestDatabase

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]


async def choose(meeting_id: UUID, row: str) -> None:
    """Take a row of the meeting's menu."""
    await press(f"meetingMenu-{meeting_id}")
    await press(row)


def title_shown(shell: Shell) -> str:
    assert shell.list_model is not None
    following = shell.list_model.state.next
    return following.title if following is not None else ""


async def test_a_meeting_is_edited_and_moved(hub: Shell, meeting: Meeting, elsewhere: BackendClient) -> None:
    await choose(meeting.id, "editRow")
    await write("titleField", "Bilan de mars")
    await press("saveButton")
    await seen(lambda: title_shown(hub) == "Bilan de mars", "the new title in the list")
    assert on_screen("scheduleDialog") is None
    assert hub.list_model is not None
    assert hub.list_model.state.notice == "“Bilan de mars” is changed, and Alice is told."
    await choose(meeting.id, "moveRow")
    hour = await shown("hourField")
    assert isinstance(hour, QTimeEdit)
    hour.setTime(QTime(7, 15))
    await press("saveButton")
    await seen(lambda: on_screen("scheduleDialog") is None, "the end of the dialog")
    moved = await elsewhere.meeting(meeting.id)
    assert moved.title == "Bilan de mars"
    assert moved.scheduled_at.astimezone().strftime("%H:%M") == "07:15"


async def test_what_changed_meanwhile_is_loaded_and_nothing_typed_is_lost(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient
) -> None:
    await choose(meeting.id, "editRow")
    await write("titleField", "Mine")
    await elsewhere.change_meeting(meeting, MeetingChange(planned_minutes=90))
    await press("saveButton")
    await press("reloadButton")
    await shown("noteLine")
    await press("duration-45")
    await press("saveButton")
    await seen(lambda: on_screen("scheduleDialog") is None, "the end of the dialog")
    changed = await elsewhere.meeting(meeting.id)
    assert (changed.title, changed.planned_minutes) == ("Mine", 45)


async def test_a_meeting_is_cancelled_with_a_reason(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient
) -> None:
    await choose(meeting.id, "cancelRow")
    await write("reasonField", "I am ill.")
    await press("actionButton")
    await seen(lambda: title_shown(hub) == "", "the list without the meeting")
    cancelled = await elsewhere.meeting(meeting.id)
    assert (cancelled.status, cancelled.cancel_reason) == (MeetingStatus.CANCELLED, "I am ill.")


async def test_the_link_is_copied(hub: Shell, meeting: Meeting) -> None:
    await choose(meeting.id, "copy-linkRow")
    assert QGuiApplication.clipboard().text() == f"mikl://meetings/{meeting.id}"


async def test_a_meeting_goes_into_the_calendar(
    hub: Shell, meeting: Meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def open_url(url: object) -> bool:
        opened.append(Path(url.toLocalFile()))  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _place: str(tmp_path))
    for number in (1, 2):
        await choose(meeting.id, "calendarRow")
        await seen(partial(_has, opened, number), "the file")
    assert [path.name for path in opened] == ["Bilan.ics", "Bilan (2).ics"]
    event = icalendar.Calendar.from_ical(opened[0].read_bytes()).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Bilan"
    assert event.decoded("DTSTART") == meeting.scheduled_at


def _has(opened: list[Path], number: int) -> bool:
    return len(opened) == number


async def test_an_open_dialog_ends_with_the_app(hub: Shell, meeting: Meeting) -> None:
    await choose(meeting.id, "editRow")
    await write("titleField", "Lost")
    assert hub.dialog is not None


async def test_a_private_note_is_saved_while_it_is_typed(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient
) -> None:
    await press("nextMeeting")
    await write("noteField", "Ask about the new job.")

    async def kept() -> bool:
        return (await elsewhere.note(meeting.id)).body == "Ask about the new job."

    status = await shown("noteStatus")
    await seen(lambda: status.text() == "Saved", "the note saved")  # type: ignore[attr-defined]
    assert await kept()
    await press("closePanelButton")
    await press("nextMeeting")
    note = await shown("noteField")
    await seen(lambda: note.toPlainText() == "Ask about the new job.", "the note")  # type: ignore[attr-defined]
    assert hub.hub is not None


async def test_the_panel_follows_the_meeting(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, database: TestDatabase
) -> None:
    await press("nextMeeting")
    title, agenda = await shown("meetingPanelTitle"), await shown("agendaText")
    await elsewhere.change_meeting(meeting, MeetingChange(title="Autre", description="Goals"))
    await seen(lambda: title.text() == "Autre" and agenda.text() == "Goals", "the change")  # type: ignore[attr-defined]
    database.admin(
        "insert into public.meeting_participants"
        " (meeting_id, connection_id, auth_user_id, role, joined_at, left_at)"
        " values (%s, 'con_1', %s, 'PUBLISHER', now() - interval '10 minutes', now())",
        (meeting.id, database.account_id("alice@demo.visio")),
    )
    await elsewhere.cancel(meeting.id, reason="Ill")
    assert hub.hub is not None
    panel = hub.hub.panel
    await seen(lambda: panel.state.ended == "Cancelled: Ill", "the reason")
    await seen(lambda: panel.state.presence, "the presence")
    (stay,) = panel.state.presence
    assert stay.person.name.startswith("Alice")
    assert stay.line.endswith("10\N{NO-BREAK SPACE}min")


async def test_a_weekly_series_with_a_new_client_and_a_private_note(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, database: TestDatabase
) -> None:
    await press("scheduleButton")
    assert hub.schedule_model is not None
    model = hub.schedule_model
    await seen(lambda: model.state.clients, "the clients")
    await write("clientField", "Emma Roche")
    QTest.keyClick(await shown("clientField"), Qt.Key.Key_Return)
    await write("inviteEmailField", "emma@example.org")
    await press("inviteSendButton")
    await shown("noteLine")
    await write("titleField", "Coaching")
    await press("repeatBox")
    times = await shown("repeatTimesField")
    assert isinstance(times, QSpinBox)
    times.setValue(3)
    await write("privateNoteField", "First impressions")
    await press("saveButton")
    await seen(lambda: on_screen("scheduleDialog") is None, "the end of the dialog")
    (emma,) = [each for each in await elsewhere.clients() if each.full_name == "Emma Roche"]
    planned = await elsewhere.meetings(client_id=emma.id)
    assert [each.title for each in planned] == ["Coaching"] * 3
    assert {(late.scheduled_at - soon.scheduled_at).days for soon, late in pairwise(planned)} <= {6, 7}

    def kept() -> bool:
        rows = database.admin("select count(*) as n from public.meeting_notes")
        return bool(rows[0]["n"])

    await seen(kept, "the note")
    assert (await elsewhere.note(planned[0].id)).body == "First impressions"


async def test_starting_now_without_a_media_server_says_so(hub: Shell) -> None:
    await press("startNowButton")
    field = await shown("clientField")
    await seen(lambda: field.placeholderText() == "Name of a client", "the clients")  # type: ignore[attr-defined]
    await write("clientField", "alice")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await press("actionButton")
    await seen(lambda: on_screen("startNowDialogError") is not None, "the reason")
    assert hub.dialog is not None


async def test_a_running_meeting_gets_a_quarter_of_an_hour_more(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, database: TestDatabase
) -> None:
    database.admin(
        "update public.meetings set status = 'in_progress', started_at = now(), session_id = %s"
        " where id = %s",
        (f"mtg_{meeting.id.hex}", meeting.id),
    )
    assert hub.list_model is not None
    model = hub.list_model
    model.refresh()
    await seen(lambda: model.state.next is not None and model.state.next.pill == "In progress", "the start")
    await choose(meeting.id, "extendRow")
    await seen(lambda: model.state.notice.startswith("Planned until"), "the new end")
    assert (await elsewhere.meeting(meeting.id)).planned_minutes == 75


async def test_the_rows_of_a_series_say_so(hub: Shell, meeting: Meeting, elsewhere: BackendClient) -> None:
    request = SeriesRequest(
        client_id=meeting.client.id,
        title="Weekly",
        scheduled_at=meeting.scheduled_at + timedelta(hours=3),
        count=2,
    )
    series = await elsewhere.create_series(request, idempotency_key="weekly")
    await shown(f"meetingMenu-{series.items[0].id}")
    assert hub.list_model is not None
    rows = [row for group in hub.list_model.state.groups for row in group.rows if row.title == "Weekly"]
    assert [row.with_whom_line.endswith(" · every week") for row in rows] == [True, True]
    # Cancelling the first one takes the rest along where that is wanted.
    await choose(series.items[0].id, "cancelRow")
    await press("followingBox")
    await press("actionButton")
    await seen(lambda: on_screen(f"meetingMenu-{series.items[1].id}") is None, "both gone")
    assert {each.status for each in await elsewhere.meetings() if each.series_id} == {MeetingStatus.CANCELLED}
