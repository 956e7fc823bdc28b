"""Finds out what nobody reports: sleep, an address that is gone, media that goes nowhere.

aiortc speaks up half a minute after a path died, TCP later still, and nothing tells a program that
the computer slept. One task asks, about once a second. A path that does not answer once, while nothing
arrives from anybody either, is worth a word to the user; renewing it waits for more certainty.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

from desktop.rtc.recovery import RecoveryEvent

log = logging.getLogger(__name__)

WATCH_INTERVAL_S = 1.0

SLEEP_GAP_S = 5.0
"""A longer pause of this task is taken for sleep. A loop that was held up looks the same, and a clock
that was set as well; both cost one question to the server."""

SILENT_LIMIT = 4
"""Questions in a row without an answer on the media path, of 1.5 s each, before it counts as lost: the
media survives a cut of 5 s, and a loss of one packet in ten does not look like one."""


class RecoveryWatch:
    """Watches until cancelled.

    Args:
        on_event: told `WOKE`, `ADDRESS_GONE`, `MEDIA_SILENT`, `MEDIA_BACK` and `MEDIA_LOST`.
        local_address: what the signalling's socket is bound to; None while there is none.
        media_answers: asks the media server on our media's path; True also where there is nothing
            to ask.
        frames_received: how many frames have come so far, of all the others together; None while
            nobody is received.
        clocks: seconds of two clocks. On Linux and macOS the monotonic one stands still during sleep,
            on Windows it goes on; the wall clock goes on everywhere.
    """

    def __init__(
        self,
        *,
        on_event: Callable[[RecoveryEvent], None],
        local_address: Callable[[], tuple[Any, ...] | None],
        media_answers: Callable[[], Awaitable[bool]],
        frames_received: Callable[[], int | None],
        clocks: tuple[Callable[[], float], Callable[[], float]] = (time.monotonic, time.time),
    ) -> None:
        self._on_event = on_event
        self._local_address = local_address
        self._media_answers = media_answers
        self._frames_received = frames_received
        self._clocks = clocks

    async def run(self) -> None:
        """Ask all three questions again and again."""
        silent = 0
        seen_s = self._now_s()
        while True:
            if not silent:  # a question that got no answer was its own pause
                await asyncio.sleep(WATCH_INTERVAL_S)
            before_s, seen_s = seen_s, self._now_s()
            gap_s = max(now_s - then_s for now_s, then_s in zip(seen_s, before_s, strict=True))
            if gap_s > WATCH_INTERVAL_S + SLEEP_GAP_S:
                log.info("nothing happened here for %.0f s", gap_s)
                self._on_event(RecoveryEvent.WOKE)
            address = self._local_address()
            if address is not None and not is_ours(address):
                log.info("the address of the signalling socket is gone")
                self._on_event(RecoveryEvent.ADDRESS_GONE)
            silent = await self._ask(silent)

    def _now_s(self) -> list[float]:
        return [clock() for clock in self._clocks]

    async def _ask(self, silent: int) -> int:
        """Ask on the media path, tell what follows, and return how often it was silent in a row."""
        frames = self._frames_received()
        if await self._media_answers():
            if silent:
                self._on_event(RecoveryEvent.MEDIA_BACK)
            return 0
        if silent + 1 >= SILENT_LIMIT:
            log.warning("the media server does not answer on the path of the own stream")
            self._on_event(RecoveryEvent.MEDIA_LOST)
            return 0
        if frames is not None and frames == self._frames_received():
            # Two witnesses: a question may be lost, and one alone in a room sees nobody freeze.
            self._on_event(RecoveryEvent.MEDIA_SILENT)
        return silent + 1


def is_ours(address: tuple[Any, ...]) -> bool:
    """Whether a socket address, `(host, port)` or `(host, port, flow, scope)`, is this computer's."""
    host, _, *rest = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0, *rest))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True
