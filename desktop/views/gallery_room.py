"""The room's panels in the gallery: sample states, and what is clicked to see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from desktop.view_models.room_states import (
    ChatLine,
    ChatState,
    Delivery,
    LayoutMode,
    LayoutState,
    PeopleState,
    PersonAction,
    PersonRow,
    StatisticsState,
    StreamFigures,
)
from desktop.view_models.states import PersonState, RoomViewState, TileState
from desktop.views.gallery_scene import Prepare, Scene, click_on, nothing
from desktop.views.gallery_states import ALICE, BOB, CHLOE, DAVID, MIKL, Samples
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


def _people(samples: Samples) -> dict[str, PeopleState]:
    """The list of participants as a host and as a guest see it."""
    say = samples.say
    host, weak = say("Organisateur", "Host"), say("Connexion faible", "Weak connection")
    mute, stop, remove = PersonAction.MUTE, PersonAction.STOP_SHARE, PersonAction.REMOVE
    see = (PersonAction.PIN, PersonAction.STOP_VIDEO)

    def row(key: str, person: PersonState, **more: object) -> PersonRow:
        return PersonRow(key, person, accessible=person.name, **more)  # type: ignore[arg-type]

    own = row("", PersonState(say("MiKL (vous)", "MiKL (you)"), "M", 0), line=host, speaking=True)
    rows = (
        own,
        row("bob", BOB, muted=True, hand=1, actions=(remove,)),
        row("david", DAVID, hand=2, camera_on=False, actions=(*see, mute, remove)),
        row("alice", ALICE, sharing=True, actions=(*see, mute, stop, remove)),
        row("chloe", CHLOE, muted=True, camera_on=False, line=weak, actions=(remove,)),
    )
    guest = (
        row("", PersonState(say("Bob Petit (vous)", "Bob Petit (you)"), "BP", 2), muted=True, hand=1),
        row("mikl", MIKL, line=host, speaking=True),
        row("alice", ALICE),
    )
    everybody = PeopleState(rows, hand_offered=True, hands=2, can_mute_all=True)
    return {
        "people": everybody,
        "people-guest": PeopleState(guest, hand_offered=True, hand_raised=True),
        "people-failed": PeopleState(
            rows,
            hand_offered=True,
            can_mute_all=True,
            error=say("Cette personne n’est plus dans la salle.", "This person is no longer in the room."),
        ),
        "hands": everybody,
    }


def _sound(samples: Samples) -> dict[str, dict[str, Any]]:
    """What is said of our own sound."""
    say = samples.say
    return {
        "muted-talk": {
            "microphone_on": False,
            "warning": say(
                "Vous parlez\u202f? Votre micro est désactivé.", "Are you talking? Your microphone is off."
            ),
        },
        "microphone-silent": {
            "microphone_silent": True,
            "warning": say(
                "Aucun son de votre micro. Vérifiez dans l’ordre\u00a0: son interrupteur ou sa touche, le"
                " micro choisi, puis son volume dans les réglages du système.",
                "No sound from your microphone. Look, in this order, at its own switch or key, at which"
                " microphone is chosen, and at its volume in the system's settings.",
            ),
        },
        "unplugged": {
            "warning": say(
                "«\u00a0Casque Jabra\u00a0» a été débranché\u00a0: le son passe par"
                " «\u00a0Haut-parleurs\u00a0».",
                "“Jabra headset” was unplugged: you hear the others through “Speakers”.",
            )
        },
    }


def _remove_question(window: QWidget) -> None:
    for name in ("peopleButton", "personMore-alice", "person-remove"):
        click_on(name)(window)


def _person_menu(window: QWidget) -> None:
    for name in ("peopleButton", "personMore-alice"):
        click_on(name)(window)


def _with(line: ChatLine, delivery: Delivery) -> ChatLine:
    return ChatLine(line.number, line.name, line.hour, line.text, line.own, delivery)


def _too_long(window: QWidget) -> None:
    click_on("chatButton")(window)
    assert isinstance(window, RoomWindow)
    window.chat_panel.editor.setPlainText("Bla bla. " * 340)


def _from_the_menu(name: str) -> Prepare:
    def prepare(window: QWidget) -> None:
        click_on("moreButton")(window)
        click_on(name)(window)

    return prepare


def _figures(samples: Samples) -> StatisticsState:
    """A good line of ours, a weak one of Alice's."""
    say = samples.say
    own = StreamFigures(
        say("Vous", "You"),
        say("Connexion : excellente", "Connection: excellent"),
        "",
        (
            (say("Image", "Picture"), "812 kbit/s"),
            (say("Cadence", "Frame rate"), say("30 images/s · 1280×720", "30 pictures/s · 1280×720")),
            (say("Son", "Sound"), "62 kbit/s"),
            (say("Paquets perdus", "Lost packets"), say("0,0 %", "0.0 %")),
            (say("Gigue", "Jitter"), "3 ms"),
            (say("Aller-retour", "There and back"), "24 ms"),
            (say("Chemin", "Path"), "host → relay"),
        ),
    )
    alice = StreamFigures(
        "Alice Laurent",
        say(
            "Connexion : faible (du côté d’Alice Laurent)",
            "Connection: weak (on the side of Alice Laurent)",
        ),
        say(
            "Rien à faire chez vous : cela vient d’Alice Laurent.",
            "Nothing to do on your side: it comes from Alice Laurent.",
        ),
        (
            (say("Image", "Picture"), "140 kbit/s"),
            (say("Cadence", "Frame rate"), say("9 images/s", "9 pictures/s")),
            (say("Paquets perdus", "Lost packets"), say("12,4 %", "12.4 %")),
        ),
    )
    return StatisticsState((own, alice), report="[own] excellent")


def _narrow(window: QWidget) -> None:
    window.resize(window.minimumSize())


def _narrow_menu(window: QWidget) -> None:
    _narrow(window)
    click_on("moreButton")(window)


_SCREEN = (1280, 800)


def _sample_screen() -> memoryview:
    """A window with a text in it, as somebody may share: BGRA bytes."""
    image = QImage(*_SCREEN, QImage.Format.Format_RGB32)
    image.fill(QColor("#F4F5F7"))
    painter = QPainter(image)
    painter.fillRect(0, 0, _SCREEN[0], 56, QColor("#33415C"))
    painter.fillRect(80, 96, 1120, 704, QColor("white"))
    for place in range(16):
        width = (920, 860, 940, 620)[place % 4]
        painter.fillRect(140, 150 + place * 38, width, 12, QColor("#B4BCC9"))
    painter.fillRect(140, 120, 380, 20, QColor("#33415C"))
    painter.end()
    return memoryview(bytes(image.constBits()))


def _room(
    slots: Slots,
    state: RoomViewState,
    theme: Theme,
    *,
    chat: ChatState | None = None,
    people: PeopleState | None = None,
    layout: LayoutState | None = None,
    statistics: StatisticsState | None = None,
) -> QWidget:
    model = StaticRoom(state, slots, chat=chat, people=people, layout=layout, statistics=statistics)
    return RoomWindow(model, theme.stage_look, mark="mark-hub")


def scenes(samples: Samples, slots: Slots) -> Iterator[Scene]:
    """The room with each panel open, in each state."""
    rooms = samples.room()
    chats = _chat(samples)
    for name, chat in chats.items():
        room = rooms["group" if name == "chat-hostile" else "one-to-one"]
        make = partial(_room, slots, room, chat=chat)
        yield Scene("room", name, make, nothing if name == "chat-unread" else click_on("chatButton"))
    make = partial(_room, slots, rooms["group"], chat=chats["chat"])
    yield Scene("room", "chat-too-long", make, _too_long)
    group = rooms["group"]
    first, second, *rest = group.tiles
    hands = replace(group, tiles=(replace(first, hand=2), replace(second, hand=1), *rest))
    for name, people in _people(samples).items():
        make = partial(_room, slots, hands, people=people)
        yield Scene("room", name, make, nothing if name == "hands" else click_on("peopleButton"))
    screen = TileState(
        "screen-of-alice",
        replace(ALICE, name=samples.say("Écran d’Alice Laurent", "Screen of Alice Laurent")),
        is_screen=True,
    )
    slots["screen-of-alice"] = StaticSlot()
    slots["screen-of-alice"].put(_sample_screen(), *_SCREEN)
    shown = replace(group, tiles=(first, screen, second, *rest))
    two = rooms["one-to-one"]
    alone = replace(two, tiles=(*two.tiles, screen))
    speaker = LayoutState(mode=LayoutMode.SPEAKER, focus="bob")
    on_screen = LayoutState(focus="screen-of-alice", fills=True)
    for name, room, layout, prepare in (
        ("speaker", group, speaker, nothing),
        ("screen", shown, on_screen, nothing),
        ("screen-one-to-one", alone, on_screen, nothing),
        ("screen-narrow", shown, on_screen, _narrow),
        ("own-hidden", two, LayoutState(own_hidden=True), nothing),
        ("more", group, speaker, click_on("moreButton")),
        ("more-narrow", group, speaker, _narrow_menu),
    ):
        yield Scene("room", name, partial(_room, slots, room, layout=layout), prepare)
    figures = _figures(samples)
    for name, statistics, clicked in (
        ("statistics", figures, "statisticsRow"),
        ("statistics-waiting", StatisticsState(), "statisticsRow"),
        ("help", figures, "helpRow"),
    ):
        make = partial(_room, slots, two, statistics=statistics)
        yield Scene("room", name, make, _from_the_menu(clicked))
    ended = rooms["ended"]
    say = samples.say
    after = say(
        "Prochaine réunion : Point d’étape, jeudi 26 novembre à 10:00",
        "Next meeting: Checkpoint, Thursday, November 26 at 10:00",
    )
    left = replace(
        ended,
        message=say("Vous avez quitté la réunion.", "You have left the meeting."),
        detail="",
        can_come_back=True,
        next_meeting=after,
    )
    countdown = replace(
        rooms["alone"],
        message=say("Vous êtes seul depuis 15 minutes.", "You have been alone for 15 minutes."),
        detail=say(
            "La réunion se terminera d’elle-même dans 42 secondes.",
            "The meeting ends by itself in 42 seconds.",
        ),
        can_stay=True,
    )
    for name, room in (
        ("left", left),
        ("ended-next", replace(ended, next_meeting=after)),
        ("countdown", countdown),
    ):
        yield Scene("room", name, partial(_room, slots, room))
    for name, changes in _sound(samples).items():
        yield Scene("room", name, partial(_room, slots, replace(group, **changes)))
    make = partial(_room, slots, hands, people=_people(samples)["people"])
    yield Scene("room", "person-menu", make, _person_menu)
    yield Scene("room", "person-remove", make, _remove_question)
