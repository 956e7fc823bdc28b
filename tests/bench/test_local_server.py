"""The bench of the local server measures what it says."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest
from aiortc.codecs.vpx import vp8_depayload

from openvidu_local.taps import MAX_PAYLOAD_BYTES, is_key_picture
from tests.bench import local_server
from tests.bench.local_server import KEY_BYTES, OTHER_BYTES, Step, fill, late_pictures, most_without_late
from tests.support.openvidu import openvidu_process


@pytest.mark.parametrize("is_key", [True, False])
def test_prepared_pictures_look_like_vp8(*, is_key: bool) -> None:
    """The server forwards them because it takes them for pictures."""
    payloads = local_server.picture(is_key=is_key, made_at_s=12.5)
    parts = [vp8_depayload(payload) for payload in payloads]
    assert sum(map(len, parts)) == (KEY_BYTES if is_key else OTHER_BYTES)
    assert is_key_picture("VP8", parts) is is_key
    assert max(map(len, payloads)) < MAX_PAYLOAD_BYTES
    assert local_server._TIME.unpack(payloads[-1][-8:]) == (12.5,)


def test_late_and_missing_pictures_count() -> None:
    on_time = [0.01] * 60
    assert late_pictures(on_time, measured_s=4.0) == 0
    assert late_pictures(on_time[:58], measured_s=4.0) == 0, "one at either edge"
    assert late_pictures(on_time[:50], measured_s=4.0) == 8
    assert late_pictures([*on_time, 0.3], measured_s=4.0) == 1


def test_the_first_late_picture_decides() -> None:
    """What went well afterwards was luck."""

    def step(participants: int, late: int) -> Step:
        return Step(participants, late, 0, 5, 2, 0.1, 0.1, 1.0)

    assert most_without_late([step(2, 0), step(3, 0), step(4, 0)]) == 4
    assert most_without_late([step(2, 0), step(3, 1), step(4, 0)]) == 2
    assert most_without_late([step(2, 9)]) == 1


def test_a_small_room_is_filled_and_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real server, forwarding real packets."""
    monkeypatch.setattr(local_server, "SETTLE_S", 0.1)
    monkeypatch.setattr(local_server, "MEASURE_S", 0.5)
    with openvidu_process("--log-level", "ERROR") as running:
        (step,) = asyncio.run(fill(running, least=2, most=2))
    assert (step.participants, step.streams) == (2, 2)
    assert step.worst_ms > 0
    assert step.participants_core > 0
    assert gc.isenabled()


async def test_a_hold_up_of_our_own_is_told() -> None:
    """Nothing ran for a fifth of a second: that much of a delay is ours."""
    looking = asyncio.create_task(local_server._longest_hold_up(1.0))
    await asyncio.sleep(0.1)
    time.sleep(0.2)  # noqa: ASYNC251 - holding the loop up is the point
    assert await looking >= 0.15
