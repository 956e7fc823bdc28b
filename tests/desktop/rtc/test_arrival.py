"""Packets that come late, out of order, twice or never."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc.arrival import (
    DEPTH_PACKETS,
    FIRST_REPEAT_S,
    JUMP_PACKETS,
    MAX_REQUESTS,
    PictureRepair,
    SoundBuffer,
)

TICKS = 960
"""20 ms of sound at 48 kHz."""


def packet(number: int, *, ticks: int = TICKS) -> RtpPacket:
    """The packet of that number; its data says which it is."""
    made = RtpPacket(sequence_number=number % 65_536, timestamp=number * ticks % 2**32)
    made._data = str(number).encode()  # type: ignore[attr-defined]
    return made


def played(numbers: list[int]) -> list[int]:
    """Numbers of the frames that a buffer gives out for packets that come in this order."""
    buffer = SoundBuffer()
    frames = [buffer.add(packet(number))[1] for number in numbers]
    return [int(frame.data) for frame in frames if frame is not None]


def test_what_comes_in_order_is_played_in_order_and_four_later() -> None:
    assert played(list(range(10))) == list(range(10 - DEPTH_PACKETS))


def test_a_lost_packet_costs_itself_alone() -> None:
    numbers = [number for number in range(30) if number not in {7, 15, 16}]
    assert played(numbers) == [number for number in numbers if number < 30 - DEPTH_PACKETS]


def test_the_depth_does_not_grow_with_losses() -> None:
    numbers = [number for number in range(1_000) if number % 10]
    assert played(numbers)[-1] >= 999 - DEPTH_PACKETS - 1


def test_what_is_a_little_late_is_played_in_its_place() -> None:
    assert played([0, 1, 2, 4, 5, 3, 6, 7, 8])[:5] == [0, 1, 2, 3, 4]


def test_what_comes_after_its_place_or_twice_is_not_played() -> None:
    assert played([0, 1, 2, 3, 4, 5, 0, 1, 5, 6, 7, 8, 9]) == [0, 1, 2, 3, 4, 5]


def test_numbers_may_turn_over() -> None:
    numbers = list(range(65_530, 65_545))
    assert played(numbers) == numbers[:-DEPTH_PACKETS]


@pytest.mark.parametrize("jump", [JUMP_PACKETS + DEPTH_PACKETS, 30_000])
def test_a_jump_is_a_new_beginning(jump: int) -> None:
    before, after = list(range(10)), list(range(10 + jump, 30 + jump))
    assert played(before + after)[-16:] == after[:-DEPTH_PACKETS]


@given(st.lists(st.integers(0, 65_535), max_size=200))
def test_whatever_comes_little_is_kept_and_at_most_one_frame_a_packet_is_given(numbers: list[int]) -> None:
    buffer = SoundBuffer()
    for number in numbers:
        buffer.add(packet(number))
        assert len(buffer._waiting) <= JUMP_PACKETS + 1


@given(
    st.integers(0, 65_535),
    st.lists(st.tuples(st.booleans(), st.integers(0, DEPTH_PACKETS - 1)), min_size=1, max_size=150),
)
def test_all_that_is_late_by_less_than_the_depth_is_played_once_in_order(
    first: int, fates: list[tuple[bool, int]]
) -> None:
    """Packets are lost, or late by up to the depth."""
    sent = [(first + place + late, first + place) for place, (lost, late) in enumerate(fates) if not lost]
    # Two whole ones at the start fix where it begins.
    order = [first - 2, first - 1] + [number for _, number in sorted(sent)]
    result = played([number + 65_536 for number in order])
    assert result == sorted(set(result))
    due = [number + 65_536 for number in sorted(order) if number <= max(order) - DEPTH_PACKETS - 1]
    assert len(due) - len(result) <= DEPTH_PACKETS
    assert set(result) <= {number + 65_536 for number in order}


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
