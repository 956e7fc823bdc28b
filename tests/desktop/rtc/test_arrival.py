"""Pictures whose packets do not come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket

from desktop.rtc.arrival import (
    FIRST_REPEAT_S,
    MAX_REQUESTS,
    PictureRepair,
)
from tests.support.waiting import until

TICKS = 960
"""20 ms of sound at 48 kHz."""


def packet(number: int, *, ticks: int = TICKS) -> RtpPacket:
    """The packet of that number; its data says which it is."""
    made = RtpPacket(sequence_number=number % 65_536, timestamp=number * ticks % 2**32)
    made._data = str(number).encode()  # type: ignore[attr-defined]
    return made


@dataclass
class Receiver:
    """As much of aiortc's receiver as the repair works with, with its real parts."""

    nacks: list[list[int]] = field(default_factory=list)
    plis: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._RTCRtpReceiver__nack_generator = NackGenerator()
        self._RTCRtpReceiver__jitter_buffer = JitterBuffer(capacity=128, is_video=True)
        self._RTCRtpReceiver__remote_streams = {20: object(), 10: object()}
        self._RTCRtpReceiver__rtx_ssrc = {20: 10}

    async def _send_rtcp_nack(self, media_ssrc: int, lost: list[int]) -> None:
        assert media_ssrc == 10
        self.nacks.append(lost)

    async def _send_rtcp_pli(self, media_ssrc: int) -> None:
        self.plis.append(media_ssrc)

    def take(self, number: int) -> int | None:
        """One packet of a picture each; the number of the picture that is given out."""
        taken = packet(number)
        self._RTCRtpReceiver__nack_generator.add(taken)
        _, frame = self._RTCRtpReceiver__jitter_buffer.add(taken)
        return int(frame.data) if frame is not None else None


async def test_what_is_missing_is_asked_for_again_less_and_less_often() -> None:
    receiver = Receiver()
    repair = PictureRepair(receiver)  # type: ignore[arg-type]
    for number in (1, 2, 4):
        receiver.take(number)
    asked_at: list[float] = []
    for step in range(14):
        before = len(receiver.nacks)
        await repair.look(step * FIRST_REPEAT_S)
        if len(receiver.nacks) > before:
            asked_at.append(step)
    assert receiver.nacks == [[3]] * (MAX_REQUESTS - 1)
    assert asked_at == [1, 3, 7]
    assert not receiver.plis


async def test_what_came_is_not_asked_for_again() -> None:
    receiver = Receiver()
    repair = PictureRepair(receiver)  # type: ignore[arg-type]
    for number in (1, 2, 4, 6):
        receiver.take(number)
    await repair.look(0.0)
    receiver.take(3)
    await repair.look(FIRST_REPEAT_S)
    assert receiver.nacks == [[5]]


async def test_what_never_comes_is_given_up_and_the_picture_goes_on_with_a_key_frame() -> None:
    receiver = Receiver()
    repair = PictureRepair(receiver)  # type: ignore[arg-type]
    shown = [receiver.take(number) for number in (1, 2, 4, 5, 6)]
    assert shown == [None, 1, None, None, None]
    for step in range(17):
        await repair.look(step * FIRST_REPEAT_S)
    assert receiver.plis == [10]
    assert [receiver.take(number) for number in (7, 8, 9)] == [4, 5, 6]


async def test_a_picture_of_which_nothing_was_kept_begins_anew() -> None:
    """The whole buffer belonged to the picture that was given up."""
    receiver = Receiver()
    repair = PictureRepair(receiver)  # type: ignore[arg-type]
    receiver.take(1)
    receiver.take(3)
    for step in range(17):
        await repair.look(step * FIRST_REPEAT_S)
    assert [receiver.take(number) for number in (4, 5)] == [3, 4]


async def test_before_the_first_packet_there_is_nothing_to_do() -> None:
    receiver = Receiver()
    receiver._RTCRtpReceiver__remote_streams = {}
    await PictureRepair(receiver).look(0.0)  # type: ignore[arg-type]
    assert not receiver.nacks


async def test_the_repair_works_while_something_is_missing_and_rests_otherwise() -> None:
    receiver = Receiver()
    repair = PictureRepair(receiver)  # type: ignore[arg-type]
    task = asyncio.create_task(repair.run())
    try:
        for number in (1, 2, 4):
            receiver.take(number)
        repair.begin()
        await until(lambda: receiver.nacks, "a second request", 30)
        receiver.take(3)
        await until(lambda: not repair._needed.is_set(), "the repair at rest", 30)
        before = len(receiver.nacks)
        receiver.take(6)
        repair.begin()
        await until(lambda: len(receiver.nacks) > before, "a request for another packet", 30)
        assert receiver.nacks[-1] == [5]
    finally:
        task.cancel()
        await asyncio.wait([task])
