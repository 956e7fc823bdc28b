"""The conversation in writing: what was said, what is on its way, what did not get through."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject

from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.signals import CHAT, Signal
from desktop.rtc.state import RoomPhase, RoomState
from desktop.view_models.dates import Dates
from desktop.view_models.error_texts import text_for
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_states import CHAT_LIMIT, ChatLine, ChatState, Delivery
from desktop.view_models.tasks import OnUnexpected

KEPT_LINES = 1000
"""Older lines go: no conversation needs them, and a flood must not fill the memory."""
LONGEST_SHOWN = 10_000
"""Characters of a line of somebody else's; what follows is left out."""
GOES_ON = timedelta(minutes=3)
"""A person's next line within this time stands under the same name and hour."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0\ufdd1\ufffc]"
)
"""Control characters but tab and line break, those that turn the direction of what follows, halves of
characters, and those by which Qt marks its own frames and objects."""


def readable(text: str) -> str:
    """Somebody's text without what only does harm on a screen."""
    tidy = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\u2029", "\n").replace("\u2028", "\n"))
    return tidy if len(tidy) <= LONGEST_SHOWN else tidy[:LONGEST_SHOWN] + "…"


@dataclass(slots=True)
class _Entry:
    """One line as it is kept."""

    number: int
    at: datetime
    author: str
    name: str
    text: str
    own: bool = False
    delivery: Delivery = Delivery.SENT
    error: RtcErrorCode | None = None


class ChatViewModel(RoomPart[ChatState]):
    """One meeting's chat. It outlives every connection of the room.

    Args:
        account_id: ours, as the service vouches for it.
        now: the service's clock.
        dates: how hours are written.
    """

    def __init__(
        self,
        account_id: str,
        now: Callable[[], datetime],
        dates: Callable[[], Dates],
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(ChatState(), on_unexpected, parent)
        self._account_id = account_id
        self._now = now
        self._dates = dates
        self._entries: list[_Entry] = []
        self._next_number = 0
        self._open = False
        self._unread = 0
        self._connection_id = ""
        self._in_turn = asyncio.Lock()

    def take_state(self, state: RoomState) -> None:
        """Note a comeback by another connection: what was written meanwhile never reached us."""
        if state.phase is not RoomPhase.CONNECTED or state.own_connection_id == self._connection_id:
            return
        if self._connection_id and self._entries:
            self._add("", "", "")
            self._write()
        self._connection_id = state.own_connection_id

    def take_signal(self, signal: Signal) -> None:
        """One signal of the room; other kinds than chat are none of ours."""
        text = readable(signal.data).strip()
        if signal.kind != CHAT or not text:
            return
        if self._is_own(signal) and self._confirm(text):
            self._write()
            return
        own = self._is_own(signal)
        name = readable(signal.name).strip() or self.tr("Somebody")
        self._add(signal.account_id or signal.from_connection_id or "", name, text, own=own)
        if not own and not self._open:
            self._unread += 1
        self._write()

    # ------------------------------------------------------------------ intentions

    def send(self, text: str) -> None:
        """Say a line to everybody; it stands at the end until it is through."""
        text = readable(text).strip()
        if not text or len(text) > CHAT_LIMIT:
            return
        entry = self._add(self._account_id, "", text, own=True, delivery=Delivery.SENDING)
        self._write()
        self._scope.start(self._send(entry), name="chat line")

    def retry(self) -> None:
        """Send again what did not get through."""
        for entry in [each for each in self._entries if each.delivery is Delivery.FAILED]:
            entry.delivery, entry.error = Delivery.SENDING, None
            self._scope.start(self._send(entry), name="chat line again")
        self._write()

    def set_open(self, open_: bool) -> None:
        """The panel is on screen or not: what is on screen counts as read."""
        self._open = open_
        if open_:
            self._unread = 0
            self._write()

    def rewrite(self) -> None:
        """The language changed."""
        self._write()

    # ------------------------------------------------------------------ work

    async def _send(self, entry: _Entry) -> None:
        async with self._in_turn:  # two lines in a row arrive in that order
            try:
                if self._room is None:
                    raise RtcError(RtcErrorCode.CLOSED)
                await self._room.send(Signal(CHAT, entry.text))
            except RtcError as error:
                if entry.delivery is Delivery.SENDING:  # its echo may have come all the same
                    entry.delivery, entry.error = Delivery.FAILED, error.code
                    self._write()

    def _is_own(self, signal: Signal) -> bool:
        return signal.from_connection_id == self._connection_id or (
            bool(signal.account_id) and signal.account_id == self._account_id
        )

    def _confirm(self, text: str) -> bool:
        """Our own line came back: it is where everybody sees it. False for one of another device."""
        for entry in self._entries:
            if entry.own and entry.text == text and entry.delivery is not Delivery.SENT:
                self._entries.remove(entry)
                entry.delivery, entry.error, entry.at = Delivery.SENT, None, self._now()
                self._place(entry)
                return True
        return False

    def _add(
        self, author: str, name: str, text: str, *, own: bool = False, delivery: Delivery = Delivery.SENT
    ) -> _Entry:
        self._next_number += 1
        entry = _Entry(self._next_number, self._now(), author, name, text, own, delivery)
        self._place(entry)
        del self._entries[:-KEPT_LINES]
        return entry

    def _place(self, entry: _Entry) -> None:
        """What is through stands before what still waits."""
        waiting = 0
        if entry.delivery is Delivery.SENT:
            waiting = sum(1 for each in self._entries if each.delivery is not Delivery.SENT)
        self._entries.insert(len(self._entries) - waiting, entry)

    # ------------------------------------------------------------------ state

    def _write(self) -> None:
        dates = self._dates()
        lines: list[ChatLine] = []
        before: _Entry | None = None
        newest = ""
        for entry in self._entries:
            lines.append(self._line(entry, before, dates))
            before = entry
            if entry.author and not entry.own:
                newest = self.tr("{name}: {text}").format(name=entry.name, text=entry.text)
        self._set(lines=tuple(lines), unread=self._unread, failed=self._failed(), newest=newest)

    def _line(self, entry: _Entry, before: _Entry | None, dates: Dates) -> ChatLine:
        if not entry.author and not entry.own:
            words = self.tr("You were away for a moment: what was written then is missing here.")
            return ChatLine(entry.number, "", dates.hour(entry.at), words)
        goes_on = (
            before is not None
            and (before.author, before.own) == (entry.author, entry.own)
            and entry.at - before.at < GOES_ON
        )
        return ChatLine(
            entry.number,
            self.tr("You") if entry.own else entry.name,
            dates.hour(entry.at),
            entry.text,
            entry.own,
            entry.delivery,
            heads=not goes_on,
        )

    def _failed(self) -> str:
        failed = [entry.error for entry in self._entries if entry.delivery is Delivery.FAILED]
        if not failed:
            return ""
        said = self.tr("%n message(s) not sent.", "", len(failed))
        reason = failed[-1]
        why = text_for(reason).sentence if reason not in (None, RtcErrorCode.CLOSED) else ""
        return f"{said} {why}".strip()
