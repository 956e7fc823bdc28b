"""The log-in card draws its state and sends what was typed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QScrollArea
from pytestqt.qtbot import QtBot

from desktop.view_models.language import Language
from desktop.view_models.states import ErrorText, SignInState, SignInStep
from desktop.views.sign_in_window import SignInWindow
from desktop.views.static_models import StaticSignIn
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named
from tests.support.app_process import ROOT

STATE = SignInState(product="MiKL Visio", server="visio.example")


@pytest.fixture
def model() -> StaticSignIn:
    return StaticSignIn(STATE)


@pytest.fixture
def window(model: StaticSignIn, theme: Theme, show: Show) -> SignInWindow:
    made = SignInWindow(model, theme, mark="mark-visio")
    show(made)
    return made


def test_typing_and_clicking_signs_in(window: SignInWindow, model: StaticSignIn) -> None:
    QTest.keyClicks(named(window, "email"), " alice@demo.visio ")
    QTest.keyClicks(named(window, "password"), "secret words")
    click(window, "signInButton")
    assert model.sent[-1] == ("sign_in", "alice@demo.visio", "secret words", True)


def test_enter_in_the_password_signs_in(window: SignInWindow, model: StaticSignIn) -> None:
    click(window, "staySignedIn")
    QTest.keyClicks(named(window, "email"), "a@b.c")
    QTest.keyClicks(named(window, "password"), "x")
    QTest.keyClick(named(window, "password"), Qt.Key.Key_Return)
    assert model.sent[-1] == ("sign_in", "a@b.c", "x", False)


def test_typing_is_told_so_that_errors_go_away(window: SignInWindow, model: StaticSignIn) -> None:
    QTest.keyClicks(named(window, "email"), "a")
    assert model.sent == [("edited",)]


def test_errors_stand_under_their_fields_and_are_read_with_them(
    window: SignInWindow, model: StaticSignIn
) -> None:
    model.show_state(replace(STATE, password_error="The password is wrong."))
    error = named(window, "passwordError")
    assert isinstance(error, QLabel)
    assert error.text() == "The password is wrong."
    assert named(window, "password").accessibleDescription() == "The password is wrong."
    assert not is_shown(window, "emailError")
    assert named(window, "password").hasFocus()


def test_trouble_with_the_service_is_said_above_the_button(window: SignInWindow, model: StaticSignIn) -> None:
    assert not is_shown(window, "signInError")
    model.show_state(replace(STATE, error=ErrorText("No answer.")))
    assert is_shown(window, "signInError")


def test_while_busy_nothing_can_be_sent_twice(window: SignInWindow, model: StaticSignIn) -> None:
    model.show_state(replace(STATE, busy=True))
    click(window, "signInButton")
    assert not named(window, "email").isEnabled()
    assert model.sent == []


def test_without_a_secret_store_the_box_is_off_and_says_why(
    window: SignInWindow, model: StaticSignIn
) -> None:
    model.show_state(replace(STATE, can_stay_signed_in=False, store_note="No store here."))
    box = named(window, "staySignedIn")
    assert isinstance(box, QAbstractButton)
    assert not box.isEnabled()
    assert not box.isChecked()
    note = named(window, "storeNote")
    assert isinstance(note, QLabel)
    assert note.text() == "No store here."


def test_the_password_is_covered_until_asked_and_before_it_is_sent(
    window: SignInWindow, model: StaticSignIn
) -> None:
    field = named(window, "password")
    assert isinstance(field, QLineEdit)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    click(window, "showPasswordButton")
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    assert named(window, "showPasswordButton").accessibleName() == "Hide the password"
    click(window, "signInButton")
    assert field.echoMode() is QLineEdit.EchoMode.Password


def test_the_language_changes_without_a_restart(
    window: SignInWindow, language: Language, qtbot: QtBot
) -> None:
    assert named(window, "signInButton").accessibleName() == "Sign in"
    language.use("fr")
    qtbot.waitUntil(lambda: named(window, "signInButton").accessibleName() == "Se connecter")
    assert named(window, "email").accessibleName() == "Adresse e-mail"


def test_tab_goes_through_the_form_in_reading_order(window: SignInWindow) -> None:
    named(window, "email").setFocus()
    order = []
    for _ in range(5):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        order.append(window.focusWidget().objectName())
    assert order == [
        "password",
        "showPasswordButton",
        "staySignedIn",
        "signInButton",
        "forgottenButton",
    ]


def test_each_step_asks_for_its_own(window: SignInWindow, model: StaticSignIn) -> None:
    click(window, "forgottenButton")
    assert model.sent[-1] == ("show_step", SignInStep.FORGOTTEN)
    model.show_state(replace(STATE, step=SignInStep.FORGOTTEN))
    assert named(window, "resetEmail").hasFocus()
    QTest.keyClicks(named(window, "resetEmail"), "alice@demo.visio")
    QTest.keyClick(named(window, "resetEmail"), Qt.Key.Key_Return)
    assert model.sent[-1] == ("ask_reset", "alice@demo.visio")

    model.show_state(replace(STATE, step=SignInStep.NEW_PASSWORD, code_known=True))
    assert not is_shown(window, "resetCode")
    assert named(window, "newPassword").hasFocus()
    QTest.keyClicks(named(window, "newPassword"), "four unrelated words")
    click(window, "newPasswordButton")
    assert model.sent[-1] == ("set_password", "", "four unrelated words")

    model.show_state(replace(STATE, step=SignInStep.SECOND_FACTOR))
    QTest.keyClicks(named(window, "secondFactor"), "123456")
    click(window, "secondFactorButton")
    assert model.sent[-1] == ("give_second_factor", "123456")

    model.show_state(replace(STATE, step=SignInStep.INVITATION))
    for name, text in (("invitationCode", "abc"), ("fullName", "Eva M"), ("newPassword", "w" * 12)):
        QTest.keyClicks(named(window, name), text)
    click(window, "acceptButton")
    assert model.sent[-1] == ("accept_invitation", "abc", "Eva M", "w" * 12, True)
    click(window, "backButton")
    assert model.sent[-1] == ("show_step", SignInStep.PASSWORD)


def test_a_step_that_is_left_keeps_no_password(window: SignInWindow, model: StaticSignIn) -> None:
    QTest.keyClicks(named(window, "password"), "secret")
    model.show_state(replace(STATE, step=SignInStep.FORGOTTEN))
    model.show_state(STATE)
    field = named(window, "password")
    assert isinstance(field, QLineEdit)
    assert field.text() == ""


def test_an_address_that_is_deleted_stays_deleted(window: SignInWindow, model: StaticSignIn) -> None:
    field = named(window, "email")
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "alice@demo.visio")
    model.show_state(replace(STATE, email="alice@demo.visio", error=ErrorText("No.")))
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    model.show_state(replace(STATE, email="alice@demo.visio"))
    assert field.text() == ""


def test_the_company_is_one_more_way_in_where_there_is_one(window: SignInWindow, model: StaticSignIn) -> None:
    assert not is_shown(window, "companyButton")
    model.show_state(replace(STATE, company_label="Sign in with Contoso & Co"))
    assert named(window, "companyButton").accessibleName() == "Sign in with Contoso & Co"
    click(window, "staySignedIn")
    click(window, "companyButton")
    assert model.sent[-1] == ("begin_company", False)
    model.show_state(replace(STATE, company_label="Sign in with Contoso & Co", busy=True))
    assert not named(window, "companyButton").isEnabled()


def test_while_the_browser_has_the_word_one_can_go_back(window: SignInWindow, model: StaticSignIn) -> None:
    waiting = replace(STATE, step=SignInStep.COMPANY, company_text="On the page of Contoso.")
    model.show_state(waiting)
    assert named(window, "cancelButton").hasFocus()
    QTest.keyClick(named(window, "cancelButton"), Qt.Key.Key_Return)
    assert model.sent[-1] == ("show_step", SignInStep.PASSWORD)
    click(window, "browserButton")
    assert model.sent[-1] == ("open_browser_again",)
    model.show_state(replace(waiting, busy=True))
    assert not named(window, "cancelButton").isEnabled()


LONGEST = replace(
    STATE,
    can_be_invited=True,
    company_label="Sign in with Contoso",
    error=ErrorText("Nobody has invited the address that you have at Contoso. Ask MiKL for an invitation."),
)


def test_the_window_grows_with_what_it_says(window: SignInWindow, model: StaticSignIn, qtbot: QtBot) -> None:
    """Nothing to scroll, on a screen that has the room."""
    before = window.height()
    model.show_state(LONGEST)
    qtbot.waitUntil(lambda: window.height() > before)
    scroll = window.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    qtbot.waitUntil(lambda: not scroll.verticalScrollBar().isVisible())


DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_PLAIN_DEBIAN = """
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QScrollArea
from desktop.view_models.states import SignInState
from desktop.views.sign_in_window import SignInWindow
from desktop.views.static_models import StaticSignIn
from desktop.views.theme import Theme, ThemeChoice

app = QApplication([])
state = SignInState(product="MiKL Visio", server="visio.mikl.example", can_be_invited=True)
theme = Theme(app, choice=ThemeChoice.LIGHT, scale=1.0, animated=False)
window = SignInWindow(StaticSignIn(state), theme, mark="mark-visio")
window.show()
for _ in range(5):
    app.processEvents()
assert "DejaVu Sans" in QFontDatabase.families() and "Inter" not in QFontDatabase.families()
assert not window.findChild(QScrollArea).verticalScrollBar().isVisible()
"""


@pytest.mark.skipif(not DEJAVU.is_dir(), reason="the fonts of a plain Debian are not installed")
def test_the_card_fits_with_the_fonts_of_a_plain_debian(tmp_path: Path) -> None:
    """Their lines are higher than Inter's."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{DEJAVU}</dir><cachedir>{tmp_path / 'cache'}</cachedir></fontconfig>")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "FONTCONFIG_FILE": str(fonts)}
    run = subprocess.run(
        [sys.executable, "-c", _PLAIN_DEBIAN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
