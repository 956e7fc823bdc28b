"""The scheduling dialog: what is typed is what is saved, and nothing typed is lost by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from PySide6.QtCore import QDate, QPoint, QPointF, Qt, QTime
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDateEdit,
    QLabel,
    QListView,
    QPlainTextEdit,
    QTimeEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.view_models.language import Language
from desktop.view_models.states import ErrorText, ScheduleDraft, SchedulePurpose, ScheduleState
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.gallery_states import Samples
from desktop.views.static_models import StaticSchedule
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

STATES = Samples("en").schedule()


@pytest.fixture
def model() -> StaticSchedule:
    return StaticSchedule(STATES["empty"])


@pytest.fixture
def dialog(model: StaticSchedule, theme: Theme, show: Show) -> ScheduleDialog:
    made = ScheduleDialog(model, theme)
    show(made)
    return made


def press(dialog: ScheduleDialog, key: Qt.Key) -> None:
    """Press a key where the keyboard is."""
    QTest.keyClick(dialog.focusWidget(), key)


def last_saved(model: StaticSchedule) -> ScheduleDraft:
    name, draft = model.sent[-1]
    assert name == "save"
    assert isinstance(draft, ScheduleDraft)
    return draft


def rows_of(widget: QWidget) -> list[str]:
    assert isinstance(widget, QListView)
    model = widget.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_everything_typed_is_saved(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "bob")
    press(dialog, Qt.Key.Key_Tab)
    QTest.keyClicks(named(dialog, "titleField"), "Review")
    day, hour = named(dialog, "dayField"), named(dialog, "hourField")
    assert isinstance(day, QDateEdit)
    assert isinstance(hour, QTimeEdit)
    day.setDate(QDate(2026, 12, 24))
    hour.setTime(QTime(16, 45))
    click(dialog, "duration-90")
    QTest.keyClicks(named(dialog, "descriptionField"), "Goals")
    click(dialog, "saveButton")
    assert last_saved(model) == ScheduleDraft("1", "Review", "Goals", date(2026, 12, 24), time(16, 45), 90)


def test_the_dialog_opens_with_what_the_state_proposes(dialog: ScheduleDialog) -> None:
    assert dialog.draft() == replace(STATES["empty"].draft, day=date(2026, 11, 23), hour=time(14))
    assert named(dialog, "clientField").hasFocus()
    assert not is_shown(dialog, "focusRing")


def test_typing_filters_the_clients_without_accents(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "chloe")
    assert rows_of(named(dialog, "clientList")) == ["Chloé Fontaine-Desmarets", "New client…"]


def test_arrow_and_enter_choose_a_client_and_do_not_save(
    dialog: ScheduleDialog, model: StaticSchedule
) -> None:
    press(dialog, Qt.Key.Key_Down)
    press(dialog, Qt.Key.Key_Down)
    press(dialog, Qt.Key.Key_Return)
    assert dialog.draft().client_id == "1"
    assert not is_shown(dialog, "clientList")
    assert [name for name, *_ in model.sent] == ["edited"]


def test_clicking_a_client_chooses_it(dialog: ScheduleDialog) -> None:
    click(dialog, "clientListButton")
    view = named(dialog, "clientList")
    assert isinstance(view, QListView)
    place = view.visualRect(view.model().index(2, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert dialog.draft().client_id == "2"


def test_editing_the_name_of_a_chosen_client_chooses_nobody(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "Alice Laurent")
    assert dialog.draft().client_id == "0"
    press(dialog, Qt.Key.Key_Backspace)
    assert dialog.draft().client_id == ""


def test_a_name_that_two_share_in_part_chooses_nobody(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "clientField"), "a")
    press(dialog, Qt.Key.Key_Tab)
    assert dialog.draft().client_id == ""


def test_enter_saves_from_any_field(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    for name in ("titleField", "dayField", "hourField", "duration-60"):
        model.sent.clear()
        QTest.keyClick(named(dialog, name), Qt.Key.Key_Return)
        assert [sent[0] for sent in model.sent] == ["save"], name


def test_enter_in_the_agenda_is_a_new_line_and_ctrl_enter_saves(
    dialog: ScheduleDialog, model: StaticSchedule
) -> None:
    agenda = named(dialog, "descriptionField")
    assert isinstance(agenda, QPlainTextEdit)
    agenda.setFocus()
    QTest.keyClick(agenda, Qt.Key.Key_Return)
    assert agenda.toPlainText() == "\n"
    QTest.keyClick(agenda, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert last_saved(model).description == "\n"


def test_tab_leaves_the_agenda(dialog: ScheduleDialog) -> None:
    named(dialog, "descriptionField").setFocus()
    press(dialog, Qt.Key.Key_Tab)
    assert dialog.focusWidget().objectName() == "privateNoteField"
    press(dialog, Qt.Key.Key_Tab)
    assert dialog.focusWidget().objectName() == "cancelButton"


def test_escape_closes_an_untouched_dialog_at_once(dialog: ScheduleDialog) -> None:
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_escape_asks_when_something_was_typed(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "titleField"), "R")
    press(dialog, Qt.Key.Key_Escape)
    assert is_shown(dialog, "discardButton")
    click(dialog, "keepButton")
    assert dialog.isVisible()
    assert dialog.draft().title == "R"
    dialog.close()
    assert is_shown(dialog, "discardButton")
    click(dialog, "discardButton")
    assert not dialog.isVisible()


def test_escape_closes_an_open_list_first(dialog: ScheduleDialog) -> None:
    for button, card in (
        ("clientListButton", "clientDropdown"),
        ("calendarButton", "dayDropdown"),
        ("hourListButton", "hourDropdown"),
    ):
        click(dialog, button)
        assert is_shown(dialog, card)
        press(dialog, Qt.Key.Key_Escape)
        assert not is_shown(dialog, card)
        assert dialog.isVisible()


def test_a_dialog_whose_model_ended_closes_without_asking(dialog: ScheduleDialog) -> None:
    QTest.keyClicks(named(dialog, "titleField"), "R")
    dialog.finish()
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_error": "Who?"}, "clientField"),
        ({"title_error": "What?"}, "titleField"),
        ({"when_error": "When?"}, "dayField"),
        ({"duration_error": "How long?"}, "durationField"),
        ({"description_error": "Too long."}, "descriptionField"),
    ],
)
def test_errors_stand_next_to_their_field(
    dialog: ScheduleDialog, model: StaticSchedule, change: dict[str, str], field: str
) -> None:
    model.show_state(replace(STATES["empty"], **change))  # type: ignore[arg-type]
    error = named(dialog, f"{field}Error")
    assert isinstance(error, QLabel)
    assert [error.text()] == list(change.values())
    assert named(dialog, field).accessibleDescription() == error.text()


def test_errors_leave_the_fields_alone(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    QTest.keyClicks(named(dialog, "titleField"), "Review")
    model.show_state(replace(STATES["empty"], title_error="No."))
    assert dialog.draft().title == "Review"


def test_the_dialog_grows_with_its_errors(theme: Theme, show: Show, qtbot: QtBot) -> None:
    # The form of a meeting that exists: the other one may be as high as the screen already.
    model = StaticSchedule(replace(STATES["empty"], purpose=SchedulePurpose.EDIT))
    dialog = show(ScheduleDialog(model, theme))
    before = dialog.height()
    model.show_state(replace(STATES["wrong"], purpose=SchedulePurpose.EDIT))
    qtbot.waitUntil(lambda: dialog.height() > before)


def test_while_saving_nothing_can_be_changed_or_lost(dialog: ScheduleDialog, model: StaticSchedule) -> None:
    model.show_state(replace(STATES["empty"], busy=True))
    click(dialog, "saveButton")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not named(dialog, "titleField").isEnabled()
    assert model.sent == []


def test_a_saved_meeting_closes_the_dialog(
    dialog: ScheduleDialog, model: StaticSchedule, qtbot: QtBot
) -> None:
    QTest.keyClicks(named(dialog, "titleField"), "R")
    with qtbot.waitSignal(dialog.accepted):
        model.show_state(replace(STATES["empty"], saved=True))
    assert not dialog.isVisible()


def test_trying_again_gives_back_what_is_typed(theme: Theme, show: Show) -> None:
    model = StaticSchedule(replace(STATES["empty"], error=ErrorText("No answer.", "Try again")))
    dialog = show(ScheduleDialog(model, theme))
    QTest.keyClicks(named(dialog, "titleField"), "Review")
    click(dialog, "reloadButton")
    name, draft = model.sent[-1]
    assert name == "retry"
    assert isinstance(draft, ScheduleDraft)
    assert draft.title == "Review"


def test_the_calendar_takes_a_day_and_refuses_earlier_ones(dialog: ScheduleDialog) -> None:
    click(dialog, "calendarButton")
    days = named(dialog, "monthDays")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(days, key)
    QTest.keyClick(days, Qt.Key.Key_Return)
    assert dialog.draft().day == STATES["empty"].earliest_day
    click(dialog, "calendarButton")
    QTest.keyClick(named(dialog, "monthDays"), Qt.Key.Key_Down)
    QTest.keyClick(named(dialog, "monthDays"), Qt.Key.Key_Return)
    assert dialog.draft().day == date(2026, 11, 29)


def test_a_day_can_be_clicked(dialog: ScheduleDialog, theme: Theme) -> None:
    click(dialog, "calendarButton")
    days = named(dialog, "monthDays")
    side = theme.size.control
    # English weeks start on Sunday: November 2026 starts in the first column, the 30th is in week 5.
    spot = QPoint(side * 1 + side // 2, side * (1 + 4) + side // 2)
    QTest.mouseClick(days, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert dialog.draft().day == date(2026, 11, 30)


def test_an_hour_is_taken_from_the_list(dialog: ScheduleDialog) -> None:
    click(dialog, "hourListButton")
    view = named(dialog, "hourList")
    assert isinstance(view, QListView)
    assert rows_of(view)[28] == "14:00"
    assert view.currentIndex().row() == 28
    place = view.visualRect(view.model().index(29, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert dialog.draft().hour == time(14, 30)


def test_chip_and_field_agree_on_the_length(dialog: ScheduleDialog) -> None:
    click(dialog, "duration-30")
    chip, other = named(dialog, "duration-30"), named(dialog, "duration-60")
    assert isinstance(chip, QAbstractButton)
    assert isinstance(other, QAbstractButton)
    assert (chip.isChecked(), other.isChecked()) == (True, False)
    field = named(dialog, "durationField")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "75")
    assert dialog.draft().planned_minutes == 75
    assert not chip.isChecked()


def test_scrolling_over_a_date_does_not_change_it(dialog: ScheduleDialog) -> None:
    before = dialog.draft()
    for name in ("dayField", "hourField", "durationField"):
        field = named(dialog, name)
        field.setFocus()
        middle = QPointF(field.rect().center())
        turn = QWheelEvent(
            middle,
            field.mapToGlobal(middle),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
    assert dialog.draft() == before


@pytest.mark.parametrize(
    ("code", "hint"), [("fr", "mardi 24 novembre 2026"), ("en", "Tuesday, November 24, 2026")]
)
def test_the_day_is_written_out_in_the_language(
    model: StaticSchedule, theme: Theme, show: Show, language: Language, code: str, hint: str, qtbot: QtBot
) -> None:
    language.use(code)
    dialog = ScheduleDialog(model, theme)
    show(dialog)
    day = named(dialog, "dayField")
    assert isinstance(day, QDateEdit)
    day.setDate(QDate(2026, 11, 24))
    assert hint in [label.text() for label in dialog.findChildren(QLabel)]


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_every_state_is_drawn(theme: Theme, show: Show, state: ScheduleState) -> None:
    dialog = show(ScheduleDialog(StaticSchedule(state), theme))
    assert is_shown(dialog, "warningLine") == bool(state.warning)
    assert is_shown(dialog, "scheduleDialogError") == (state.error is not None)
