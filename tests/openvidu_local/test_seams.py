"""The places where aiortc is reached into: they are still there, and only instances change."""

from __future__ import annotations

import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rate import RemoteBitrateEstimator

from openvidu_local import seams
from openvidu_local.fanout import Fanout, tap_for
from openvidu_local.options import Bandwidth
from tests.openvidu_local.media_client import Shade, peer


async def receiver_and_peer() -> tuple[RTCRtpReceiver, RTCPeerConnection]:
    """A fresh video receiver."""
    connection = peer()
    return connection.addTransceiver("video").receiver, connection


async def test_a_tap_takes_the_place_of_one_receivers_buffer() -> None:
    tapped, first = await receiver_and_peer()
    untouched, second = await receiver_and_peer()
    tap = tap_for(Fanout("video"))
    before = untouched._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    seams.tap_receiver(tapped, tap)
    assert tapped._RTCRtpReceiver__jitter_buffer is tap  # type: ignore[attr-defined]
    assert untouched._RTCRtpReceiver__jitter_buffer is before  # type: ignore[attr-defined]
    await first.close()
    await second.close()


async def test_an_estimate_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, connection = await receiver_and_peer()
    seams.bound_estimate(receiver, Bandwidth(min_bps=300_000, max_bps=1_000_000))
    estimator = receiver._RTCRtpReceiver__remote_bitrate_estimator  # type: ignore[attr-defined]
    for raw, bounded in ((10, 300_000), (500_000, 500_000), (9_000_000, 1_000_000)):
        monkeypatch.setattr(RemoteBitrateEstimator, "add", lambda *_, raw=raw: (raw, [1]))
        assert estimator.add(0, 0, 0, 1) == (bounded, [1])
    monkeypatch.setattr(RemoteBitrateEstimator, "add", lambda *_: None)
    assert estimator.add(0, 0, 0, 1) is None
    await connection.close()


async def test_another_aiortc_fails_loudly() -> None:
    """A private name that went away must not be made anew in silence."""
    receiver, connection = await receiver_and_peer()
    del receiver._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="not supported"):
        seams.tap_receiver(receiver, tap_for(Fanout("video")))
    await connection.close()


async def test_a_machine_with_loopback_only_gathers_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda **_: [])
    alone, connected = peer(), peer()
    for connection in (alone, connected):
        connection.addTransceiver(Shade(0), direction="sendonly")
    seams.gather_on_loopback_when_alone(connected)
    for connection in (alone, connected):
        await connection.setLocalDescription()
    assert "a=candidate:" not in alone.localDescription.sdp
    assert " 127.0.0.1 " in connected.localDescription.sdp
    await alone.close()
    await connected.close()
