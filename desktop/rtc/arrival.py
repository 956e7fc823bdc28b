"""Pictures on a network that loses packets.

aiortc asks for a lost packet once. When the request or its answer is lost as well, the picture stands
until the next loss makes it ask again, or for some 128 packets. `PictureRepair` asks again, less and
less often, and gives up in time to ask for a key frame instead. Sound is in `sound_inlet.py`.
"""

# Private members of aiortc's receiver are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer
from aiortc.utils import uint16_add

log = logging.getLogger(__name__)

FIRST_REPEAT_S = 0.1
"""When a request is first repeated; each next time takes twice as long, for slow networks' sake."""
MAX_REQUESTS = 4
"""With aiortc's own. The last is 1.5 s old when the packet is given up."""
LOOK_S = 0.05
"""How often the missing packets are looked at."""

_NACKS = "_RTCRtpReceiver__nack_generator"
_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_KIND = "_RTCRtpReceiver__kind"
_STREAMS = "_RTCRtpReceiver__remote_streams"
_REPEATS = "_RTCRtpReceiver__rtx_ssrc"


@dataclass(slots=True)
class _Missing:
    """A packet that did not come: how often it was asked for, and when to act next (loop time)."""

    requests: int
    due_at_s: float


class PictureRepair:
    """Asks for missing packets of one picture stream until they come or are not worth it any more."""

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        self._receiver = receiver
        self._missing: dict[int, _Missing] = {}
        self._needed = asyncio.Event()

    def begin(self) -> None:
        """A packet is missing: look after it. Called on the loop."""
        self._needed.set()

    async def run(self) -> None:
        """Work until cancelled; sleep while nothing is missing.

        Twenty looks a second, at nothing, were a fifth of the wake-ups of a room of five.
        """
        loop = asyncio.get_running_loop()
        while True:
            await self._needed.wait()
            await asyncio.sleep(LOOK_S)
            await self.look(loop.time())
            if not self._missing and not getattr(self._receiver, _NACKS).missing:
                self._needed.clear()

    async def look(self, now_s: float) -> None:
        """Do what is due at this moment of the loop's time."""
        generator = getattr(self._receiver, _NACKS)
        ssrc = self._media_ssrc()
        if generator is None or ssrc is None or not (generator.missing or self._missing):
            return
        self._missing = {
            number: self._missing.get(number) or _Missing(1, now_s + FIRST_REPEAT_S)
            for number in generator.missing
        }
        due = [number for number, missing in self._missing.items() if missing.due_at_s <= now_s]
        lost = [number for number in due if self._missing[number].requests >= MAX_REQUESTS]
        again = [number for number in due if self._missing[number].requests < MAX_REQUESTS]
        for number in again:
            missing = self._missing[number]
            missing.due_at_s = now_s + FIRST_REPEAT_S * 2**missing.requests
            missing.requests += 1
        if again:
            await self._receiver._send_rtcp_nack(ssrc, sorted(again))
        if lost:
            self._give_up(lost)
            await self._receiver._send_rtcp_pli(ssrc)

    def _give_up(self, lost: list[int]) -> None:
        """Let the buffer go on behind what will not come; a key frame makes the picture whole."""
        log.debug("given up: %d packets of a picture", len(lost))
        generator = getattr(self._receiver, _NACKS)
        buffer: JitterBuffer = getattr(self._receiver, _BUFFER)
        for number in lost:
            generator.missing.discard(number)
            self._missing.pop(number, None)
            if buffer._origin is None:
                continue
            behind = uint16_add(number, -buffer._origin)
            if behind < buffer.capacity and buffer.smart_remove(behind + 1):
                buffer._origin = None  # nothing was kept: the next packet is the first

    def _media_ssrc(self) -> int | None:
        """The stream's own SSRC, not that of its repetitions; None before the first packet."""
        repeats = getattr(self._receiver, _REPEATS)
        own = [ssrc for ssrc in getattr(self._receiver, _STREAMS) if ssrc not in repeats]
        return own[-1] if own else None


def is_picture(receiver: RTCRtpReceiver) -> bool:
    """The receiver is for video."""
    return bool(getattr(receiver, _KIND) == "video")
