"""Statistics of real RTP between two of our peers, over a line that loses packets."""

from __future__ import annotations

import time

import pytest
from aiortc.rtp import RTCP_PSFB_PLI, RtcpPsfbPacket

from desktop.rtc.aiortc_taps import SenderTap
from desktop.rtc.encoder import LeanVp8Encoder, VoiceEncoder
from desktop.rtc.measurement import HISTORY_LOOKS, Measurement
from tests.desktop.rtc.bad_line import bad_line
from tests.support.waiting import until


async def test_both_ends_see_what_is_lost() -> None:
    """Every fifth packet: the receiver counts it at once, the sender reads it in the next report."""
    async with bad_line() as line:
        measurement = Measurement(lambda: {"": line.sender, "other": line.receiver})
        measurement.look()
        line.relay.loses_one_in = 5
        sent = line.sender.taps[1]
        assert isinstance(sent, SenderTap)
        heard = line.receiver.taps[1]
        await until(
            lambda: sent.loss > 0.02 and sent.nacks and sent.round_trip_s,
            "a report of the loss",
            timeout_s=20,
        )
        await until(lambda: heard.nacks, "something asked for again", timeout_s=40)
        measurement.look()
        own, other = measurement.now.streams[""], measurement.now.streams["other"]
        assert own.audio is not None
        assert own.video is not None
        assert other.audio is not None
        assert other.video is not None
        assert (own.sending, other.sending) == (True, False)
        assert other.audio.loss == pytest.approx(0.2, abs=0.15)
        assert own.video.loss > 0.0
        assert other.video.nacks > 0
        assert own.video.nacks > 0
        assert own.round_trip_s is not None
        assert own.round_trip_s >= 0
        assert own.candidates is not None
        assert other.candidates is not None
        assert own.video.frame_rate > 0
        assert other.video.frame_rate > 0
        # Which is more depends on the second: what is sent again comes in another one than it was sent in.
        assert own.video.bitrate_bps > 0
        assert other.video.bitrate_bps > 0
        assert own.audio.bitrate_bps > 0
        assert (own.video.width_px, own.video.height_px) == (640, 480)
        assert own.video.codec_s
        assert other.video.codec_s
        assert (own.video.key_frames or 0) >= 1
        assert (other.video.key_frames or 0) >= 1
        assert other.audio.jitter_s is not None


async def test_a_look_costs_next_to_nothing() -> None:
    """Once a second; a tenth of a per cent of a core is far below anything that could be felt."""
    async with bad_line() as line:
        measurement = Measurement(lambda: {"": line.sender, "other": line.receiver})
        started_s = time.thread_time()
        for _ in range(200):
            measurement.look()
        assert (time.thread_time() - started_s) / 200 < 0.001
        assert len(measurement.now.history[""]) == HISTORY_LOOKS


async def test_a_flood_of_requests_costs_few_key_frames() -> None:
    """Two hundred of them while some seconds pass: about one key frame a second."""
    async with bad_line() as line:
        sent = line.sender.taps[1]
        assert isinstance(sent, SenderTap)
        encoder = sent.encoder
        assert isinstance(encoder, LeanVp8Encoder)
        sender = sent._sender
        request = RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender._ssrc)
        started_s, before = time.monotonic(), encoder.counts.key_frames

        async def two_more_pictures() -> None:
            wanted = encoder.counts.frames + 2
            await until(lambda: encoder.counts.frames >= wanted, "more pictures")

        for _ in range(20):
            for _request in range(10):
                await sender._handle_rtcp_packet(request)
            await two_more_pictures()
        assert sent.picture_requests >= 200
        assert 1 <= encoder.counts.key_frames - before <= time.monotonic() - started_s + 2


async def test_our_encoders_run() -> None:
    async with bad_line() as line:
        encoders = [tap.encoder for tap in line.sender.taps if isinstance(tap, SenderTap)]
        assert [type(encoder) for encoder in encoders] == [VoiceEncoder, LeanVp8Encoder]


async def test_a_peer_made_anew_counts_from_nothing() -> None:
    """And one that is gone is forgotten."""
    async with bad_line() as line:
        peers = {"a": line.sender}
        measurement = Measurement(lambda: peers)
        measurement.look()
        measurement.look()
        assert set(measurement.now.streams) == {"a"}
        peers["a"] = line.receiver
        measurement.look()
        assert measurement.now.streams["a"].sending, "what was seen last still stands"
        measurement.look()
        assert not measurement.now.streams["a"].sending
        peers.clear()
        measurement.look()
        assert measurement.now.streams == {}
