"""Signals on their way out and in: checked, bounded, and handed over at a pace the app can bear.

Sources: OpenVidu 2.32 `RpcHandler.sendMessage` and `SessionRestController.signal` (limits, the prefix
`signal:`, no sender for a signal of the service), openvidu-browser 2.32 `Session.onNewMessage` (a
signal of a connection that is not known is dropped).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from enum import StrEnum

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import MAX_REQUEST_BYTES, SendMessage, SignalReceived, encode_request
from desktop.rtc.roster import Identity
from desktop.rtc.signals import HAND, Signal, decode_json, has_json

log = logging.getLogger(__name__)

MAX_KIND_CHARACTERS = 128
MAX_RECEIVED_CHARACTERS = MAX_REQUEST_BYTES
"""No client can send more; the service could, and no app of ours expects it to."""

MAX_WAITING = 500
"""Signals not yet handed over, of everybody together."""
MAX_WAITING_OF_ONE = 100
"""The same of one sender: who floods crowds out nobody else."""

AT_ONCE = 20
PAUSE_S = 0.05
"""At most `AT_ONCE` signals are handed over, then there is a pause: 400 a second."""

LOG_INTERVAL_S = 5.0
"""Between two lines about dropped signals."""

_REQUEST_ID_DIGITS = 10**9


class Drop(StrEnum):
    """Why a signal was dropped."""

    UNKNOWN_SENDER = "unknown sender"
    TOO_LONG = "too long"
    UNREADABLE = "unreadable"
    FLOOD = "flood"


def to_request(signal: Signal, to: Sequence[str]) -> SendMessage:
    """A signal as it goes to the server.

    Raises:
        RtcError: `too-long` when it is larger than the server takes.
    """
    request = SendMessage.signal(signal.kind, signal.data, to)
    try:
        encode_request(request, _REQUEST_ID_DIGITS)
    except RtcError:
        raise RtcError(RtcErrorCode.TOO_LONG, f"a signal of kind {signal.kind}") from None
    return request


class SignalInbox:
    """What came in and waits to be handed over, in the order of arrival.

    Args:
        identity: who a connection is; None for one that is not in the room.
        on_signal: told about every signal but hands.
        on_hand: told about hands: whose, and whether it is up.
    """

    def __init__(
        self,
        identity: Callable[[str], Identity | None],
        on_signal: Callable[[Signal], None],
        on_hand: Callable[[str, bool], None],
    ) -> None:
        self._identity = identity
        self._on_signal = on_signal
        self._on_hand = on_hand
        self._waiting: deque[Signal] = deque()
        self._waiting_of: Counter[str | None] = Counter()
        self._arrived = asyncio.Event()
        self._dropped: Counter[Drop] = Counter()
        self._next_log_s = 0.0

    @property
    def dropped(self) -> dict[Drop, int]:
        """How many were dropped so far, by reason."""
        return dict(self._dropped)

    def take(self, message: SignalReceived) -> None:
        """Take one in, or drop and count it; returns at once."""
        drop, signal = self._read(message)
        if signal is None:
            self._dropped[drop] += 1
            self._log_drops()
            return
        self._waiting.append(signal)
        self._waiting_of[signal.from_connection_id] += 1
        self._arrived.set()

    async def run(self) -> None:
        """Hand signals over until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                for _ in range(min(AT_ONCE, len(self._waiting))):
                    self._hand_over(self._waiting.popleft())
                await asyncio.sleep(PAUSE_S)

    def _read(self, message: SignalReceived) -> tuple[Drop, Signal | None]:
        """The signal, or why there is none."""
        kind, sender = message.type_name, message.sender
        if len(kind) > MAX_KIND_CHARACTERS or len(message.data) > MAX_RECEIVED_CHARACTERS:
            return Drop.TOO_LONG, None
        who = self._identity(sender) if sender else Identity()
        if who is None:
            return Drop.UNKNOWN_SENDER, None
        if len(self._waiting) >= MAX_WAITING or self._waiting_of[sender or None] >= MAX_WAITING_OF_ONE:
            return Drop.FLOOD, None
        if has_json(kind):
            try:
                value = decode_json(message.data)
            except ValueError:
                return Drop.UNREADABLE, None
            if kind == HAND and not (isinstance(value, dict) and isinstance(value.get("raised"), bool)):
                return Drop.UNREADABLE, None
        return Drop.UNREADABLE, Signal(
            kind, message.data, sender or None, who.account_id, who.name, who.is_moderator
        )

    def _hand_over(self, signal: Signal) -> None:
        self._waiting_of[signal.from_connection_id] -= 1
        if self._waiting_of[signal.from_connection_id] <= 0:
            del self._waiting_of[signal.from_connection_id]
        try:
            if signal.kind != HAND:
                self._on_signal(signal)
            elif signal.from_connection_id is not None:
                self._on_hand(signal.from_connection_id, signal.value["raised"])
        except Exception:  # a fault of the app's in one signal must not end all others; it is logged
            log.exception("a signal of kind %.64r was not handled", signal.kind)

    def _log_drops(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s < self._next_log_s:
            return
        self._next_log_s = now_s + LOG_INTERVAL_S
        counts = ", ".join(f"{count} {drop.value}" for drop, count in self._dropped.items())
        log.warning("signals dropped so far: %s", counts)
