"""What became of a meeting stands in the panel of both real apps: moved, cancelled and why, missed."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from backend_client.client import BackendClient
from backend_client.models import Meeting, MeetingChange
from desktop.app.wiring import PARTICIPANT_APP, Shell
from desktop.view_models.language import Language
from desktop.views.text import Text
from desktop.views.theme import Theme
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
from tests.support.running_shell import press, running_shell, seen, shown
from tests.support.service import RunningService, TestDatabase

__all__ = ["database", "elsewhere", "hub", "language", "meeting", "postgres_cluster", "service", "theme"]


def texts_in(panel: QWidget) -> list[str]:
    """Everything written in a panel."""
    return [each.text() for each in panel.findChildren(Text) if each.isVisible()]


async def text_in(panel: QWidget, beginning: str) -> str:
    """Wait for a text that begins so; the whole of it."""
    found = await seen(
        lambda: [each for each in texts_in(panel) if each.startswith(beginning)], f"{beginning!r} in a panel"
    )
    return found[0]


async def test_both_sides_read_from_when_to_when_and_why(
    hub: Shell,
    service: RunningService,
    meeting: Meeting,
    elsewhere: BackendClient,
    language: Language,
    theme: Theme,
) -> None:
    async with running_shell(PARTICIPANT_APP, service.url, "alice@demo.visio", language, theme) as alice:
        assert alice.window is not None
        await press(f"meetingMenu-{meeting.id}", alice.window)
        await press("detailsRow", alice.window)
        hers = await shown("meetingPanel", alice.window)
        assert hub.list_model is not None
        hub.list_model.select(str(meeting.id))
        his = await shown("meetingPanel", hub.window)
        await text_in(his, "Planned for ")
        await text_in(hers, "Planned for ")
        moved = await elsewhere.change_meeting(
            meeting, MeetingChange(scheduled_at=meeting.scheduled_at + timedelta(days=1))
        )
        told = await text_in(his, "Moved from ")
        assert " to " in told
        assert await text_in(hers, "Moved from ") == told
        await elsewhere.cancel(moved.id, reason="The train is late")
        for panel in (his, hers):
            await text_in(panel, "Cancelled: The train is late")
        lines = texts_in(hers)
        assert lines.index("Cancelled: The train is late") < lines.index(told), "the newest first"
        assert any(each.endswith("· MiKL") for each in lines), "who did it"
        # The private note is nothing of hers.
        assert not [each for each in texts_in(hers) if "note" in each.lower()]


async def test_a_missed_meeting_says_so_with_the_times_on_both_sides(
    database: TestDatabase,
    hub: Shell,
    service: RunningService,
    meeting: Meeting,
    language: Language,
    theme: Theme,
) -> None:
    database.admin(
        "update public.meetings set scheduled_at = now() - interval '5 hours' where id = %s", (meeting.id,)
    )
    (row,) = database.admin("select private.note_missed(interval '30 minutes') as noted")
    assert row["noted"] == 1
    async with running_shell(PARTICIPANT_APP, service.url, "alice@demo.visio", language, theme) as alice:
        for shell in (alice, hub):
            assert shell.list_model is not None
            model = shell.list_model
            model.refresh()
            await seen(lambda model=model: model.state.history, "the missed meeting")  # type: ignore[misc]
            assert model.state.history[0].pill == "Missed"
            model.select(str(meeting.id))
            panel = await shown("meetingPanel", shell.window)
            assert "planned for" in await text_in(panel, "Missed: nobody started it")
