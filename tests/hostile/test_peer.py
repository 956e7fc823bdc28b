"""Peer connections under hostile descriptions and candidates: taken or refused, and nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from desktop.rtc.camera import Camera
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.microphone import Microphone
from desktop.rtc.peer import Peer
from desktop.rtc.sdp import MAX_CANDIDATES
from tests.hostile.descriptions import candidates, damaged, description
from tests.hostile.frames import FRAMES
from tests.support.sources import GREEN, BlocksCamera, ToneMicrophone
from tests.support.waiting import until

COUNT = max(20, FRAMES // 50)
"""Descriptions of each kind; every one costs a peer connection."""


def receiver() -> Peer:
    """A peer that wants to receive both kinds."""
    peer = Peer()
    peer.receive("audio")
    peer.receive("video")
    return peer


def sender() -> Peer:
    """A peer that sends both kinds."""
    peer = Peer()
    peer.send(Microphone(ToneMicrophone(), AudioLevel()).make_track())
    peer.send(Camera(BlocksCamera(GREEN), PictureSlot()).make_track())
    return peer


async def take(kind: str, make: Callable[[], Peer], text: str) -> RtcError | None:
    """Give a description to a new peer, and candidates when it takes it; how it was refused, if it was."""
    peer = make()
    try:
        if kind == "offer":
            await peer.answer_offer(text)
        else:
            await peer.make_offer()
            await peer.take_answer(text)
        for candidate in candidates(5):
            peer.add_candidate(candidate)
        await asyncio.sleep(0)
    except RtcError as error:
        return error
    finally:
        await peer.close()
    return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "make"), [("answer", receiver), ("answer-to-sender", sender), ("offer", Peer)]
)
async def test_damaged_descriptions_are_taken_or_refused(kind: str, make: Callable[[], Peer]) -> None:
    """No other exception, nothing unheard, no task left; the sound one is taken before and after."""
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    tasks = asyncio.all_tasks()
    assert await take(kind, make, description(kind)) is None
    refusals = [await take(kind, make, text) for text in damaged(kind, COUNT)]
    assert await take(kind, make, description(kind)) is None
    refused = [error for error in refusals if error is not None]
    assert 0 < len(refused) < COUNT, "some are sound enough, some are not"
    assert {error.code for error in refused} == {RtcErrorCode.MEDIA_FAILED}
    assert not [error for error in refused if "AA:AA" in str(error)], "what is refused is not quoted"
    await until(lambda: asyncio.all_tasks() <= tasks, "no task is left")
    assert not unheard


def distinct_candidates(count: int) -> list[str]:
    """Sound ones, each of which a connection would check."""
    return [f"candidate:{port} 1 UDP {port} 127.0.0.1 {port} typ host" for port in range(1, count + 1)]


async def test_endless_candidates_are_not_kept() -> None:
    """Each would be paired with every address of ours and checked: as many as real servers send, no more."""
    peer = receiver()
    try:
        await peer.make_offer()
        endless = distinct_candidates(20 * MAX_CANDIDATES)
        for candidate in endless[::2]:
            peer.add_candidate(candidate)
        sound = description("answer").splitlines()
        await peer.take_answer("\r\n".join([*sound, *(f"a={each}" for each in endless[:1000])]))
        for candidate in endless[1::2]:
            peer.add_candidate(candidate)
        await until(lambda: not peer._waiting_candidates, "all are used")
        (transport,) = {each.receiver.transport.transport for each in peer._connection.getTransceivers()}
        assert 0 < len(transport.iceGatherer._connection.remote_candidates) <= 2 * MAX_CANDIDATES
    finally:
        await peer.close()
