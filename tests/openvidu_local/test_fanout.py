"""Taps, fan-out and its bounds, without any socket."""

from __future__ import annotations

import asyncio

import pytest
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket

from openvidu_local.fanout import AudioTap, Fanout, RelayTrack, VideoTap, is_key_frame

KEY, DELTA = b"\x10key", b"\x11delta"
"""VP8 pictures: the lowest bit of the first byte tells."""


def packet(sequence: int, timestamp: int, data: bytes, *, marker: int = 1, ssrc: int = 1) -> RtpPacket:
    """An RTP packet as a receiver hands it to its buffer."""
    made = RtpPacket(sequence_number=sequence, timestamp=timestamp, ssrc=ssrc, marker=marker, payload=data)
    made.payload = (b"\x10" if data[:1] in (KEY[:1], DELTA[:1]) else b"\x00") + data
    made._data = data  # type: ignore[attr-defined]
    return made


def video() -> tuple[Fanout, VideoTap, RelayTrack]:
    """A VP8 fan-out with one subscriber."""
    fanout = Fanout("video")
    fanout.codec = "VP8"
    track = fanout.track()
    fanout.attach(track)
    return fanout, VideoTap(fanout), track


async def received(track: RelayTrack) -> list[tuple[bytes, int]]:
    """Data and pts of everything that waits in a track."""
    frames = []
    while track._frames:
        frame = await track.recv()
        assert frame.pts is not None
        frames.append((bytes(frame), frame.pts))
    return frames


def test_key_frames_are_recognised() -> None:
    assert is_key_frame("VP8", KEY)
    assert not is_key_frame("VP8", DELTA)
    assert not is_key_frame("VP8", b"")
    assert is_key_frame("H264", b"\x00\x00\x00\x01\x09\x00\x00\x00\x01\x65abc")
    assert not is_key_frame("H264", b"\x00\x00\x00\x01\x41abc\x00\x00\x01")


async def test_a_picture_is_complete_with_its_marker() -> None:
    """No waiting for the next picture's first packet."""
    _, tap, track = video()
    tap.add(packet(1, 1000, KEY, marker=0))
    assert await received(track) == []
    tap.add(packet(2, 1000, b"tail"))
    assert await received(track) == [(KEY + b"tail", 0)]


async def test_a_picture_without_marker_ends_with_the_next_timestamp() -> None:
    _, tap, track = video()
    tap.add(packet(1, 1000, KEY, marker=0))
    tap.add(packet(2, 4000, DELTA))
    assert await received(track) == [(KEY, 0), (DELTA, 3000)]


async def test_everything_behind_a_filled_gap_comes_at_once() -> None:
    """Late packets do not leave a backlog, whatever comes next."""
    _, tap, track = video()
    tap.add(packet(1, 1000, KEY))
    tap.add(packet(3, 7000, DELTA))
    tap.add(packet(4, 10_000, DELTA))
    assert await received(track) == [(KEY, 0)]
    tap.add(packet(2, 4000, DELTA))
    assert await received(track) == [(DELTA, 3000), (DELTA, 6000), (DELTA, 9000)]


async def test_padding_is_no_picture() -> None:
    _, tap, track = video()
    tap.add(packet(1, 1000, KEY))
    tap.add(packet(2, 1000, b"", marker=0))
    tap.add(packet(3, 4000, DELTA))
    assert await received(track) == [(KEY, 0), (DELTA, 3000)]


async def test_a_lost_packet_holds_video_back_until_a_key_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver is told to ask for one, and nothing that refers to the loss is passed on."""
    _, tap, track = video()
    now_s = 0.0
    monkeypatch.setattr("openvidu_local.fanout.time.monotonic", lambda: now_s)
    tap.add(packet(1, 3000, KEY))
    assert tap.add(packet(3, 9000, DELTA)) == (False, None)
    now_s = 0.3
    assert tap.add(packet(4, 12_000, DELTA)) == (False, None), "a retransmission may still come"
    now_s = 0.5
    assert tap.add(packet(5, 15_000, DELTA)) == (True, None)
    assert await received(track) == [(KEY, 0)]
    assert track.waits_for_key
    tap.add(packet(6, 18_000, KEY))
    assert await received(track) == [(KEY, 15_000)]


async def test_a_full_buffer_is_a_loss_too() -> None:
    """Whatever the clock says."""
    _, tap, track = video()
    tap.add(packet(1, 3000, KEY))
    lost = [tap.add(packet(number, number * 3000, DELTA))[0] for number in range(3, 520)]
    assert lost.count(True) == 1
    assert await received(track) == [(KEY, 0)]


async def test_the_tail_of_a_picture_is_no_picture() -> None:
    """Its first byte could pass for a key frame's."""
    _, tap, track = video()
    tap.add(packet(7, 3000, b"\x20tail"))
    tap.add(packet(8, 6000, KEY))
    assert await received(track) == [(KEY, 0)]


async def test_a_late_subscriber_starts_with_a_key_frame_and_asks_for_it() -> None:
    fanout, tap, _ = video()
    asked: list[int] = []
    fanout.on_key_frame_wanted = asked.append
    tap.add(packet(1, 0, KEY, ssrc=77))
    late = fanout.track()
    fanout.attach(late)
    assert asked == [77]
    tap.add(packet(2, 3000, DELTA, ssrc=77))
    tap.add(packet(3, 6000, KEY, ssrc=77))
    tap.add(packet(4, 9000, DELTA, ssrc=77))
    assert await received(late) == [(KEY, 6000), (DELTA, 9000)]
    assert asked == [77], "one request is enough within the interval"


async def test_a_slow_video_subscriber_loses_up_to_the_next_key_frame() -> None:
    """The queue is bounded, and a decoder never gets a picture whose reference was dropped."""
    fanout, _, track = video()
    fanout.push(KEY, ssrc=1, timestamp=0)
    for number in range(1, 200):
        fanout.push(DELTA, ssrc=1, timestamp=number * 3000)
        assert len(track._frames) <= 64
    assert await received(track) == []
    fanout.push(KEY, ssrc=1, timestamp=600_000)
    assert await received(track) == [(KEY, 600_000)]


async def test_a_slow_audio_subscriber_loses_the_oldest() -> None:
    fanout = Fanout("audio")
    track = fanout.track()
    fanout.attach(track)
    for number in range(100):
        fanout.push(bytes([number]), ssrc=1, timestamp=number * 960)
    frames = await received(track)
    assert len(frames) == 64
    assert frames[-1] == (bytes([99]), 99 * 960)


async def test_audio_passes_at_once_and_untouched_even_when_empty() -> None:
    """Discontinuous transmission makes tiny and empty frames and gaps in time."""
    fanout = Fanout("audio")
    track, tap = fanout.track(), AudioTap(fanout)
    fanout.attach(track)
    for timestamp, data in ((960, b"\xfc\xff\xfe"), (1920, b"\xf8"), (20_160, b""), (21_120, b"\x78ab")):
        tap.add(packet(timestamp // 960, timestamp, data))
    assert await received(track) == [(b"\xfc\xff\xfe", 0), (b"\xf8", 960), (b"", 19_200), (b"\x78ab", 20_160)]


async def test_an_overtaken_audio_packet_is_dropped() -> None:
    fanout = Fanout("audio")
    track, tap = fanout.track(), AudioTap(fanout)
    fanout.attach(track)
    for timestamp in (0, 1920, 960, 1920, 2880):
        tap.add(packet(timestamp // 960, timestamp, b"a"))
    assert [pts for _, pts in await received(track)] == [0, 1920, 2880]


async def test_timestamps_wrap_without_a_jump() -> None:
    fanout, _, track = video()
    fanout.push(KEY, ssrc=1, timestamp=0xFFFF_FFFF - 999)
    fanout.push(DELTA, ssrc=1, timestamp=2000)
    assert [pts for _, pts in await received(track)] == [0, 3000]


async def test_another_source_goes_on_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a media reconnection the timestamps continue by the time that passed."""
    now_s = 100.0
    monkeypatch.setattr("openvidu_local.fanout.time.monotonic", lambda: now_s)
    fanout, _, track = video()
    fanout.push(KEY, ssrc=1, timestamp=5000)
    now_s = 102.0
    fanout.push(KEY, ssrc=2, timestamp=4_000_000)
    fanout.push(DELTA, ssrc=2, timestamp=4_003_000)
    assert [pts for _, pts in await received(track)] == [0, 180_000, 183_000]


async def test_a_stalled_fanout_swallows_frames() -> None:
    fanout, _, track = video()
    fanout.stalled = lambda: True
    fanout.push(KEY, ssrc=1, timestamp=0)
    assert await received(track) == []


async def test_stopping_a_track_wakes_its_reader() -> None:
    fanout = Fanout("audio")
    track = fanout.track()
    reader = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    assert fanout.subscriber_count == 1
    track.stop()
    with pytest.raises(MediaStreamError):
        await reader
    assert fanout.subscriber_count == 0
