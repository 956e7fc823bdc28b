"""What a closed connection kept is gone at once, without Python's collector of garbage."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pylibsrtp
import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.rate import RemoteBitrateEstimator
from OpenSSL import SSL

from desktop.rtc import sound_inlet
from desktop.rtc.aiortc_taps import ReceiverTap, SenderTap
from desktop.rtc.encoder import LeanVp8Encoder, VoiceEncoder
from desktop.rtc.incoming import IncomingMedia
from desktop.rtc.peer import Peer
from desktop.rtc.playout import Playout
from tests.desktop.rtc.bad_line import bad_line
from tests.desktop.rtc.conftest import House
from tests.support.sources import GREEN, RED, shows
from tests.support.waiting import until

LIMIT_S = 30.0
"""On a loaded machine."""
HEAVY = (
    SSL.Connection,
    SSL.Context,
    pylibsrtp.Session,
    RemoteBitrateEstimator,
    LeanVp8Encoder,
    VoiceEncoder,
    Vp8Decoder,
    sound_inlet._OpusDecoder,
)
"""What holds memory that Python does not see, threads of libraries, or thousands of objects."""
EVERYTHING = (
    *HEAVY,
    *(Peer, RTCPeerConnection, RTCRtpReceiver, RTCRtpSender),
    *(ReceiverTap, SenderTap, IncomingMedia, Playout),
)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is in a circle stays there for the length of a test."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held(*kinds: type[Any]) -> Counter[str]:
    """How many objects of each of these kinds there are."""
    return Counter(type(thing).__name__ for thing in gc.get_objects() if type(thing) in kinds)


@pytest.mark.usefixtures("no_collector")
async def test_a_closed_connection_leaves_nothing() -> None:
    """Neither its own objects nor those of ours that watched it."""
    before = held(*EVERYTHING)
    during = await _during_a_connection()
    assert during["Connection"] == before["Connection"] + 2, "it would see them"
    assert during["Vp8Decoder"] == before["Vp8Decoder"] + 1
    await until(lambda: not held(*EVERYTHING) - before, "everything gone", LIMIT_S)


async def _during_a_connection() -> Counter[str]:
    """What there is while pictures flow; the connection is closed afterwards."""
    async with bad_line() as line:
        await until(lambda: line.media.video_frames > 10, "pictures", LIMIT_S)
        return held(*EVERYTHING)


@pytest.mark.usefixtures("no_collector")
async def test_a_visit_leaves_nothing_heavy_at_those_who_stay(house: House) -> None:
    """Nor at the one who left."""
    ada = await house.joined("Ada", colour=RED)
    await until(lambda: held(LeanVp8Encoder)["LeanVp8Encoder"] > 0, "Ada's encoder")
    before = held(*HEAVY)
    bo = await house.joined("Bo", colour=GREEN)
    await until(lambda: shows(ada.picture_of(), GREEN), "Bo's picture at Ada's", LIMIT_S)
    await until(lambda: shows(bo.picture_of(), RED), "Ada's picture at Bo's", LIMIT_S)
    await bo.room.leave()
    await until(lambda: not ada.others, "Ada alone", LIMIT_S)
    await until(lambda: not held(*HEAVY) - before, "everything gone", LIMIT_S)
