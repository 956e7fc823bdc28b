"""The page of clients: the right rows, the right buttons, the right intention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import ClientsState, InviteDraft
from desktop.view_models.states import ListPhase
from desktop.views.clients_page import ClientRowView
from desktop.views.controls import Button, ButtonKind
from desktop.views.dialogs.client_dialog import ClientDialog
from desktop.views.gallery_hub import clients
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticClients, static_hub
from desktop.views.hub_window import HubWindow
from desktop.views.rail import Page
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

SAMPLES = Samples("en")
STATES = clients(SAMPLES)
Open = Callable[[ClientsState], tuple[HubWindow, StaticClients]]


@pytest.fixture
def page(theme: Theme, show: Show) -> Open:
    def opened(state: ClientsState) -> tuple[HubWindow, StaticClients]:
        models = static_hub(SAMPLES.meetings(hub=True)["filled"], clients=state)
        window = HubWindow(models, theme)
        show(window)
        click(window, "page-clients")
        assert isinstance(models.clients, StaticClients)
        assert models.clients.sent == [("refresh",)]
        models.clients.sent.clear()
        return window, models.clients

    return opened


def shown_clients(window: QWidget) -> list[str]:
    return [view.row.client_id for view in window.findChildren(ClientRowView) if view.isVisible()]


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_there_is_one_filled_button_at_most(page: Open, state: ClientsState) -> None:
    window, _ = page(state)
    filled = [
        each for each in window.findChildren(Button) if each.isVisible() and each.kind is ButtonKind.FILLED
    ]
    assert len(filled) == (0 if state.phase is ListPhase.LOADING else 1)


def test_search_leaves_those_whose_name_matches(page: Open) -> None:
    window, _ = page(STATES["list"])
    assert shown_clients(window) == ["alice", "bob", "chloe", "david"]
    QTest.keyClicks(named(window, "searchField"), "chloe")
    assert shown_clients(window) == ["chloe"]
    QTest.keyClicks(named(window, "searchField"), "x")
    assert shown_clients(window) == []
    assert is_shown(window, "clientsBlank")
    click(window, "page-meetings")
    click(window, "page-clients")
    assert len(shown_clients(window)) == 4, "another page begins without the search"


def test_a_client_is_selected_and_the_panel_goes_with_its_page(page: Open) -> None:
    window, model = page(STATES["list"])
    click(window, "client-bob")
    assert model.sent == [("select", "bob")]
    model.show_state(STATES["active"])
    assert is_shown(window, "clientPanel")
    window.show_page(Page.MEETINGS)
    assert not is_shown(window, "clientPanel")
    window.show_page(Page.CLIENTS)
    assert is_shown(window, "clientPanel")
    QTest.keyClick(named(window, "client-bob"), Qt.Key.Key_Escape)
    assert model.sent[-1] == ("dismiss",)


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("active", {"planWithButton", "editClientButton", "deactivateButton"}),
        (
            "invited",
            {
                "copyInviteButton",
                "inviteAgainButton",
                "planWithButton",
                "editClientButton",
                "deactivateButton",
            },
        ),
        ("closed", {"reactivateButton", "editClientButton"}),
    ],
)
def test_the_panel_offers_what_his_account_allows(page: Open, state: str, buttons: set[str]) -> None:
    window, model = page(STATES[state])
    panel = named(window, "clientPanel")
    offered = {each.objectName() for each in panel.findChildren(Button) if each.isVisible()}
    assert offered == buttons
    for name in sorted(buttons):
        click(window, name)
    assert len(model.sent) == len(buttons)


def test_ctrl_n_invites_on_this_page(page: Open) -> None:
    window, model = page(STATES["list"])
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert model.sent == [("invite",)]


def test_the_dialog_gives_back_what_was_typed(theme: Theme, show: Show) -> None:
    sent: list[InviteDraft] = []
    draft = InviteDraft(time_zone="Europe/Paris", language="fr")
    dialog = show(ClientDialog(theme, draft, sent.append, lambda: None))
    QTest.keyClicks(named(dialog, "clientNameField"), "Emma Roche")
    QTest.keyClicks(named(dialog, "clientEmailField"), "emma@example.org")
    click(dialog, "language-en")
    zone = named(dialog, "zoneField")
    QTest.keyClick(zone, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(zone, "america new york")
    QTest.keyClick(zone, Qt.Key.Key_Return)
    click(dialog, "actionButton")
    assert sent == [InviteDraft("Emma Roche", "emma@example.org", "en", "America/New_York")]


def test_a_known_clients_address_cannot_be_changed(theme: Theme, show: Show) -> None:
    draft = InviteDraft("Emma", "emma@example.org", "fr", "Europe/Paris")
    dialog = show(ClientDialog(theme, draft, lambda _draft: None, lambda: None))
    assert not named(dialog, "clientEmailField").isEnabled()
    assert isinstance(dialog, ClientDialog)
    assert dialog.draft() == replace(draft)
