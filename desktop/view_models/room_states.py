"""What the panels of the room draw: frozen states, complete and already in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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
