"""The room's panels in the gallery: sample states, and what is clicked to see them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.view_models.room_states import ChatLine, ChatState, Delivery
from desktop.view_models.states import RoomViewState
from desktop.views.gallery_scene import Scene, click_on, nothing
from desktop.views.gallery_states import Samples
from desktop.views.room.room_window import RoomWindow
from desktop.views.static_models import StaticRoom, StaticSlot
from desktop.views.theme import Theme

Slots = dict[str, StaticSlot]


def _chat(samples: Samples) -> dict[str, ChatState]:
    """A conversation in some states."""
    say = samples.say
    alice, you = "Alice Laurent", say("Vous", "You")
    lines = (
        ChatLine(1, alice, "14:03", say("Bonjour, vous m’entendez bien ?", "Hello, can you hear me?")),
        ChatLine(2, you, "14:03", say("Très bien, merci.", "Very well, thank you."), own=True),
        ChatLine(
            3,
            alice,
            "14:07",
            say(
                "Voici le document dont je parlais\u00a0: https://exemple.fr/documents/bilan-de-mars?version=3",
                "Here is the document I mentioned: https://example.org/documents/march-review?version=3",
            ),
        ),
        ChatLine(
            4, alice, "14:08", say("La page 4 surtout.\nEt l’annexe.", "Page 4 above all."), heads=False
        ),
    )
    note = ChatLine(
        5,
        "",
        "14:11",
        say(
            "Vous avez été absent un instant\u00a0: ce qui a été écrit alors manque ici.",
            "You were away for a moment: what was written then is missing here.",
        ),
    )
    hostile = (
        ChatLine(1, "<b>Bob</b>", "14:03", "<img src=x onerror=alert(1)> <script>1</script> &amp; {name}"),
        ChatLine(2, "<b>Bob</b>", "14:03", "W" * 400, heads=False),
        ChatLine(3, "נועה", "14:04", "שלום, מה שלומך? https://example.org/שלום"),
        ChatLine(4, you, "14:05", "مرحبا (test) 123!", own=True),
    )
    own = ChatLine(6, you, "14:12", say("Je la lis.", "I am reading it."), own=True)
    return {
        "chat": ChatState(lines),
        "chat-empty": ChatState(),
        "chat-failed": ChatState(
            (*lines, note, _with(own, Delivery.FAILED), _with(own, Delivery.SENDING)),
            failed=say(
                "1 message non envoyé. Le serveur vidéo ne répond pas.",
                "1 message not sent. The video server does not answer.",
            ),
        ),
        "chat-hostile": ChatState(hostile),
        "chat-unread": ChatState(lines, unread=3),
    }


def _with(line: ChatLine, delivery: Delivery) -> ChatLine:
    return ChatLine(line.number, line.name, line.hour, line.text, line.own, delivery)


def _too_long(window: QWidget) -> None:
    click_on("chatButton")(window)
    assert isinstance(window, RoomWindow)
    window.chat_panel.editor.setPlainText("Bla bla. " * 340)


def _room(slots: Slots, state: RoomViewState, chat: ChatState, theme: Theme) -> QWidget:
    return RoomWindow(StaticRoom(state, slots, chat=chat), theme.stage_look, mark="mark-hub")


def scenes(samples: Samples, slots: Slots) -> Iterator[Scene]:
    """The room with each panel open, in each state."""
    rooms = samples.room()
    chats = _chat(samples)
    for name, chat in chats.items():
        make = partial(_room, slots, rooms["one-to-one" if "hostile" not in name else "group"], chat)
        yield Scene("room", name, make, nothing if name == "chat-unread" else click_on("chatButton"))
    yield Scene("room", "chat-too-long", partial(_room, slots, rooms["group"], chats["chat"]), _too_long)
