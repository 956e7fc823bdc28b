"""Every control of the room by keyboard and for screen readers, with its state, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QPlainTextEdit,
    QTextBrowser,
    QWidget,
)

from desktop.view_models.language import LANGUAGES, Language
from desktop.view_models.room_states import ChatState, LayoutMode, LayoutState, PeopleState, PersonRow
from desktop.views.gallery_scenes import scenes
from desktop.views.gallery_states import MIKL, Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, named

CONTROLS = (QAbstractButton, QPlainTextEdit, QTextBrowser)
ROOMS = {scene.state: scene for scene in scenes(Samples("fr")) if scene.window == "room"}
STATES = Samples("en").room()
MOST_TABS = 60


def controls(window: QWidget) -> list[QWidget]:
    """What somebody can press or type into now."""
    found = [child for child in window.findChildren(QWidget) if isinstance(child, CONTROLS)]
    return [each for each in found if each.isVisible() and each.isEnabled()]


@pytest.mark.parametrize("name", ROOMS)
def test_every_control_takes_the_keyboard(theme: Theme, show: Show, name: str) -> None:
    window = show(ROOMS[name].make(theme))
    ROOMS[name].prepare(window)
    QApplication.processEvents()
    deaf = [
        each.objectName() for each in controls(window) if not each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert deaf == []
    # What only scrolls is no stop on the way.
    stops = [
        each.objectName() or type(each).__name__
        for each in window.findChildren(QAbstractScrollArea)
        if not isinstance(each, CONTROLS) and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert stops == []


@pytest.mark.parametrize(
    "name",
    ["one-to-one", "group", "chat", "chat-failed", "people", "statistics", "help", "left", "countdown"],
)
def test_tab_goes_round_through_all_of_them(theme: Theme, show: Show, name: str) -> None:
    window = show(ROOMS[name].make(theme))
    ROOMS[name].prepare(window)
    QApplication.processEvents()
    wanted = set(controls(window))
    seen: set[QWidget] = set()
    for _ in range(MOST_TABS):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is not None:
            seen.add(focus)
    assert {each.objectName() for each in wanted - seen} == set()


ROWS = (PersonRow("", MIKL), PersonRow("b", MIKL), PersonRow("c", MIKL))
States = Callable[[StaticRoom], None]
TOGGLES: list[tuple[str, States, tuple[str, str], States, tuple[str, str]]] = [
    (
        "microphoneButton",
        lambda room: room.show_state(replace(room.state, microphone_on=True)),
        ("Micro activé", "Microphone on"),
        lambda room: room.show_state(replace(room.state, microphone_on=False)),
        ("Micro désactivé", "Microphone off"),
    ),
    (
        "cameraButton",
        lambda room: room.show_state(replace(room.state, camera_on=True)),
        ("Caméra activée", "Camera on"),
        lambda room: room.show_state(replace(room.state, camera_on=False)),
        ("Caméra désactivée", "Camera off"),
    ),
    (
        "handButton",
        lambda room: room.people.show_state(PeopleState(ROWS, hand_offered=True, hand_raised=True)),
        ("Main levée", "Hand raised"),
        lambda room: room.people.show_state(PeopleState(ROWS, hand_offered=True)),
        ("Main baissée", "Hand lowered"),
    ),
    (
        "chatButton",
        lambda room: room.chat.show_state(ChatState(unread=2)),
        ("Chat, 2 messages non lus", "Chat, 2 unread messages"),
        lambda room: room.chat.show_state(ChatState()),
        ("Chat", "Chat"),
    ),
    (
        "peopleButton",
        lambda room: room.people.show_state(PeopleState(ROWS, hands=1)),
        ("Participants, 3 personnes, 1 main levée", "Participants, 3 people, 1 raised hand"),
        lambda room: room.people.show_state(PeopleState(ROWS)),
        ("Participants, 3 personnes", "Participants, 3 people"),
    ),
]


@pytest.mark.parametrize(
    ("name", "one", "said", "other", "then_said"), TOGGLES, ids=[row[0] for row in TOGGLES]
)
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_control_says_its_state(
    theme: Theme,
    show: Show,
    language: Language,
    code: str,
    name: str,
    one: States,
    said: tuple[str, str],
    other: States,
    then_said: tuple[str, str],
) -> None:
    language.use(code)
    model = StaticRoom(STATES["group"])
    window = show(RoomWindow(model, theme.stage_look, mark="mark-hub"))
    place = LANGUAGES.index(code)
    one(model)
    assert named(window, name).accessibleName() == said[place]
    other(model)
    assert named(window, name).accessibleName() == then_said[place]
    assert named(window, name).accessibleDescription(), "and what a press does"


@pytest.mark.parametrize(("code", "opened"), [("fr", "ouvert"), ("en", "open")])
def test_a_button_says_that_its_panel_is_open(
    theme: Theme, show: Show, language: Language, code: str, opened: str
) -> None:
    language.use(code)
    window = show(RoomWindow(StaticRoom(STATES["group"]), theme.stage_look, mark="mark-hub"))
    for name in ("chatButton", "peopleButton", "moreButton"):
        assert opened not in named(window, name).accessibleName()
        click(window, name)
        assert opened in named(window, name).accessibleName(), name


def test_rows_of_the_menu_say_whether_they_are_on(theme: Theme, show: Show) -> None:
    model = StaticRoom(STATES["group"], layout=LayoutState(mode=LayoutMode.SPEAKER, own_hidden=True))
    window = show(RoomWindow(model, theme.stage_look, mark="mark-hub"))
    click(window, "moreButton")
    on = {
        name: (row.isCheckable(), row.isChecked())
        for name in ("gridRow", "speakerRow", "ownHiddenRow", "mirrorRow", "savingRow", "audioOnlyRow")
        if isinstance(row := named(window, name), QAbstractButton)
    }
    assert on == {
        "gridRow": (True, False),
        "speakerRow": (True, True),
        "ownHiddenRow": (True, True),
        "mirrorRow": (True, True),
        "savingRow": (True, False),
        "audioOnlyRow": (True, False),
    }
