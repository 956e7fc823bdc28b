"""Beyond one meeting with a known client: new clients, weekly series, private notes, starting at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDateEdit, QSpinBox

from desktop.view_models.hub_states import InviteDraft, InviteState
from desktop.view_models.states import ScheduleDraft
from desktop.views.controls import Button
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.dialogs.start_now_dialog import StartNowDialog
from desktop.views.gallery_hub_dialogs import changes, starts
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticStartNow
from desktop.views.static_models import StaticSchedule
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

SAMPLES = Samples("en")
STATES = SAMPLES.schedule()


@pytest.fixture
def model() -> StaticSchedule:
    return StaticSchedule(STATES["empty"])


@pytest.fixture
def dialog(model: StaticSchedule, theme: Theme, show: Show) -> ScheduleDialog:
    made = ScheduleDialog(model, theme)
    show(made)
    return made


def test_a_series_is_so_many_times_or_until_a_day(dialog: ScheduleDialog) -> None:
    assert dialog.draft().times == 1
    click(dialog, "repeatBox")
    times, until = named(dialog, "repeatTimesField"), named(dialog, "repeatUntilField")
    assert isinstance(times, QSpinBox)
    assert isinstance(until, QDateEdit)
    times.setValue(4)
    assert (dialog.draft().times, until.date()) == (4, QDate(2026, 12, 14))
    until.setDate(QDate(2026, 12, 30))
    assert (dialog.draft().times, times.value()) == (6, 6)
    day = named(dialog, "dayField")
    assert isinstance(day, QDateEdit)
    day.setDate(QDate(2026, 11, 30))
    assert (dialog.draft().times, until.date()) == (6, QDate(2027, 1, 4))
    click(dialog, "repeatBox")
    assert dialog.draft().times == 1


def test_a_meeting_that_exists_has_neither_series_nor_note_field(theme: Theme, show: Show) -> None:
    window = show(ScheduleDialog(StaticSchedule(changes(SAMPLES)["edit"]), theme))
    assert not is_shown(window, "repeatBox")
    assert not is_shown(window, "privateNoteField")
    assert not named(window, "clientField").isEnabled()


def test_the_private_note_is_part_of_the_draft(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    QTest.keyClicks(named(dialog, "privateNoteField"), "mine")
    name, draft = model.sent[-1]
    assert name == "edited"
    assert isinstance(draft, ScheduleDraft)
    assert draft.note == "mine"


def test_somebody_new_is_invited_in_place(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "Emma Roche")
    QTest.keyClick(named(dialog, "clientField"), Qt.Key.Key_Return)
    email = named(dialog, "inviteEmailField")
    assert email.hasFocus()
    QTest.keyClicks(email, "emma@example.org")
    QTest.keyClick(email, Qt.Key.Key_Return)
    assert model.invite.sent[-1] == ("invite", InviteDraft("Emma Roche", "emma@example.org", "en"))
    assert not any(name == "save" for name, *_ in model.sent), "Enter belongs to the invitation"
    model.invite.show_state(InviteState(busy=True))
    assert not named(dialog, "inviteEmailField").isEnabled()
    model.invite.show_state(InviteState())
    model.show_state(
        replace(model.state, draft=replace(dialog.draft(), client_id="1"), fill_id=1, note="Invited.")
    )
    model.invite.invited.emit(None)
    assert not is_shown(dialog, "inviteForm")
    assert dialog.draft().client_id == "1"
    assert named(dialog, "titleField").hasFocus()
    save = named(dialog, "saveButton")
    assert isinstance(save, Button)
    assert save.isEnabled()


def test_escape_gives_the_invitation_up_before_the_dialog(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "Emma Roche")
    QTest.keyClick(named(dialog, "clientField"), Qt.Key.Key_Return)
    QTest.keyClick(named(dialog, "inviteEmailField"), Qt.Key.Key_Escape)
    assert not is_shown(dialog, "inviteForm")
    assert dialog.isVisible()


def test_a_meeting_is_started_with_a_client_and_perhaps_a_title(theme: Theme, show: Show) -> None:
    model = StaticStartNow(starts(SAMPLES)["empty"])
    window = show(StartNowDialog(model, theme))
    QTest.keyClicks(named(window, "clientField"), "bob")
    QTest.keyClick(named(window, "clientField"), Qt.Key.Key_Return)
    click(window, "actionButton")
    assert model.sent[-1] == ("start", "1", "")
