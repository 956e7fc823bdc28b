"""Hub and participant windows: every state, the right intention, one filled button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.view_models.history import FileKind
from desktop.view_models.hub_states import PanelState
from desktop.view_models.language import Language
from desktop.view_models.states import (
    ErrorText,
    ListPhase,
    MeetingAction,
    MeetingListState,
    RowAction,
    Tone,
)
from desktop.views.controls import Button, ButtonKind
from desktop.views.gallery_hub import days, histories, panels
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticDay, StaticHistory, StaticPanel, static_hub
from desktop.views.hub_window import HubWindow
from desktop.views.meeting_list import matches
from desktop.views.meeting_rows import MeetingRowView, NextMeetingCard
from desktop.views.messages import Skeleton, Toast
from desktop.views.participant_window import ParticipantWindow
from desktop.views.rail import Page
from desktop.views.static_models import StaticMeetingList
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

SAMPLES = Samples("en")
HUB = SAMPLES.meetings(hub=True)
CLIENT = SAMPLES.meetings(hub=False)
Open = Callable[[MeetingListState], tuple[HubWindow, StaticMeetingList]]


@pytest.fixture
def hub(theme: Theme, show: Show) -> Open:
    def opened(state: MeetingListState) -> tuple[HubWindow, StaticMeetingList]:
        model = StaticMeetingList(state)
        window = HubWindow(static_hub(model), theme)
        show(window)
        return window, model

    return opened


@pytest.fixture
def client(theme: Theme, show: Show) -> tuple[ParticipantWindow, StaticMeetingList]:
    model = StaticMeetingList(CLIENT["running"])
    window = ParticipantWindow(model, StaticPanel(PanelState()), theme)
    show(window)
    return window, model


def filled_buttons(window: QWidget) -> list[str]:
    return [
        button.objectName()
        for button in window.findChildren(Button)
        if button.isVisible() and button.kind is ButtonKind.FILLED
    ]


def row_ids(window: QWidget) -> list[str]:
    rows = [view for view in window.findChildren(MeetingRowView) if view.isVisible()]
    rows.sort(key=lambda view: view.mapTo(window, view.rect().topLeft()).y())
    return [view.row.meeting_id for view in rows]


@pytest.mark.parametrize("state", HUB.values(), ids=HUB.keys())
def test_the_hub_never_has_two_filled_buttons(hub: Open, state: MeetingListState) -> None:
    window, _ = hub(state)
    assert len(filled_buttons(window)) == (0 if state.phase is ListPhase.LOADING else 1)


def test_the_next_meetings_button_acts_on_it(hub: Open) -> None:
    window, model = hub(HUB["filled"])
    click(window, "meetingAction-next")
    assert model.sent == [("act", "next")]


def test_a_row_with_an_action_acts_on_its_own_meeting(hub: Open) -> None:
    state = HUB["filled"]
    first, *others = state.groups
    row = replace(first.rows[0], action=MeetingAction.START, action_label="Start")
    window, model = hub(replace(state, groups=(replace(first, rows=(row, *first.rows[1:])), *others)))
    click(window, "meetingAction-a")
    assert model.sent == [("act", "a")]


def test_a_busy_button_takes_no_click(hub: Open) -> None:
    window, model = hub(HUB["busy"])
    click(window, "meetingAction-next")
    assert model.sent == []


def test_scheduling_from_the_header_and_by_key(hub: Open) -> None:
    window, model = hub(HUB["filled"])
    click(window, "scheduleButton")
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert model.sent == [("schedule",), ("schedule",)]


def test_the_empty_list_offers_the_one_thing_to_do(hub: Open) -> None:
    window, model = hub(HUB["empty"])
    assert filled_buttons(window) == ["blankButton"]
    click(window, "blankButton")
    assert model.sent == [("schedule",)]


def test_an_empty_list_of_a_client_has_no_button(theme: Theme, show: Show) -> None:
    window = show(ParticipantWindow(StaticMeetingList(CLIENT["empty"]), StaticPanel(PanelState()), theme))
    assert is_shown(window, "blank")
    assert not is_shown(window, "blankButton")


def test_an_error_can_be_tried_again(hub: Open) -> None:
    window, model = hub(HUB["error"])
    click(window, "blankButton")
    assert model.sent == [("retry",)]


def test_a_failed_reload_keeps_the_rows_and_says_so(hub: Open) -> None:
    window, model = hub(HUB["filled"])
    model.show_state(replace(HUB["filled"], error=ErrorText("No answer.")))
    assert is_shown(window, "errorLine")
    assert row_ids(window) == ["a", "b", "c", "d"]


def test_grey_rows_come_only_after_a_while(hub: Open, qtbot: QtBot) -> None:
    window, _ = hub(HUB["loading"])
    skeleton = window.findChild(Skeleton)
    assert skeleton is not None
    assert not skeleton.drawn
    qtbot.waitUntil(lambda: skeleton.drawn)


def test_offline_is_a_line_and_a_word_beside_the_name(hub: Open) -> None:
    window, _ = hub(HUB["offline"])
    assert named(window, "offlineLine").accessibleName().startswith("Offline")
    assert named(window, "accountButton").accessibleName() == "Account of MiKL, Offline"


def test_rows_that_stay_keep_their_widget_and_the_focus(hub: Open) -> None:
    state = HUB["filled"]
    window, model = hub(state)
    before = named(window, "meeting-c")
    model.show_state(replace(state, groups=state.groups[1:]))
    assert row_ids(window) == ["c", "d"]
    assert named(window, "meeting-c") is before


def test_hours_of_all_rows_share_one_width(hub: Open) -> None:
    window, _ = hub(HUB["filled"])
    lefts = {
        view.title.mapTo(window, view.title.rect().topLeft()).x()
        for view in window.findChildren(MeetingRowView)
    }
    assert len(lefts) == 1


def test_a_row_is_read_as_one_sentence_and_its_button_says_of_what(hub: Open) -> None:
    window, _ = hub(HUB["filled"])
    assert named(window, "meeting-a").accessibleName() == "Checkpoint, 16:00–16:30, Bob Petit"
    assert named(window, "meetingAction-next").accessibleDescription() == "March review"


def test_an_ampersand_in_a_label_is_shown_and_no_shortcut(theme: Theme, qtbot: QtBot) -> None:
    button = Button(theme, "button")
    qtbot.addWidget(button)
    button.set_label("Start & join")
    assert button.shortcut().isEmpty()
    assert button.accessibleName() == "Start & join"


def test_search_filters_while_one_types(hub: Open) -> None:
    window, _ = hub(HUB["filled"])
    QTest.keyClicks(named(window, "searchField"), "CHECK")
    assert row_ids(window) == ["a"]
    assert not is_shown(window, "nextMeeting")
    QTest.keyClicks(named(window, "searchField"), "zz")
    assert row_ids(window) == []
    assert is_shown(window, "blank")


def test_search_ignores_accents_and_finds_people() -> None:
    row = SAMPLES.row("x", "Préparation", "09:00–10:00", Samples("fr").meetings(hub=True)["filled"].me)
    assert matches(row, "prepa mikl")
    assert not matches(row, "prepa bob")


def test_ctrl_f_goes_to_the_search_field_and_shows_the_ring(hub: Open) -> None:
    window, _ = hub(HUB["filled"])
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert named(window, "searchField").hasFocus()
    assert is_shown(window, "focusRing")


def test_history_is_a_page_of_its_own(theme: Theme, show: Show) -> None:
    models = static_hub(HUB["filled"], day=days(SAMPLES)["planned"], history=histories(SAMPLES)["history"])
    window = HubWindow(models, theme)
    show(window)
    assert is_shown(window, "dayStrip")
    assert not is_shown(window, "exportButton")
    click(window, "page-history")
    assert not is_shown(window, "dayStrip")
    click(window, "exportButton")
    click(window, "export-csv")
    assert isinstance(models.history, StaticHistory)
    assert models.history.sent == [("export", FileKind.TABLE)]
    assert window.page is Page.HISTORY
    assert row_ids(window) == ["h1", "h2", "h3"]
    assert not is_shown(window, "scheduleButton")


def test_the_rail_collapses_in_a_narrow_window(hub: Open, qtbot: QtBot) -> None:
    window, _ = hub(HUB["filled"])
    page = named(window, "page-meetings")
    wide = page.width()
    window.resize(900, 600)
    qtbot.waitUntil(lambda: page.width() < wide / 2)
    assert page.toolTip() == "Meetings"
    assert page.accessibleName() == "Meetings"


def test_signing_out_is_in_the_accounts_menu(hub: Open) -> None:
    window, model = hub(HUB["filled"])
    assert not is_shown(window, "signOutButton")
    click(window, "accountButton")
    click(window, "signOutButton")
    assert model.sent == [("sign_out",)]
    assert not is_shown(window, "signOutButton")


def test_a_menu_closes_by_escape_and_by_a_press_elsewhere(hub: Open) -> None:
    window, model = hub(HUB["filled"])
    click(window, "accountButton")
    QTest.keyClick(named(window, "signOutButton"), Qt.Key.Key_Escape)
    assert not is_shown(window, "accountMenu")
    click(window, "accountButton")
    click(window, "pageTitle")
    assert not is_shown(window, "accountMenu")
    assert model.sent == []


def test_a_toast_is_closed_by_hand_and_the_same_one_does_not_come_back(hub: Open) -> None:
    window, model = hub(HUB["failed"])
    click(window, "toastClose")
    assert model.sent == [("dismiss_notice",)]
    model.show_state(HUB["failed"])
    assert not is_shown(window, "toast")
    model.show_state(replace(HUB["failed"], notice_id=3))
    assert is_shown(window, "toast")


def test_good_news_goes_by_itself_and_trouble_stays(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    toast = Toast(theme, window)
    toast.life.setInterval(1)
    window.show()
    with qtbot.waitSignal(toast.dismissed):
        toast.show_notice("Saved.", Tone.SUCCESS, 1)
    assert toast.isHidden()
    toast.show_notice("Failed.", Tone.DANGER, 2)
    assert not toast.life.isActive()
    assert toast.isVisible()


@pytest.mark.parametrize("state", CLIENT.values(), ids=CLIENT.keys())
def test_the_clients_window_draws_every_state(theme: Theme, show: Show, state: MeetingListState) -> None:
    window = show(ParticipantWindow(StaticMeetingList(state), StaticPanel(PanelState()), theme))
    assert len(filled_buttons(window)) <= 1
    greeting = named(window, "greeting")
    assert isinstance(greeting, QLabel)
    assert greeting.text() == "Hello Alice"


def test_the_client_joins(client: tuple[ParticipantWindow, StaticMeetingList]) -> None:
    window, model = client
    click(window, "meetingAction-next")
    assert model.sent == [("act", "next")]


def test_the_next_cards_button_is_as_wide_as_the_card(
    client: tuple[ParticipantWindow, StaticMeetingList],
) -> None:
    window, _ = client
    card = window.findChild(NextMeetingCard)
    assert card is not None
    assert card.button.width() > card.width() * 0.85


def test_past_meetings_unfold_below(client: tuple[ParticipantWindow, StaticMeetingList]) -> None:
    window, _ = client
    assert row_ids(window) == ["a", "b", "c", "d"]
    QTest.mouseClick(named(window, "historyButton"), Qt.MouseButton.LeftButton)
    assert row_ids(window) == ["a", "b", "c", "d", "h1", "h2", "h3"]
    assert window.history_shown


def test_new_rows_never_lie_on_old_ones(client: tuple[ParticipantWindow, StaticMeetingList]) -> None:
    window, _ = client
    QTest.mouseClick(named(window, "historyButton"), Qt.MouseButton.LeftButton)
    rows = sorted(window.findChildren(MeetingRowView), key=lambda view: view.y())
    for above, below in pairwise(rows):
        assert above.geometry().bottom() < below.geometry().top()


def test_both_windows_speak_the_new_language(
    hub: Open, client: tuple[ParticipantWindow, StaticMeetingList], language: Language, qtbot: QtBot
) -> None:
    window, _ = hub(HUB["filled"])
    language.use("fr")
    qtbot.waitUntil(lambda: named(window, "scheduleButton").accessibleName() == "Planifier")
    assert named(window, "page-history").accessibleName() == "Historique"
    assert named(client[0], "historyButton").accessibleName() == "Afficher les réunions passées"


def test_with_nothing_to_come_the_window_says_so_whatever_lies_behind(hub: Open) -> None:
    """A past does not make "nothing planned" a "nothing here"."""
    over = replace(HUB["filled"], next=None, groups=())
    window, model = hub(over)
    assert over.history
    assert named(window, "blank").isVisible()
    assert over.empty_title in [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    click(window, "blankButton")
    assert model.sent == [("schedule",)]


@pytest.fixture
def beside(theme: Theme, show: Show) -> tuple[HubWindow, StaticMeetingList, StaticPanel]:
    """The Hub with its panel open."""
    meetings = StaticMeetingList(HUB["filled"])
    models = static_hub(meetings, panel=panels(SAMPLES)["planned"])
    window = HubWindow(models, theme)
    show(window)
    assert isinstance(models.panel, StaticPanel)
    return window, meetings, models.panel


Beside = tuple[HubWindow, StaticMeetingList, StaticPanel]


def test_a_card_is_selected_by_click_and_by_keyboard(beside: Beside) -> None:
    window, meetings, _ = beside
    click(window, "meeting-a")
    row = named(window, "meeting-b")
    row.setFocus(Qt.FocusReason.TabFocusReason)
    assert is_shown(window, "focusRing")
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert meetings.sent == [("select", "a"), ("select", "b")]


def test_the_menu_button_does_not_select_its_card(beside: Beside) -> None:
    window, meetings, _ = beside
    click(window, "meetingMenu-a")
    click(window, "copy-linkRow")
    assert meetings.sent == [("choose", "a", RowAction.COPY_LINK)]


def test_only_what_is_typed_reaches_the_note(beside: Beside) -> None:
    window, _, panel = beside
    note = named(window, "noteField")
    QTest.keyClicks(note, "x")
    assert len(panel.sent) == 1
    assert panel.sent[0][0] == "type_note"
    panel.show_state(replace(panel.state, note="other", fill_id=7))
    assert len(panel.sent) == 1
    assert isinstance(note, QPlainTextEdit)
    assert note.toPlainText() == "other"


def test_escape_and_the_cross_take_the_panel_away(beside: Beside) -> None:
    window, _, panel = beside
    QTest.keyClick(named(window, "noteField"), Qt.Key.Key_Escape)
    click(window, "closePanelButton")
    assert panel.sent == [("dismiss",), ("dismiss",)]
    panel.show_state(replace(panel.state, row=None))
    assert not is_shown(window, "meetingPanel")


def test_a_narrow_window_shows_the_panel_alone(beside: Beside) -> None:
    window, _, panel = beside
    assert is_shown(window, "meeting-a")
    window.resize(window.minimumSize())
    assert not is_shown(window, "meeting-a")
    panel.show_state(replace(panel.state, row=None))
    assert is_shown(window, "meeting-a")


def test_who_waits_is_told_by_his_own_button(theme: Theme, show: Show) -> None:
    meetings = StaticMeetingList(HUB["filled"])
    models = static_hub(meetings, day=days(SAMPLES)["waiting"])
    window = HubWindow(models, theme)
    show(window)
    click(window, "late-a")
    assert isinstance(models.day, StaticDay)
    assert models.day.sent == [("late", "a")]
    line = named(window, "dayLine")
    block = days(SAMPLES)["waiting"].blocks[2]
    middle = QPoint(round((block.start + block.end) / 2 * line.width()), line.height() // 3)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert meetings.sent == [("select", "a")]
