"""Data signals as the app sees them: what one person's app tells the others' beside sound and picture.

A signal has a kind and text. Three sorts of kinds exist for us: `chat` (the text itself), `hand`
(state, which the room keeps: see `ParticipantState.hand_raised`), and `mikl.<name>` with JSON, for
whatever our apps want to agree on. Other applications in the same session may use any other kind.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

CHAT = "chat"
"""A line of text for people."""
HAND = "hand"
"""A hand went up or down; JSON `{"raised": true}`. Sent by `Room.set_hand`, never by hand."""
APPLICATION_PREFIX = "mikl."
"""Before the name of a signal between our apps, whose data is JSON."""

_SENDABLE = re.compile(r"chat|mikl\.[a-z][a-z0-9_-]{0,63}(\.[a-z0-9_-]{1,64}){0,3}")


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. Who sent it is filled in on arrival, and of no meaning on sending.

    Attributes:
        kind: `chat`, `mikl.<name>`, or what others use; never with OpenVidu's `signal:` before it.
        data: the text. Never logged.
        from_connection_id: who sent it; ours where our own comes back; None for the service itself.
        account_id: the sender's account as the service vouches for it; "" when it does not.
        name: the sender's name; "" for the service itself.
        from_moderator: the service vouches that the sender is one.
    """

    kind: str
    data: str = field(repr=False)
    from_connection_id: str | None = None
    account_id: str = ""
    name: str = field(default="", repr=False)
    from_moderator: bool = False

    @property
    def value(self) -> Any:
        """The data of a `mikl.` signal, decoded.

        Raises:
            ValueError: it is no JSON; never for one that the room delivered.
        """
        return decode_json(self.data)


def application_signal(name: str, value: Any) -> Signal:
    """A signal between our apps.

    Args:
        name: lower-case words with dots between them, without `mikl.`.
        value: anything that JSON can say.
    """
    return Signal(APPLICATION_PREFIX + name, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def has_json(kind: str) -> bool:
    """Signals of this kind carry JSON."""
    return kind == HAND or kind.startswith(APPLICATION_PREFIX)


def is_sendable(kind: str) -> bool:
    """A kind that `Room.send` takes."""
    return _SENDABLE.fullmatch(kind) is not None


def decode_json(text: str) -> Any:
    """JSON of somebody else's making.

    Raises:
        ValueError: it is none, or nested beyond reason.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
