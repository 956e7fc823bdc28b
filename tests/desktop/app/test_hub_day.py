"""MiKL's day and history by the real widgets, against the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import icalendar
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from backend_client.client import BackendClient
from backend_client.models import (
    DeviceReadiness,
    Meeting,
    MeetingRequest,
    MeetingStatus,
    NetworkReadiness,
    ReadinessReport,
    SpeakerReadiness,
)
from backend_client.sign_in import MemoryTokenStore
from desktop.app.wiring import Shell
from desktop.views.text import Pill
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
from tests.support.running_shell import PASSWORD, on_screen, press, seen, shown
from tests.support.service import RunningService, TestDatabase

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]


@pytest.fixture
async def alice(service: RunningService) -> AsyncIterator[BackendClient]:
    """Alice's app, without its window."""
    client = BackendClient(service.url, MemoryTokenStore())
    await client.sign_in.log_in("alice@demo.visio", PASSWORD, stay_signed_in=False)
    yield client
    await client.close()


async def soon(elsewhere: BackendClient, meeting: Meeting) -> Meeting:
    """A meeting with Alice that begins in ten minutes."""
    request = MeetingRequest(
        client_id=meeting.client.id, title="Now", scheduled_at=elsewhere.now() + timedelta(minutes=10)
    )
    return await elsewhere.create_meeting(request, idempotency_key=str(uuid4()))


async def test_who_waits_is_seen_within_three_seconds_and_told_in_one_click(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, alice: BackendClient
) -> None:
    near = await soon(elsewhere, meeting)
    await shown(f"meetingMenu-{near.id}")
    await alice.wait(near.id)
    line = await seen(lambda: on_screen(f"waiting-{near.id}"), "who waits", timeout_s=40)
    assert line is not None
    assert line.text().startswith("Alice")  # type: ignore[attr-defined]
    await press(f"late-{near.id}")
    assert hub.list_model is not None
    model = hub.list_model
    await seen(lambda: "5 min late" in model.state.notice, "the confirmation")
    (notice,) = [each for each in await alice.notifications() if each.kind == "meeting.delayed"]
    assert notice.body["minutes"] == 5


async def test_a_change_elsewhere_is_seen_within_three_seconds(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient
) -> None:
    near = await soon(elsewhere, meeting)
    await shown(f"meetingMenu-{near.id}")
    await elsewhere.cancel(near.id, reason="")
    await seen(lambda: on_screen(f"meetingAction-{near.id}") is None, "the cancelled row gone", timeout_s=40)
    assert hub.list_model is not None


def put_in_the_past(database: TestDatabase, meeting: Meeting, started: datetime) -> None:
    database.admin(
        "update public.meetings set status = 'in_progress', started_at = %s, session_id = %s where id = %s",
        (started, f"mtg_{meeting.id.hex}", meeting.id),
    )
    database.admin(
        "update public.meetings set status = 'completed', ended_at = %s, end_reason = 'ended' where id = %s",
        (started + timedelta(minutes=52), meeting.id),
    )


async def choose_file(path: Path) -> None:
    """Answer the file dialog."""
    dialog = await seen(
        lambda: next(
            (
                top
                for top in QApplication.topLevelWidgets()
                if isinstance(top, QFileDialog) and top.isVisible()
            ),
            None,
        ),
        "the file dialog",
    )
    assert dialog is not None
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name is not None
    name.setText(str(path))
    QTest.keyClick(name, Qt.Key.Key_Return)


async def test_the_history_is_filtered_and_exported(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, database: TestDatabase, tmp_path: Path
) -> None:
    put_in_the_past(database, meeting, meeting.scheduled_at - timedelta(days=3))
    assert hub.list_model is not None
    assert hub.hub is not None
    hub.list_model.refresh()
    await press("page-history")
    await shown(f"meeting-{meeting.id}")
    past = hub.hub.history
    assert past.state.total.startswith("1 meeting held · 52")
    await press("exportButton")
    await press("export-csv")
    await choose_file(tmp_path / "out.csv")
    await seen((tmp_path / "out.csv").exists, "the table")
    rows = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Bilan" in rows[1]
    await seen(lambda: not past.state.exporting, "the end of the export")
    past.choose_period("last-year")
    await seen(lambda: on_screen(f"meeting-{meeting.id}") is None, "the empty period")
    await press("exportButton")
    await press("export-ics")
    await choose_file(tmp_path / "out.ics")
    await seen((tmp_path / "out.ics").exists, "the calendar")
    await seen(lambda: not past.state.exporting, "the end of the export")
    events = icalendar.Calendar.from_ical((tmp_path / "out.ics").read_bytes()).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Bilan"]
    changed = await elsewhere.meeting(meeting.id)
    assert changed.status is MeetingStatus.COMPLETED


async def test_what_a_clients_check_found_is_seen_within_three_seconds(
    hub: Shell, meeting: Meeting, elsewhere: BackendClient, alice: BackendClient
) -> None:
    near = await soon(elsewhere, meeting)
    await shown(f"meetingMenu-{near.id}")
    report = ReadinessReport(
        microphone=DeviceReadiness.MISSING,
        camera=DeviceReadiness.OK,
        speaker=SpeakerReadiness.OK,
        network=NetworkReadiness.OK,
    )
    await alice.report_readiness(near.id, report)
    pill = await seen(lambda: on_screen(f"ready-{near.id}"), "the warning", timeout_s=40)
    assert isinstance(pill, Pill)
    assert pill.text == "No microphone"
    await alice.report_readiness(near.id, report.model_copy(update={"microphone": DeviceReadiness.OK}))
    await seen(lambda: pill.text == "Equipment ready", "all well", timeout_s=40)
    assert hub.list_model is not None
