"""The chat panel: keys, links, hostile text, and a focus that stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.view_models.room_states import CHAT_LIMIT, ChatLine, ChatState, Delivery
from desktop.views.gallery_states import Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show
from tests.desktop.views.finding import click, is_shown, named

LIVE = Samples("en").room()["one-to-one"]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
Open = Callable[[ChatState], tuple[RoomWindow, StaticRoom]]


@pytest.fixture
def room(theme: Theme, show: Show) -> Open:
    """A room with the chat open."""

    def opened(state: ChatState) -> tuple[RoomWindow, StaticRoom]:
        model = StaticRoom(LIVE, chat=state)
        window = RoomWindow(model, theme.stage_look, mark="mark-visio")
        show(window)
        QTest.keyClick(window, Qt.Key.Key_M, CTRL_SHIFT)
        return window, model

    return opened


def line(text: str, number: int = 1, **more: object) -> ChatLine:
    return ChatLine(number, "Alice", "14:03", text, **more)  # type: ignore[arg-type]


def test_the_panel_pushes_the_tiles_and_gives_the_place_back(room: Open, theme: Theme) -> None:
    window, model = room(ChatState())
    QApplication.sendPostedEvents()
    narrow = window.stage.width()
    assert window.chat_panel.width() == theme.size.side_panel
    click(window, "chatButton")
    assert not is_shown(window, "chatPanel")
    QApplication.sendPostedEvents()
    assert window.stage.width() - narrow == theme.size.side_panel + theme.space.xs
    assert model.chat.sent == [("set_open", True), ("set_open", False)]


def test_enter_sends_and_shift_enter_starts_a_line(room: Open) -> None:
    window, model = room(ChatState())
    editor = window.chat_panel.editor
    assert QApplication.focusWidget() is editor, "one opens it to write"
    QTest.keyClicks(editor, "one")
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(editor, "two")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert model.chat.sent[-1] == ("send", "one\ntwo")
    assert editor.toPlainText() == ""


def test_what_is_typed_outlives_the_panel_and_a_reconnection(room: Open) -> None:
    window, model = room(ChatState())
    QTest.keyClicks(window.chat_panel.editor, "half a thought")
    QTest.keyClick(window.chat_panel.editor, Qt.Key.Key_Escape)
    assert not is_shown(window, "chatPanel")
    assert QApplication.focusWidget() is named(window, "chatButton")
    model.show_state(Samples("en").room()["reconnecting"])
    click(window, "chatButton")
    assert window.chat_panel.editor.toPlainText() == "half a thought"


def test_too_long_a_text_is_said_and_kept(room: Open) -> None:
    window, model = room(ChatState())
    window.chat_panel.editor.setPlainText("x" * (CHAT_LIMIT + 2))
    QTest.keyClick(window.chat_panel.editor, Qt.Key.Key_Return)
    assert named(window, "chatTooLong").text() == "2 characters too many"  # type: ignore[attr-defined]
    assert not named(window, "chatSendButton").isEnabled()
    assert len(window.chat_panel.editor.toPlainText()) == CHAT_LIMIT + 2
    assert ("send",) not in [sent[:1] for sent in model.chat.sent]


def test_an_incoming_line_takes_no_focus(room: Open) -> None:
    window, model = room(ChatState())
    button = named(window, "microphoneButton")
    button.setFocus()
    model.chat.show_state(ChatState((line("Hello"),)))
    assert QApplication.focusWidget() is button
    click(window, "chatButton")
    button.setFocus()
    model.chat.show_state(ChatState((line("Hello"), line("Again", 2)), unread=1))
    assert QApplication.focusWidget() is button
    assert not is_shown(window, "chatPanel")
    assert named(window, "chatButton").accessibleName() == "Chat, 1 unread message"


def test_a_link_opens_outside_and_nothing_but_the_web_does(
    room: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, _ = room(ChatState((line("see https://example.org/a."),)))
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    conversation = window.chat_panel.conversation
    cursor = conversation.document().find("example.org")
    assert cursor.charFormat().anchorHref() == "https://example.org/a"
    conversation.anchorClicked.emit(QUrl(cursor.charFormat().anchorHref()))
    conversation.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert opened == ["https://example.org/a"]


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> <img src='file:///x'> <a href='javascript:1'>x</a> &amp; <!--",
        "W" * 5000,
        "שלום עולם (123)",
        "\n\n\n" + "a\n" * 200,
        "%1 {name} %n &x",
    ],
    ids=["html", "long", "rtl", "lines", "placeholders"],
)
def test_hostile_text_is_text(room: Open, text: str) -> None:
    """Shown letter by letter, inside the panel's width, and nothing of it is read as HTML."""
    window, _ = room(ChatState((replace(line(text), name="<i>Eve</i>"),)))
    conversation = window.chat_panel.conversation
    shown = conversation.toPlainText()
    assert shown == f"<i>Eve</i>  14:03\n{text}"
    assert conversation.document().size().width() <= conversation.viewport().width()
    block = conversation.document().begin()
    while block.isValid():
        for entry in block.textFormats():
            kind = entry.format.objectType()
            assert kind == QTextFormat.ObjectTypes.NoObject.value
            assert not entry.format.isAnchor()
        block = block.next()


def test_whoever_reads_further_up_is_left_there(room: Open) -> None:
    many = tuple(line(f"line {number}", number) for number in range(80))
    window, model = room(ChatState(many))
    bar = window.chat_panel.conversation.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    model.chat.show_state(ChatState((*many, line("the end", 80))))
    assert bar.value() == bar.maximum()
    bar.setValue(5)
    model.chat.show_state(ChatState((*many, line("the end", 80), line("more", 81))))
    assert bar.value() == 5
    model.chat.show_state(
        ChatState((*many, line("the end", 80), line("more", 81), line("mine", 82, own=True)))
    )
    assert bar.value() == bar.maximum()


def test_a_failure_is_said_in_place_with_a_way_out(room: Open) -> None:
    failed = line("lost", own=True, delivery=Delivery.FAILED)
    window, model = room(ChatState((failed,), failed="1 message not sent."))
    assert "Not sent" in window.chat_panel.conversation.toPlainText()
    click(window, "chatRetryButton")
    assert model.chat.sent[-1] == ("retry",)
    model.chat.show_state(ChatState((replace(failed, delivery=Delivery.SENT),)))
    assert "Not sent" not in window.chat_panel.conversation.toPlainText()
    assert not is_shown(window, "chatRetryButton")
