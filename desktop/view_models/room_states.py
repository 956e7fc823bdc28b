"""What the panels of the room draw: frozen states, complete and already in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desktop.view_models.states import PersonState

CHAT_LIMIT = 3000
"""Characters of one line of chat: whatever they are, OpenVidu's 50 KiB hold them."""


class Delivery(Enum):
    """Where a line of chat stands."""

    SENDING = "sending"
    SENT = "sent"
    """Everybody in the room has it; lines of others always are."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line of chat, or a note of ours between two of them.

    Attributes:
        number: grows; a line keeps its own.
        name: who wrote it; "" for a note.
        hour: "14:05".
        text: plain text; line breaks are its only control characters.
        own: we wrote it.
        delivery: whether it got through.
        heads: shows name and hour; False while the same person goes on within some minutes.
    """

    number: int
    name: str
    hour: str
    text: str
    own: bool = False
    delivery: Delivery = Delivery.SENT
    heads: bool = True

    @property
    def is_note(self) -> bool:
        """Ours about the conversation, nobody's line."""
        return not self.name


@dataclass(frozen=True, slots=True)
class ChatState:
    """`ChatViewModel`: the conversation beside the picture.

    Attributes:
        lines: in the order that everybody sees; ours that are not through yet stand at the end.
        unread: lines of others since the panel was last open.
        failed: "" or how many of ours did not get through, and why.
        newest: the latest line of somebody else in one sentence, for screen readers; "" before.
    """

    lines: tuple[ChatLine, ...] = ()
    unread: int = 0
    failed: str = ""
    newest: str = ""


class PersonAction(Enum):
    """What can be done about somebody, from the list of participants."""

    PIN = "pin"
    STOP_VIDEO = "stop-video"
    """Do without their pictures; only for us."""
    START_VIDEO = "start-video"
    UNPIN = "unpin"
    MUTE = "mute"
    STOP_SHARE = "stop-share"
    REMOVE = "remove"
    """Asks once before."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the list.

    Attributes:
        key: connection id; "" for ourselves.
        person: avatar and name; ours says "(you)".
        line: "Host · Weak connection", "" when there is nothing to say.
        muted: microphone off.
        camera_on: picture on.
        speaking: right now.
        hand: place in the order of raised hands, from 1; 0 for none.
        sharing: shows a screen.
        actions: what can be done about them.
        tip: what is bad about their connection, on whose side, and what to do.
        accessible: all of it as one sentence.
    """

    key: str
    person: PersonState
    line: str = ""
    muted: bool = False
    camera_on: bool = True
    speaking: bool = False
    hand: int = 0
    sharing: bool = False
    actions: tuple[PersonAction, ...] = ()
    tip: str = ""
    accessible: str = ""


@dataclass(frozen=True, slots=True)
class PeopleState:
    """`PeopleViewModel`: the list of participants, and hands.

    Attributes:
        rows: ourselves, raised hands in their order, then the others in the order of arrival.
        hand_offered: raising a hand makes sense: at least three people.
        hand_raised: ours is up.
        hands: how many of the others' are up.
        can_mute_all: the host's button; only while somebody's microphone is on.
        error: why the last action failed; "" for none.
        newest: the latest hand of somebody else in one sentence, for screen readers.
    """

    rows: tuple[PersonRow, ...] = ()
    hand_offered: bool = False
    hand_raised: bool = False
    hands: int = 0
    can_mute_all: bool = False
    error: str = ""
    newest: str = ""


class LayoutMode(Enum):
    """How the tiles stand."""

    GRID = "grid"
    """All of one size."""
    SPEAKER = "speaker"
    """Whoever speaks has the stage."""


@dataclass(frozen=True, slots=True)
class LayoutState:
    """`LayoutViewModel`: what the viewer chose to see, and who has the stage because of it.

    Attributes:
        mode: the choice; a pinned tile or a shared screen goes before it.
        focus: key of the tile that has the stage, "" for none (a grid).
        fills: the focus is a screen: it takes all the room there is.
        pinned: key of the pinned tile, "" for none.
        own_hidden: our own tile is not shown to us; the others see it all the same.
        mirrored: we see ourselves as in a mirror.
    """

    mode: LayoutMode = LayoutMode.GRID
    focus: str = ""
    fills: bool = False
    pinned: str = ""
    own_hidden: bool = False
    mirrored: bool = True


@dataclass(frozen=True, slots=True)
class SavingState:
    """`SavingViewModel`: what is done without, to spare the computer or the line.

    Attributes:
        saving: less is sent and painted.
        audio_only: no camera of anybody's is shown, ours is off; shared screens stay.
        unwatched: keys of the tiles whose pictures are not even decoded.
    """

    saving: bool = False
    audio_only: bool = False
    unwatched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """One stream in the statistics panel.

    Attributes:
        title: "You → server", "Alice Laurent".
        quality: how good it is and whose side spoils it, in one sentence.
        advice: what to do about it; "" for nothing.
        rows: names and values, such as ("Sound", "62 kbit/s").
    """

    title: str
    quality: str
    advice: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StatisticsState:
    """`StatisticsViewModel`: the figures of the last second, while the panel is open.

    Attributes:
        streams: ours first, then the others'.
        report: all of it as text for somebody who helps; without names.
    """

    streams: tuple[StreamFigures, ...] = ()
    report: str = ""
